"""When things happen: working days, winters and repeats over the years of history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.synthetic.people import DAYS_IN_YEAR, Ints

SLOTS = 1 << 16
COLDEST_DAY = 15  # of the year


@dataclass(frozen=True)
class Calendar:
    """The days of the history, and the days drawn for any share of the way through its activity."""

    first_day: int
    last_day: int

    def quantiles(self, *, winter: float = 0.0, working_days: bool = False) -> NDArray[np.int32]:
        """The day for each of 65,536 equal slices of activity: more in winter, none at weekends if asked."""
        every = np.arange(self.first_day, self.last_day + 1)
        weight = 1 + winter * np.cos(2 * np.pi * (every % DAYS_IN_YEAR - COLDEST_DAY) / DAYS_IN_YEAR)
        if working_days:
            weight = weight * ((every + 3) % 7 < 5)  # 1 January 1970 was a Thursday
        cumulative = np.cumsum(weight) / weight.sum()
        slots = (np.arange(SLOTS) + 0.5) / SLOTS
        return every[np.minimum(np.searchsorted(cumulative, slots), len(every) - 1)].astype(np.int32)

    @property
    def length(self) -> int:
        """How many days the history covers."""
        return self.last_day - self.first_day + 1


def draw_days(random: np.random.Generator, quantiles: NDArray[np.int32], count: int) -> Ints:
    """Days drawn from the quantiles of a calendar."""
    return quantiles[random.integers(0, SLOTS, count, dtype=np.int32)].astype(np.int64)


def repeated(counts: NDArray[Any]) -> tuple[Ints, Ints]:
    """For counts of repeats: the position repeated, and the number (0, 1, 2 …) of each repeat."""
    owner = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - np.repeat(starts, counts)


def seconds_of_day(random: np.random.Generator, count: int, *, from_hour: float, to_hour: float) -> Ints:
    """Whole minutes of the day, in seconds."""
    return random.integers(int(from_hour * 60), int(to_hour * 60), count) * 60
