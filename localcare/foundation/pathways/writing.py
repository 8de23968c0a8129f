"""Several writes to several tables as one statement: one journey to the database and back for each act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model


@dataclass(frozen=True)
class Upsert:
    """Rows to insert, or to update where one with the same key is there. Every row names the same columns."""

    model: type[Model]
    key: tuple[str, ...]
    rows: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Delete:
    """Rows to delete, by their key."""

    model: type[Model]
    key: tuple[str, ...]
    keys: Sequence[tuple[Any, ...]]


def write_at_once(*, upserts: Iterable[Upsert], deletes: Iterable[Delete]) -> None:
    """Write everything in one statement; no row may be named twice in it. Nothing to write asks nothing."""
    parts: list[str] = []
    values: list[Any] = []
    for upsert in upserts:
        if upsert.rows:
            parts.append(_insert(upsert, values))
    for delete in deletes:
        if delete.keys:
            parts.append(_delete(delete, values))
    if not parts:
        return
    named = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(parts[:-1]))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {named} {parts[-1]}" if named else parts[-1], values)


def _insert(upsert: Upsert, values: list[Any]) -> str:
    table, columns = upsert.model._meta.db_table, _columns(upsert.model)
    names = list(upsert.rows[0])
    for row in upsert.rows:
        values += [columns[name].get_db_prep_save(row[name], connection) for name in names]
    one = f"({', '.join(['%s'] * len(names))})"
    rows = ", ".join([one] * len(upsert.rows))
    kept = ", ".join(
        f"{columns[name].column} = EXCLUDED.{columns[name].column}"
        for name in names
        if name not in upsert.key
    )
    unique = ", ".join(columns[name].column for name in upsert.key)
    named = ", ".join(columns[name].column for name in names)
    return f"INSERT INTO {table} ({named}) VALUES {rows} ON CONFLICT ({unique}) DO UPDATE SET {kept}"


def _delete(delete: Delete, values: list[Any]) -> str:
    columns = _columns(delete.model)
    for key in delete.keys:
        values += [
            columns[name].get_db_prep_save(part, connection)
            for name, part in zip(delete.key, key, strict=True)
        ]
    named = ", ".join(columns[name].column for name in delete.key)
    rows = ", ".join([f"({', '.join(['%s'] * len(delete.key))})"] * len(delete.keys))
    return f"DELETE FROM {delete.model._meta.db_table} WHERE ({named}) IN ({rows})"


@cache
def _columns(model: type[Model]) -> dict[str, Any]:
    return {field.attname: field for field in model._meta.concrete_fields}
