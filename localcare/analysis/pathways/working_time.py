"""Time as services keep it: when something is due, and how much of a wait counted.

Instants come and go in UTC; opening times are read off the clock on the wall in London, over both changes of
the clock. Minutes and hours are elapsed (or open) time; days and weeks keep the local time of day. A time that
the clock shows twice is the first of the two; one it skips is the moment it skips to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from localcare.analysis.pathways.model import Span
from localcare.analysis.pathways.spans import words_of_span

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
NOTHING = timedelta(0)
MIDNIGHT = 24 * 60

OpenMinutes = tuple[tuple[int, int], ...]  # minutes after midnight; closing beyond 1,440 is the next day
OpenTimes = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class WorkingHours:
    """When a service is open: Monday to Sunday, other times on holidays, or always."""

    code: str
    title: str = ""
    week: tuple[OpenMinutes, ...] = ((),) * 7
    holiday_hours: OpenMinutes = ()
    holidays: frozenset[date] = frozenset()
    is_always: bool = False
    _begun: dict[date, OpenTimes] = field(default_factory=dict, init=False, repr=False, compare=False)
    _within: dict[date, OpenTimes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.is_always:
            return
        if len(self.week) != 7 or not any(self.week):
            raise ValueError(f"the hours {self.code} are never open; give opening times for some day")
        for opens, closes in (interval for day in (*self.week, self.holiday_hours) for interval in day):
            if not (0 <= opens < MIDNIGHT and opens < closes <= opens + MIDNIGHT):
                raise ValueError(f"the hours {self.code} open at minute {opens} and close at {closes}")

    def times_on(self, day: date) -> OpenTimes:
        """The open times that begin on the local day, as instants, earliest first; they may run into the next."""
        known = self._begun.get(day)
        if known is None:
            minutes = self.holiday_hours if day in self.holidays else self.week[day.weekday()]
            known = tuple(
                (_instant_of_minute(day, opens), _instant_of_minute(day, closes))
                for opens, closes in sorted(minutes)
            )
            self._begun[day] = known
        return known

    def open_within(self, day: date) -> OpenTimes:
        """When it is open between one midnight and the next: in order, without overlap."""
        known = self._within.get(day)
        if known is None:
            begins, ends = _instant_of_minute(day, 0), _instant_of_minute(day, MIDNIGHT)
            times = sorted((*self.times_on(day - DAY), *self.times_on(day)))
            known = self._within[day] = _joined([(max(a, begins), min(b, ends)) for a, b in times])
        return known

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at the instant; at the minute of closing it is closed."""
        return self.is_always or self.opens_at(at) == at

    def opens_at(self, at: datetime) -> datetime:
        """The instant itself when open then, or the next time it opens."""
        if self.is_always:
            return at
        return next(_open_from(self, at))[0]


def instant(local: datetime) -> datetime:
    """The instant at which London's clocks first show the local time, or a later one where they skip it."""
    found = local.replace(tzinfo=LONDON, fold=0).astimezone(UTC)
    if found.astimezone(LONDON).replace(tzinfo=None) == local:
        return found
    return datetime.combine(local.date(), time(1), UTC)  # British clocks go forward at one o'clock UTC


def _instant_of_minute(day: date, minute: int) -> datetime:
    days, within = divmod(minute, MIDNIGHT)
    return instant(datetime.combine(day + days * DAY, time(within // 60, within % 60)))


def _local(at: datetime) -> datetime:
    return at.astimezone(LONDON).replace(tzinfo=None)


def local_day(at: datetime) -> date:
    """The day it is in London."""
    return at.astimezone(LONDON).date()


def _joined(times: list[tuple[datetime, datetime]]) -> OpenTimes:
    """Sorted open times, those that touch or overlap made one; empty ones left out."""
    found: list[tuple[datetime, datetime]] = []
    for opens, closes in times:
        if closes <= opens:
            continue
        if found and opens <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], closes)
        else:
            found.append((opens, closes))
    return tuple(found)


def _open_from(hours: WorkingHours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Open times that end after the instant, cut off at it, earliest first."""
    day = local_day(at)
    while True:
        for opens, closes in hours.open_within(day):
            if closes > at:
                yield max(opens, at), closes
        day += DAY


def _open_until(hours: WorkingHours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Open times that begin before the instant, cut off at it, latest first."""
    day = local_day(at)
    while True:
        for opens, closes in reversed(hours.open_within(day)):
            if opens < at:
                yield opens, min(closes, at)
        day -= DAY


def due_after(start: datetime, span: timedelta | Span, hours: WorkingHours | None = None) -> datetime:
    """The instant by which it is due; with hours, only open time counts (of days: days that open).

    ValueError for a span that names a setting (resolve it first) or an instant without a time zone.
    """
    start = _utc(start)
    length = _length(span)
    if isinstance(length, timedelta):
        return _due_after_time(start, length, hours)
    if hours is None or hours.is_always:
        return instant(_local(start) + length.days * DAY) if length.days else start
    return _due_after_open_days(hours.opens_at(start), length, hours)


def due_before(end: datetime, span: timedelta | Span, hours: WorkingHours | None = None) -> datetime:
    """The instant that lies the span before another: clocks that count back from a booked time."""
    end = _utc(end)
    length = _length(span)
    if not isinstance(length, timedelta):
        return instant(_local(end) - length.days * DAY) if length.days else end
    if hours is None or hours.is_always or not length:
        return end - length
    left = length
    for opens, closes in _open_until(hours, end):
        if closes - opens >= left:
            return closes - left
        left -= closes - opens
    raise AssertionError("hours that are never open cannot be made")


def elapsed(start: datetime, stop: datetime, hours: WorkingHours | None = None) -> timedelta:
    """How much time passed (with hours: open time) from one instant to the other; nothing when not later."""
    start, stop = _utc(start), _utc(stop)
    if stop <= start:
        return NOTHING
    if hours is None or hours.is_always:
        return stop - start
    total = NOTHING
    for opens, closes in _open_from(hours, start):
        if opens >= stop:
            break
        total += min(closes, stop) - opens
    return total


@dataclass(frozen=True)
class Days:
    """Whole days that keep the local time of day."""

    days: int
    are_weeks: bool = False


def _length(span: timedelta | Span) -> timedelta | Days:
    if isinstance(span, timedelta):
        length = span
    elif span.setting:
        raise ValueError(f"{words_of_span(span)} is not resolved yet")
    elif span.unit in ("d", "w"):
        return Days(span.amount * (7 if span.unit == "w" else 1), are_weeks=span.unit == "w")
    else:
        length = timedelta(minutes=span.amount) if span.unit == "m" else timedelta(hours=span.amount)
    if length < NOTHING:
        raise ValueError("a length of time cannot be less than nothing")
    return length


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone; give an instant in UTC")
    return at.astimezone(UTC)


def _due_after_time(start: datetime, length: timedelta, hours: WorkingHours | None) -> datetime:
    if hours is None or hours.is_always or not length:
        return start + length
    left = length
    for opens, closes in _open_from(hours, start):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise AssertionError("hours that are never open cannot be made")


def _due_after_open_days(start: datetime, length: Days, hours: WorkingHours) -> datetime:
    """The same local time so many open days (or calendar weeks) later, or when it opens next."""
    local = _local(start)
    if not length.days:
        return start
    if length.are_weeks:
        return hours.opens_at(instant(local + length.days * DAY))
    day, left = local.date(), length.days
    while left:
        day += DAY
        left -= bool(hours.times_on(day))
    return hours.opens_at(instant(datetime.combine(day, local.time())))
