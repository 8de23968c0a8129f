"""Decisions about measured numbers: which periods, how parts add up, what is small. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from localcare.analysis.measures.definitions import Indicator

MONTHS, WEEKS, DAYS = 36, 26, 28  # how far back each period is kept
FEW_PERIODS = 3  # of a journal, to be shown by months or weeks
ENOUGH_POINTS = 12  # fewer make trial limits (Making Data Count)
BREAKDOWNS = ("service", "age_band", "sex", "deprivation_quintile")
FINE_AGES = "age_five"  # only for rates as a standard population would have them; never shown by itself
ADD_UP = ("share", "rate", "mean", "count", "census")  # kinds whose places add up from their practices
SUMMED = ("share", "rate", "count")  # kinds whose groups and days add up too
PERIOD_WORDS = {"day": "day", "week": "week", "month": "month", "year": "12 months"}


class Key(NamedTuple):
    """Which number: of a place, in a period, of one member of a breakdown."""

    place: str
    period: str
    starts_on: date
    breakdown: str = ""
    member: str = ""


@dataclass(frozen=True)
class Number:
    """A measured number."""

    numerator: int
    denominator: int
    value: float | None


@dataclass(frozen=True)
class Ask:
    """One question to the engine: which periods, from when to when, by what beside the practice."""

    period: str  # as it is kept: day, week, month, year
    since: date
    until: date
    breakdown: str = ""

    @property
    def engine_period(self) -> str:
        """What the engine calls it."""
        return "all" if self.period == "year" else self.period


def asks_of(indicator: Indicator, until: date) -> list[Ask]:
    """What to measure of an indicator, up to the day before `until`: whole months, and days and weeks of a journal."""
    month = until.replace(day=1)
    monday = until - timedelta(days=until.weekday())
    is_journal = indicator.reads == "journal"  # which may be younger than a month
    year = Ask("year", months_before(month, 12), until if is_journal else month)
    asks = [Ask("month", months_before(month, MONTHS), month), year]
    if is_journal:
        asks += [
            Ask("week", monday - timedelta(weeks=WEEKS), monday),
            Ask("day", until - timedelta(days=DAYS), until),
        ]
    return asks + [Ask(year.period, year.since, year.until, one) for one in breakdowns_of(indicator)]


def breakdowns_of(indicator: Indicator) -> list[str]:
    """The groups that an indicator is measured by."""
    fine = (FINE_AGES,) if indicator.kind == "rate" else ()
    return [one for one in (*BREAKDOWNS, *fine) if one in indicator.by]


def months_before(day: date, months: int) -> date:
    """The first of the month that many months before the month of a day."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def whole_periods(period: str, since: date, until: date) -> tuple[date, date]:
    """The days from `since` to before `until` without the months or weeks of which they hold only a part."""
    if period == "month":
        first = since if since.day == 1 else months_before(since, -1)
        return first, max(until.replace(day=1), first)
    if period == "week":
        first = since + timedelta(days=-since.weekday() % 7)
        return first, max(until - timedelta(days=until.weekday()), first)
    return since, until


def telling_period(since: date, until: date) -> str:
    """The longest period of which some days hold a few whole ones."""
    for period, days in (("month", 28), ("week", 7)):
        first, last = whole_periods(period, since, until)
        if (last - first).days >= FEW_PERIODS * days:
            return period
    return "day"


def added(kind: str, parts: Sequence[Number]) -> Number:
    """Parts that share nobody, as one; the value's scale is read off the parts. ValueError for a median."""
    if kind not in ADD_UP:
        raise ValueError(f"A {kind} of a whole cannot be made of those of its parts: measure it by itself.")
    numerator, denominator = sum(one.numerator for one in parts), sum(one.denominator for one in parts)
    if kind in ("count", "census"):
        known = [one.value for one in parts if one.value is not None]
        if kind == "census":  # the denominator is the days, the same for all
            denominator = max(one.denominator for one in parts)
        return Number(numerator, denominator, sum(known) if known else None)
    scale = _scale(parts)
    value = scale * numerator / denominator if denominator and scale is not None else None
    if denominator and numerator == 0:
        value = 0.0
    return Number(numerator, denominator, value)


def _scale(parts: Iterable[Number]) -> float | None:
    """By what numerator over denominator is multiplied: per cent, per 1,000 a year, minutes."""
    largest = max(
        (one for one in parts if one.value and one.numerator and one.denominator),
        key=lambda one: one.numerator,
        default=None,
    )
    if largest is None or largest.value is None:
        return None
    return largest.value * largest.denominator / largest.numerator


def chart_period(points: Sequence[tuple[str, int]]) -> str:
    """Which period to draw, of pairs of period and number of points: the longest with enough, else the most points."""
    if not points:
        return "month"
    enough = [period for period in ("month", "week", "day") if dict(points).get(period, 0) >= ENOUGH_POINTS]
    return enough[0] if enough else max(points, key=lambda pair: pair[1])[0]
