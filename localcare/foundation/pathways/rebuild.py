"""Building every derived view again from the journal alone."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from localcare.foundation.pathways.ledger import Ledger
from localcare.foundation.pathways.models import ClockState, Journey, JourneyState, TaskState, Timer

Progress = Callable[[int, int, str], None]


def rebuild(*, progress: Progress | None = None) -> int:
    """Empty the derived views and derive them again, in one transaction; return the number of journeys."""
    with transaction.atomic():
        for model in (Timer, ClockState, TaskState, JourneyState):
            model.objects.all().delete()
        keys = list(Journey.objects.order_by("pk").values_list("pk", flat=True))
        for number, key in enumerate(keys, 1):
            Ledger(key).project()
            if progress is not None:
                progress(number, len(keys), "journeys")
    return len(keys)
