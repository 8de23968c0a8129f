"""Truly bad rows put into a copy of a dataset, for tests of the checker and the quarantine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from localcare.analysis.dataset.schema import table as schema_table
from localcare.synthetic.writing import TRUTH

Row = dict[str, Any]
NOBODY_ID = 9_000_000_000
WRITTEN_AS_CSV = "packages"


@dataclass(frozen=True)
class Fault:
    """One bad value: table, row (1 for the first row of data), its key, column and what is wrong."""

    table: str
    row: int
    key: int
    column: str
    problem: str


def _bad_check_digit(row: Row) -> str:
    number = row["nhs_number"] or "9990000018"
    return number[:9] + str((int(number[9]) + 1) % 10)


def _day_before(name: str) -> Callable[[Row], date]:
    return lambda row: row[name] - timedelta(days=1)


# table, row, column, the bad value made from the row, what is wrong
FAULTS: tuple[tuple[str, int, str, Callable[[Row], Any], str], ...] = (
    ("persons", 5, "nhs_number", _bad_check_digit, "wrong check digit"),
    ("persons", 6, "birth_date", lambda row: date(2190, 1, 1), "born in the future"),
    ("persons", 7, "death_date", _day_before("birth_date"), "died before birth"),
    ("persons", 8, "sex", lambda row: "F", "value not allowed"),
    ("persons", 9, "birth_date", lambda row: None, "required value missing"),
    ("persons", 10, "imd_decile", lambda row: 11, "outside its range"),
    ("registrations", 4, "practice_code", lambda row: "NOWHERE", "unknown practice"),
    ("registrations", 5, "ended_on", _day_before("started_on"), "ended before it started"),
    ("facts", 3, "person_id", lambda row: NOBODY_ID, "unknown person"),
    ("facts", 4, "kind", lambda row: "rumour", "value not allowed"),
    ("stays", 3, "discharged_on", _day_before("admitted_on"), "discharged before admission"),
    ("diagnoses", 2, "stay_id", lambda row: NOBODY_ID, "unknown stay"),
    ("diagnoses", 4, "code", lambda row: None, "required value missing"),
    ("contacts", 4, "contact_id", lambda row: 3, "key used twice"),
    ("packages", 1, "hours_per_week", lambda row: "plenty", "not a number"),
    ("packages", 2, "started_on", lambda row: "2026-13-45", "not a date"),
)


def spoil(dataset_path: Path, out: Path) -> list[Fault]:
    """Copies the dataset to `out` with one bad row for each kind of fault, and says which.

    `packages` is written as CSV, because a Parquet file cannot hold a word where a number belongs.
    Rows that refer to a spoilt row stay as they are. Raises ValueError where the dataset is too small to
    carry every fault.
    """
    out.mkdir(parents=True, exist_ok=True)
    by_table: dict[str, list[tuple[str, int, str, Callable[[Row], Any], str]]] = {}
    for fault in FAULTS:
        by_table.setdefault(fault[0], []).append(fault)
    found: list[Fault] = []
    for path in sorted(dataset_path.iterdir()):
        if path.stem in by_table:
            found += _spoil_table(path, out, by_table[path.stem])
        elif path.stem != TRUTH:
            shutil.copyfile(path, out / path.name)
    return found


def _spoil_table(
    path: Path, out: Path, faults: list[tuple[str, int, str, Callable[[Row], Any], str]]
) -> list[Fault]:
    rows = pq.read_table(path)
    key = schema_table(path.stem).key
    if path.stem == WRITTEN_AS_CSV:
        rows = pa.table([column.cast(pa.string()) for column in rows.columns], names=rows.column_names)
    found = []
    for name, number, column, spoilt, problem in faults:
        if number > rows.num_rows:
            raise ValueError(f"{path}: row {number} is to be spoilt, but the table has {rows.num_rows} rows")
        row = rows.slice(number - 1, 1).to_pylist()[0]
        found.append(Fault(name, number, int(row[key]), column, problem))
        rows = _replaced(rows, number - 1, column, spoilt(row))
    if path.stem == WRITTEN_AS_CSV:
        pa.csv.write_csv(rows, out / f"{path.stem}.csv")
    else:
        pq.write_table(rows, out / path.name, compression="zstd")
    return found


def _replaced(rows: pa.Table, position: int, column: str, value: Any) -> pa.Table:
    index = rows.schema.get_field_index(column)
    old = rows.column(index).combine_chunks()
    parts = [old.slice(0, position), pa.array([value], old.type), old.slice(position + 1)]
    return rows.set_column(index, rows.schema.field(index), pa.concat_arrays(parts))
