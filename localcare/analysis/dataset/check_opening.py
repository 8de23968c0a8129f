"""The tables of a linked dataset opened for its check, with what is wrong with them as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.linked_dataset import DUCKDB_TYPES, parquet_path, table_file
from localcare.analysis.dataset.schema import Column, Table
from localcare.analysis.libraries import duckdb

# what a stored type may be, as DuckDB names it, for it to be read as the schema's type without loss
ACCEPTED = {
    "int64": {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"},
    "int32": {"INTEGER", "SMALLINT", "TINYINT", "USMALLINT", "UTINYINT", "BIGINT"},
    "string": {"VARCHAR"},
    "date": {"DATE"},
    "timestamp": {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"},
    "double": {"DOUBLE", "FLOAT", "BIGINT", "INTEGER", "SMALLINT"},
    "boolean": {"BOOLEAN"},
}


@dataclass(frozen=True)
class Problem:
    """One problem in one place; `rows` says how many rows have it, of which this is an example."""

    rule: str
    table: str
    column: str
    row: str
    value: str
    message: str
    remedy: str
    rows: int = 1


@dataclass(frozen=True)
class Opened:
    """A table that is there: its typed view, its view as stored, and how a row is named."""

    described: Table
    typed: str
    stored: str
    row: str
    present: dict[str, str]
    is_csv: bool


def open_table(connection: Any, directory: Path, described: Table) -> tuple[Opened | None, list[Problem]]:
    """The table as views of the connection, None where it cannot be read at all, and the problems found so far."""
    name = described.name
    file = table_file(directory, name)
    if file is None:
        remedy = f"add {name}.parquet or {name}.csv, with no rows if there are none"
        missing = Problem("missing-table", name, "", "", "", "the table is missing", remedy)
        return None, [missing] if described.required else []
    is_csv = ".csv" in file.suffixes
    try:
        connection.execute(f"create view stored_{name} as select * from {_reader(file, is_csv)}")
        present = {row[0]: row[1] for row in connection.execute(f"describe stored_{name}").fetchall()}
    except duckdb.Error as error:
        return None, [_unreadable(name, error)]
    problems = [
        Problem(
            "missing-column", name, column.name, "", "", "the required column is missing",
            f"add {column.name} ({column.type}): {column.meaning}",
        )
        for column in described.columns
        if column.required and column.name not in present
    ]  # fmt: skip
    problems += [
        Problem(
            "unknown-column",
            name,
            column,
            "",
            "",
            "the schema has no such column",
            "rename it, or leave it out",
        )
        for column in present
        if column not in {known.name for known in described.columns} and column != "row_in_file"
    ]
    wrong = [] if is_csv else list(_wrong_stored_types(described, present))
    typed = ", ".join(_typed(column, present, wrong) for column in described.columns)
    row = "row_in_file" if is_csv else described.key
    extra = ", row_in_file" if is_csv else ""
    connection.execute(f"create view typed_{name} as select {typed}{extra} from stored_{name}")
    opened = Opened(described, f"typed_{name}", f"stored_{name}", row, present, is_csv)
    return opened, problems + wrong


def _reader(file: Path, is_csv: bool) -> str:
    place = parquet_path(file).replace("'", "''")
    if not is_csv:
        return f"read_parquet('{place}')"
    read = f"read_csv('{place}', all_varchar=true, header=true, parallel=false)"
    return f"(select *, row_number() over () + 1 as row_in_file from {read})"


def _wrong_stored_types(described: Table, present: dict[str, str]) -> Iterator[Problem]:
    for column in described.columns:
        stored = present.get(column.name)
        if stored and stored not in ACCEPTED[column.type] and stored != '"NULL"':
            yield Problem(
                "wrong-type", described.name, column.name, "", stored,
                f"is stored as {stored}, not as {column.type}", f"write the column as {column.type}",
            )  # fmt: skip


def _typed(column: Column, present: dict[str, str], wrong: list[Problem]) -> str:
    if column.name not in present:
        return f"null::{DUCKDB_TYPES[column.type]} as {column.name}"
    return f'try_cast("{column.name}" as {DUCKDB_TYPES[column.type]}) as {column.name}'


def damaged_tables(connection: Any, opened: Iterable[Opened]) -> list[Problem]:
    """A problem for each table that cannot be read to its end."""
    found = []
    for table in opened:
        try:
            connection.execute(f"select max(hash(row)) from {table.stored} as row").fetchall()
        except duckdb.Error as error:
            found.append(_unreadable(table.described.name, error))
    return found


def _unreadable(table: str, error: Exception) -> Problem:
    """What the engine says of a file that it cannot read, or not to its end."""
    return Problem(
        "unreadable", table, "", "", "", f"cannot be read ({str(error).splitlines()[0]})",
        f"write {table} again: the file is damaged, cut off, or of another kind than its name says",
    )  # fmt: skip
