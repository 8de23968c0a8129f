from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import nhs_number
import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from localcare.analysis.dataset.schema import TABLES, Table
from localcare.analysis.dataset.writing import arrow_schema, read_metadata
from localcare.synthetic import population as population_module
from localcare.synthetic.definitions import FOLDER, conditions
from localcare.synthetic.nhs_numbers import numbers_for, synthetic_numbers
from localcare.synthetic.practices import kent_and_medway_practices, practice_shares
from tests.synthetic.conftest import AS_OF, PEOPLE, write_small

Ask = Callable[[str], list[tuple]]
DATED = (
    ("facts", "occurred_on"),
    ("stays", "admitted_on"),
    ("stays", "discharged_on"),
    ("attendances", "arrived_on"),
    ("contacts", "occurred_on"),
    ("packages", "started_on"),
)
ON_DATE = f"DATE '{AS_OF}'"


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("threads", [1, 3])
def test_same_arguments_give_the_same_bytes_whatever_the_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    monkeypatch.setattr(population_module, "PEOPLE_IN_CHUNK", 200)
    once = digests(write_small(tmp_path / "once", threads=2))
    again = digests(write_small(tmp_path / "again", threads=threads))
    assert once == again
    assert len(once) == len(TABLES) + 2


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    one, other = (digests(write_small(tmp_path / str(seed), seed=seed)) for seed in (1, 2))
    assert not one.items() & other.items()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_conforms_to_the_schema(population: Path, table: Table) -> None:
    rows = pq.read_table(population / f"{table.name}.parquet")
    assert rows.schema.equals(arrow_schema(table))
    assert rows.num_rows > 0
    for column in table.columns:
        values = rows.column(column.name)
        if column.required:
            assert values.null_count == 0, column.name
        if column.values:
            assert set(values.unique().to_pylist()) <= {*column.values, None}, column.name
    assert rows.column(table.key).to_pylist() == list(range(1, rows.num_rows + 1))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_reference_leads_somewhere(ask: Ask, table: Table) -> None:
    for column in table.columns:
        if column.refers_to:
            target, key = column.refers_to.split(".")
            [(lost,)] = ask(
                f"SELECT count(*) FROM {table.name} a ANTI JOIN {target} b ON a.{column.name} = b.{key}"
            )
            assert lost == 0, column.name


def test_as_many_people_as_asked_for_and_what_they_are(population: Path, ask: Ask) -> None:
    assert ask("SELECT count(*) FROM persons") == [(PEOPLE,)]
    assert read_metadata(population) == {
        "schema_version": 1, "as_of": AS_OF.isoformat(), "source": "synthetic population, seed 11",
    }  # fmt: skip


def test_ages_and_sexes_look_like_england_tilted_to_kent(ask: Ask) -> None:
    [(share_65, share_85, oldest, women, women_85)] = ask(f"""
        SELECT avg((age >= 65)::INT), avg((age >= 85)::INT), max(age), avg((sex = 'female')::INT),
            avg((sex = 'female')::INT) FILTER (age >= 85)
        FROM (SELECT *, date_sub('year', birth_date, {ON_DATE}) AS age FROM persons WHERE death_date IS NULL)
    """)
    assert 0.17 < share_65 < 0.23
    assert 0.02 < share_85 < 0.04
    assert 95 < oldest <= 107
    assert 0.49 < women < 0.53
    assert 0.57 < women_85 < 0.72


def test_emergency_admissions_rise_with_age_as_in_england(ask: Ask) -> None:
    rates = dict(ask(f"""
        SELECT least(age // 20 * 20, 80), 1000 * sum(stays) / count(*) FROM (
            SELECT date_sub('year', birth_date, {ON_DATE}) AS age, (
                SELECT count(*) FROM stays s WHERE s.person_id = p.person_id AND admission_type = 'emergency'
                AND admitted_on > {ON_DATE} - INTERVAL 1 YEAR) AS stays
            FROM persons p WHERE death_date IS NULL) GROUP BY 1
    """))  # fmt: skip
    assert 30 < rates[20] < 100
    assert 60 < rates[60] * 0.6 < rates[60] < 250
    assert 280 < rates[80] < 600


def test_admissions_follow_the_hidden_propensity_and_deprivation(ask: Ask) -> None:
    [(propensity, frail_ratio)] = ask("""
        WITH older AS (
            SELECT propensity, (SELECT count(*) FROM stays s WHERE s.person_id = t.person_id
                AND admission_type = 'emergency') AS stays
            FROM truth t JOIN persons USING (person_id) WHERE birth_date < DATE '1961-01-01')
        SELECT corr(propensity, stays),
            avg(stays) FILTER (propensity > 1) / avg(stays) FILTER (propensity < -1)
        FROM older
    """)
    assert 0.3 < propensity < 0.7
    assert frail_ratio > 4
    [(deprivation,)] = ask("""
        SELECT avg((code = 'CMS-COPD')::INT) FILTER (imd_decile <= 3)
            / avg((code = 'CMS-COPD')::INT) FILTER (imd_decile >= 8)
        FROM facts JOIN persons USING (person_id) WHERE code LIKE 'CMS-%'
    """)
    assert deprivation > 1.1


def test_the_record_shows_the_propensity(ask: Ask) -> None:
    [(correlation, severe_65)] = ask("""
        WITH deficits AS (
            SELECT t.propensity, count(DISTINCT code) FILTER (code LIKE 'EFI-%') AS deficits
            FROM truth t JOIN persons p USING (person_id) LEFT JOIN facts f USING (person_id)
            WHERE birth_date < DATE '1961-01-01' GROUP BY t.person_id, t.propensity)
        SELECT corr(propensity, deficits), avg((deficits >= 12)::INT) FROM deficits
    """)
    assert correlation > 0.4
    assert 0.005 < severe_65 < 0.08


def test_winter_is_busier_than_summer(ask: Ask) -> None:
    counts = dict(
        ask("SELECT month(admitted_on), count(*) FROM stays WHERE admission_type = 'emergency' GROUP BY 1")
    )
    assert sum(counts[m] for m in (12, 1, 2)) > 1.1 * sum(counts[m] for m in (6, 7, 8))


def test_nobody_is_in_two_beds_or_has_care_after_death(ask: Ask) -> None:
    assert ask("""
        SELECT count(*) FROM (
            SELECT admitted_on, lag(coalesce(discharged_on, DATE '9999-12-31'))
                OVER (PARTITION BY person_id ORDER BY admitted_on, stay_id) AS freed FROM stays)
        WHERE freed >= admitted_on
    """) == [(0,)]
    for table, day in DATED:
        assert ask(f"""
            SELECT count(*) FROM {table} JOIN persons USING (person_id)
            WHERE {day} > coalesce(death_date, {ON_DATE}) OR {day} < birth_date
        """) == [(0,)], table


def test_nhs_numbers_are_valid_unique_and_never_issued(ask: Ask) -> None:
    numbers = [number for (number,) in ask("SELECT nhs_number FROM persons WHERE nhs_number IS NOT NULL")]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("999") and nhs_number.is_valid(number) for number in numbers)
    assert ask("SELECT count(*) FROM persons WHERE nhs_number IS NULL AND local_identifier IS NULL") == [(0,)]


def test_the_unissued_range_is_shared_out_once_and_then_runs_dry() -> None:
    pool = synthetic_numbers()
    people = len(pool) + 1000
    drawn = numbers_for(np.arange(people), people=people, seed=3)
    assert sorted(drawn[drawn > 0].tolist()) == pool.tolist()
    assert (drawn == 0).sum() == 1000


@pytest.mark.trace("T103")
def test_dorothy_and_vera_are_always_there(ask: Ask) -> None:
    people = dict(ask("SELECT persona, person_id FROM truth WHERE persona IS NOT NULL"))
    assert people.keys() == {"dorothy", "vera", "ernest"}
    for name, expected in (
        (
            "dorothy",
            {"EFI-DIABETES", "CMS-COPD", "EFI-MEMORY-AND-COGNITIVE-PROBLEMS", "CMS-ANXIETY-AND-DEPRESSION"},
        ),
        ("vera", {"EFI-DIABETES", "CMS-COPD", "CMS-DEMENTIA", "CMS-STROKE-AND-TIA"}),
    ):
        person = people[name]
        assert ask(
            f"SELECT date_sub('year', birth_date, {ON_DATE}) FROM persons WHERE person_id = {person}"
        ) == [(79,)]
        codes = {code for (code,) in ask(f"SELECT code FROM facts WHERE person_id = {person}")}
        assert expected <= codes
        assert sum(code.startswith("EFI-") for code in codes) >= 9  # moderate or severe frailty


@pytest.mark.trace("T103")
def test_vera_has_just_left_hospital_after_a_stroke_and_lives_with_her_carer(ask: Ask) -> None:
    [(days_ago, codes)] = ask(f"""
        SELECT {ON_DATE} - discharged_on, list(code ORDER BY position)
        FROM stays JOIN diagnoses USING (stay_id)
        WHERE stays.person_id = 2 AND admission_type = 'emergency' GROUP BY ALL ORDER BY 1 LIMIT 1
    """)
    assert 0 < days_ago <= 7
    assert codes[0] == "I639"
    assert {"F00.1", "F00.9"} <= set(codes)
    assert ask("SELECT kind, related_person_id FROM relationships WHERE person_id = 2 ORDER BY 1") == [
        ("spouse-or-partner", 3), ("unpaid-carer", 3),
    ]  # fmt: skip
    assert ask("SELECT count(DISTINCT address_line || postcode) FROM persons WHERE person_id IN (2, 3)") == [
        (1,)
    ]
    assert ask("SELECT count(*) FROM packages WHERE person_id IN (2, 3)") == [(0,)]


def test_couples_and_children_share_an_address(ask: Ask) -> None:
    shares = dict(ask("""
        SELECT r.kind, avg((a.address_line = b.address_line)::INT) FROM relationships r
        JOIN persons a USING (person_id) JOIN persons b ON b.person_id = r.related_person_id GROUP BY 1
    """))  # fmt: skip
    assert shares["spouse-or-partner"] == 1.0
    assert shares["parent"] == 1.0
    assert 0 < shares["unpaid-carer"] <= 1


def test_duplicates_are_known_to_the_truth(ask: Ask) -> None:
    pairs = ask("""
        SELECT copy.birth_date = original.birth_date,
            copy.nhs_number IS NULL AND original.nhs_number IS NOT NULL,
            copy.family_name || copy.given_name = original.family_name || original.given_name
        FROM truth JOIN persons copy USING (person_id)
        JOIN persons original ON original.person_id = duplicate_of
    """)
    assert len(pairs) == 79  # 0.4 per cent of the chunk beside the personas
    assert all(same_birth and number_gone for same_birth, number_gone, _ in pairs)
    assert sum(not same_name for *_, same_name in pairs) > len(pairs) / 2


def test_dirt_is_there_and_can_be_left_out(tmp_path: Path, ask: Ask) -> None:
    [(dots, lower, blank, dagger)] = ask("""
        SELECT avg((code LIKE '%.%')::INT), avg((code <> upper(code))::INT), avg((code <> trim(code))::INT),
            avg(regexp_matches(code, '[*+DA]$')::INT) FROM diagnoses
    """)
    assert 0.02 < dots < 0.2
    assert min(lower, blank, dagger) > 0.005
    [(moved, dead, opted_out, odd)] = ask("""
        SELECT (SELECT count(*) - count(DISTINCT person_id) FROM registrations), count(death_date),
            sum(national_data_opt_out::INT), sum((postcode LIKE 'ZZ99%')::INT) FROM persons
    """)
    assert min(moved, dead, opted_out) > 200
    assert odd > 10
    clean = write_small(tmp_path, dirt=False, people=3000)
    assert pq.read_table(clean / "persons.parquet").column("nhs_number").null_count == 0
    generated = pq.read_table(clean / "diagnoses.parquet").column("code").to_pylist()[40:]
    assert not [code for code in generated if code != code.strip().upper() or "." in code]


def test_everyone_alive_is_registered_at_most_once_at_a_time(ask: Ask) -> None:
    open_ones = Counter(ask("SELECT person_id FROM registrations WHERE ended_on IS NULL"))
    assert max(open_ones.values()) == 1
    assert ask("SELECT count(*) FROM registrations WHERE ended_on <= started_on") == [(0,)]
    shares = dict(
        ask("SELECT practice_code, count(*) / 20000 FROM registrations WHERE ended_on IS NULL GROUP BY 1")
    )
    assert shares["S1002"] == pytest.approx(0.4, abs=0.04)


def test_events_can_be_asked_for_by_number(tmp_path: Path) -> None:
    out = write_small(tmp_path, people=5000, events_per_person=60)
    names = ("facts", "stays", "diagnoses", "procedures", "attendances", "contacts", "packages")
    events = sum(pq.read_metadata(out / f"{name}.parquet").num_rows for name in names)
    assert events / 5000 == pytest.approx(60, rel=0.1)


def test_progress_is_reported_to_the_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    write_small(tmp_path, progress=lambda done, total, what: seen.append((done, total, what)))
    assert seen[-1] == (900, 900, "people written")


@pytest.mark.parametrize("wrong", [{"people": 2}, {"practices": []}, {"years": 0}])
def test_arguments_that_make_no_population_are_refused(tmp_path: Path, wrong: dict) -> None:
    with pytest.raises(ValueError, match="a population needs"):
        write_small(tmp_path, **wrong)


def test_codes_are_those_of_the_synthetic_pack() -> None:
    pack = yaml.safe_load((FOLDER.parent / "codelists" / "local-synthetic.yaml").read_text(encoding="utf-8"))
    known = {entry["code"] for entries in pack["lists"].values() for entry in entries}
    used = {code for c in conditions().content for code in (c["efi"], c["cms"]) if code}
    assert used <= known
    deficits_and_conditions = {code for code in known if code.startswith(("EFI-", "CMS-"))}
    assert used == deficits_and_conditions


def test_practices_of_known_areas_have_their_deprivation_and_district() -> None:
    margate, nowhere = practice_shares([("S1", "Margate Old Town", 2), ("S2", "Atlantis", 1)])
    assert (margate.imd_middle, margate.postcode_district) == (2.0, "CT9")
    assert nowhere.postcode_district == "ME99"
    assert not set(margate.lsoa_codes) & set(nowhere.lsoa_codes)


def test_the_practices_of_the_place_definitions_are_used() -> None:
    practices = kent_and_medway_practices()
    assert len(practices) > 100
    assert all(practice.code.startswith("SYN-") for practice in practices)
    assert "ME99" not in {practice.postcode_district for practice in practices}
    lsoas = [code for practice in practices for code in practice.lsoa_codes]
    assert len(lsoas) == len(set(lsoas))
