"""Days in London and the periods they make, for single values and for whole columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args

from localcare.analysis.libraries import ibis
from localcare.analysis.pathways.working_time import LONDON, instant

Period = Literal["day", "week", "month", "quarter", "all"]
PERIODS: tuple[str, ...] = get_args(Period)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """A period, as far as it lies within what was asked: from a day to before another."""

    starts_on: date  # the period's own first day, which may lie before what was asked
    begins: date
    ends: date

    @property
    def days(self) -> int:
        """How many days of it count."""
        return (self.ends - self.begins).days

    @property
    def middle(self) -> date:
        """The day on which people are counted for the whole stretch."""
        return self.begins + timedelta(days=self.days // 2)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.ends - DAY


def begins(first: date | None, last: date | None, count: int) -> date | None:
    """When things so many of which were seen from one day to another began to be seen: before the first by the mean gap.

    So a busy feed begins on its first day, and one thing in a year does not begin the year. None with fewer than two.
    """
    if first is None or last is None or count < 2:
        return None
    return first - timedelta(days=(last - first).days // (count - 1))


def period_of(day: date, period: Period, since: date) -> date:
    """The first day of the period that the day lies in; `all` begins with what was asked. Weeks begin on Monday."""
    if period == "all":
        return since
    if period == "day":
        return day
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1, month=day.month if period == "month" else (day.month - 1) // 3 * 3 + 1)


def stretches(since: date, until: date, period: Period) -> Iterator[Stretch]:
    """The periods from one day to before another."""
    begins = since
    while begins < until:
        ends = begins + DAY
        while ends < until and period_of(ends, period, since) == period_of(begins, period, since):
            ends += DAY
        yield Stretch(period_of(begins, period, since), begins, ends)
        begins = ends


def period_column(days: Any, period: Period, since: date) -> Any:
    """The first day of the period of each day of a column."""
    if period == "all":
        return ibis.literal(since)
    return days if period == "day" else days.truncate({"week": "W", "month": "M", "quarter": "Q"}[period])


def day_column(times: Any, first: datetime | None, last: datetime | None) -> Any:
    """The day in London of each instant of a column (UTC without a zone), all between the first and the last."""
    if first is None or last is None:
        return times.date()
    changes = [*_changes(first, last)]
    hours = ibis.cases(*((times >= at, hours) for at, hours in reversed(changes)), else_=_hours(first))
    return (times + hours.as_interval("h")).date()


def _changes(first: datetime, last: datetime) -> Iterator[tuple[datetime, int]]:
    """When London's offset changed in the time, and to how many hours, earliest first."""
    at = first.replace(minute=0, second=0, microsecond=0)
    yield at, _hours(at)
    while at <= last:
        after = at + timedelta(days=1)
        if _hours(after) != _hours(at):
            change = next(
                at + timedelta(hours=h) for h in range(1, 25) if _hours(at + timedelta(hours=h)) != _hours(at)
            )
            yield change, _hours(change)
        at = after


def _hours(at: datetime) -> int:
    offset = at.replace(tzinfo=UTC).astimezone(LONDON).utcoffset() or timedelta()
    return int(offset / timedelta(hours=1))


def midnight(day: date) -> datetime:
    """When the day begins in London, in UTC without a zone."""
    return instant(datetime.combine(day, time())).replace(tzinfo=None)
