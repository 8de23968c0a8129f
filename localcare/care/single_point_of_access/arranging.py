"""Asking services for what a contact needs: several at once, each in a journey of its own, with room held where promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.pathways.working_time import due_after
from localcare.care.single_point_of_access.actions import hold
from localcare.care.single_point_of_access.definitions import definitions
from localcare.care.single_point_of_access.queries import requests_from
from localcare.care.single_point_of_access.rules import arranging_outcome
from localcare.foundation.pathways import actions as journeys
from localcare.foundation.pathways.definitions import hours, pathways, span_on
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import JournalEntry, Journey, Task, TaskState
from localcare.foundation.pathways.moment import now
from localcare.foundation.pathways.queries import open_requests
from localcare.foundation.people.models import Person
from localcare.foundation.services.capacity import hold_capacity, release
from localcare.foundation.services.errors import NoRoom
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import Reader

ANY = "any-service"


@dataclass(frozen=True)
class Request:
    """What is asked of one service; `room_on` holds a part of that day's room. `key` names the post."""

    service: Service
    pathway: str
    text: str
    key: str
    room_on: date | None = None


def ways_to_ask(service: Service, needs: list[str]) -> list[str]:
    """The pathways that may be opened for a service, the one that fits best first."""
    known = pathways()
    fitting = [
        asking.pathway for asking in definitions().pathways if _fits(known[asking.pathway], service, needs)
    ]
    return fitting


def _fits(pathway: Pathway, service: Service, needs: list[str]) -> bool:
    first = pathway.steps[pathway.starts_with[0]]
    if first.by == ANY:
        return True
    return first.by == service.kind and bool(set(needs) & set(pathway.needs))


def priority_for(pathway: str, urgency: str) -> str:
    """The priority in a pathway that an urgency of the contact means there."""
    asking = next(one for one in definitions().pathways if one.pathway == pathway)
    return asking.priorities.get(urgency or "routine", "")


def due_by(pathway: str, urgency: str, at: datetime) -> datetime | None:
    """By when the first clock of a pathway would be due if it were opened at a moment."""
    known = pathways()[pathway]
    priority = priority_for(pathway, urgency)
    step = known.steps[known.starts_with[0]]
    day = timezone.localdate(at)
    dues = [
        due_after(at, span_on(clock.within, day), hours(clock.hours))
        for clock in step.clocks
        if not clock.priorities or priority in clock.priorities
    ]
    return min(dues, default=None)


def same_need(
    person: Person, needs: list[str], *, reader: Reader, without: Journey | None = None
) -> list[TaskState]:
    """What is open for the person for the same need already, so that nobody is referred twice."""
    found = open_requests(person, reader=reader).select_related("service", "task", "journey__version")
    known = pathways()
    return [
        state
        for state in found
        if (without is None or state.journey_id != without.pk)
        and state.pathway in known
        and _concerns(known[state.pathway], state, needs)
    ]


def _concerns(pathway: Pathway, state: TaskState, needs: list[str]) -> bool:
    if set(needs) & set(pathway.needs):
        return True
    asks_anybody = pathway.steps[pathway.starts_with[0]].by == ANY
    return asks_anybody and state.service is not None and bool(set(needs) & set(state.service.needs))


def ask(*, task: Task, request: Request, by: Reader) -> Journey:
    """Ask one service; room is held in the same transaction, or nothing is asked at all."""
    state = TaskState.objects.select_related("service", "journey").get(pk=task.pk)
    if state.service is None:
        raise NotPossible("Nobody arranges this contact yet. Take it first.")
    pathway = pathways()[request.pathway]
    with transaction.atomic():
        hold(task=task, by=by)
        journey = journeys.open_journey(
            person=state.person,
            pathway=request.pathway,
            by=by,
            asked_by=state.service,
            priority=priority_for(request.pathway, state.priority),
            opened_from=task,
            services={pathway.starts_with[0]: request.service},
            reason=request.text,
            key=request.key,
        )
        _hold_room(journey.tasks.order_by("pk")[0], request.service, request.room_on)
    return journey


def ask_another(
    *, task: Task, to: Service, by: Reader, reason: str, key: str, room_on: date | None = None
) -> JournalEntry:
    """After a refusal: another service is asked for the same; what was held of the first is given back."""
    with transaction.atomic():
        release(key=str(task.reference))
        entry = journeys.ask_again(task=task, by=by, to=to, reason=reason, key=key)
        assert entry.task is not None
        _hold_room(entry.task, to, room_on)
    return entry


def withdraw(*, task: Task, by: Reader, reason: str) -> JournalEntry:
    """Take a request back; what was held is given back."""
    with transaction.atomic():
        entry = journeys.cancel(task=task, by=by, reason=reason)
        release(key=str(task.reference))
    return entry


def _hold_room(task: Task, service: Service, day: date | None) -> None:
    if day is None:
        return
    try:
        hold_capacity(service=service, day=day, key=str(task.reference))
    except NoRoom as error:
        raise NotPossible(str(error)) from error


def finish(*, task: Task, by: Reader, outcome: str, reason: str = "") -> JournalEntry:
    """End arranging. `arranged` is refused while any service asked has not accepted."""
    states = latest_states(task.journey)
    if outcome == "arranged" and arranging_outcome(states) != "arranged":
        raise NotPossible(
            "Not every service that was asked has accepted. Wait for the answers, ask another service, "
            "or choose “Arranged in part” and say what is missing."
        )
    with transaction.atomic():
        hold(task=task, by=by)
        for state in requests_from(task.journey).filter(state__in=("declined", "cancelled")):
            release(key=str(state.task.reference))
        return journeys.done(
            task=task, by=by, outcome=outcome, reason=reason, key=f"arranged:{task.reference}"
        )


def latest_states(journey: Journey) -> list[str]:
    """How the first step of each request stands: the latest round of it."""
    latest: dict[int, TaskState] = {}
    for state in requests_from(journey):
        if state.step == pathways()[state.pathway].starts_with[0]:
            latest[state.journey_id] = state
    return [state.state for state in latest.values()]


def day_of(moment: datetime | None) -> date:
    """The day on which something is due; today when nothing is."""
    return timezone.localdate(moment or now())
