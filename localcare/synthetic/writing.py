"""Writes chunks of tables to Parquet in order, giving each row its final key."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.dataset.writing import arrow_schema

TRUTH = "truth"
UNIQUE_WORDS = ("nhs_number", "local_identifier")
TRUTH_SCHEMA = pa.schema([
    ("person_id", pa.int64()), ("propensity", pa.float64()), ("emergency_rate", pa.float64()),
    ("duplicate_of", pa.int64()), ("persona", pa.string()),
])  # fmt: skip


class DatasetWriter:
    """One Parquet file for each table and one for the truth; chunks come with keys from 1."""

    def __init__(self, folder: Path) -> None:
        self.rows = {table.name: 0 for table in TABLES}
        self._stack = ExitStack()
        schemas = {table.name: arrow_schema(table) for table in TABLES} | {TRUTH: TRUTH_SCHEMA}
        self._writers = {
            name: self._stack.enter_context(_writer(folder / f"{name}.parquet", schema))
            for name, schema in schemas.items()
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def write(self, chunk: dict[str, pa.Table]) -> None:
        """Writes a chunk: persons keep their keys, every other key is shifted by what came before."""
        stays_before = self.rows["stays"]
        for table in TABLES:
            rows = chunk[table.name]
            if table.name != "persons":
                rows = _shifted(rows, table.key, self.rows[table.name])
            if table.name in ("diagnoses", "procedures"):
                rows = _shifted(rows, "stay_id", stays_before)
            self._write(table.name, rows)
            self.rows[table.name] += rows.num_rows
        self._write(TRUTH, chunk[TRUTH])

    def _write(self, name: str, rows: pa.Table) -> None:
        if rows.num_rows:
            writer = self._writers[name]
            writer.write_table(rows.cast(writer.schema), row_group_size=rows.num_rows)


def _shifted(rows: pa.Table, column: str, by: int) -> pa.Table:
    position = rows.schema.get_field_index(column)
    return rows.set_column(position, column, pc.add(rows.column(position), pa.scalar(by, pa.int64())))


def _written_schema(schema: pa.Schema) -> pa.Schema:
    """Strings that repeat are handed over as positions in a list of words; the file itself says string."""
    words = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field(
                field.name,
                words if field.type == pa.string() and field.name not in UNIQUE_WORDS else field.type,
            )
            for field in schema
        ]
    )


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    words = [field.name for field in schema if field.type == pa.string() and field.name not in UNIQUE_WORDS]
    keys = {field.name: "DELTA_BINARY_PACKED" for field in schema if field.type == pa.int64()}
    return pq.ParquetWriter(
        path, _written_schema(schema), compression="zstd", compression_level=1, use_dictionary=words,
        column_encoding=keys, store_schema=False,
    )  # fmt: skip
