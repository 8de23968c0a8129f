"""Putting good rows into the tables of the record: straight in when the source is new there, else merged by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from localcare.foundation.record.copying import Counted, stream_in


@dataclass(frozen=True)
class Merged:
    """How many rows were new, had changed, or were known as they are."""

    added: int
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Target:
    """A table of the record and, for each of its columns, where it comes from (a DuckDB expression, for a dataset)."""

    table: str
    columns: dict[str, str]

    @property
    def column_list(self) -> str:
        """The columns as they stand in a COPY or INSERT."""
        return ", ".join(self.columns)

    @property
    def expressions(self) -> str:
        """The expressions in the order of the columns."""
        return ", ".join(self.columns.values())

    @property
    def changing(self) -> list[str]:
        """Columns that a corrected row may change."""
        return [name for name in self.columns if name not in ("source_id", "source_key", "load_key")]


def put_in(engine: Any, good: str, target: Target, *, source_id: int, counted: Counted) -> Merged:
    """Put the rows of the DuckDB query `good` into the target, each known by its source and the source's key."""
    query = f"SELECT {target.expressions} FROM ({good}) AS good"
    if not _has_rows(target.table, source_id):
        return Merged(
            added=stream_in(engine, query, f"{target.table} ({target.column_list})", counted=counted)
        )
    staging = f"staged_{target.table}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {staging}")
        cursor.execute(
            f"CREATE TEMP TABLE {staging} ON COMMIT DROP AS SELECT {target.column_list} FROM {target.table}"
            " WITH NO DATA"
        )
        staged = stream_in(engine, query, f"{staging} ({target.column_list})", counted=counted)
        merged = merge_staged(cursor, staging, target, staged)
        cursor.execute(f"DROP TABLE {staging}")
    return merged


def merge_staged(cursor: Any, staging: str, target: Target, staged: int) -> Merged:
    """Update the rows whose key is known and that have changed, and add those whose key is new."""
    cursor.execute(f"ANALYZE {staging}")
    updated = _update(cursor, staging, target)
    added = _insert(cursor, staging, target)
    return Merged(added, updated, staged - added - updated)


SAME_KEY = "known.source_id = staged.source_id AND known.source_key = staged.source_key"


def _update(cursor: Any, staging: str, target: Target) -> int:
    changing = target.changing
    settings = ", ".join(f"{name} = staged.{name}" for name in [*changing, "load_key"])
    cursor.execute(
        f"UPDATE {target.table} AS known SET {settings} FROM {staging} AS staged WHERE {SAME_KEY}"
        f" AND ({', '.join(f'known.{name}' for name in changing)})"
        f" IS DISTINCT FROM ({', '.join(f'staged.{name}' for name in changing)})"
    )
    return int(cursor.rowcount)


def _insert(cursor: Any, staging: str, target: Target) -> int:
    cursor.execute(
        f"INSERT INTO {target.table} ({target.column_list}) SELECT {target.column_list} FROM {staging} AS staged"
        f" WHERE NOT EXISTS (SELECT 1 FROM {target.table} AS known WHERE {SAME_KEY})"
    )
    return int(cursor.rowcount)


def _has_rows(table: str, source_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE source_id = %s)", [source_id])
        return bool(cursor.fetchone()[0])
