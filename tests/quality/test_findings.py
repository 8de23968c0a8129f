"""Faults planted in a sound dataset are found, weighed by the stated rules, and say what they would do to the lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from localcare.analysis.dataset import LinkedDataset
from localcare.analysis.quality import (
    Accepted,
    Finding,
    Outcome,
    Report,
    RulesError,
    Severity,
    as_csv,
    as_json,
    assess,
    effects,
    load_rules,
    shipped_rules,
)
from localcare.analysis.quality.effects import frail_people
from localcare.analysis.quality.figures import surely
from localcare.analysis.scores.packs import shipped_packs
from tests.quality.conftest import AS_OF, Damage


def found(report: Report, rule: str, code: str = "", table: str = "") -> Finding | None:
    return next(
        (
            one
            for one in report.findings
            if one.rule == rule and one.code == code and table in ("", one.table)
        ),
        None,
    )


@pytest.mark.trace("T188")
def test_the_synthetic_place_is_not_refused_and_its_planted_dirt_is_seen(sound: Path) -> None:
    report = assess(sound, as_of=AS_OF)
    assert report.verdict.outcome is not Outcome.REFUSED, report.verdict.reasons
    missing, alike = found(report, "nhs-number-missing"), found(report, "same-person-twice")
    assert missing and alike, "people without a number and people twice are planted by the generator"
    with duckdb.connect() as engine:
        (without,) = engine.execute(
            f"select count(distinct person_id) from '{sound}/persons.parquet' join '{sound}/registrations.parquet' using"
            " (person_id) where nhs_number is null and ended_on is null and death_date is null"
        ).fetchone()
    assert missing.part == without
    assert missing.effect.people == missing.part
    assert json.loads(as_json(report))["verdict"] == report.verdict.outcome.value
    assert len(as_csv(report).splitlines()) == 1 + len(report.findings)


def test_a_practice_whose_facts_stop_is_named_with_who_would_leave_the_list(damaged: Damage) -> None:
    stopped = damaged(
        facts="select t.* from t left join registered using (person_id)"
        " where practice_code is distinct from 'P2' or occurred_on < date '2026-07-01'"
    )
    report = assess(stopped, as_of=AS_OF)
    changed, silent, months = (
        found(report, rule, "P2") for rule in ("coding-changed", "feed-silent", "months-missing")
    )
    assert changed and silent and months
    assert "stopped in July 2026" in changed.words
    assert months.part == 3
    assert silent.severity is Severity.REFUSE
    assert not [one for one in report.findings if one.rule == "coding-changed" and one.code != "P2"]

    lists = frail_people(AS_OF, shipped_packs())
    with LinkedDataset.open(stopped) as dataset:
        listed = lists(dataset).filter(lambda row: row.on_list).to_pyarrow()["person_id"].to_pylist()
    without_facts = stopped.parent / "without"
    with duckdb.connect() as engine:
        people = {
            person
            for (person,) in engine.execute(
                f"select distinct on (person_id) person_id from '{stopped}/registrations.parquet'"
                " where ended_on is null and practice_code = 'P2'"
            ).fetchall()
        }
        without_facts.mkdir()
        for file in stopped.glob("*.parquet"):
            keep = "where person_id not in (select unnest($1))" if file.stem == "facts" else ""
            engine.execute(
                f"copy (select * from '{file}' {keep}) to '{without_facts / file.name}' (format parquet)",
                [sorted(people)] if keep else [],
            )
    with LinkedDataset.open(without_facts) as dataset:
        left = lists(dataset).filter(lambda row: row.on_list).to_pyarrow()["person_id"].to_pylist()
    gone = set(listed) - set(left)
    assert gone <= people
    assert gone, "somebody of the practice is scored as frail by its facts"
    assert silent.effect.would_leave == changed.effect.would_leave == len(gone), (
        "scored as a whole, it is the same"
    )
    assert silent.effect.people == report.counts.people_of("P2")


NOTHING = "select * from t where false"
GROSS = {
    "fact-code-malformed": {"facts": "select * replace ('4.78711E+14' as code) from t"},
    "fact-system-unknown": {"facts": "select * replace ('READ-V9' as system) from t"},
    "diagnosis-malformed": {"diagnoses": "select * replace ('21I' as code) from t"},
    "fact-day-impossible": {
        "facts": "select * replace (if(fact_id % 3 = 0, date '2030-01-01', occurred_on) as occurred_on) from t"
    },
    "stay-twice": {"stays": "from t union all select * replace (stay_id + 1000000 as stay_id) from t"},
    "stays-without-diagnosis": {"diagnoses": NOTHING},
    "nothing-coded": {"facts": NOTHING},
    "sex-not-known": {"persons": "select * replace ('unknown' as sex) from t"},
    "people-without-activity": dict.fromkeys(("facts", "contacts", "stays", "attendances"), NOTHING),
}


def often_in_hospital(part: LinkedDataset) -> Any:
    """A list by the number of stays, which is quicker made than scores."""
    stays = part.table("stays")
    counted = stays.group_by("person_id").aggregate(stays=stays.count())
    return counted.select("person_id", on_list=counted.stays >= 2)


@pytest.mark.trace("T188")
@pytest.mark.parametrize("rule", GROSS)
def test_gross_faults_are_refused(rule: str, damaged: Damage) -> None:
    report = assess(damaged(**GROSS[rule]), as_of=AS_OF, lists=often_in_hospital)
    one = found(report, rule)
    assert one and one.severity is Severity.REFUSE, rule
    assert report.verdict.outcome is Outcome.REFUSED
    assert any(shipped_rules().rule(rule).title in reason for reason in report.verdict.reasons)


def test_stays_that_are_there_twice_say_how_the_list_would_differ(damaged: Damage) -> None:
    twice = damaged(**GROSS["stay-twice"])
    one = found(assess(twice, as_of=AS_OF), "stay-twice")
    assert one and one.part * 2 == one.whole
    assert one.effect.would_leave == one.effect.would_join == 0, "a frailty score counts a code once"
    with duckdb.connect() as engine:
        (once,) = engine.execute(
            f"select count(*) from (select person_id from '{twice}/stays.parquet' where stay_id < 1000000"
            " group by person_id having count(*) = 1)"
        ).fetchone()
    counted = found(assess(twice, as_of=AS_OF, lists=often_in_hospital), "stay-twice")
    assert counted and counted.effect.would_leave == once, "a list by admissions loses whoever was there once"


def test_the_rows_of_few_people_are_kept_and_those_of_many_looked_up_again_with_one_answer(
    damaged: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = damaged(**GROSS["stay-twice"])
    kept = assess(twice, as_of=AS_OF, lists=often_in_hospital).findings
    assert any(one.effect.would_leave for one in kept)
    monkeypatch.setattr(effects, "FEW", 0)
    assert assess(twice, as_of=AS_OF, lists=often_in_hospital).findings == kept


def test_values_in_another_unit_and_facts_recorded_late_and_twice_are_warned_of(damaged: Damage) -> None:
    report = assess(
        damaged(
            facts="select * replace (case when unit = 'g/L' then 'stone' else unit end as unit,"
            " occurred_on + (case when fact_id % 2 = 0 then 45 else 0 end)::integer as recorded_on) from t"
            " union all select * replace (fact_id + 100000000 as fact_id) from t where fact_id % 2 = 0"
        ),
        as_of=AS_OF,
    )
    for rule in ("value-without-usable-unit", "recorded-late", "fact-twice"):
        one = found(report, rule)
        assert one and one.severity is Severity.WARN, rule
    assert report.verdict.outcome is Outcome.WARNED


def test_what_somebody_accepted_is_a_note_until_it_gets_graver(damaged: Damage) -> None:
    bad = damaged(facts="select * replace ('READ-V9' as system) from t")
    report = assess(bad, as_of=AS_OF, lists=often_in_hospital)
    words = Accepted("an analyst until Friday: known", Severity.REFUSE)
    keys = {one.key: words for one in report.findings}
    assert assess(bad, as_of=AS_OF, accepted=keys, lists=often_in_hospital).verdict.outcome is Outcome.GOOD
    milder = {key: Accepted("known as a warning", Severity.WARN) for key in keys}
    assert (
        assess(bad, as_of=AS_OF, accepted=milder, lists=often_in_hospital).verdict.outcome is Outcome.REFUSED
    )


def test_a_pseudonymised_dataset_says_what_cannot_be_measured(damaged: Damage) -> None:
    report = assess(
        damaged(
            persons="select * replace (null::varchar as nhs_number, null::varchar as family_name) from t"
        ),
        as_of=AS_OF,
    )
    assert {"nhs-number-missing", "number-twice", "same-person-twice"} <= {
        one.rule for one in report.not_measured
    }
    assert not found(report, "nhs-number-missing")


def test_a_place_may_set_thresholds_of_its_own_and_faults_name_their_place(
    tmp_path: Path, sound: Path
) -> None:
    file = tmp_path / "own.yaml"
    shipped = Path(load_rules.__globals__["FOLDER"]) / "completeness.yaml"
    file.write_text(
        shipped.read_text().replace(
            "{note: 0.005, warn: 0.05, refuse: 0.30}", "{note: 0, warn: 0, refuse: 0}"
        )
    )
    strict = load_rules(file)
    assert strict.version != shipped_rules().version
    assert len(strict.rules) == len(shipped_rules().rules)
    assert assess(sound, as_of=AS_OF, rules=strict).verdict.outcome is Outcome.REFUSED
    for wrong, words in (
        ("flag: sex_not_known", "flag: moon"),
        ("by: practice", "by: moon"),
        ("warn: 0.05", "warn: 0.001"),
    ):
        file.write_text(shipped.read_text().replace(wrong, words, 1))
        with pytest.raises(RulesError, match=r"own\.yaml"):
            load_rules(file)


@pytest.mark.parametrize(("part", "whole", "lower"), [(0, 100, 0.0), (50, 100, 0.3749), (1, 1, 0.1310)])
def test_the_lower_end_of_the_interval(part: int, whole: int, lower: float) -> None:
    """Wilson (1927) at 99%: (p + z²/2n - z√(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
    assert surely(part, whole) == pytest.approx(lower, abs=1e-3)
