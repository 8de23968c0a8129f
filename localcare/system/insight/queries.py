"""Reads of this room: numbers in force in a reader's sight, charts begun anew, breach lists, and other folders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from hashlib import sha256
from pathlib import Path

from django.core.cache import cache
from django.db.models import QuerySet

from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.measures.definitions import Indicator
from localcare.analysis.measures.engine import MeasureSource, Period, measure
from localcare.foundation.people.queries import visible_people
from localcare.kernel.access.readers import Reader
from localcare.system.insight.models import Breach, Rebase, Run, Value
from localcare.system.insight.rules import Number, whole_periods
from localcare.system.insight.sight import Sight

KEPT_FOR = 60 * 60  # seconds that what was read off a folder is remembered: a journal is never changed


@dataclass(frozen=True)
class MeasuredPoint:
    """A number read off a folder: of which period and group."""

    starts_on: date
    group: tuple[str, ...]
    number: Number


def run_in_force() -> Run | None:
    """The run whose numbers are shown."""
    return Run.objects.filter(status=Run.Status.PUBLISHED).order_by("-id").first()


def latest_run() -> Run | None:
    """The run that was begun last, whatever became of it."""
    return Run.objects.order_by("-id").first()


def runs(limit: int = 30) -> list[Run]:
    """The latest runs."""
    return list(Run.objects.order_by("-id")[:limit])


def known_practices() -> frozenset[str]:
    """The practices that numbers in force name, wherever they lie now."""
    found = Value.objects.filter(to_run=None, place__startswith="practice:", period="year", breakdown="")
    return frozenset(code.partition(":")[2] for code in found.values_list("place", flat=True).distinct())


def numbers(
    sight: Sight,
    *,
    indicators: Collection[str],
    places: Iterable[str],
    periods: Collection[str],
    breakdowns: Collection[str] = ("",),
) -> QuerySet[Value]:
    """The numbers in force of some indicators and places, oldest first; places out of sight are left out."""
    return Value.objects.filter(
        to_run=None,
        indicator__in=indicators,
        period__in=periods,
        place__in=[place for place in places if place in sight.tree],
        breakdown__in=breakdowns,
    ).order_by("indicator", "place", "period", "starts_on", "member")


def earlier_numbers(sight: Sight, *, indicator: str, place: str) -> QuerySet[Value]:
    """What earlier runs found for periods that a later run found otherwise, latest first."""
    if place not in sight.tree:
        return Value.objects.none()
    found = Value.objects.filter(indicator=indicator, place=place, breakdown="", period="month")
    return found.exclude(to_run=None).select_related("from_run", "to_run").order_by("-starts_on", "-from_run")


def rebases_in_force(indicator: str, place: str) -> QuerySet[Rebase]:
    """The new beginnings of a chart that nobody took back, earliest first."""
    return (
        Rebase.objects.filter(indicator=indicator, place=place, takes_back=None, taken_back_by=None)
        .select_related("decided_by")
        .order_by("starts_on", "id")
    )


def rebases_of(indicators: Collection[str], place: str) -> dict[str, list[Rebase]]:
    """The new beginnings in force of several indicators' charts of one place."""
    found: dict[str, list[Rebase]] = {}
    rows = Rebase.objects.filter(
        indicator__in=indicators, place=place, takes_back=None, taken_back_by=None
    ).order_by("starts_on", "id")
    for row in rows:
        found.setdefault(row.indicator, []).append(row)
    return found


def rebase_history(indicator: str, place: str) -> list[Rebase]:
    """Everything that was decided about a chart, latest first."""
    found = Rebase.objects.filter(indicator=indicator, place=place)
    return list(found.select_related("decided_by", "taken_back_by").order_by("-id"))


def breaches_for(reader: Reader, indicator: str, practices: frozenset[str] | None) -> QuerySet[Breach]:
    """The breach list of an indicator: people whom the reader may see so, of some practices (None for all)."""
    seen = visible_people(reader, "insight.breaches")
    found = Breach.objects.filter(indicator=indicator, person__in=seen)
    if practices is not None:
        found = found.filter(practice_code__in=practices)
    return found.select_related("person").order_by("-happened_on", "-id")


def days_of_folder(journal: JournalFolder) -> tuple[date, date]:
    """The first whole day of a journal, and the day it ends in."""
    first = (journal.about.since.astimezone(UTC) + timedelta(hours=23, minutes=59)).date()
    return first, journal.about.until.astimezone(UTC).date()


def measure_folder(
    folder: Path | str,
    indicator: Indicator,
    *,
    period: Period = "day",
    by: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> list[MeasuredPoint]:
    """An indicator read off a journal folder, lived or simulated, as this room reads its own.

    Whole days, weeks and months only: from the first whole day of the journal up to, not including, the day it ends in,
    unless given. Raises JournalError when there is no journal, NotYet when the indicator has no number.
    """
    journal = JournalFolder(folder)
    key = repr(
        (str(folder), (Path(folder) / "about.json").stat().st_mtime_ns, indicator.code, indicator.version)
    )
    key = sha256(f"{key} {period} {tuple(by)} {since} {until}".encode()).hexdigest()
    found: list[MeasuredPoint] | None = cache.get(f"insight-folder-{key}")
    if found is None:
        found = _measured(journal, indicator, period, by, since, until)
        cache.set(f"insight-folder-{key}", found, KEPT_FOR)
    return found


def _measured(
    journal: JournalFolder,
    indicator: Indicator,
    period: Period,
    by: Sequence[str],
    since: date | None,
    until: date | None,
) -> list[MeasuredPoint]:
    begins, ends = days_of_folder(journal)
    first, last = whole_periods(period, since or begins, until or ends)
    table = measure(indicator, MeasureSource(journal=journal), since=first, until=last, by=by, period=period)
    return [
        MeasuredPoint(
            row["period_start"],
            tuple(row[name] for name in by),
            Number(row["numerator"], row["denominator"], row["value"]),
        )
        for row in table.to_pylist()
    ]
