"""Registrations and relationships of a dataset: rows of the register, which keeps one of each kind, without a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from localcare.exchange.loads.merging import Merged
from localcare.foundation.record.copying import Counted, stream_in


@dataclass(frozen=True)
class RegisterTable:
    """A table of the register: what makes a row one of its kind, what else it holds, and where that comes from."""

    name: str
    table: str
    row_key: str
    natural: dict[str, str]
    values: dict[str, str]
    fixed: dict[str, str]


REGISTRATIONS = RegisterTable(
    "registrations",
    "people_registration",
    "registration_id",
    {"person_id": "person", "practice_id": "practice", "started_on": "started_on"},
    {"ended_on": "ended_on"},
    {},
)
RELATIONSHIPS = RegisterTable(
    "relationships",
    "people_relationship",
    "relationship_id",
    {"person_id": "person", "related_person_id": "related_person", "kind": "kind"},
    {"started_on": "started_on", "ended_on": "ended_on"},
    {"name": "''", "telephone": "''"},
)
REGISTER_TABLES = {table.name: table for table in (REGISTRATIONS, RELATIONSHIPS)}


def put_register_rows_in(
    engine: Any, good: str, table: RegisterTable, *, source_id: int, counted: Counted
) -> Merged:
    """Add and update rows of the register; a known key whose row is now another one leaves no old row behind."""
    columns = {"row_key": table.row_key, **table.natural, **table.values}
    names = [*table.natural, *table.values]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.staged_register")
        cursor.execute(
            f"CREATE TEMP TABLE staged_register ON COMMIT DROP AS SELECT 0::bigint AS row_key, {', '.join(names)}"
            f" FROM {table.table} WITH NO DATA"
        )
        staged = stream_in(
            engine, f"SELECT {', '.join(columns.values())} FROM ({good}) AS good",
            f"staged_register ({', '.join(columns)})", counted=counted,
        )  # fmt: skip
        cursor.execute("ANALYZE staged_register")
        moved = _remove_moved(cursor, table, source_id)
        added, updated = _put(cursor, table)
        _keep_keys(cursor, table, source_id)
        cursor.execute("DROP TABLE pg_temp.staged_register")
    return Merged(added - moved, updated + moved, staged - added - updated)


def _same(table: RegisterTable, left: str, right: str) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in table.natural)


def _remove_moved(cursor: Any, table: RegisterTable, source_id: int) -> int:
    cursor.execute(
        f"DELETE FROM {table.table} AS old USING extracts_datasetrow AS kept, staged_register AS staged"
        f" WHERE kept.source_id = %s AND kept.table = %s AND kept.row_key = staged.row_key AND old.id = kept.row_id"
        f" AND NOT ({_same(table, 'old', 'staged')})",
        [source_id, table.name],
    )
    return int(cursor.rowcount)


def _put(cursor: Any, table: RegisterTable) -> tuple[int, int]:
    natural, values = ", ".join(table.natural), ", ".join(table.values)
    settings = ", ".join(f"{name} = excluded.{name}" for name in table.values)
    before = ", ".join(f"known.{name}" for name in table.values)
    after = ", ".join(f"excluded.{name}" for name in table.values)
    fixed = "".join(f", {name}" for name in table.fixed)
    fixed_values = "".join(f", {value}" for value in table.fixed.values())
    cursor.execute(
        f"WITH put AS (INSERT INTO {table.table} AS known ({natural}, {values}{fixed})"
        f" SELECT DISTINCT ON ({natural}) {natural}, {values}{fixed_values} FROM staged_register"
        f" ORDER BY {natural}, row_key"
        f" ON CONFLICT ({natural}) DO UPDATE SET {settings} WHERE ({before}) IS DISTINCT FROM ({after})"
        " RETURNING xmax = 0 AS is_new)"
        " SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM put"
    )
    added, updated = cursor.fetchone()
    return int(added), int(updated)


def _keep_keys(cursor: Any, table: RegisterTable, source_id: int) -> None:
    cursor.execute(
        'INSERT INTO extracts_datasetrow AS kept (source_id, "table", row_key, row_id)'
        f" SELECT %s, %s, staged.row_key, known.id FROM staged_register staged JOIN {table.table} known"
        f" ON {_same(table, 'known', 'staged')}"
        ' ON CONFLICT (source_id, "table", row_key) DO UPDATE SET row_id = excluded.row_id'
        " WHERE kept.row_id <> excluded.row_id",
        [source_id, table.name],
    )
