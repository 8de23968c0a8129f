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

COPIED = (
    *("step", "state", "service_id", "asked_by_id", "assigned_to_id", "is_open", "priority", "requested_at"),
    *("accepted_at", "started_at", "finished_at", "since", "paused_until", "milestone", "outcome", "reason"),
    *("booked_for", "help_asked_of", "last_entry"),
)


@dataclass(frozen=True)
class Projected:
    """A journey whose derived rows are to follow from where it stands."""

    journey: Journey
    pathway: Pathway
    tasks: Mapping[int, Task]
    standing: JourneyStanding


def project(journeys: Sequence[Projected], rules: Rulebook) -> list[Due]:
    """Bring the derived rows of journeys up to date, all in a handful of queries; return the timers that are new."""
    _save(JourneyState, "journey_id", {one.journey.pk: _journey_row(one) for one in journeys})
    states: dict[int, dict[str, Any]] = {}
    clocks: dict[int, tuple[TaskStanding, list[Running]]] = {}
    timers: dict[str, tuple[int, Due]] = {}
    for one in journeys:
        for key, task in one.standing.tasks.items():
            step = one.pathway.steps[task.step]
            running = clocks_of(step, task, one.standing, rules)
            clocks[key] = (task, running)
            states[key] = _task_row(one, task, running, rules)
            if one.standing.is_open:
                dues = timers_of(step, task, one.tasks[key].key, running, rules)
                timers |= {due.key: (key, due) for due in dues}
    _save(TaskState, "task_id", states)
    _save_clocks(clocks)
    return _save_timers(list(states), timers)


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


def _save_clocks(clocks: Mapping[int, tuple[TaskStanding, list[Running]]]) -> None:
    before = {(row.task_id, row.code): row for row in ClockState.objects.filter(task__in=list(clocks))}
    changed, kept = [], set()
    for key, (task, running) in clocks.items():
        for clock in running:
            kept.add((key, clock.code))
            row = ClockState(task_id=key, service_id=task.service_id, **vars(clock))
            if not _same(before.get((key, clock.code)), row):
                changed.append(row)
    if changed:
        ClockState.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["task", "code"],
            update_fields=[
                "service", "standard", "started_at", "due_at", "stopped_at", "paused_seconds", "is_met", "is_void",
            ],
        )  # fmt: skip
    gone = [row.pk for place, row in before.items() if place not in kept]
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
