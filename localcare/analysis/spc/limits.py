"""Process limits of an individuals (XmR) chart, from the average moving range.

Source: NHS England, Making Data Count, as carried out by NHSRplotthedots (MIT licence, read 2026-11). The Excel tool of
Making Data Count screens no outliers; NHSRplotthedots screens by default. Here nothing is screened unless asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

LIMIT_FACTOR = (
    2.66  # three standard deviations estimated by mean moving range / 1.128, in steps of two points
)
SCREEN_FACTOR = (
    3.267  # a moving range beyond this many times the mean moving range is itself beyond its limit
)
ENOUGH_POINTS = 12  # with fewer, limits are on trial
ROUNDING = 1e-12  # what arithmetic may add, as a share of the largest value: less is the same number


@dataclass(frozen=True)
class Limits:
    """Mean, process limits and near limits (two thirds of the way) of one stretch, in the unit of the values."""

    mean: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    mean_moving_range: float
    points: int
    screened: int = 0

    @property
    def are_trial(self) -> bool:
        """Whether fewer points than twelve stand behind the limits, so that they will still move."""
        return self.points < ENOUGH_POINTS


def limits_of(values: Sequence[float | None], *, screen: bool = False) -> Limits | None:
    """Limits of one stretch; None when no two neighbouring periods are known.

    A missing period has no part in the mean, and no moving range is taken across it.
    """
    known = [value for value in values if value is not None]
    ranges = [
        abs(after - before) for before, after in pairwise(values) if before is not None and after is not None
    ]
    if not ranges:
        return None
    mean, kept = fmean(known), ranges
    if screen:
        most = SCREEN_FACTOR * fmean(ranges)
        kept = [moved for moved in ranges if moved <= most]
    typical = fmean(kept)
    reach = LIMIT_FACTOR * typical
    return Limits(
        mean=mean,
        lower=mean - reach,
        upper=mean + reach,
        near_lower=mean - reach * 2 / 3,
        near_upper=mean + reach * 2 / 3,
        mean_moving_range=typical,
        points=len(known),
        screened=len(ranges) - len(kept),
    )


def tolerance_of(values: Sequence[float | None]) -> float:
    """Differences up to this are rounding: a value that close to a line lies on it."""
    return ROUNDING * max((abs(value) for value in values if value is not None), default=0.0)
