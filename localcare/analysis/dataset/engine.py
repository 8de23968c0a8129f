"""The engine that runs the expressions: DuckDB by default, with an explicit memory limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from localcare.analysis.libraries import ibis

DEFAULT_MEMORY_LIMIT = "800MB"  # the program itself takes some 150 MB more
_NUMBERS = count(1)


def connect(
    *,
    memory_limit: str = DEFAULT_MEMORY_LIMIT,
    threads: int | None = None,
    temp_directory: Path | str | None = None,
) -> Any:
    """A DuckDB engine in memory with a memory limit (for example "800MB"), beyond which it spills to disk."""
    options: dict[str, Any] = {"memory_limit": memory_limit, "preserve_insertion_order": "false"}
    if threads is not None:
        options["threads"] = threads
    if temp_directory is not None:
        options["temp_directory"] = str(temp_directory)
    return ibis.duckdb.connect(**options)


def _asked_directly(expression: Any) -> bool:
    """Whether DuckDB can be asked without Ibis, which would import pandas (50 MB) on the way."""
    in_memory = expression.op().find(ibis.expr.operations.InMemoryTable)
    return expression.get_backend().name == "duckdb" and not in_memory


def distinct_values(table: Any, column: str) -> list[str]:
    """The distinct values of one text column, as recorded; empty ones are left out."""
    expression = table.select(value=table[column]).distinct()
    backend = expression.get_backend()
    if _asked_directly(expression):
        found = [row[0] for row in backend.con.execute(backend.compile(expression)).fetchall()]
    else:
        found = expression.to_pyarrow()["value"].to_pylist()
    return [value for value in found if value is not None]


def lookup(beside: Any, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> Any:
    """A small table, to be joined to the expression `beside`: Ibis types by column name, and rows of values."""
    if not _asked_directly(beside):
        return ibis.memtable([tuple(row) for row in rows], schema=ibis.schema(dict(columns)))
    backend = beside.get_backend()
    name = f"localcare_lookup_{next(_NUMBERS)}"
    values = [[row[place] for row in rows] for place in range(len(columns))]
    unnested = ", ".join(
        f'unnest(${place}::{_duckdb_type(kind)}[]) as "{column}"'
        for place, (column, kind) in enumerate(columns.items(), start=1)
    )
    backend.con.execute(f"create temp table {name} as select {unnested}", values)
    return backend.table(name, database=("temp", "main"))


def _duckdb_type(kind: str) -> str:
    return {"int64": "bigint", "string": "varchar", "float64": "double", "date": "date"}[kind]
