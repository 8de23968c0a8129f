"""Timers: woken at their second, fired once under the lock of their journey, late if the system was down."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from localcare.foundation.pathways.models import Journey, Timer
from localcare.foundation.pathways.moment import now as current
from localcare.foundation.pathways.moment import wakes_nobody

logger = logging.getLogger("localcare.pathways")
TASK = "pathways.fire_timers"
AHEAD = timedelta(minutes=3)  # how far the job of each minute looks
AT_A_TIME = 50  # journeys fired in one transaction


def wake_at(moment: datetime) -> None:
    """See that a worker looks at the timers at this second; many timers of one second wake it once.

    What lies further ahead is left to the job of each minute, which calls `wake_for_next`.
    """
    if wakes_nobody() or moment > current() + AHEAD:
        return
    second = moment.replace(microsecond=0) + (timedelta(seconds=1) if moment.microsecond else timedelta())
    try:
        with transaction.atomic():  # a queue that holds the second already must not undo the act
            app.configure_task(
                TASK, schedule_at=second, queueing_lock=f"timers-{second:%Y%m%dT%H%M%S}"
            ).defer()
    except AlreadyEnqueued:
        return


def wake_for_next() -> None:
    """See that a worker looks at the timers at each second of the next minutes at which one fires."""
    upcoming = Timer.objects.filter(fires_at__gt=current(), fires_at__lte=current() + AHEAD)
    for moment in upcoming.order_by("fires_at").values_list("fires_at", flat=True).distinct():
        wake_at(moment)


def fire_due(now: datetime | None = None) -> int:
    """Fire every timer that is due; return how many fired. Safe to run in many workers at once."""
    moment = now or current()
    fired, failed = 0, set[int]()
    while True:
        with transaction.atomic():
            journeys = _journeys_with_due(moment, failed)
            if not journeys:
                return fired
            try:
                with transaction.atomic():
                    fired += _fire(journeys, moment)
            except Exception:  # one of them is at fault: the others must not wait for it
                fired += sum(_fire_alone(journey, moment, failed) for journey in journeys)


def _fire_alone(journey: int, moment: datetime, failed: set[int]) -> int:
    try:
        with transaction.atomic():
            return _fire([journey], moment)
    except Exception:
        failed.add(journey)
        logger.exception("A timer could not fire", extra={"journey": journey})
        return 0


def _journeys_with_due(moment: datetime, failed: set[int]) -> list[int]:
    due = Timer.objects.filter(task__journey=OuterRef("pk"), fires_at__lte=moment)
    waiting = Journey.objects.filter(Exists(due)).exclude(pk__in=failed)
    return list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:AT_A_TIME])


def _fire(journeys: list[int], moment: datetime) -> int:
    from localcare.foundation.pathways.firing import fire_timers_of

    return fire_timers_of(journeys, moment)
