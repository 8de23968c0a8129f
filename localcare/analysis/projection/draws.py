"""Drawing from elicited intervals: run 0 is the principal projection, the rest are seeded draws."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import numpy as np
from scipy.stats import norm

from localcare.analysis.projection.model import Factor

WIDTH_IN_DEVIATIONS = 2.563103  # an 80% interval of a normal is this many standard deviations wide


def draw(factors: Iterable[Factor], *, runs: int, seed: int) -> Mapping[str, tuple[Decimal, ...]]:
    """The change of each factor in each run, by code.

    A normal whose 80 per cent interval is the elicited one, cut off at the valid range. Each factor has a stream of its
    own, so adding one leaves the draws of the others as they were.
    """
    return {factor.code: (factor.principal, *_draws(factor, runs - 1, seed)) for factor in factors}


def _draws(factor: Factor, count: int, seed: int) -> list[Decimal]:
    mean, deviation = (
        float(factor.low + factor.high) / 2,
        float(factor.high - factor.low) / WIDTH_IN_DEVIATIONS,
    )
    if deviation == 0:
        return [factor.principal] * count
    stream = np.random.default_rng([seed, zlib.crc32(factor.code.encode())])
    least, most = norm.cdf([float(factor.least), float(factor.most)], mean, deviation)
    drawn = norm.ppf(least + stream.random(count) * (most - least), mean, deviation)
    return [min(max(Decimal(repr(float(value))), factor.least), factor.most) for value in drawn]


def interval_of(values: Sequence[Decimal], share: float = 0.8) -> tuple[Decimal, Decimal]:
    """The interval that holds the middle `share` of the values, by their nearest ranks."""
    ordered = sorted(values)
    left_out = round(len(ordered) * (1 - share) / 2)
    return ordered[left_out], ordered[-1 - left_out]
