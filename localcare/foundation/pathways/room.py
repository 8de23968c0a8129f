"""The room that a service promises when it accepts, and gets back when the work ends: never promised twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
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
    elif event in GIVES_BACK or (event == "undone" and not is_held):
        release(key=key, since=_day(ledger))
    elif undoes is not None and undoes.event in GIVES_BACK:
        _promise(ledger, task)  # the service has the work again, and needs its room again


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


def _needed(ledger: Ledger, task: Task, service: Service) -> Iterator[tuple[date, int]]:
    """The days on which the step takes room of the service, and how much."""
    step = ledger.pathway.steps[task.step]
    said = next((text for name, text in step.uses.items() if UNITS.get(name) == service.capacity_unit), "")
    matched = AMOUNT.match(said)
    if matched is None:
        return
    amount, rhythm = int(matched["amount"]), matched["rhythm"]
    first = _day(ledger)
    days = ledger.length_in_days(step.lasts.up_to, first) if step.lasts is not None else 1
    begun = ledger.of(task).started_at
    if begun is not None:  # taken on again: what is left of its time
        days = max(1, days - (first - begun.astimezone(LONDON).date()).days)
    if rhythm is None and service.capacity_unit != "places":
        days = 1  # one visit, not one a day
    for number in range(days):
        if rhythm != "week":
            yield first + timedelta(days=number), amount
        elif number % 7 in _spread(amount):
            yield first + timedelta(days=number), 1


def _spread(amount: int) -> set[int]:
    """Visits of a week spread over its days: two a week fall on its first and fourth day."""
    return {number * 7 // min(amount, 7) for number in range(min(amount, 7))}


def _day(ledger: Ledger) -> date:
    return ledger.now.astimezone(LONDON).date()
