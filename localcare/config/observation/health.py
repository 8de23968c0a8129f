"""Whether the system can do its work: what is asked, and what each answer means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

WORKER_SILENCE = timedelta(minutes=1)
_migrated: list[bool] = []  # once everything is applied it stays so for the life of the process


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `is_needed` findings decide whether the site is ready."""

    name: str
    is_well: bool
    is_needed: bool = True


def readiness() -> list[Finding]:
    """Look at the database, its migrations and the worker."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        return [
            Finding("database", True),
            Finding("migrations", _is_migrated()),
            Finding("worker", is_worker_alive(), is_needed=settings.READY_NEEDS_WORKER),
        ]
    except Error:
        return [Finding("database", False)]


def is_worker_alive() -> bool:
    """Whether a worker has given a sign of life within a minute."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('procrastinate_workers') is not null")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(
            "select exists (select from procrastinate_workers where last_heartbeat > now() - make_interval(secs => %s))",
            [WORKER_SILENCE.total_seconds()],
        )
        return bool(cursor.fetchone()[0])


def unapplied_migrations() -> list[str]:
    """Names of the migrations that the database still lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _is_migrated() -> bool:
    if not _migrated and not unapplied_migrations():
        _migrated.append(True)
    return bool(_migrated)
