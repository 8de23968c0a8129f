"""What the planning desk shows: saved scenarios and runs."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Max, QuerySet

from localcare.kernel.access.readers import Reader
from localcare.system.planning.models import Run, SavedScenario

LATEST_RUNS = 10


def saved_scenarios() -> QuerySet[SavedScenario]:
    """Saved scenarios that are not put away, the one changed last first."""
    found = SavedScenario.objects.filter(put_away_at=None).select_related("owner")
    return found.annotate(changed_at=Max("versions__made_at"), number=Max("versions__number")).order_by(
        "-changed_at", "-pk"
    )


def saved_scenario(reference: UUID) -> SavedScenario | None:
    """The saved scenario with this reference, also one put away: its address stays."""
    return SavedScenario.objects.select_related("owner").filter(reference=reference).first()


def runs(reader: Reader | None = None) -> QuerySet[Run]:
    """Runs without their results, newest first; only those the reader asked for when one is given."""
    found = Run.objects.select_related("content", "asked_by", "beside").defer("lines", "days", "report")
    if reader is not None:
        found = found.filter(asked_by=reader.user)
    return found.order_by("-asked_at", "-pk")


def run_of(reference: UUID) -> Run | None:
    """One run with its results."""
    found = Run.objects.select_related("content", "asked_by", "beside", "beside__content")
    return found.filter(reference=reference).first()
