"""Building every derived view again from the journal alone."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from localcare.foundation.pathways.ledger import Ledger, project_all
from localcare.foundation.pathways.models import ClockState, Journey, JourneyState, TaskState, Timer

AT_A_TIME = 500  # journeys
Progress = Callable[[int, int, str], None]


def rebuild(*, progress: Progress | None = None) -> int:
    """Empty the derived views and derive them again, in one transaction; return the number of journeys."""
    with transaction.atomic():
        for model in (Timer, ClockState, TaskState, JourneyState):
            model.objects.all().delete()
        keys = list(Journey.objects.order_by("pk").values_list("pk", flat=True))
        for first in range(0, len(keys), AT_A_TIME):
            project_all(Ledger.several(keys[first : first + AT_A_TIME]))
            if progress is not None:
                progress(min(first + AT_A_TIME, len(keys)), len(keys), "journeys")
    return len(keys)
