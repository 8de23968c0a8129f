"""The lived journal, exported and read again: what its tables say against what the live system keeps."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from localcare.analysis.dataset.engine import connect
from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.journal.set_clocks import JournalTables
from localcare.foundation.pathways.journal_export import export_journal
from localcare.foundation.pathways.models import ClockState, JourneyState, TaskState
from localcare.kernel.access.readers import system_reader

OF_CLOCKS = ("started_at", "due_at", "stopped_at", "paused_seconds", "is_met", "is_void", "standard")
OF_TASKS = (
    "state",
    "priority",
    "requested_at",
    "accepted_at",
    "started_at",
    "finished_at",
    "outcome",
    "booked_for",
)
OF_JOURNEYS = ("opened_at", "ended_at", "outcome")


def exported(path: Path, purpose: str = "direct-care", **options) -> JournalFolder:
    """The journal of the database as a folder."""
    return export_journal(path, by=system_reader("test"), purpose=purpose, **options)


def tables_of(folder: JournalFolder) -> JournalTables:
    """Its tables on an engine of their own."""
    return JournalTables(folder, connect(threads=1))


def assert_as_lived(folder: JournalFolder) -> int:
    """Every journey, task and clock is in the tables as the live system keeps it; the number of clocks."""
    tables = tables_of(folder)
    live = {(row.task_id, row.code): _row(row, OF_CLOCKS) for row in ClockState.objects.all()}
    assert _rows(tables.clocks, ("task", "clock"), OF_CLOCKS) == live
    tasks = {(row.task_id,): _row(row, OF_TASKS) for row in TaskState.objects.all()}
    assert _rows(tables.tasks, ("task",), OF_TASKS) == tasks
    journeys = {(row.journey_id,): _row(row, OF_JOURNEYS) for row in JourneyState.objects.all()}
    assert _rows(tables.journeys, ("journey",), OF_JOURNEYS) == journeys
    return len(live)


def _rows(table, keys, names) -> dict:
    rows = table.to_pyarrow().to_pylist()
    return {tuple(row[key] for key in keys): tuple(row[name] for name in names) for row in rows}


def _row(row, names) -> tuple:
    return tuple(_plain(getattr(row, name)) for name in names)


def _plain(value):
    return value.astimezone(UTC).replace(tzinfo=None) if hasattr(value, "astimezone") else value
