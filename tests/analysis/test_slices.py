"""Scoring slice by slice: the same values, only where the files let slices be read apart, and who is in which."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from localcare.analysis.dataset import LinkedDataset, write_table
from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.scores import run, score, slices
from localcare.analysis.scores.run import write_scores

AS_OF = date(2026, 11, 22)
PEOPLE = 60
Rows = list[dict[str, Any]]


def rows_of(who: int) -> dict[str, Rows]:
    """A person with more of everything the higher the key, and a diagnosis that names somebody else's stay."""
    day = AS_OF - timedelta(days=who)
    codes = ["718-7", "62238-1", "73211009", "44054006"]
    return {
        "persons": [{"birth_date": date(1930 + who, 3, 1), "sex": "female" if who % 2 else "male"}],
        "registrations": [{"practice_code": f"G8200{who % 3}", "started_on": date(2000, 1, 1)}],
        "facts": [
            {"kind": "observation", "system": "LOINC", "code": codes[who % 2], "value": 40.0 + who, "unit": "g/L"}
            | {"occurred_on": day}
        ]
        + [
            {"kind": "medicine", "system": "DMD", "code": str(number), "occurred_on": day}
            for number in range(who % 8)
        ],
        "stays": [{"stay_id": who, "admission_type": "emergency", "admitted_on": day, "discharged_on": AS_OF}],
        "diagnoses": [
            {"stay_id": who, "position": 1, "code": ["J44.1", "E10.2", "F00"][who % 3], "occurred_on": day},
            {"stay_id": PEOPLE + 1 - who, "position": 1, "code": "I110", "occurred_on": day},
        ],
        "attendances": [{"arrived_on": day}] * (who % 3),
        "contacts": [{"setting": "community", "occurred_on": day}] * (who % 4),
    }  # fmt: skip


def write(folder: Path, order: list[int], *, as_csv: bool = False) -> Path:
    """The people's rows in the order given; Parquet with one row group for each ten rows."""
    content: dict[str, Rows] = {table.name: [] for table in TABLES}
    for who in order:
        for name, rows in rows_of(who).items():
            content[name] += [{"person_id": who} | row for row in rows]
    for table in TABLES:
        filled = [{table.key: number} | row for number, row in enumerate(content[table.name], start=1)]
        file = write_table(folder, table.name, filled, as_csv=as_csv)
        if not as_csv:
            pq.write_table(pq.read_table(file), file, row_group_size=10)
    return folder


def found(dataset: Path, people: int) -> list[slices.Range]:
    with LinkedDataset.open(dataset, threads=1) as opened:
        score(opened, as_of=AS_OF)
        return slices.slices(opened, people=people)


def in_order() -> list[int]:
    return list(range(1, PEOPLE + 1))


def scattered() -> list[int]:
    return sorted(in_order(), key=lambda who: who * 37 % 61)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_slices_give_the_same_values_as_one_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    whole, sliced = tmp_path / f"whole.{ending}", tmp_path / f"sliced.{ending}"
    dataset = write(tmp_path / "sorted", in_order())
    first = write_scores(dataset, AS_OF, whole)
    monkeypatch.setattr(slices, "WORTH_READING", 2.0)  # tiny row groups straddle the ends of tiny slices
    monkeypatch.setattr(run, "slices", lambda opened: slices.slices(opened, people=20))
    assert len(found(dataset, 20)) == 3
    second = write_scores(dataset, AS_OF, sliced)
    assert first.people == second.people == PEOPLE
    if ending == "csv":
        assert sorted(whole.read_text().splitlines()) == sorted(sliced.read_text().splitlines())
    else:
        one, other = (pq.read_table(file).sort_by("person_id") for file in (whole, sliced))
        assert [(field.name, field.type) for field in one.schema] == [
            (field.name, field.type) for field in other.schema
        ]
        assert one.to_pylist() == other.to_pylist()
        assert len(set(one["hfrs_tenths"].to_pylist())) > 1 and max(one["medicines_12m"].to_pylist()) == 7


def test_order_decides_whether_to_slice(tmp_path: Path) -> None:
    ranges = found(write(tmp_path / "sorted", in_order()), 30)
    assert ranges == [(1, 30), (31, 60)]
    assert found(write(tmp_path / "scattered", scattered()), 30) == []
    assert found(write(tmp_path / "csv", in_order(), as_csv=True), 30) == []
    assert found(tmp_path / "sorted", PEOPLE) == [], "few enough people for one pass"


def test_row_groups_that_do_not_tell_are_read_by_every_slice() -> None:
    ranges = [(1, 10), (11, 20)]
    assert slices._rows_read([(5, 1, 10), (5, 11, 20)], ranges) == 1.0
    assert slices._rows_read([(5, 1, 10), (5, None, None)], ranges) == 1.5
    assert slices._rows_read([(5, 1, 20), (5, 3, 12)], ranges) == 2.0
