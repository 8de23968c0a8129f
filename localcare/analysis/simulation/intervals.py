"""Intervals over replications, and how many replications are enough."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean over replications with its 95% interval; the interval of one replication has no width known."""

    mean: float
    lower: float
    upper: float
    sd: float
    count: int


def interval(values: np.ndarray) -> Interval:
    """The mean with Student's t interval; values that are not known (nan) are left out."""
    from scipy.stats import t

    known = values[~np.isnan(values)]
    if not len(known):
        return Interval(math.nan, math.nan, math.nan, math.nan, 0)
    mean = float(known.mean())
    if len(known) == 1:
        return Interval(mean, math.nan, math.nan, math.nan, 1)
    sd = float(known.std(ddof=1))
    half = float(t.ppf((1 + CONFIDENCE) / 2, len(known) - 1)) * sd / math.sqrt(len(known))
    return Interval(mean, mean - half, mean + half, sd, len(known))


@dataclass(frozen=True)
class Advice:
    """Whether there were enough replications for a precision, by the confidence interval method."""

    precision: float  # wanted half width of the interval, as a share of the mean
    reached: float  # half width reached, as a share of the mean
    enough_from: int | None  # from so many replications on the precision held; None: not yet
    needed: int  # an estimate from the spread seen


def advice(values: np.ndarray, precision: float = 0.05) -> Advice:
    """How many replications a measure needs so that its 95% interval is within a share of its mean."""
    from scipy.stats import t

    known = values[~np.isnan(values)]
    if len(known) < 3 or known.mean() == 0:
        return Advice(precision, math.nan, None, 3 if len(known) < 3 else len(known))
    counts = np.arange(1, len(known) + 1)
    means = np.cumsum(known) / counts
    squares = np.maximum(np.cumsum(known**2) / counts - means**2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        sds = np.sqrt(squares * counts / (counts - 1))
        halves = t.ppf((1 + CONFIDENCE) / 2, counts - 1) * sds / np.sqrt(counts) / np.abs(means)
    holds = halves[2:] <= precision
    last_broken = int(np.flatnonzero(~holds)[-1]) if not holds.all() else -1
    enough = None if last_broken == len(holds) - 1 else last_broken + 4
    needed = math.ceil((1.96 * float(sds[-1]) / (precision * abs(float(means[-1])))) ** 2)
    return Advice(precision, float(halves[-1]), enough, max(3, needed))
