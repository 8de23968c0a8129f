"""The verbs of a rapid response team, on top of the engine's: one press each, one transaction each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from localcare.care.rapid_response import rules
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions, definitions
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import JournalEntry, Task, TaskState
from localcare.foundation.services.errors import NoRoom
from localcare.foundation.services.models import Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader

SEEN = "seen"


def press(*, task: Task, by: Reader, point: str, key: str | None = None) -> JournalEntry:
    """Accept, or pass a point on the way, now and by whoever presses."""
    if point == "accept":
        return take_on(task=task, by=by, key=key)
    return actions.milestone(task=task, by=by, code=point, key=key)


@transaction.atomic
def take_on(*, task: Task, by: Reader, key: str | None = None) -> JournalEntry:
    """Accept a request for oneself. Work that goes on for days begins at once: the team that accepts a package has it."""
    user = by.user if isinstance(by.user, User) else None
    entry = actions.accept(task=task, by=by, to_user=user, key=key)
    if _lasts(task):
        actions.start(task=task, by=by, key=f"{key}:start" if key else None)
    return entry


def is_about_room(refused: NotPossible) -> bool:
    """Whether something was refused because all room of the day is promised."""
    return isinstance(refused.__cause__, NoRoom)


def _lasts(task: Task) -> bool:
    return definitions.pathway_of(task.journey.version).steps[task.step].lasts is not None


@transaction.atomic
def conclude(
    *,
    task: Task,
    by: Reader,
    outcome: str,
    response: FormResponse | None = None,
    reason: str = "",
    services: Mapping[str, Service] | None = None,
    at: datetime | None = None,
    key: str | None = None,
) -> JournalEntry:
    """End the visit: what follows is asked for, and a package of the same team begins at once, for the days agreed."""
    step = definitions.pathway_of(task.journey.version).steps[task.step]
    was_seen = response is not None and SEEN in step.milestones
    if was_seen and not task.entries.filter(event="milestone", code=SEEN, undone_by=None).exists():
        _record_seen(task, by, response)
    entry = actions.done(
        task=task, by=by, outcome=outcome, response=response, reason=reason, services=services, at=at, key=key
    )
    for state in TaskState.objects.filter(
        journey=task.journey, state="requested", service=task.state.service
    ):
        if _is_because(state, entry) and _lasts(state.task):
            _begin_package(state.task, by, response)
    return entry


def _record_seen(task: Task, by: Reader, response: FormResponse | None) -> None:
    """The clock stops when the person was seen, as the visit record says it, not when it was written."""
    said = response.answers.get("seen-at") if response is not None else None
    at = datetime.fromisoformat(said) if said else None
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=timezone.get_current_timezone())
    actions.milestone(task=task, by=by, code=SEEN, at=at, reason="As the visit record says")


def _is_because(state: TaskState, entry: JournalEntry) -> bool:
    asked = state.task.entries.filter(event="requested").order_by("pk").first()
    return asked is not None and asked.detail.get("because") == entry.pk


def _begin_package(task: Task, by: Reader, response: FormResponse | None) -> None:
    """Begin the package; without room for it the request stays open on the board, for somebody to deal with."""
    try:
        with transaction.atomic():
            take_on(task=task, by=by)
    except NotPossible as refused:
        if not is_about_room(refused):
            raise
        actions.note(task=task, by=by, text=str(refused), code="no-room")
        return
    days = response.answers.get("package-days") if response is not None else None
    state = TaskState.objects.get(task=task)
    if state.started_at is None or state.lasts_until is None:
        return
    until = rules.package_ends(days, state.started_at, state.lasts_until)
    if until is not None:
        words = f"Agreed at the visit: {days} {'day' if days == 1 else 'days'}"
        try:
            actions.extend(task=task, by=by, until=until, reason=words)
        except NotPossible as refused:  # the package has begun, and ends when the pathway says
            if not is_about_room(refused):
                raise
            actions.note(task=task, by=by, text=f"{words}. {refused}", code="no-room")


def has_package_without_room(task: Task) -> bool:
    """Whether a package that this visit led to still waits, because there was no room for it."""
    waiting = TaskState.objects.filter(journey=task.journey, state="requested", service=task.state.service)
    return any(_lasts(state.task) for state in waiting.select_related("task__journey__version"))


def explain_late(*, task: Task, by: Reader, reason: str, key: str | None = None) -> JournalEntry:
    """Write down why somebody was seen late; the numbers of the day show it."""
    if not reason.strip():
        raise NotPossible("Say why it was late: the numbers of the day show it.")
    return actions.note(task=task, by=by, text=reason, code="late", key=key)
