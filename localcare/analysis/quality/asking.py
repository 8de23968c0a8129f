"""Answers of the engine: as plain rows, or kept as a table to go on with."""

from __future__ import annotations

from itertools import count
from typing import Any

from localcare.analysis.libraries import ibis

_NUMBERS = count(1)


def rows_of(expression: Any) -> list[dict[str, Any]]:
    """The rows of a small result as mappings, asking DuckDB directly where it can be."""
    if not _is_asked_directly(expression):
        return list(expression.to_pyarrow().to_pylist())
    backend = expression.get_backend()
    found = backend.con.execute(backend.compile(expression)).fetchall()
    return [dict(zip(expression.columns, row, strict=True)) for row in found]


def kept(expression: Any) -> Any:
    """The result worked out once, as a table that lasts as long as the connection."""
    if not _is_asked_directly(expression):
        return expression.cache()
    backend = expression.get_backend()
    name = f"localcare_kept_{next(_NUMBERS)}"
    backend.con.execute(f"create temp table {name} as {backend.compile(expression)}")
    return backend.table(name, database=("temp", "main"))


def _is_asked_directly(expression: Any) -> bool:
    """Whether DuckDB can be asked without Ibis, which would import pandas on the way."""
    in_memory = expression.op().find(ibis.expr.operations.InMemoryTable)
    return expression.get_backend().name == "duckdb" and not in_memory
