"""The engine that runs the expressions: DuckDB by default, with an explicit memory limit; or Spark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal, get_args

from localcare.analysis.dataset import spark_files
from localcare.analysis.libraries import ibis

Engine = Literal["duckdb", "spark"]
ENGINES: tuple[str, ...] = get_args(Engine)
DEFAULT_MEMORY_LIMIT = "800MB"  # the program itself takes some 150 MB more
BYTES_A_PERSON = 200  # with much less, groups and joins of many people go to disk and come back
SHARE_OF_MACHINE, DUCKDBS_SHARE = 0.5, 0.8
UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_NUMBERS = count(1)


@dataclass(frozen=True)
class EngineChoice:
    """Which engine works, and for Spark on which master, with which settings, and where files are exchanged with it."""

    engine: Engine = "duckdb"
    master: str | None = None
    exchange: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


DUCKDB = EngineChoice()


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
    backend = ibis.duckdb.connect(**options)
    backend.con.execute("set parquet_metadata_cache = true")  # else read for each question
    return backend


def give_memory(backend: Any, people: int) -> None:
    """Let DuckDB use as much memory as so many people are worked out in without spilling, within half of the machine's.

    It never gets less than it has.
    """
    before = memory_limit_bytes(backend)
    backend.con.execute("reset memory_limit")  # to what DuckDB takes by itself, which knows of containers
    most = round(memory_limit_bytes(backend) / DUCKDBS_SHARE * SHARE_OF_MACHINE)
    backend.con.execute(f"set memory_limit = '{max(before, min(people * BYTES_A_PERSON, most))}B'")


def memory_limit_bytes(backend: Any) -> int:
    """The memory limit of a DuckDB engine in bytes, to the precision with which it tells."""
    (told,) = backend.con.execute("select current_setting('memory_limit')").fetchone()
    number, unit = told.split()
    return round(float(number) * UNITS[unit])


def is_spark(backend: Any) -> bool:
    """Whether an Ibis engine is Spark."""
    return str(backend.name) == "pyspark"


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
    elif is_spark(backend):
        found = spark_files.first_values(expression)
    else:
        found = expression.to_pyarrow()["value"].to_pylist()
    return [value for value in found if value is not None]


def lookup(beside: Any, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> Any:
    """A small table, to be joined to the expression `beside`: Ibis types by column name, and rows of values."""
    backend = beside.get_backend()
    if is_spark(backend):
        return spark_files.lookup(backend, columns, rows)
    if not _asked_directly(beside):
        return ibis.memtable([tuple(row) for row in rows], schema=ibis.schema(dict(columns)))
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
