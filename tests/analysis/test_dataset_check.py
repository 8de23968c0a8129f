"""The dataset check finds every kind of problem and names table, row, column and remedy."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import nhs_number
import pytest

from localcare.analysis.dataset import DatasetError, Problem, check, describe, write_metadata, write_table
from localcare.analysis.dataset.schema import TABLES

PERSONS = [
    {"person_id": 1, "nhs_number": "9990000018", "birth_date": date(1940, 1, 2), "sex": "female"},
    {"person_id": 2, "birth_date": date(1950, 1, 2), "sex": "male", "death_date": date(2024, 1, 1)},
]
REGISTRATIONS = [
    {"registration_id": 1, "person_id": 1, "practice_code": "G82001", "started_on": date(2000, 1, 1),
     "ended_on": date(2010, 1, 1)},
    {"registration_id": 2, "person_id": 1, "practice_code": "G82002", "started_on": date(2010, 1, 1)},
    {"registration_id": 3, "person_id": 2, "practice_code": "G82001", "started_on": date(2000, 1, 1)},
]  # fmt: skip


def dataset(folder: Path, *, as_csv: bool = False, **tables: list[dict[str, Any]]) -> Path:
    """A sound little dataset in which the named tables are replaced."""
    content = (
        {described.name: [] for described in TABLES}
        | {"persons": PERSONS, "registrations": REGISTRATIONS}
        | tables
    )
    for name, rows in content.items():
        write_table(folder, name, rows, as_csv=as_csv)
    write_metadata(folder, as_of=date(2026, 11, 22), source="a test")
    return folder


def only(problems: tuple[Problem, ...]) -> Problem:
    (problem,) = problems
    return problem


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_sound_dataset_has_no_problems(tmp_path: Path, as_csv: bool) -> None:
    report = check(dataset(tmp_path, as_csv=as_csv))
    assert report.problems == ()
    assert report.rows["persons"] == 2


STAY = {"stay_id": 1, "person_id": 1, "admission_type": "emergency", "admitted_on": date(2025, 1, 1)}
FACT = {
    "fact_id": 1,
    "person_id": 1,
    "kind": "condition",
    "system": "LOCAL",
    "code": "A",
    "occurred_on": date(2025, 1, 1),
}


@pytest.mark.parametrize(
    ("table", "rows", "rule", "column", "row"),
    [
        ("persons", [PERSONS[0], PERSONS[1] | {"sex": "F"}], "not-allowed", "sex", "person_id 2"),
        ("persons", [PERSONS[0], PERSONS[1] | {"birth_date": None}], "missing-value", "birth_date", "person_id 2"),
        ("persons", [PERSONS[0] | {"nhs_number": "9991234560"}, PERSONS[1]], "nhs-number", "nhs_number", "person_id 1"),
        ("persons", [PERSONS[0], PERSONS[1] | {"death_date": date(1949, 1, 1)}], "out-of-order", "death_date", "person_id 2"),
        ("persons", [PERSONS[0], PERSONS[1] | {"birth_date": date(1899, 12, 31)}],
         "birth-too-early", "birth_date", "person_id 2"),
        ("persons", [PERSONS[0], PERSONS[1] | {"death_date": date(2026, 11, 23)}], "future", "death_date", "person_id 2"),
        ("facts", [FACT, FACT | {"fact_id": 2, "code": " "}], "missing-value", "code", "fact_id 2"),
        ("facts", [FACT | {"person_id": 7}], "dangling-reference", "person_id", "fact_id 1"),
        ("stays", [STAY | {"discharged_on": date(2024, 12, 31)}], "out-of-order", "discharged_on", "stay_id 1"),
        ("stays", [STAY | {"admitted_on": date(1939, 1, 1)}], "before-birth", "admitted_on", "stay_id 1"),
        ("stays", [STAY | {"admitted_on": date(2026, 11, 23)}], "future", "admitted_on", "stay_id 1"),
        ("registrations", [REGISTRATIONS[0], REGISTRATIONS[1] | {"started_on": date(2009, 12, 31)}],
         "overlapping", "started_on", "registration_id 2"),
    ],
)  # fmt: skip
def test_one_problem_is_found_and_placed(
    tmp_path: Path, table: str, rows: list[dict[str, Any]], rule: str, column: str, row: str
) -> None:
    found = only(check(dataset(tmp_path, **{table: rows})).problems)
    assert (found.rule, found.table, found.column, found.row, found.rows) == (rule, table, column, row, 1)
    assert found.message
    assert found.remedy


def test_the_check_digit_is_that_of_the_nhs_number_library(tmp_path: Path) -> None:
    numbers = [f"{9990000000 + step * 7919}" for step in range(400)]
    people = [
        PERSONS[0] | {"person_id": place, "nhs_number": number} for place, number in enumerate(numbers, 1)
    ]
    report = check(dataset(tmp_path, persons=people, registrations=REGISTRATIONS[:2]))
    assert report.counts == {
        "persons.nhs_number: nhs-number": sum(not nhs_number.is_valid(each) for each in numbers)
    }


def test_duplicate_keys_are_counted(tmp_path: Path) -> None:
    report = check(dataset(tmp_path, stays=[STAY] * 15))
    assert len(report.problems) == 10
    assert report.counts == {"stays.stay_id: duplicate-key": 15}


def test_a_csv_value_of_the_wrong_type_has_its_line_and_value(tmp_path: Path) -> None:
    dataset(tmp_path, as_csv=True)
    (tmp_path / "stays.csv").write_text(
        "stay_id,person_id,admission_type,admitted_on\n1,1,emergency,2025-01-01\n2,1,emergency,01/02/2025\n"
    )
    found = only(check(tmp_path).problems)
    assert (found.rule, found.row, found.column, found.value) == (
        "wrong-type",
        "line 3",
        "admitted_on",
        "01/02/2025",
    )
    assert "YYYY-MM-DD" in found.remedy


def test_missing_tables_and_columns(tmp_path: Path) -> None:
    dataset(tmp_path)
    (tmp_path / "contacts.parquet").unlink()
    (tmp_path / "procedures.parquet").unlink()
    (tmp_path / "packages.parquet").unlink()
    (tmp_path / "packages.csv").write_text("package_id,person_id,package_type,colour\n")
    found = {(problem.rule, problem.table, problem.column) for problem in check(tmp_path).problems}
    assert found == {
        ("missing-table", "contacts", ""),
        ("missing-column", "packages", "started_on"),
        ("unknown-column", "packages", "colour"),
    }


def test_a_parquet_column_of_the_wrong_type(tmp_path: Path) -> None:
    import duckdb

    dataset(tmp_path)
    duckdb.sql(
        f"copy (select * replace ('x' as started_on) from '{tmp_path}/registrations.parquet') to '{tmp_path}/r.parquet'"
    )
    (tmp_path / "r.parquet").replace(tmp_path / "registrations.parquet")
    found = only(tuple(problem for problem in check(tmp_path).problems if problem.rule == "wrong-type"))
    assert (found.table, found.column, found.value) == ("registrations", "started_on", "VARCHAR")


@pytest.mark.parametrize("damage", ["another kind", "cut off", "altered within"])
def test_a_damaged_file_is_named_and_the_rest_is_checked(tmp_path: Path, damage: str) -> None:
    people = [PERSONS[0] | {"person_id": number, "nhs_number": None} for number in range(1, 5001)]
    folder = dataset(tmp_path, persons=people, registrations=[REGISTRATIONS[0] | {"person_id": 9999}])
    file = folder / "persons.parquet"
    whole = file.read_bytes()
    file.write_bytes(
        {
            "another kind": b"person_id,birth_date\n",
            "cut off": whole[: len(whole) // 2],
            "altered within": whole[:8] + bytes(200) + whole[208:],
        }[damage]
    )
    report = check(folder)
    (found,) = [problem for problem in report.problems if problem.rule == "unreadable"]
    assert found.table == "persons" and "cannot be read" in found.message and "again" in found.remedy
    assert not report.can_be_read and report.rows["registrations"] == 1


def test_metadata_of_another_version(tmp_path: Path) -> None:
    dataset(tmp_path)
    (tmp_path / "dataset.json").write_text(json.dumps({"schema_version": 9, "as_of": "soon"}))
    assert {problem.column for problem in check(tmp_path).problems} == {"schema_version", "as_of"}


def test_not_a_directory(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="not a directory"):
        check(tmp_path / "nowhere")


@pytest.mark.parametrize("style", ["text", "markdown"])
def test_every_column_is_described(style: str) -> None:
    page = describe(style)
    for table in TABLES:
        assert table.name in page
        for column in table.columns:
            assert column.name in page and column.meaning in page


def test_the_json_document_is_versioned() -> None:
    document = json.loads(describe("json"))
    assert document["schema_version"] == 1
    assert [table["name"] for table in document["tables"]] == [table.name for table in TABLES]
    with pytest.raises(ValueError, match="choose from"):
        describe("xml")
