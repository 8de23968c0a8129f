"""Tasks as rows and pages, in the words of whoever does the work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from localcare.analysis.pathways.model import Pathway
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.desk.acts import next_act
from localcare.foundation.pathways.models import (
    ClockState,
    JournalEntry,
    Journey,
    JourneyState,
    TaskState,
    Timer,
)
from localcare.foundation.pathways.presenters import TimeLeft, left_on, length, time_left
from localcare.foundation.pathways.sight import whole_story
from localcare.foundation.people.models import Person
from localcare.foundation.people.presenters import full_name
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_relative_moment

REASON_SHOWN = 160


@dataclass(frozen=True)
class TaskRow:
    """One task on a list."""

    state: TaskState
    person: Person
    name: str
    pathway: str
    step: str
    priority: str
    is_urgent: bool
    asked_by: str
    service: str
    state_words: str
    since: str
    left: TimeLeft
    clock: str
    due: str
    review: str
    assigned_to: str
    is_mine: bool
    next_act: str
    why: str
    is_named: bool = True  # whether the reader may know whom it is about


def pathways_of(states: Iterable[TaskState]) -> dict[int, Pathway]:
    """The definition of each journey's version, by its key; each version is read once for good."""
    keys = {state.journey.version_id for state in states}
    return {key: definitions.pathway_of(definitions.version_by_key(key)) for key in keys}


def task_rows(states: Iterable[TaskState], *, now: datetime, me: Any = None) -> list[TaskRow]:
    """Rows for a list; the number of queries does not depend on how many."""
    states = list(states)
    pathways = pathways_of(states)
    answers = answers_due(state.task_id for state in states if state.state == "requested")
    reasons = reasons_of(state.task_id for state in states)
    return [
        _row(state, pathways[state.journey.version_id], answers.get(state.task_id), reasons, now, me)
        for state in states
    ]


def named_for(reader: Reader, rows: Sequence[TaskRow]) -> list[TaskRow]:
    """Rows of what a team asked of others: by number only where the reader may not see the person. One query."""
    journeys = {row.state.journey_id for row in rows}
    seen = JourneyState.objects.filter(whole_story(reader), journey__in=journeys)
    known = set(seen.values_list("journey", flat=True))
    return [
        row
        if row.state.journey_id in known
        else replace(row, name=f"Request {number_of(row.state.journey)}", why="", is_named=False)
        for row in rows
    ]


def number_of(journey: Journey) -> str:
    """The number by which somebody who does not see the person speaks of a journey."""
    return str(journey.reference)[:8].upper()


def reasons_of(tasks: Iterable[int]) -> dict[int, str]:
    """Why each task was asked for or handed on, as it was said last: one query."""
    asked = JournalEntry.objects.filter(task__in=list(tasks), event__in=("requested", "transferred"))
    return dict(asked.exclude(reason="").order_by("pk").values_list("task", "reason"))


def shortened(words: str) -> str:
    """At most a few lines; the task's page has the rest."""
    return words if len(words) <= REASON_SHOWN else words[:REASON_SHOWN].rsplit(" ", 1)[0] + " …"


def answers_due(tasks: Iterable[int]) -> dict[int, datetime]:
    """By when each request should have an answer."""
    timers = Timer.objects.filter(task__in=list(tasks), kind="acceptance")
    return dict(timers.values_list("task", "fires_at"))


def _row(
    state: TaskState,
    pathway: Pathway,
    answer_by: datetime | None,
    reasons: Mapping[int, str],
    now: datetime,
    me: Any,
) -> TaskRow:
    step = pathway.steps[state.step]
    due_at, clock = nearest(state, pathway, answer_by)
    assigned = state.assigned_to
    priorities = list(pathway.priorities)
    return TaskRow(
        state=state,
        person=state.person,
        name=full_name(state.person),
        pathway=pathway.title,
        step=step.title,
        priority=pathway.priorities.get(state.priority, state.priority),
        is_urgent=bool(priorities) and len(priorities) > 1 and state.priority == priorities[0],
        asked_by=state.asked_by.title if state.asked_by else "",
        service=state.service.title if state.service else "Nobody yet: choose a service",
        state_words=state_words(state, now),
        since=format_relative_moment(state.requested_at, now),
        left=time_left(due_at, now) if due_at else TimeLeft("No clock", "none"),
        clock=clock,
        due=format_relative_moment(due_at, now) if due_at else "",
        review=_review(state, now),
        assigned_to=(assigned.get_full_name() or assigned.get_username()) if assigned else "",
        is_mine=assigned is not None and assigned == me,
        next_act=next_act(state, step),
        why=shortened(reasons.get(state.task_id, "")),
    )


def nearest(state: TaskState, pathway: Pathway, answer_by: datetime | None) -> tuple[datetime | None, str]:
    """What comes first: the answer that is owed, or the nearest clock; with its name."""
    titles = {clock.code: clock.title for clock in pathway.steps[state.step].clocks}
    if answer_by is not None and (state.due_at is None or answer_by <= state.due_at):
        return answer_by, "Answer"
    return state.due_at, titles.get(state.due_clock, "")


def state_words(state: TaskState, now: datetime) -> str:
    """`Paused until tomorrow at 08:00`, `Booked for …`, otherwise the state."""
    if state.state == "paused" and state.paused_until:
        return f"Paused until {format_relative_moment(state.paused_until, now)}"
    if state.booked_for and state.state in ("accepted", "started"):
        return f"{state.get_state_display()}, booked for {format_relative_moment(state.booked_for, now)}"
    return str(state.get_state_display())


def _review(state: TaskState, now: datetime) -> str:
    if state.review_due_at is None or not state.is_open:
        return ""
    when = format_relative_moment(state.review_due_at, now)
    return f"Review was due {when}" if state.review_due_at < now else f"Review due {when}"


@dataclass(frozen=True)
class ClockRow:
    """One clock of a task as a line of a table."""

    step: str
    title: str
    started: datetime
    due: datetime | None
    stopped: datetime | None
    left: TimeLeft
    paused: str


def clock_rows(clocks: Iterable[ClockState], pathway: Pathway, now: datetime) -> list[ClockRow]:
    """Clocks with their names, how they stand and how long they were paused. `task` is loaded."""
    rows = []
    for clock in clocks:
        step = pathway.steps[clock.task.step]
        titles: Mapping[str, str] = {one.code: one.title for one in step.clocks}
        rows.append(
            ClockRow(
                step=step.title,
                title=titles.get(clock.code, "Promised" if clock.code == "promise" else clock.code),
                started=clock.started_at,
                due=clock.due_at,
                stopped=clock.stopped_at,
                left=left_on(clock, now),
                paused=length_of(clock.paused_seconds),
            )
        )
    return rows


def length_of(seconds: int) -> str:
    """How long, in words; nothing for nothing."""
    return length(timedelta(seconds=seconds)) if seconds else ""
