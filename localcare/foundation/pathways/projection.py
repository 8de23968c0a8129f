"""Writing the derived views of a journey from its standing: the same for a live act and for a rebuild."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from localcare.analysis.journal.clocks import (
    Due,
    Rulebook,
    Running,
    clocks_of,
    lasts_until,
    review_due,
    timers_of,
)
from localcare.analysis.journal.timeline import JourneyStanding, TaskStanding
from localcare.analysis.pathways.model import Pathway
from localcare.foundation.pathways.models import ClockState, Journey, JourneyState, Task, TaskState, Timer
from localcare.foundation.pathways.writing import Delete, Upsert, write_at_once

Rows = Mapping[int, dict[str, Any]]

COPIED = (
    *("step", "state", "service_id", "asked_by_id", "assigned_to_id", "is_open", "priority", "requested_at"),
    *("accepted_at", "started_at", "finished_at", "since", "paused_until", "milestone", "outcome", "reason"),
    *("booked_for", "help_asked_of", "is_dealt_with", "last_entry"),
)


@dataclass(frozen=True)
class Projected:
    """A journey whose derived rows are to follow from where it stands."""

    journey: Journey
    pathway: Pathway
    tasks: Mapping[int, Task]
    standing: JourneyStanding


@dataclass(frozen=True)
class Derived:
    """The derived rows of some journeys."""

    journeys: dict[int, dict[str, Any]]
    tasks: dict[int, dict[str, Any]]
    clocks: dict[tuple[int, str], dict[str, Any]]
    timers: dict[str, tuple[int, Due]]


def derive(journeys: Iterable[Projected], rules: Rulebook) -> Derived:
    """The rows that follow from where journeys stand. Pure."""
    found = Derived({}, {}, {}, {})
    for one in journeys:
        if not one.standing.tasks and one.standing.opened_at is None:
            continue  # nothing is written of it yet
        found.journeys[one.journey.pk] = _journey_row(one)
        for key, task in one.standing.tasks.items():
            step = one.pathway.steps[task.step]
            running = clocks_of(step, task, one.standing, rules)
            found.tasks[key] = _task_row(one, task, running, rules)
            for clock in running:
                found.clocks[key, clock.code] = {"service_id": task.service_id, **vars(clock)}
            if one.standing.is_open:
                dues = timers_of(step, task, one.tasks[key].key, running, rules)
                found.timers.update({due.key: (key, due) for due in dues})
    return found


def project_change(before: Projected, after: Projected, rules: Rulebook) -> list[Due]:
    """Bring the derived rows of one journey from where it stood to where it stands; return the timers that are new.

    One statement, and no read: what the rows say follows from where the journey stood when its lock was taken.
    """
    was, now = derive([before], rules), derive([after], rules)
    new_timers = [(task, due) for key, (task, due) in now.timers.items() if key not in was.timers]
    write_at_once(
        upserts=[
            Upsert(JourneyState, ("journey_id",), _changed("journey_id", was.journeys, now.journeys)),
            Upsert(TaskState, ("task_id",), _changed("task_id", was.tasks, now.tasks)),
            Upsert(ClockState, ("task_id", "code"), _changed_clocks(was, now)),
            Upsert(Timer, ("key",), [{"task_id": task, **vars(due)} for task, due in new_timers]),
        ],
        deletes=[
            Delete(ClockState, ("task_id", "code"), [key for key in was.clocks if key not in now.clocks]),
            Delete(Timer, ("key",), [(key,) for key in was.timers if key not in now.timers]),
        ],
    )
    return [due for _, due in new_timers]


def _changed(key: str, was: Rows, now: Rows) -> list[dict[str, Any]]:
    return [{key: pk, **row} for pk, row in now.items() if was.get(pk) != row]


def _changed_clocks(was: Derived, now: Derived) -> list[dict[str, Any]]:
    changed = {place: row for place, row in now.clocks.items() if was.clocks.get(place) != row}
    return [{"task_id": task, **row} for (task, _), row in changed.items()]


def project(journeys: Sequence[Projected], rules: Rulebook) -> list[Due]:
    """Compare the kept rows of journeys with what follows from their journals, and mend; return the new timers."""
    found = derive(journeys, rules)
    _save(JourneyState, "journey_id", found.journeys)
    _save(TaskState, "task_id", found.tasks)
    _save_clocks(found)
    return _save_timers(list(found.tasks), found.timers)


def _journey_row(one: Projected) -> dict[str, Any]:
    standing = one.standing
    return {
        "person_id": one.journey.person_id,
        "pathway": one.pathway.code,
        "is_open": standing.is_open,
        "opened_at": standing.opened_at,
        "ended_at": standing.ended_at,
        "outcome": standing.outcome,
        "waiting_steps": standing.waiting,
        "last_entry": standing.last_entry,
    }


def _task_row(one: Projected, task: TaskStanding, clocks: list[Running], rules: Rulebook) -> dict[str, Any]:
    step = one.pathway.steps[task.step]
    running = [clock for clock in clocks if clock.stopped_at is None and clock.due_at and not clock.is_void]
    nearest = min(running, key=lambda clock: (clock.due_at, clock.code), default=None)
    row = {name: getattr(task, name) for name in COPIED}
    return row | {
        "journey_id": one.journey.pk,
        "person_id": one.journey.person_id,
        "pathway": one.pathway.code,
        "due_at": nearest.due_at if nearest else None,
        "due_clock": nearest.code if nearest else "",
        "review_due_at": review_due(step, task, rules),
        "lasts_until": lasts_until(step, task, rules),
    }


def _save(model: type[Model], key: str, rows: Mapping[int, dict[str, Any]]) -> None:
    """Insert or update rows by their key, touching only those that changed."""
    known = model._default_manager.filter(**{f"{key}__in": list(rows)}).values(key, *_names(rows))
    before = {row.pop(key): row for row in known}
    changed = [model(**{key: pk}, **row) for pk, row in rows.items() if before.get(pk) != row]
    if changed:
        names = [_field(model, name) for name in _names(rows)]
        model._default_manager.bulk_create(
            changed, update_conflicts=True, unique_fields=[_field(model, key)], update_fields=names
        )


def _names(rows: Mapping[int, dict[str, Any]]) -> list[str]:
    return list(next(iter(rows.values()), {}))


def _field(model: type[Model], attribute: str) -> str:
    return next(field.name for field in model._meta.concrete_fields if field.attname == attribute)


def _save_clocks(found: Derived) -> None:
    before = {(row.task_id, row.code): row for row in ClockState.objects.filter(task__in=list(found.tasks))}
    rows = {place: ClockState(task_id=place[0], **row) for place, row in found.clocks.items()}
    changed = [row for place, row in rows.items() if not _same(before.get(place), row)]
    if changed:
        ClockState.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["task", "code"],
            update_fields=[
                "service", "standard", "started_at", "due_at", "stopped_at", "paused_seconds", "is_met", "is_void",
            ],
        )  # fmt: skip
    gone = [row.pk for place, row in before.items() if place not in rows]
    if gone:
        ClockState.objects.filter(pk__in=gone).delete()


def _same(before: ClockState | None, after: ClockState) -> bool:
    names = [field.attname for field in ClockState._meta.concrete_fields if not field.primary_key]
    return before is not None and all(getattr(before, name) == getattr(after, name) for name in names)


def _save_timers(tasks: Iterable[int], timers: Mapping[str, tuple[int, Due]]) -> list[Due]:
    before = dict(Timer.objects.filter(task__in=list(tasks)).values_list("key", "pk"))
    gone = [pk for key, pk in before.items() if key not in timers]
    if gone:
        Timer.objects.filter(pk__in=gone).delete()
    new = [(task, due) for key, (task, due) in timers.items() if key not in before]
    if new:
        Timer.objects.bulk_create(Timer(task_id=task, **vars(due)) for task, due in new)
    return [due for _, due in new]
