"""Write tables and the description file of a linked dataset."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.schema import SCHEMA_VERSION, Table, table
from localcare.analysis.libraries import pyarrow as pa

METADATA_FILE = "dataset.json"


def arrow_schema(described: Table) -> Any:
    """The table's columns as an Arrow schema (timestamps are UTC without a zone)."""
    types = {
        "int64": pa.int64(),
        "int32": pa.int32(),
        "string": pa.string(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "double": pa.float64(),
        "boolean": pa.bool_(),
    }
    return pa.schema([(column.name, types[column.type]) for column in described.columns])


def write_table(
    directory: Path | str, name: str, rows: Iterable[Mapping[str, Any]], *, as_csv: bool = False
) -> Path:
    """Write rows (mappings of column to value; absent columns are empty) as one table of a dataset.

    Raises KeyError for an unknown table and ValueError for a column the table does not have.
    """
    described = table(name)
    known = {column.name for column in described.columns}
    rows = list(rows)
    for row in rows:
        if unknown := sorted(set(row) - known):
            raise ValueError(
                f"{name} has no column {', '.join(unknown)}: its columns are {', '.join(sorted(known))}"
            )
    filled = [{column.name: row.get(column.name) for column in described.columns} for row in rows]
    arrow = pa.Table.from_pylist(filled, schema=arrow_schema(described))
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.{'csv' if as_csv else 'parquet'}"
    if as_csv:
        pa.csv.write_csv(arrow, file)
    else:
        pa.parquet.write_table(arrow, file, compression="zstd")
    return file


def write_metadata(directory: Path | str, *, as_of: date, source: str) -> Path:
    """Write `dataset.json`: the schema's version, the day the data are complete up to, and where they come from."""
    file = Path(directory) / METADATA_FILE
    content = {"schema_version": SCHEMA_VERSION, "as_of": as_of.isoformat(), "source": source}
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return file


def read_metadata(directory: Path | str) -> dict[str, Any]:
    """The content of `dataset.json`; an empty mapping when there is none."""
    file = Path(directory) / METADATA_FILE
    if not file.is_file():
        return {}
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content
