"""Funnel plots: which places differ from the rest by more than their size lets chance explain.

Source: Spiegelhalter DJ, "Funnel plots for comparing institutional performance", Stat Med 2005;24:1185-1202: exact binomial
and Poisson limits joined by interpolation (appendix A.1), overdispersion by a winsorised estimate (section 3.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from localcare.analysis.libraries import Library

stats: Any = Library("scipy.stats")

Kind = Literal["proportion", "rate"]
Standing = Literal["within", "high-95", "low-95", "high-99.8", "low-99.8"]
LEVELS = (0.95, 0.998)
WINSORISED = 0.1  # share of places drawn in at either end before overdispersion is judged
STEPS = 60  # points along each curve

WORDS: dict[Standing, str] = {
    "within": "within what chance explains",
    "high-95": "high: outside the 95% limits",
    "low-95": "low: outside the 95% limits",
    "high-99.8": "very high: outside the 99.8% limits",
    "low-99.8": "very low: outside the 99.8% limits",
}


@dataclass(frozen=True)
class Place:
    """One place: its value and the limits at its own size."""

    label: str
    numerator: float
    denominator: float
    value: float
    z: float
    standing: Standing

    @property
    def words(self) -> str:
        """Where the place stands, in words."""
        return WORDS[self.standing]


@dataclass(frozen=True)
class Curve:
    """Lower and upper limit of one level at each of the funnel's `sizes`."""

    level: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True)
class Funnel:
    """Places against the limits of chance around `centre`; values and limits are times `multiplier`.

    `dispersion` is how much more the places vary than chance (1 is chance alone), `widened` whether the limits allow for it.
    """

    places: tuple[Place, ...]
    centre: float
    sizes: tuple[float, ...]
    curves: tuple[Curve, ...]
    kind: Kind
    dispersion: float
    widened: bool
    multiplier: float = 1.0

    @property
    def outside(self) -> tuple[Place, ...]:
        """The places outside the 95% limits."""
        return tuple(place for place in self.places if place.standing != "within")


def funnel(
    numerators: Sequence[float],
    denominators: Sequence[float],
    labels: Sequence[str],
    *,
    kind: Kind = "proportion",
    centre: float | None = None,
    multiplier: float = 1.0,
    overdispersion: bool = False,
) -> Funnel:
    """Compare places by a proportion or rate against the average of all (or `centre`, before the multiplier).

    With `overdispersion` the limits are widened by the square root of the winsorised dispersion when that is beyond chance
    (more than 1 + 2·√(2/places)). Raises ValueError for no place, or for a part larger than its whole.
    """
    count, size = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    _check(count, size, labels, kind)
    middle = float(count.sum() / size.sum()) if centre is None else centre
    z = _z(count, size, middle, kind)
    dispersion = _dispersion(z)
    widened = overdispersion and dispersion > 1 + 2 * (2 / len(labels)) ** 0.5
    stretch = dispersion**0.5 if widened else 1.0
    at_places = [limits(size, middle, level, kind, stretch) for level in LEVELS]
    sizes = np.unique(np.round(np.geomspace(max(1.0, size.min() * 0.8), size.max() * 1.1, STEPS)))
    return Funnel(
        places=tuple(
            Place(
                label=label,
                numerator=float(count[row]),
                denominator=float(size[row]),
                value=float(count[row] / size[row]) * multiplier,
                z=float(z[row]),
                standing=_standing(
                    count[row] / size[row], [(low[row], high[row]) for low, high in at_places]
                ),
            )
            for row, label in enumerate(labels)
        ),
        centre=middle * multiplier,
        sizes=tuple(sizes.tolist()),
        curves=tuple(_curve(sizes, middle, level, kind, stretch, multiplier) for level in LEVELS),
        kind=kind,
        dispersion=dispersion,
        widened=bool(widened),
        multiplier=multiplier,
    )


def limits(sizes: Any, centre: float, level: float, kind: Kind, stretch: float = 1.0) -> tuple[Any, Any]:
    """Lower and upper exact limit at each size, joined by interpolation; stretched around the centre.

    Around nothing, or around everything, chance leaves no room: both limits are the centre.
    """
    if centre <= 0 or (kind == "proportion" and centre >= 1):
        return np.full(len(sizes), centre), np.full(len(sizes), centre)
    tail = (1 - level) / 2
    lower, upper = (_exact_limit(sizes, centre, share, kind) for share in (tail, 1 - tail))
    lower, upper = (centre + (line - centre) * stretch for line in (lower, upper))
    highest = 1.0 if kind == "proportion" else np.inf
    return np.clip(lower, 0.0, centre), np.clip(
        upper, centre, highest
    )  # of a place of one or two, steps are wide


def _exact_limit(sizes: Any, centre: float, share: float, kind: Kind) -> Any:
    """The count whose cumulative probability reaches `share`, less the overshoot's part of a step, over the size."""
    by_kind = {
        "proportion": lambda: stats.binom(np.round(sizes), centre),
        "rate": lambda: stats.poisson(sizes * centre),
    }
    spread = by_kind[kind]()
    reached = spread.ppf(share)
    at, before = spread.cdf(reached), spread.cdf(reached - 1)
    return np.maximum(reached - (at - share) / (at - before), 0.0) / sizes


def _curve(sizes: Any, centre: float, level: float, kind: Kind, stretch: float, multiplier: float) -> Curve:
    lower, upper = limits(sizes, centre, level, kind, stretch)
    return Curve(level, tuple((lower * multiplier).tolist()), tuple((upper * multiplier).tolist()))


def _z(count: Any, size: Any, centre: float, kind: Kind) -> Any:
    variance = centre * (1 - centre) / size if kind == "proportion" else centre / size
    beyond = count / size - centre
    certain = np.where(beyond == 0, 0.0, np.copysign(np.inf, beyond))  # where chance has no part at all
    return np.divide(beyond, np.sqrt(variance), out=certain, where=variance > 0)


def _dispersion(z: Any) -> float:
    z = z[np.isfinite(z)]
    if not len(z):
        return 0.0
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    return float(np.mean(np.clip(z, low, high) ** 2))


def _standing(value: float, bounds: Sequence[tuple[float, float]]) -> Standing:
    (low_95, high_95), (low_998, high_998) = bounds
    if value > high_998:
        return "high-99.8"
    if value < low_998:
        return "low-99.8"
    if value > high_95:
        return "high-95"
    return "low-95" if value < low_95 else "within"


def _check(count: Any, size: Any, labels: Sequence[str], kind: Kind) -> None:
    if not len(count) == len(size) == len(labels) or not len(labels):
        raise ValueError(
            f"{len(count)} numerators, {len(size)} denominators, {len(labels)} labels; give one of each per place"
        )
    if (size <= 0).any() or (count < 0).any():
        raise ValueError("a place has a denominator of 0 or a negative numerator; leave it out or correct it")
    if kind == "proportion" and (count > size).any():
        raise ValueError('a place has more in the part than in the whole; correct it or ask for kind="rate"')
