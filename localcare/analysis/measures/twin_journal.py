"""What a journal has to count, journey by journey through the fold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from localcare.analysis.journal.folded import FoldedRows, folded_rows
from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.journal.rulebook import shipped_rulebook

Row = dict[str, Any]


def journal_things(folder: JournalFolder, subject: str, now: datetime) -> Iterator[Row]:
    """Every thing of a subject, with the columns of the engine."""
    folded = _folded(folder)
    if subject == "clocks":
        ended = {row["task"]: row["finished_at"] for row in folded.tasks}
        return (_clock(row, ended[row["task"]], now) for row in folded.clocks)
    if subject == "requests":
        return (_request(row, now) for row in folded.questions)
    if subject == "tasks":
        return (_task(row) for row in folded.tasks)
    return (row | {"days": _minutes(row["opened_at"], row["ended_at"], 24 * 60)} for row in folded.journeys)


def journal_waits(folder: JournalFolder) -> list[Row]:
    """Every wait."""
    return _folded(folder).waits


@cache
def _folded(folder: JournalFolder) -> FoldedRows:
    return folded_rows(folder.arrow("journal").to_pylist(), folder.pathways, shipped_rulebook())


def _clock(row: Row, ended_at: datetime | None, now: datetime) -> Row:
    due, stopped = row["due_at"], row["stopped_at"]
    was_missed_first = due is not None and ended_at is not None and due <= ended_at
    is_void, known = row["is_void"] and not was_missed_first, None
    if stopped is not None:
        known = stopped if due is None else min(stopped, due)
    elif due is not None and due <= now and not is_void:
        known = due
    return row | {
        "known_at": known,
        "in_time": stopped is not None and due is not None and stopped <= due,
        "is_void": is_void,
        "minutes": _minutes(row["started_at"], stopped, 1),
    }


def _request(row: Row, now: datetime) -> Row:
    due, answered, answer = row["due_at"], row["answered_at"], row["answer"]
    known = None
    if due is None:
        known = None
    elif answer in ("accepted", "declined", "transferred"):
        known = min(answered, due)
    elif answer:
        known = due if answered > due else None
    elif due <= now:
        known = due
    in_time = answer in ("accepted", "declined") and due is not None and answered <= due
    return row | {"known_at": known, "in_time": in_time, "minutes": _minutes(row["asked_at"], answered, 1)}


def _task(row: Row) -> Row:
    finished, until = row["finished_at"], row["lasts_until"]
    in_time = finished is not None and until is not None and finished <= until
    return row | {"ended_in_time": in_time, "days": _minutes(row["started_at"], finished, 24 * 60)}


def _minutes(begins: datetime | None, ends: datetime | None, per: int) -> float | None:
    if begins is None or ends is None:
        return None
    return (ends - begins).total_seconds() / 60 / per
