"""How many are there day by day where nobody has to wait (Mt/G/infinity), and what that says of beds.

Source: Eick, Massey and Whitt 1993. With Poisson admissions the number there is Poisson around these means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import gammaincc

from localcare.analysis.simulation.closed_forms.erlang import erlang_b
from localcare.analysis.simulation.scenario.distributions import (
    Array,
    limited_mean,
    mean_hours,
    quantiles,
    survival,
)
from localcare.analysis.simulation.scenario.durations import Duration

DAY = 24.0
SHORT_KERNEL = 60  # days up to which multiplying out is quicker than transforming


def staying(duration: Duration, days: int) -> Array:
    """The share still there at the end of day 0, 1, 2 … of those who come evenly over day 0."""
    edges = limited_mean(duration, np.arange(days + 1, dtype=float) * DAY)
    return np.asarray(np.diff(edges) / DAY, float)


def staying_hours(duration: Duration) -> Array:
    """The mean number of people there 0, 1 … 23 hours after one came, whole days later added to the same hour."""
    edges = limited_mean(duration, np.arange(24 * 30 + 1, dtype=float))
    return np.asarray(np.diff(edges).reshape(30, 24).sum(axis=0), float)


def leaving(duration: Duration, days: int) -> Array:
    """The share that leaves on day 0, 1, 2 … of those who come evenly over day 0."""
    still = staying(duration, days)
    return np.asarray(np.concatenate([[1.0], still[:-1]]) - still, float)


def remaining(duration: Duration, days: int, elapsed: Duration | None = None) -> Array:
    """The share still there at the end of day 0, 1, 2 … of those who are there when day 0 begins.

    `elapsed` is how long they have been there; left out, as in a long-run census.
    """
    times = np.arange(1, days + 1, dtype=float) * DAY
    if elapsed is None:
        mean = mean_hours(duration)
        return 1 - limited_mean(duration, times) / mean if mean > 0 else np.zeros(days, float)
    before = quantiles(elapsed, (np.arange(200) + 0.5) / 200)
    reached = survival(duration, before)
    ahead = survival(duration, np.add.outer(times, before))
    shares = np.divide(ahead, reached, out=np.zeros_like(ahead), where=reached > 1e-12)
    return np.asarray(shares.mean(axis=1), float)


def mtginf(
    admissions: Sequence[float] | Array,
    duration: Duration,
    *,
    already: float = 0.0,
    elapsed: Duration | None = None,
) -> Array:
    """The mean number there at the end of each day.

    `admissions` are the expected ones of each day, evenly over the day; `already` are there when the first begins.
    """
    coming = np.asarray(admissions, float)
    days = len(coming)
    here = convolved(coming, staying(duration, days))
    return here + already * remaining(duration, days, elapsed) if already else here


def convolved(flow: Array, kernel: Array) -> Array:
    """The first days of the convolution of two series of the same length; a kernel's far end below 1e-13 is left out."""
    reach = int(np.flatnonzero(kernel > 1e-13).max(initial=0)) + 1
    if reach <= SHORT_KERNEL:
        return np.asarray(np.convolve(flow, kernel[:reach])[: len(flow)], float)
    size = 1 << (len(flow) + reach - 1).bit_length()
    found = np.fft.irfft(np.fft.rfft(flow, size) * np.fft.rfft(kernel[:reach], size), size)[: len(flow)]
    return np.asarray(np.maximum(found, 0.0), float)


def bed_delay(beds: int, load: float) -> float:
    """The chance that somebody who comes finds no bed free, as P(N = n) / P(N <= n) of a Poisson census.

    That is Erlang B exactly, whatever the lengths of stay (M/G/infinity).
    """
    return erlang_b(beds, load)


def census_at_most(count: int, mean: float) -> float:
    """P(N <= count) of a Poisson census."""
    return float(gammaincc(count + 1, mean)) if mean > 0 else 1.0


def census_interval(mean: float, share: float = 0.95) -> tuple[int, int]:
    """The numbers between which a Poisson census lies for this share of the time (equal tails)."""
    tail = (1 - share) / 2
    guess = mean + 10 * math.sqrt(mean) + 20
    counts = np.arange(int(guess) + 1)
    below = gammaincc(counts + 1, mean) if mean > 0 else np.ones(len(counts))
    return int(np.searchsorted(below, tail)), int(np.searchsorted(below, 1 - tail))
