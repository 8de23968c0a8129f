"""Building every derived view again from the journal alone, and saying where what is kept differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models, transaction

from localcare.foundation.pathways.ledger import Ledger, project_all
from localcare.foundation.pathways.models import ClockState, Journey, JourneyState, TaskState, Timer
from localcare.foundation.pathways.moment import quietly

AT_A_TIME = 500  # journeys
DERIVED: dict[type[models.Model], tuple[str, ...]] = {
    JourneyState: ("journey_id",),
    TaskState: ("task_id",),
    ClockState: ("task_id", "code"),
    Timer: ("key",),
}
Progress = Callable[[int, int, str], None]
Rows = dict[tuple[Any, ...], dict[str, Any]]


class _Back(Exception):
    """Takes a trial rebuild back."""


def rebuild(*, progress: Progress | None = None) -> int:
    """Empty the derived views and derive them again, in one transaction; return the number of journeys."""
    with transaction.atomic():
        for model in reversed(DERIVED):
            model._default_manager.all().delete()
        keys = list(Journey.objects.order_by("pk").values_list("pk", flat=True))
        for first in range(0, len(keys), AT_A_TIME):
            project_all(Ledger.several(keys[first : first + AT_A_TIME]))
            if progress is not None:
                progress(min(first + AT_A_TIME, len(keys)), len(keys), "journeys")
    return len(keys)


def differences(*, progress: Progress | None = None) -> list[str]:
    """Where the derived views differ from what the journal says, in words; the views stay as they are."""
    found: list[str] = []
    try:
        with transaction.atomic(), quietly():
            before = {model: _rows(model) for model in DERIVED}
            rebuild(progress=progress)
            for model, rows in before.items():
                found += _compare(model, rows, _rows(model))
            raise _Back
    except _Back:
        return found


def _rows(model: type[models.Model]) -> Rows:
    keys = DERIVED[model]
    rows = model._default_manager.values()
    return {
        tuple(row[key] for key in keys): {name: value for name, value in row.items() if name != "id"}
        for row in rows
    }


def _compare(model: type[models.Model], kept: Rows, derived: Rows) -> list[str]:
    name = str(model._meta.verbose_name)
    found = [f"{name} {key}: kept, but not in the journal" for key in kept.keys() - derived.keys()]
    found += [f"{name} {key}: in the journal, but not kept" for key in derived.keys() - kept.keys()]
    for key in kept.keys() & derived.keys():
        wrong = [field for field, value in derived[key].items() if kept[key][field] != value]
        if wrong:
            found.append(f"{name} {key}: differs in {', '.join(wrong)}")
    return sorted(found)
