"""Inequality by deprivation: the gap between the ends and the slope over everybody, each with its interval.

Sources: Mackenbach and Kunst 1997 (Soc Sci Med 44:757), slope and relative index; Low and Low 2004 (J Public Health 26:388),
regression over grouped data. Groups run from the most to the least deprived, and every difference is **most deprived minus
least deprived**: above zero, the most deprived have more of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, fsum, log, sqrt
from typing import Literal

from localcare.analysis.spc.rates import Rate, crude_rate, normal_quantile, proportion, special

FEWEST_GROUPS = 3
WIDEST = 1000.0  # a ratio that is not known within this factor is not stated
DOUBT = 0.05  # below this the straight line does not fit what chance alone would leave


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Inequality:
    """How unequal something is across groups ordered by deprivation.

    `gap` and `ratio` compare the first group with the last. `slope_index` is the difference the fitted line makes between the
    most and the least deprived person, `relative` the ratio of the same two (None when the line comes so near
    to zero that the ratio cannot be bounded).
    `is_straight` is False when a straight line does not describe the groups: then believe the groups, not the slope.
    """

    groups: tuple[Rate, ...]
    gap: Estimate
    ratio: Estimate | None
    slope_index: Estimate
    relative: Estimate | None
    fitted: tuple[float, ...]
    ranks: tuple[float, ...]
    is_straight: bool
    level: float

    @property
    def says(self) -> str:
        """The slope in a plain sentence, without its unit."""
        if self.slope_index.lower <= 0 <= self.slope_index.upper:
            return "No slope by deprivation beyond chance was seen."
        more = "more" if self.slope_index.value > 0 else "less"
        sentence = f"The most deprived have {more} of it than the least deprived, beyond chance."
        return (
            sentence
            if self.is_straight
            else f"{sentence} The groups do not lie on a straight line: look at each."
        )


def inequality(
    numerators: Sequence[float],
    denominators: Sequence[float],
    *,
    kind: Literal["proportion", "rate"] = "proportion",
    level: float = 0.95,
    multiplier: float = 1.0,
) -> Inequality:
    """Inequality of a proportion or rate over groups from the most to the least deprived.

    Raises ValueError for fewer than three groups or a group with nobody in it.
    """
    if len(numerators) != len(denominators):
        raise ValueError(
            f"{len(numerators)} numerators and {len(denominators)} denominators; give one each per group"
        )
    one = proportion if kind == "proportion" else crude_rate
    rates = [
        one(count, people, level=level, multiplier=multiplier)
        for count, people in zip(numerators, denominators, strict=True)
    ]
    return inequality_of(rates, denominators)


def inequality_of(rates: Sequence[Rate], population: Sequence[float]) -> Inequality:
    """The same over rates already made (such as standardised ones) and the people in each group."""
    if len(rates) < FEWEST_GROUPS or len(rates) != len(population):
        raise ValueError(
            f"{len(rates)} groups; a slope needs at least {FEWEST_GROUPS}, each with its population"
        )
    if any(people <= 0 for people in population):
        raise ValueError("a group has nobody in it; join it with its neighbour")
    z = normal_quantile(rates[0].level)
    values, errors = [rate.value for rate in rates], [rate.standard_error for rate in rates]
    shares = [people / fsum(population) for people in population]
    ranks = [upto - share / 2 for upto, share in zip(accumulate(shares), shares, strict=True)]
    at_most, at_least = _weights_of_line(shares, ranks, 0.0), _weights_of_line(shares, ranks, 1.0)
    top, bottom = _dot(at_most, values), _dot(at_least, values)
    slope = [most - least for most, least in zip(at_most, at_least, strict=True)]
    fitted = [top + (bottom - top) * rank for rank in ranks]
    ends = [1.0, *[0.0] * (len(rates) - 2)]
    return Inequality(
        groups=tuple(rates),
        gap=_estimate(values[0] - values[-1], sqrt(errors[0] ** 2 + errors[-1] ** 2), z),
        ratio=_ratio([*ends, 0.0], [0.0, *ends[::-1]], values, errors, z),
        slope_index=_estimate(top - bottom, _error(slope, errors), z),
        relative=_ratio(at_most, at_least, values, errors, z),
        fitted=tuple(fitted),
        ranks=tuple(ranks),
        is_straight=_is_straight(values, fitted, errors),
        level=rates[0].level,
    )


def _weights_of_line(shares: Sequence[float], ranks: Sequence[float], at: float) -> list[float]:
    """How much each group's value counts in the height of the weighted regression line at a rank."""
    middle = _dot(shares, ranks)
    spread = fsum(share * (rank - middle) ** 2 for share, rank in zip(shares, ranks, strict=True))
    return [
        share * (1 + (at - middle) * (rank - middle) / spread)
        for share, rank in zip(shares, ranks, strict=True)
    ]


def _ratio(
    above: Sequence[float], below: Sequence[float], values: Sequence[float], errors: Sequence[float], z: float
) -> Estimate | None:
    """The ratio of two weighted sums of the values, with an interval by the delta method on its logarithm."""
    upper, lower = _dot(above, values), _dot(below, values)
    if upper <= 0 or lower <= 0:
        return None
    pull = [high / upper - low / lower for high, low in zip(above, below, strict=True)]
    reach = z * _error(pull, errors)
    if reach > log(WIDEST):
        return None
    middle = log(upper / lower)
    return Estimate(exp(middle), exp(middle - reach), exp(middle + reach))


def _is_straight(values: Sequence[float], fitted: Sequence[float], errors: Sequence[float]) -> bool:
    if not all(errors):
        return True
    misfit = fsum(
        ((value - line) / error) ** 2 for value, line, error in zip(values, fitted, errors, strict=True)
    )
    return float(special.chdtrc(len(values) - 2, misfit)) >= DOUBT


def _dot(weights: Sequence[float], values: Sequence[float]) -> float:
    return fsum(weight * value for weight, value in zip(weights, values, strict=True))


def _error(weights: Sequence[float], errors: Sequence[float]) -> float:
    return sqrt(fsum((weight * error) ** 2 for weight, error in zip(weights, errors, strict=True)))


def _estimate(value: float, error: float, z: float) -> Estimate:
    return Estimate(value, value - z * error, value + z * error)
