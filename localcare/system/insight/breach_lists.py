"""The breach lists of a run: what the engine says was missed, with the person and the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from localcare.analysis.measures.definitions import Indicator
from localcare.analysis.measures.engine import MeasureSource, breaches
from localcare.foundation.people.models import Person
from localcare.kernel.nhs_design.formatting import format_interval, format_moment
from localcare.system.insight.models import Breach

KEPT_DAYS = 365


def has_list(indicator: Indicator) -> bool:
    """Whether the indicator is a promise to a person that the journal says was kept or missed."""
    is_promise = indicator.kind == "share" and indicator.direction == "high"
    return is_promise and indicator.reads == "journal" and not indicator.not_yet


def breaches_found(
    indicators: Mapping[str, Indicator], source: MeasureSource, *, until: date
) -> Iterator[Breach]:
    """Every breach of the last 12 months of each indicator that has a list."""
    since = until - timedelta(days=KEPT_DAYS)
    rows = [
        (code, row)
        for code, indicator in indicators.items()
        if has_list(indicator)
        for row in breaches(indicator, source, since=since, until=until).to_pylist()
    ]
    here = set(Person.objects.filter(pk__in={row["person"] for _, row in rows}).values_list("pk", flat=True))
    return (_breach(code, row) for code, row in rows if row["person"] in here)


def _breach(code: str, row: Mapping[str, Any]) -> Breach:
    return Breach(
        indicator=code,
        person_id=row["person"],
        practice_code=row["practice"] or "",
        service=row.get("service") or "",
        task_key=row.get("task"),
        happened_on=row["day"],
        detail={"words": _words(row)},
    )


def _words(row: Mapping[str, Any]) -> str:
    """What was missed: when it was due and by how much it was late, or how it ended."""
    due, done = row.get("due_at"), row.get("stopped_at") or row.get("answered_at")
    if due is None:
        outcome = str(row.get("outcome") or "").replace("-", " ").replace("_", " ")
        return f"Ended: {outcome}" if outcome else "Has not ended as it should"
    said = f"Due {format_moment(_utc(due))}"
    return (
        f"{said}, late by {format_interval(done - due)}"
        if done and done > due
        else f"{said}, not done by then"
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
