"""The room that a service promises when it accepts, and gets back when the work ends: never promised twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction

from localcare.analysis.journal.states import HELD
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.services.actions import hold_days, release
from localcare.foundation.services.errors import NoRoom
from localcare.foundation.services.models import Hold, Service

if TYPE_CHECKING:
    from localcare.foundation.pathways.ledger import Ledger
    from localcare.foundation.pathways.models import JournalEntry, Task

LONDON = ZoneInfo("Europe/London")
GIVES_BACK = frozenset({"declined", "cancelled", "done", "transferred"})
UNITS = {"visits": "visits", "slots": "slots", "places": "places", "bed": "places", "beds": "places"}
AMOUNT = re.compile(r"^(?P<amount>\d+)(?: per (?P<rhythm>day|week))?$")


def follow(ledger: Ledger, task: Task, event: str, *, undoes: JournalEntry | None = None) -> None:
    """Promise room when a service takes work on and give it back at the end; NotPossible when there is none."""
    key, is_held = str(task.reference), ledger.of(task).state in HELD
    if event == "accepted" or (is_held and event == "reopened"):
        _promise(ledger, task)
    elif event == "extended" or (undoes is not None and undoes.event == "extended"):
        _promise_until_the_end(ledger, task)
    elif event in GIVES_BACK or (event == "undone" and not is_held):
        release(key=key, since=_given_back_from(ledger, task, event))
    elif undoes is not None and undoes.event in GIVES_BACK:
        _promise(ledger, task)  # the service has the work again, and needs its room again


def _given_back_from(ledger: Ledger, task: Task, event: str) -> date:
    """Today; tomorrow where what was done today has used the visits of today. A bed is free once it is left."""
    service = ledger.service(ledger.of(task).service_id)
    is_used_up = event == "done" and service is not None and service.capacity_unit != "places"
    return _day(ledger) + timedelta(days=1 if is_used_up else 0)


def _promise(ledger: Ledger, task: Task) -> None:
    service = ledger.service(ledger.of(task).service_id)
    if service is None or not service.capacity_unit:
        return
    key, today = str(task.reference), _day(ledger)
    lasts = ledger.pathway.steps[task.step].lasts is not None
    if not lasts and Hold.objects.filter(
        key=key, released_at=None, capacity__service=service, capacity__day__gte=today
    ):
        return  # the one visit was held when it was asked for, on the day it was asked for
    try:
        with transaction.atomic():
            release(key=key, since=today)  # a part may have been held when it was asked for
            hold_days(service=service, days=dict(_needed(ledger, task, service)), key=key)
    except NoRoom as error:
        raise NotPossible(f"{error} Decline the request, hand it on, or make room first.") from error


def _promise_until_the_end(ledger: Ledger, task: Task) -> None:
    """The planned end has moved: the days added are promised, the days taken away are given back."""
    service = ledger.service(ledger.of(task).service_id)
    if service is None or not service.capacity_unit:
        return
    key, needed = str(task.reference), dict(_needed(ledger, task, service))
    after = max(needed, default=_day(ledger)) + timedelta(days=1)
    try:
        with transaction.atomic():
            release(key=key, since=after)
            hold_days(service=service, days=needed, key=key)  # what is held already stays as it is
    except NoRoom as error:
        raise NotPossible(f"{error} Choose an earlier end, or make room first.") from error


def _needed(ledger: Ledger, task: Task, service: Service) -> Iterator[tuple[date, int]]:
    """The days from today on which the step takes room of the service, and how much."""
    step, standing, today = ledger.pathway.steps[task.step], ledger.of(task), _day(ledger)
    said = next((text for name, text in step.uses.items() if UNITS.get(name) == service.capacity_unit), "")
    matched = AMOUNT.match(said)
    if matched is None:
        return
    amount, rhythm = int(matched["amount"]), matched["rhythm"]
    if rhythm is None and service.capacity_unit != "places":
        yield today, amount  # one visit, not one a day
        return
    begun = _local(standing.started_at).date() if standing.started_at else today
    days = ledger.length_in_days(step.lasts.up_to, begun) if step.lasts is not None else 1
    if standing.extended_until is not None and standing.started_at is not None:
        days = _days_between(standing.started_at, standing.extended_until)
    agreed = _local(standing.accepted_at).date() if standing.accepted_at else today
    for day in _days(today, max(begun + timedelta(days=days), today + timedelta(days=1))):
        if rhythm != "week":
            yield day, amount
        elif (day - agreed).days % 7 in _spread(amount):
            yield day, 1


def _days(first: date, end: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range((end - first).days))


def _days_between(start: datetime, end: datetime) -> int:
    """How many days begin from one moment to another, by the clock on the wall: 14:00 to 14:00 of the next day is one."""
    length = _local(end).replace(tzinfo=None) - _local(start).replace(tzinfo=None)
    return max(1, -(-length // timedelta(days=1)))


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)


def _spread(amount: int) -> set[int]:
    """Visits of a week spread over its days: two a week fall on its first and fourth day."""
    return {number * 7 // min(amount, 7) for number in range(min(amount, 7))}


def _day(ledger: Ledger) -> date:
    return _local(ledger.now).date()
