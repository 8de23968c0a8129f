"""A DuckDB engine that shows a received table row by row, as sent and in the schema's types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from localcare.analysis.dataset.linked_dataset import DUCKDB_TYPES, table_file
from localcare.analysis.dataset.schema import Column, Table
from localcare.analysis.libraries import duckdb
from localcare.analysis.libraries import pyarrow as pa
from localcare.exchange.loads.runs import FileRefused

MEMORY_LIMIT = "1GB"
WHOLE_NUMBER = r"[+-]?[0-9]+"
ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

CHECK_DIGIT = """CREATE MACRO is_nhs_number(digits) AS
    regexp_full_match(digits, '[0-9]{10}') AND digits <> repeat(digits[1], 10)
    AND (11 - list_sum([(ascii(digits[place]) - 48) * (11 - place) FOR place IN [1, 2, 3, 4, 5, 6, 7, 8, 9]]) % 11)
        % 11 = ascii(digits[10]) - 48"""


@contextmanager
def loading_engine() -> Iterator[Any]:
    """An engine in UTC with bounded memory that spills into a folder of its own."""
    with TemporaryDirectory(prefix="localcare-load-") as spill:
        engine = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": spill})
        try:
            engine.execute("SET TimeZone = 'UTC'")
            engine.execute("SET preserve_insertion_order = true")
            engine.execute(CHECK_DIGIT)
            yield engine
        finally:
            engine.close()


@dataclass(frozen=True)
class Received:
    """A table as received: the DuckDB view of its rows (with `row_number`), its columns and their types."""

    table: Table
    view: str
    types: Mapping[str, str]
    rows: int

    def typed(self, column: Column) -> str:
        """The column in the schema's type; empty where it is empty or cannot be read as that type."""
        wanted = DUCKDB_TYPES[column.type]
        has = self.types.get(column.name)
        name = f'"{column.name}"'
        if has is None:
            return f"NULL::{wanted}"
        if column.type == "string":
            return f"NULLIF({name if has == 'VARCHAR' else f'{name}::VARCHAR'}, '')"
        if has == wanted:
            return name
        if column.type == "timestamp" and has != "DATE":
            return f"(TRY_CAST({name} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
        if has != "VARCHAR":
            return f"TRY_CAST({name} AS {wanted})"
        return _from_text(name, column, wanted)

    def is_filled(self, column: Column) -> str:
        """Condition: something was sent in the column."""
        has = self.types.get(column.name)
        if has is None:
            return "false"
        return f"\"{column.name}\" <> ''" if has == "VARCHAR" else f'"{column.name}" IS NOT NULL'

    def is_sure_of_type(self, column: Column) -> bool:
        """Whether the file's own type leaves nothing to be misread."""
        return self.types.get(column.name) in (None, DUCKDB_TYPES[column.type]) or column.type == "string"


def _from_text(name: str, column: Column, wanted: str) -> str:
    """Stricter than a cast, which would round 5.6 to a whole number and guess at dates."""
    cast = f"TRY_CAST(trim({name}) AS {wanted})"
    shape = {"int64": WHOLE_NUMBER, "int32": WHOLE_NUMBER, "date": ISO_DATE}.get(column.type)
    return f"CASE WHEN regexp_full_match(trim({name}), '{shape}') THEN {cast} END" if shape else cast


def received_file(engine: Any, folder: Path, table: Table) -> tuple[Received, list[Path]] | None:
    """The table's file as received, and the files it consists of; None when the dataset does not have it.

    Raises FileRefused when the file cannot be read or lacks a required column.
    """
    file = table_file(folder, table.name)
    if file is None:
        return None
    parts = sorted(file.glob("*.parquet")) if file.is_dir() else [file]
    try:
        return received_rows(engine, table, _reader(file, parts), place=str(file)), parts
    except duckdb.Error as error:
        raise FileRefused(f"{file} cannot be read: {_first_line(error)}. Send or copy it again.") from error


def received_mappings(engine: Any, table: Table, rows: list[dict[str, str | None]]) -> Received:
    """Rows given as text, as the quarantine keeps them; their numbers begin at 1."""
    names = [column.name for column in table.columns]
    arrow = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
    engine.register("given_rows", arrow)
    kept = f"given_{table.name}"  # a registered table is seen by one cursor only
    engine.execute(
        f"CREATE OR REPLACE TABLE {kept} AS SELECT *, row_number() OVER () AS row_number FROM given_rows"
    )
    engine.unregister("given_rows")
    return received_rows(engine, table, kept, place="the corrected rows")


def received_rows(engine: Any, table: Table, rows: str, *, place: str) -> Received:
    """A view over `rows`, any DuckDB relation with the table's columns and `row_number`."""
    view = f"received_{table.name}"
    engine.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM {rows}")
    described = engine.execute(f"DESCRIBE {view}").fetchall()
    types = {name: kind for name, kind, *_ in described if name != "row_number"}
    lacking = [column.name for column in table.columns if column.required and column.name not in types]
    if lacking:
        raise FileRefused(
            f"{place} has no column {', '.join(lacking)}: it has {', '.join(types) or 'none'}."
            " Add what is missing; `localcare dataset schema` prints the columns."
        )
    (count,) = engine.execute(f"SELECT count(*) FROM {view}").fetchall()[0]
    return Received(table, view, types, count)


def _reader(file: Path, parts: list[Path]) -> str:
    quoted = str(file).replace("'", "''")
    if file.is_dir():
        return f"(SELECT *, row_number() OVER () AS row_number FROM read_parquet('{quoted}/*.parquet'))"
    if file.suffix == ".parquet":
        return (
            "(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS row_number"
            f" FROM read_parquet('{quoted}', file_row_number = true))"
        )
    return (
        "(SELECT *, row_number() OVER () AS row_number"
        f" FROM read_csv('{quoted}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"',"
        " strict_mode = false, null_padding = true))"
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
