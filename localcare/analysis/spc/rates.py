"""Proportions and rates with their intervals: Wilson, exact Poisson or Byar, and Dobson for standardised rates.

Sources: Wilson 1927 (J Am Stat Assoc 22:209); Garwood 1936 (exact Poisson); Breslow and Day 1987 (Byar); Dobson,
Kuulasmaa, Eberle and Scherer 1991 (Stat Med 10:457). The same methods as the Office for Health Improvement and Disparities
uses for its public health profiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

from localcare.analysis.libraries import Library

special: Any = Library("scipy.special")
FEWEST_EVENTS = 10  # below this no standardised rate is given (public health technical guidance)
BYAR_FROM = 10  # from this many events Byar's approximation stands for the exact interval


class TooFewEvents(ValueError):
    """There is too little behind a rate to state it."""


@dataclass(frozen=True)
class Rate:
    """A proportion or rate with its interval, times `multiplier`; `level` is the share of intervals that hold the truth."""

    value: float
    lower: float
    upper: float
    numerator: float
    denominator: float
    level: float = 0.95
    multiplier: float = 1.0
    method: str = ""

    @property
    def standard_error(self) -> float:
        """The width of the interval as a standard error of a normal distribution."""
        return (self.upper - self.lower) / (2 * normal_quantile(self.level))


def proportion(numerator: float, denominator: float, *, level: float = 0.95, multiplier: float = 1.0) -> Rate:
    """A share with Wilson's score interval. Raises ValueError unless 0 <= numerator <= denominator and denominator > 0."""
    if not 0 <= numerator <= denominator or denominator <= 0:
        raise ValueError(
            f"{numerator} of {denominator} is no proportion; the part must lie between 0 and the whole"
        )
    z = normal_quantile(level)
    share = numerator / denominator
    middle = share + z * z / (2 * denominator)
    reach = z * sqrt(share * (1 - share) / denominator + z * z / (4 * denominator * denominator))
    scale = multiplier / (1 + z * z / denominator)
    return Rate(
        value=share * multiplier,
        lower=max(0.0, middle - reach) * scale if numerator else 0.0,
        upper=(middle + reach) * scale if numerator < denominator else multiplier,
        numerator=numerator,
        denominator=denominator,
        level=level,
        multiplier=multiplier,
        method="Wilson score",
    )


def crude_rate(
    events: float,
    exposure: float,
    *,
    level: float = 0.95,
    multiplier: float = 1.0,
    method: Literal["exact", "byar"] = "exact",
) -> Rate:
    """Events over people or person-time with a Poisson interval. Raises ValueError unless events >= 0 and exposure > 0."""
    if events < 0 or exposure <= 0:
        raise ValueError(
            f"{events} events over {exposure} is no rate; give 0 or more events over something above 0"
        )
    lower, upper = poisson_interval(events, level=level, method=method)
    per = multiplier / exposure
    name = "exact Poisson" if method == "exact" else "Byar"
    return Rate(events * per, lower * per, upper * per, events, exposure, level, multiplier, name)


def directly_standardised(
    events: Sequence[float],
    population: Sequence[float],
    standard: Sequence[float],
    *,
    level: float = 0.95,
    multiplier: float = 100_000.0,
    method: Literal["exact", "byar"] = "byar",
) -> Rate:
    """The rate a standard population would have with these rates by age, with Dobson's interval.

    The three sequences run over the same age bands; `standard` are weights of any scale (`standard_population()` gives the
    European one). Byar's approximation is used from 10 events, as public health practice does. Raises TooFewEvents below 10
    events in all, ValueError for bands that do not fit.
    """
    total = _checked_total(events, population, standard)
    weights = [weight / sum(standard) for weight in standard]
    rows = list(zip(events, population, weights, strict=True))
    value = sum(weight * count / people for count, people, weight in rows)
    variance = sum(weight**2 * count / people**2 for count, people, weight in rows)
    lower, upper = poisson_interval(total, level=level, method=method)
    stretch = sqrt(variance / total)
    return Rate(
        value=value * multiplier,
        lower=(value + stretch * (lower - total)) * multiplier,
        upper=(value + stretch * (upper - total)) * multiplier,
        numerator=total,
        denominator=sum(population),
        level=level,
        multiplier=multiplier,
        method=f"directly standardised, Dobson ({method})",
    )


def poisson_interval(
    events: float, *, level: float = 0.95, method: Literal["exact", "byar"] = "exact"
) -> tuple[float, float]:
    """Lower and upper limit of the mean of a Poisson count."""
    tail = (1 - level) / 2
    if method == "byar":
        z = normal_quantile(level)
        lower = events * (1 - 1 / (9 * events) - z / (3 * sqrt(events))) ** 3 if events else 0.0
        upper = (events + 1) * (1 - 1 / (9 * (events + 1)) + z / (3 * sqrt(events + 1))) ** 3
        return max(0.0, lower), upper
    lower = float(special.gammaincinv(events, tail)) if events else 0.0
    return lower, float(special.gammaincinv(events + 1, 1 - tail))


def ratio_interval(events: float, others: float, *, level: float = 0.95) -> tuple[float, float]:
    """Lower and upper limit of the ratio of two Poisson means counted over equal exposure; `others` is above 0.

    Given their sum, one count is binomial: Clopper and Pearson's interval of its share, turned into the ratio.
    """
    tail = (1 - level) / 2
    low = float(special.betaincinv(events, others + 1, tail)) if events else 0.0
    high = float(special.betaincinv(events + 1, others, 1 - tail))
    return low / (1 - low), high / (1 - high)


def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided interval of this level reaches. Raises ValueError outside 0 to 1."""
    if not 0 < level < 1:
        raise ValueError(f"{level} is no level; give a share between 0 and 1, such as 0.95")
    return float(special.ndtri(0.5 + level / 2))


def _checked_total(events: Sequence[float], population: Sequence[float], standard: Sequence[float]) -> float:
    if not len(events) == len(population) == len(standard):
        raise ValueError(
            f"{len(events)} bands of events, {len(population)} of population and {len(standard)} of the standard; "
            "give all three for the same age bands"
        )
    if any(count < 0 for count in events) or any(people < 0 for people in population):
        raise ValueError("a band has a negative count; correct it")
    if empty := [place for place, people in enumerate(population) if not people]:
        raise ValueError(
            f"there is nobody in age band {empty[0]}, so no rate for it; join it with a neighbour"
        )
    total = sum(events)
    if total < FEWEST_EVENTS:
        raise TooFewEvents(
            f"{total} events in all; a standardised rate is given from {FEWEST_EVENTS}: join periods or areas"
        )
    return total
