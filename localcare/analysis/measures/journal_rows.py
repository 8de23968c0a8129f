"""What a journal has to count, with the columns that conditions name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from localcare.analysis.journal.set_clocks import JournalTables
from localcare.analysis.libraries import ibis


def clocks(tables: JournalTables, now: datetime) -> Any:
    """Clocks, with when it was known whether each was met. A promise cancelled after its time was up was missed."""
    found = tables.clocks
    ended = tables.tasks.select(ended_task="task", ended_at="finished_at")
    found = found.left_join(ended, found.task == ended.ended_task).drop("ended_task")
    is_void = found.is_void & ~(found.due_at <= found.ended_at).fill_null(False)
    overdue = (found.due_at <= now).fill_null(False) & ~is_void
    stopped = found.stopped_at.notnull()
    return found.mutate(
        known_at=ibis.cases((stopped, ibis.least(found.stopped_at, found.due_at)), (overdue, found.due_at)),
        in_time=(found.stopped_at <= found.due_at).fill_null(False),
        is_void=is_void,
        minutes=_minutes(found.started_at, found.stopped_at),
    ).drop("ended_at")


def requests(tables: JournalTables, now: datetime) -> Any:
    """Each time a service was asked, with when it was known whether the answer came in time."""
    found = tables.questions
    earlier = ibis.least(found.answered_at, found.due_at)
    is_answer = found.answer.isin(("accepted", "declined"))
    late = found.answered_at > found.due_at
    return found.mutate(
        known_at=ibis.cases(
            (found.due_at.isnull(), ibis.null("timestamp")),
            (is_answer | (found.answer == "transferred"), earlier),
            ((found.answer != "") & late.fill_null(False), found.due_at),
            ((found.answer == "") & (found.due_at <= now), found.due_at),
        ),
        in_time=(is_answer & (found.answered_at <= found.due_at)).fill_null(False),
        minutes=_minutes(found.asked_at, found.answered_at),
    )


def tasks(tables: JournalTables, now: datetime) -> Any:
    """Tasks, with whether a package ended in its time and how many days it went on."""
    found = tables.tasks
    return found.mutate(
        ended_in_time=(found.finished_at <= found.lasts_until).fill_null(False),
        days=_minutes(found.started_at, found.finished_at) / (24 * 60),
    )


def journeys(tables: JournalTables, now: datetime) -> Any:
    """Journeys, with how many days they took."""
    found = tables.journeys
    return found.mutate(days=_minutes(found.opened_at, found.ended_at) / (24 * 60))


def waits(tables: JournalTables, now: datetime) -> Any:
    """Waits in a place."""
    return tables.waits


ROWS: Mapping[str, Callable[[JournalTables, datetime], Any]] = {
    "clocks": clocks, "requests": requests, "tasks": tasks, "journeys": journeys, "waits": waits,
}  # fmt: skip


def _minutes(begins: Any, ends: Any) -> Any:
    return (ends.epoch_seconds() - begins.epoch_seconds()) / 60
