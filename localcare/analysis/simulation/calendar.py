"""The days of a run on London's clocks, as microseconds since its first midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import numpy as np

from localcare.analysis.pathways.working_time import LONDON, instant

MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000
MINUTE = 60_000_000


class Calendar:
    """So many days from a first one; a day has 23 or 25 hours when the clocks change."""

    def __init__(self, starts_on: date, days: int) -> None:
        self.starts_on, self.days = starts_on, days
        self.start = instant(datetime.combine(starts_on, time()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and (self.starts_on, self.days) == (other.starts_on, other.days)

    def __hash__(self) -> int:
        return hash((self.starts_on, self.days))

    @cached_property
    def ordinals(self) -> tuple[int, ...]:
        """The days as ordinals."""
        first = self.starts_on.toordinal()
        return tuple(range(first, first + self.days))

    @cached_property
    def midnights(self) -> tuple[int, ...]:
        """When each day begins, and when the last one ends."""
        return tuple(self.at(day, 0) for day in range(self.days + 1))

    @property
    def end(self) -> int:
        """The end of the last day."""
        return self.midnights[-1]

    def at(self, day: int, hour: float) -> int:
        """When the clocks show the hour (up to 24) on a day, counted from 0."""
        minutes = round(hour * 60)
        on = datetime.combine(self.starts_on + timedelta(days=day + minutes // 1440), time())
        return self.of(instant(on + timedelta(minutes=minutes % 1440)))

    def of(self, moment: datetime) -> int:
        """The microseconds of a moment."""
        return (moment - self.start) // MICROSECOND

    def moment(self, at: int) -> datetime:
        """The moment (UTC) of so many microseconds."""
        return self.start + at * MICROSECOND

    @property
    def start_since_1970(self) -> int:
        """The beginning in microseconds since 1970, UTC: what time stamps of a table count from."""
        return (self.start - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND

    @cached_property
    def hours(self) -> np.ndarray:
        """Each hour of the run: its beginning, day counted from 0, hour of the day, weekday and month (from 0)."""
        rows = []
        for begins in range(0, self.end, HOUR):
            local = self.moment(begins).astimezone(LONDON)
            day = local.date().toordinal() - self.starts_on.toordinal()
            rows.append((begins, day, local.hour, local.weekday(), local.month - 1))
        return np.array(rows, dtype=np.int64)
