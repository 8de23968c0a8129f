"""Scoring a dataset: who is there, where windows end, what each count is, and the file that is written."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from localcare.analysis.dataset import DatasetError, LinkedDataset, write_table
from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.scores import ALL, columns_of, score
from localcare.analysis.scores.run import write_scores

AS_OF = date(2026, 11, 22)
BORN = date(1940, 2, 29)


def write(folder: Path, *, people: int = 1, as_csv: bool = False, **tables: list[dict[str, Any]]) -> Path:
    """A dataset of people registered since 2000, with the given rows; keys are filled in."""
    content: dict[str, list[dict[str, Any]]] = {table.name: [] for table in TABLES}
    content["persons"] = [{"birth_date": BORN, "sex": "female"} for _ in range(people)]
    content["registrations"] = [
        {"person_id": who, "practice_code": "G82001", "started_on": date(2000, 1, 1)}
        for who in range(1, people + 1)
    ]
    for name, rows in (content | tables).items():
        key = next(table.key for table in TABLES if table.name == name)
        filled = [{"person_id": 1} | {key: number} | row for number, row in enumerate(rows, start=1)]
        write_table(folder, name, filled, as_csv=as_csv)
    return folder


def scored(folder: Path, **options: Any) -> dict[int, dict[str, Any]]:
    with LinkedDataset.open(folder, threads=1) as dataset:
        rows = score(dataset, **({"as_of": AS_OF} | options)).to_pyarrow().to_pylist()
    assert len({row["person_id"] for row in rows}) == len(rows)
    return {row["person_id"]: row for row in rows}


def stay(admitted: date, discharged: date | None = None, kind: str = "emergency") -> dict[str, Any]:
    return {"admission_type": kind, "admitted_on": admitted, "discharged_on": discharged}


def diagnosis(number: int, code: str, day: date, position: int = 1) -> dict[str, Any]:
    return {"stay_id": number, "code": code, "position": position, "occurred_on": day}


@pytest.mark.trace("T052", "T074")
def test_a_registered_person_without_codes_is_there_with_0(tmp_path: Path) -> None:
    row = scored(write(tmp_path))[1]
    assert row["practice_code"] == "G82001"
    assert row["hfrs_band"] == "low" and row["efi_category"] == "fit"
    measures = [
        column.name for column in columns_of(ALL) if column.score and column.type in ("int32", "int64")
    ]
    assert {row[name] for name in measures} == {0}
    assert row["last_contact_on"] is None and row["in_hospital"] is False


def test_who_is_on_the_register(tmp_path: Path) -> None:
    people = [
        {"birth_date": BORN, "sex": "female"},
        {"birth_date": BORN, "sex": "female", "death_date": AS_OF},  # died on the day
        {"birth_date": BORN, "sex": "female", "death_date": date(2026, 11, 23)},  # still alive on the day
        {"birth_date": date(2026, 11, 23), "sex": "female"},  # not yet born
        {"birth_date": BORN, "sex": "female"},  # left that day
        {"birth_date": BORN, "sex": "female"},  # joins the day after
        {"birth_date": BORN, "sex": "female"},  # joins that day, and is still with the practice before
    ]
    registrations = [
        {"person_id": who, "practice_code": "A", "started_on": date(2000, 1, 1)} for who in (1, 2, 3, 4)
    ] + [
        {"person_id": 5, "practice_code": "A", "started_on": date(2000, 1, 1), "ended_on": AS_OF},
        {"person_id": 6, "practice_code": "A", "started_on": date(2026, 11, 23)},
        {"person_id": 7, "practice_code": "B", "started_on": AS_OF},
        {"person_id": 7, "practice_code": "A", "started_on": date(2000, 1, 1)},
    ]
    persons = [person | {"person_id": who} for who, person in enumerate(people, start=1)]
    rows = scored(write(tmp_path, persons=persons, registrations=registrations))
    assert {who: row["practice_code"] for who, row in rows.items()} == {1: "A", 3: "A", 7: "B"}


@pytest.mark.parametrize(
    ("day", "age"), [(date(2026, 2, 28), 85), (date(2026, 3, 1), 86), (date(2028, 2, 29), 88)]
)
def test_age_of_someone_born_on_29_february(tmp_path: Path, day: date, age: int) -> None:
    row = scored(write(tmp_path), as_of=day, scores=["polypharmacy"])[1]
    assert row["age"] == age


@pytest.mark.trace("T074", "T079")
@pytest.mark.parametrize(
    ("day", "twelve", "twenty_four", "tenths"),
    [
        (date(2026, 11, 23), 0, 0, 0),  # after the date
        (date(2026, 11, 22), 1, 1, 71),  # on the date
        (date(2025, 11, 23), 1, 1, 71),  # first day of the 12 months
        (date(2025, 11, 22), 0, 1, 71),  # the day before
        (date(2024, 11, 23), 0, 1, 71),  # first day of the 24 months
        (date(2024, 11, 22), 0, 0, 0),  # the day before
    ],
)
def test_windows_end_where_they_say(
    tmp_path: Path, day: date, twelve: int, twenty_four: int, tenths: int
) -> None:
    row = scored(
        write(tmp_path, stays=[stay(day, day)], diagnoses=[diagnosis(1, "F00.1", day)]),
        scores=["hfrs", "activity"],
    )[1]
    assert row["emergency_admissions_12m"] == twelve
    assert row["emergency_admissions_24m"] == twenty_four
    assert row["hfrs_tenths"] == tenths


def test_frailty_reads_emergency_stays_and_the_most_recent_one(tmp_path: Path) -> None:
    days = [date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)]
    stays = [stay(days[0]), stay(days[1], kind="elective"), stay(days[2], kind="elective")]
    codes = [diagnosis(1, "F00", days[0]), diagnosis(2, "W19", days[1]), diagnosis(3, "S06", days[2])]
    row = scored(write(tmp_path, stays=stays, diagnoses=codes))[1]
    assert row["hfrs_tenths"] == 71 + 24  # not the elective stay of March


@pytest.mark.trace("T075")
def test_frailty_index_counts_deficits_values_and_medicines(tmp_path: Path) -> None:
    def fact(code: str, system: str = "LOCAL", **more: Any) -> dict[str, Any]:
        return {"kind": "condition", "system": system, "code": code, "occurred_on": date(2010, 1, 1)} | more

    deficits = [fact(f"EFI-{name}") for name in ("FALLS", "DIABETES", "HYPERTENSION", "ARTHRITIS", "FALLS")]
    medicines = [
        fact(f"M{number}", kind="medicine", occurred_on=date(2026, 1, number)) for number in range(1, 6)
    ]
    value = fact("718-7", "LOINC", value=114.0, unit="g/L")
    assert scored(write(tmp_path / "four", facts=deficits))[1]["efi_category"] == "fit"
    five = scored(write(tmp_path / "five", facts=[*deficits, value]))[1]
    assert (five["efi_deficits"], five["efi_category"]) == (5, "mild")
    six = scored(write(tmp_path / "six", facts=[*deficits, value, *medicines]))[1]
    assert (six["efi_deficits"], six["medicines_12m"], six["polypharmacy"]) == (6, 5, True)
    four = scored(write(tmp_path / "less", facts=[*deficits, *medicines[:4]]))[1]
    assert (four["efi_deficits"], four["medicines_12m"], four["polypharmacy"]) == (4, 4, False)


def test_a_medicine_is_the_same_with_any_space_around_its_code(tmp_path: Path) -> None:
    written = ["A", " A", "A\t", "A\N{NO-BREAK SPACE}", "a", "A A"]
    facts = [
        {"kind": "medicine", "system": "DMD", "code": code, "occurred_on": date(2026, 1, 1)}
        for code in written
    ]
    assert scored(write(tmp_path, facts=facts), scores=["polypharmacy"])[1]["medicines_12m"] == 3


@pytest.mark.parametrize(
    ("value", "unit", "sex", "anaemic"),
    [(114.9, "g/L", "female", 1), (115.0, "g/L", "female", 0), (129.9, "g/L", "male", 1), (130.0, "g/L", "male", 0),
     (129.9, "g/L", "unknown", 0), (11.4, "g/dL", "female", 1), (12.9, "g/dL", "male", 1), (13.0, "g/dL", "male", 0),
     (12.0, "mmol/L", "female", 0), (12.0, None, "female", 0), (None, "g/L", "female", 0)],
)  # fmt: skip
def test_values_count_in_their_unit_and_for_their_sex(
    tmp_path: Path, value: float | None, unit: str | None, sex: str, anaemic: int
) -> None:
    fact = {"kind": "observation", "system": "http://loinc.org", "code": "718-7", "value": value, "unit": unit,
            "occurred_on": date(2020, 1, 1)}  # fmt: skip
    persons = [{"birth_date": BORN, "sex": sex}]
    assert (
        scored(write(tmp_path, facts=[fact], persons=persons), scores=["efi"])[1]["efi_deficits"] == anaemic
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_no_number_never_counts(tmp_path: Path, value: float) -> None:
    """The file's statistics know only the ordinary value, which must not let the engine drop the check."""
    facts = [
        {
            "kind": "observation",
            "system": "LOCAL",
            "code": code,
            "value": number,
            "unit": "{score}",
            "occurred_on": AS_OF,
        }
        for code, number in (("MEASURE-SIX-CIT", 1.0), ("MEASURE-SIX-CIT", value), ("MEASURE-BARTHEL", value))
    ]
    assert scored(write(tmp_path, facts=facts), scores=["efi"])[1]["efi_deficits"] == 0


def test_cambridge_weights_and_look_backs(tmp_path: Path) -> None:
    def fact(code: str, day: date) -> dict[str, Any]:
        return {"kind": "condition", "system": "LOCAL", "code": code, "occurred_on": day}

    facts = [fact("CMS-DEMENTIA", date(1990, 1, 1)), fact("CMS-CANCER", date(2021, 11, 22)),
             fact("CMS-HYPERTENSION", date(2026, 11, 22)), fact("CMS-COPD", date(2026, 11, 23))]  # fmt: skip
    assert (
        scored(write(tmp_path / "a", facts=facts), scores=["cambridge"])[1]["cambridge_hundredths"] == 250 + 8
    )
    facts.append(fact("CMS-CANCER", date(2021, 11, 23)))
    assert (
        scored(write(tmp_path / "b", facts=facts), scores=["cambridge"])[1]["cambridge_hundredths"]
        == 250 + 8 + 153
    )


@pytest.mark.parametrize(
    ("codes", "kind", "count"),
    [
        ([("J44.1", 1)], "emergency", 1),
        ([("J44.1", 1)], "elective", 0),
        ([("J44.1", 2), ("S72.0", 1)], "emergency", 0),
        ([("J20.9", 1)], "emergency", 0),
        ([("J20.9", 1), ("J44.9", 2)], "emergency", 1),
        ([("J20.9", 1), ("J45.9", 2)], "emergency", 0),
        ([("K25.3", 1)], "emergency", 0),
        ([("K25.4", 1)], "emergency", 1),
        ([("E10.9", 1)], "emergency", 0),
    ],
)
def test_sensitive_admissions(tmp_path: Path, codes: list[tuple[str, int]], kind: str, count: int) -> None:
    day = date(2026, 5, 1)
    diagnoses = [diagnosis(1, code, day, position) for code, position in codes]
    rows = scored(write(tmp_path, stays=[stay(day, kind=kind)], diagnoses=diagnoses), scores=["acsc"])
    assert rows[1]["acsc_admissions_12m"] == count


@pytest.mark.parametrize(
    ("admitted", "discharged", "nights", "longest", "inside"),
    [
        (date(2026, 11, 1), date(2026, 11, 8), 7, 7, False),
        (date(2025, 11, 20), date(2025, 11, 24), 1, 4, False),  # one of four nights is in the window
        (date(2025, 11, 20), date(2025, 11, 23), 0, 0, False),
        (date(2026, 11, 1), None, 21, 21, True),
        (date(2026, 11, 1), date(2026, 11, 30), 21, 21, True),
        (date(2026, 11, 22), None, 0, 0, True),
        (date(2024, 1, 1), None, 364, 1056, True),
    ],
)
def test_nights_in_hospital(
    tmp_path: Path, admitted: date, discharged: date | None, nights: int, longest: int, inside: bool
) -> None:
    row = scored(write(tmp_path, stays=[stay(admitted, discharged)]), scores=["activity"])[1]
    assert (row["bed_days_12m"], row["longest_stay_days_12m"], row["in_hospital"]) == (
        nights,
        longest,
        inside,
    )
    assert [row[f"long_stays_{days}_days_12m"] for days in (7, 14, 21)] == [
        int(longest >= days) for days in (7, 14, 21)
    ]


def test_contacts_by_setting_and_the_last_of_them(tmp_path: Path) -> None:
    contacts = [
        {"setting": "general-practice", "occurred_on": date(2026, 11, 1)},
        {"setting": "general-practice", "occurred_on": date(2026, 11, 20), "attended": False},
        {"setting": "social-care", "occurred_on": date(2026, 11, 2), "attended": True},
        {"setting": "social-care", "occurred_on": date(2025, 11, 22)},
    ]
    row = scored(write(tmp_path, contacts=contacts, attendances=[{"arrived_on": date(2026, 11, 3)}]))[1]
    assert (row["contacts_general_practice_12m"], row["contacts_social_care_12m"], row["contacts_12m"]) == (
        1,
        1,
        2,
    )
    assert (row["attendances_12m"], row["last_contact_on"]) == (1, date(2026, 11, 3))


def test_scores_can_be_chosen(tmp_path: Path) -> None:
    row = scored(write(tmp_path), scores=["efi"])[1]
    assert list(row) == [column.name for column in columns_of(["efi"])]
    with pytest.raises(ValueError, match="there is no score 'frailty'"):
        scored(tmp_path, scores=["frailty"])


def test_parquet_parts_csv_and_gzip_give_the_same(tmp_path: Path) -> None:
    day = date(2026, 5, 1)
    content = {"stays": [stay(day)], "diagnoses": [diagnosis(1, "007.0", day), diagnosis(1, "I11.0", day)]}
    expected = scored(write(tmp_path / "parquet", **content))
    text = write(tmp_path / "csv", as_csv=True, **content)
    packed = text / "diagnoses.csv"
    with gzip.open(text / "diagnoses.csv.gz", "wb") as stream:
        stream.write(packed.read_bytes())
    packed.unlink()
    assert scored(text) == expected
    parts = write(tmp_path / "parts", **content)
    (parts / "persons").mkdir()
    (parts / "persons.parquet").rename(parts / "persons" / "part-0.parquet")
    assert scored(parts) == expected


def test_missing_tables_are_named_with_a_remedy(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "facts.parquet").unlink()
    with pytest.raises(DatasetError, match=r"has no facts: add facts\.parquet"):
        LinkedDataset.open(tmp_path)
    with LinkedDataset.open(tmp_path, allow_missing=True) as dataset:
        assert score(dataset, as_of=AS_OF).to_pyarrow().num_rows == 1
    (tmp_path / "procedures.parquet").unlink()  # optional
    with pytest.raises(DatasetError, match="not a directory"):
        LinkedDataset.open(tmp_path / "nowhere")


def test_a_missing_column_is_named_with_a_remedy(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "persons.parquet").unlink()
    (tmp_path / "persons.csv").write_text("person_id,sex\n1,female\n")
    with pytest.raises(DatasetError, match=r"persons.*birth_date.*date: Date of birth"):
        scored(tmp_path)


def test_written_file_and_its_description(tmp_path: Path) -> None:
    folder = write(tmp_path / "dataset", people=3)
    seen: list[str] = []
    run = write_scores(
        folder, AS_OF, tmp_path / "out.parquet", lambda what, step, steps: seen.append(what), threads=1
    )
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.num_rows == run.people == 3
    assert table.column_names == [column.name for column in columns_of(ALL)]
    assert seen[0] == "Opening the dataset" and seen[-1] == "Done"
    description = json.loads((tmp_path / "out.parquet.json").read_text())
    assert description["as_of"] == "2026-11-22"
    assert description["scores"] == dict.fromkeys(ALL, "1.0")
    assert description["packs"]["local-synthetic"].startswith("1.0 sha256:")
    write_scores(folder, AS_OF, tmp_path / "out.csv", threads=1)
    with (tmp_path / "out.csv").open() as stream:
        assert sorted(int(row["person_id"]) for row in csv.DictReader(stream)) == [1, 2, 3]
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == [
        "out.csv", "out.csv.json", "out.parquet", "out.parquet.json"]  # fmt: skip
    with pytest.raises(ValueError, match=r"must end in \.parquet or \.csv"):
        write_scores(folder, AS_OF, tmp_path / "out.xlsx")
