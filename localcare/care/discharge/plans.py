"""What is planned for somebody, what is still missing, who has it, and whom to ring: read from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from localcare.analysis.journal.timeline import TaskStanding, fold
from localcare.analysis.pathways.model import Pathway
from localcare.care.discharge import queries, rules
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.desk.presenters import answers_due, nearest, state_words
from localcare.foundation.pathways.models import (
    ClockState,
    JournalEntry,
    Journey,
    JourneyState,
    PathwayVersion,
    TaskState,
)
from localcare.foundation.pathways.presenters import TimeLeft, length, time_left
from localcare.foundation.record.models import Stay
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_relative_moment


@dataclass(frozen=True)
class Owed:
    """One thing that is not done, and who has it."""

    state: TaskState
    step: str
    who: str
    words: str
    left: TimeLeft | None
    clock: str
    ring: str = ""  # why to ring about it; empty: nothing to ring about
    telephone: str = ""


@dataclass(frozen=True)
class Plan:
    """One journey out of hospital as it stands."""

    journey: Journey
    state: JourneyState
    title: str
    outcome: str
    waited: str
    still_waits: bool
    has_left: bool
    owed: tuple[Owed, ...]
    promises: tuple[str, ...]
    finished: tuple[str, ...]

    @property
    def to_ring_about(self) -> list[Owed]:
        """What does not move by itself."""
        return [one for one in self.owed if one.ring]


@dataclass
class _Material:
    """Everything that the plans of a page need, each kind in one query."""

    pathways: dict[int, Pathway]
    tasks: dict[int, list[TaskState]] = field(default_factory=dict)
    entries: dict[int, list[JournalEntry]] = field(default_factory=dict)
    answers: dict[int, datetime] = field(default_factory=dict)
    promised: dict[int, ClockState] = field(default_factory=dict)


def plans_of(
    people: Iterable[int], reader: Reader, *, now: datetime, stays: Sequence[Stay] = ()
) -> dict[int, list[Plan]]:
    """The plans of people by the person's key; the number of queries does not depend on how many."""
    states = list(queries.journeys_of_people(reader, people))
    material = _gathered(states)
    left = {stay.person_id: stay.discharged_at for stay in stays}
    found: dict[int, list[Plan]] = {}
    for state in states:
        plan = _plan(state, material, now=now, left_at=left.get(state.person_id))
        found.setdefault(state.person_id, []).append(plan)
    return found


def _gathered(states: Sequence[JourneyState]) -> _Material:
    keys = [state.journey_id for state in states]
    versions = PathwayVersion.objects.in_bulk({state.journey.version_id for state in states})
    material = _Material({pk: definitions.pathway_of(version) for pk, version in versions.items()})
    for task in queries.tasks_of_journeys(keys):
        material.tasks.setdefault(task.journey_id, []).append(task)
    for entry in JournalEntry.objects.filter(journey__in=keys).order_by("pk"):
        material.entries.setdefault(entry.journey_id, []).append(entry)
    requested = [
        task.task_id for tasks in material.tasks.values() for task in tasks if task.state == "requested"
    ]
    material.answers = answers_due(requested)
    promises = ClockState.objects.filter(task__journey__in=keys, code="promise", is_void=False)
    material.promised = {clock.task_id: clock for clock in promises}
    return material


def _plan(state: JourneyState, material: _Material, *, now: datetime, left_at: datetime | None) -> Plan:
    pathway = material.pathways[state.journey.version_id]
    tasks = material.tasks.get(state.journey_id, [])
    standings = _standings(pathway, tasks, material.entries.get(state.journey_id, []))
    waited = rules.wait_in_bed(pathway, standings, now=now, ended_at=state.ended_at, left_at=left_at)
    later = rules.wait_in_bed(
        pathway, standings, now=now + timedelta(minutes=1), ended_at=state.ended_at, left_at=left_at
    )
    open_ones = [task for task in tasks if _is_owed(task, state)]
    return Plan(
        journey=state.journey,
        state=state,
        title=pathway.title,
        outcome=pathway.ends.get(state.outcome, state.outcome.replace("_", " ")),
        waited=length(waited),
        still_waits=later > waited,
        has_left=rules.has_left(standings),
        owed=tuple(_owed(task, pathway, material, now) for task in open_ones),
        promises=tuple(_promises(tasks, pathway, material, now)),
        finished=tuple(_finished(tasks, pathway)),
    )


def _standings(
    pathway: Pathway, tasks: Sequence[TaskState], entries: Sequence[JournalEntry]
) -> list[TaskStanding]:
    steps = {task.task_id: task.step for task in tasks}
    return list(fold(pathway, steps, entries).tasks.values())


def _is_owed(task: TaskState, state: JourneyState) -> bool:
    refused = task.state == "declined" and not task.is_dealt_with
    return state.is_open and (task.is_open or refused)


def _owed(task: TaskState, pathway: Pathway, material: _Material, now: datetime) -> Owed:
    due_at, clock = nearest(task, pathway, material.answers.get(task.task_id))
    return Owed(
        state=task,
        step=pathway.steps[task.step].title,
        who=task.service.title if task.service else "Nobody yet",
        words=_words(task, pathway, now),
        left=time_left(due_at, now) if due_at and task.is_open else None,
        clock=clock,
        ring=_ring(task, due_at, clock, now),
        telephone=task.service.telephone if task.service else "",
    )


def _words(task: TaskState, pathway: Pathway, now: datetime) -> str:
    if task.state != "declined":
        return f"{state_words(task, now)}, since {format_relative_moment(task.since, now)}"
    return f"Declined {format_relative_moment(task.since, now)}. {task.reason}".strip()


def _ring(task: TaskState, due_at: datetime | None, clock: str, now: datetime) -> str:
    if task.state == "declined":
        return "It was declined and nobody else has been asked."
    if task.service is None:
        return "Nobody was found who does this: choose a service."
    if task.state == "requested" and (task.help_asked_of or (due_at is not None and due_at < now)):
        return "Nobody has answered in time."
    if due_at is not None and due_at < now:
        return f"The time promised has passed: {clock.lower() or 'its clock'}."
    return ""


def _promises(
    tasks: Sequence[TaskState], pathway: Pathway, material: _Material, now: datetime
) -> Iterable[str]:
    """What was promised at home and by when."""
    for task in tasks:
        if not task.is_open:
            continue
        promise = material.promised.get(task.task_id)
        title, who = pathway.steps[task.step].title, task.service.title if task.service else "nobody yet"
        if promise is not None and promise.due_at is not None and promise.stopped_at is None:
            yield f"{title}: {who} promised {format_relative_moment(promise.due_at, now)}"
        elif task.booked_for is not None:
            yield f"{title}: {who}, booked for {format_relative_moment(task.booked_for, now)}"


def _finished(tasks: Sequence[TaskState], pathway: Pathway) -> Iterable[str]:
    for task in tasks:
        if task.state == "done":
            step = pathway.steps[task.step]
            outcome = step.outcomes.get(task.outcome)
            yield f"{step.title}: {outcome.title if outcome else task.outcome}"
