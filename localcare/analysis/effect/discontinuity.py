"""Just above against just below a threshold: regression discontinuity, for lists on which a number decides who is acted on.

People whose scores differ by a hair are alike but for the side they fall on, so a jump in what follows is what being above
did. The jump is that of local regressions on either side with triangular weights. The figure is the one corrected for
curvature: with a pilot bandwidth as wide as the bandwidth itself, the correction of Calonico, Cattaneo and Titiunik (2014,
Econometrica 82:2295, remark 7) is the local quadratic fit, whose robust errors (HC3) then hold. Checked before a figure is
given, as Lee and Lemieux (2010, J Econ Lit 48:281) ask: the outcome's own past must not jump, and the action must.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.effect.results import CannotCompare, Effect, Interval
from localcare.analysis.effect.two_groups import Values
from localcare.analysis.effect.wording import direction, span, verdict
from localcare.analysis.libraries import Library
from localcare.analysis.plain_numbers import figure, percent

regression: Any = Library("statsmodels.regression.linear_model")
FEWEST_PEOPLE = 100  # on either side within the bandwidth: below this the robust error cannot be trusted
FEWEST_EVENTS = 20  # on both sides together
FEWEST_SCORES = (
    10  # different scores on either side: below this there is no line to follow up to the threshold
)
OTHER_WIDTHS = (0.5, 1.5)  # of the bandwidth: does the figure hang on it?
BINS = 6  # points drawn on either side
PLACEBO_LEVEL = 0.05
Column = Sequence[float] | NDArray[Any]

CANNOT_SAY = (
    "It speaks of people near the threshold only, not of those with the highest scores. It is what standing just above did, "
    "whoever was acted on: the fewer of them were, the more each action must have done or harmed. It holds only if nothing else "
    "begins at the same score and nobody could move a score over it. Bed days of a few long stays make intervals wide."
)


@dataclass(frozen=True)
class AtThreshold:
    """One row a person, all equally long: the score, events counted and time looked at since, and what came before.

    `time` is in any unit (person-months, say): the outcome is events for each unit of it. `before` are the same events counted
    over as long a time before the score was known; `acted` says who was acted on.
    """

    scores: Column
    events: Column
    time: Column
    before: Column | None = None
    acted: Column | None = None


@dataclass(frozen=True)
class Bin:
    """A point of the picture: people of a few neighbouring scores."""

    score: float
    people: int
    rate: float


@dataclass(frozen=True)
class Discontinuity:
    """The jump at the threshold with its checks; the effect has no estimate when a check failed, and says which.

    `acted` is the jump in the share acted on, `before` that in the outcome's own past; `other_widths` gives the figure with
    narrower and wider bandwidths.
    """

    effect: Effect
    threshold: float
    bandwidth: float
    acted: Interval | None = None
    before: Interval | None = None
    other_widths: tuple[tuple[float, Interval], ...] = ()
    bins: tuple[Bin, ...] = field(default=())


def usual_bandwidth(threshold: float, highest: float = 1000.0) -> float:
    """Half the way to the nearer end of the scale: fixed before anybody looks, so that nobody can choose the figure."""
    return min(threshold, highest - threshold) / 2


def discontinuity(
    people: AtThreshold,
    *,
    threshold: float,
    bandwidth: float,
    what: str = "events",
    multiplier: float = 1.0,
    unit: str = "",
    level: float = 0.95,
) -> Discontinuity:
    """The jump in the rate of events at the threshold (those at it are above), times `multiplier`, in `unit`.

    Raises CannotCompare when there are too few people, events or different scores near the threshold.
    """
    near = _Near.of(people, threshold, bandwidth)
    _check(near)
    rate = near.events / near.time * multiplier
    fit = _jump(near, rate, near.time, level)
    acted = None if near.acted is None else _jump(near, near.acted, np.ones(len(rate)), level).interval
    past = None if near.before is None else _jump(near, near.before, np.ones(len(rate)), level)
    failed = _failed(acted, past)
    estimate = None if failed else fit.interval
    expected = fit.below
    above = near.distance >= 0
    counts = {
        "just above": int(above.sum()),
        "just below": int((~above).sum()),
        "events just above": round(float(near.events[above].sum())),
        "events just below": round(float(near.events[~above].sum())),
    }
    effect = Effect(
        method="regression discontinuity",
        heading="Estimated effect",
        estimate=estimate,
        relative=estimate.over(expected) if estimate else None,
        observed=expected + fit.interval.value,
        expected=None if failed else expected,
        says=failed or _says(what, unit, fit.interval, expected, counts),
        cannot_say=CANNOT_SAY,
        counts=counts,
    )
    widths = (
        (share * bandwidth, _at_width(people, threshold, share * bandwidth, multiplier, level))
        for share in OTHER_WIDTHS
    )
    return Discontinuity(
        effect,
        threshold,
        bandwidth,
        acted,
        past.interval if past else None,
        tuple((width, found) for width, found in widths if found is not None),
        _bins(near, threshold, bandwidth, multiplier),
    )


@dataclass(frozen=True)
class _Near:
    """People within the bandwidth: how far from the threshold, and their columns."""

    distance: Values
    kernel: Values
    events: Values
    time: Values
    before: Values | None
    acted: Values | None

    @classmethod
    def of(cls, people: AtThreshold, threshold: float, bandwidth: float) -> _Near:
        columns = [people.scores, people.events, people.time, people.before, people.acted]
        scores, events, time, before, acted = (
            None if column is None else np.asarray(column, dtype=float) for column in columns
        )
        if scores is None or events is None or time is None or not bandwidth > 0:
            raise CannotCompare("a bandwidth above 0 is needed; leave it out for the usual one")
        if len({len(column) for column in (scores, events, time, before, acted) if column is not None}) > 1:
            raise CannotCompare("scores, events and time differ in length; give one of each per person")
        distance = scores - threshold
        kept = (np.abs(distance) < bandwidth) & (time > 0)
        return cls(
            distance[kept],
            1 - np.abs(distance[kept]) / bandwidth,
            events[kept],
            time[kept],
            None if before is None else before[kept],
            None if acted is None else acted[kept],
        )


@dataclass(frozen=True)
class _Jump:
    interval: Interval
    below: float  # what the line from below comes to at the threshold
    p_value: float


def _jump(near: _Near, outcome: Values, weights: Values, level: float) -> _Jump:
    """The difference of two local quadratic fits at the threshold."""
    side = (near.distance >= 0).astype(float)
    scaled = near.distance / np.abs(near.distance).max()
    design = np.column_stack([np.ones(len(scaled)), side, scaled, scaled * side, scaled**2, scaled**2 * side])
    fitted = regression.WLS(outcome, design, weights=near.kernel * weights).fit(
        method="qr", cov_type="HC3", use_t=True
    )
    lower, upper = fitted.conf_int(alpha=1 - level)[1]
    value = Interval(float(fitted.params[1]), float(lower), float(upper), level)
    p_value = float(fitted.pvalues[1])
    return _Jump(value, float(fitted.params[0]), 1.0 if np.isnan(p_value) else p_value)


def _check(near: _Near) -> None:
    above = near.distance >= 0
    people = min(int(above.sum()), int((~above).sum()))
    if people < FEWEST_PEOPLE:
        raise CannotCompare(
            f"Only {people} people are near enough on one side of the threshold: at least {FEWEST_PEOPLE} are needed on each. "
            "Take a threshold that more people are near to, a wider bandwidth or more practices."
        )
    if near.events.sum() < FEWEST_EVENTS:
        raise CannotCompare(
            f"Fewer than {FEWEST_EVENTS} events followed near the threshold: wait for more time, or take a wider bandwidth."
        )
    scores = min(len(np.unique(near.distance[above])), len(np.unique(near.distance[~above])))
    if scores < FEWEST_SCORES:
        raise CannotCompare(
            f"Only {scores} different scores lie on one side of the threshold: at least {FEWEST_SCORES} are needed, for a score "
            "of so few steps has no people just above and just below."
        )


def _failed(acted: Interval | None, past: _Jump | None) -> str:
    """Why no effect is stated, or nothing."""
    if acted is not None and acted.lower <= 0:
        return (
            "No effect is stated: people just above the threshold were not clearly acted on more often than people just below "
            f"({_points(acted)}). The threshold did not decide, so a difference between both would say nothing about the list."
        )
    if past is not None and past.p_value < PLACEBO_LEVEL:
        return (
            "No effect is stated: people just above and just below differed already before the list (p = "
            f"{_small(past.p_value)}), so they are not alike but for the side they fell on."
        )
    return ""


def _small(p_value: float) -> str:
    return "less than 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def _points(share: Interval) -> str:
    """An interval of shares in percentage points."""
    value, lower, upper = (100 * end for end in (share.value, share.lower, share.upper))
    return (
        f"{figure(abs(value))} percentage points {direction(value, 'less', 'more')}; {share.level:.0%} interval "
        f"{figure(lower)} to {figure(upper)}"
    )


def _says(what: str, unit: str, estimate: Interval, expected: float, counts: dict[str, int]) -> str:
    share = f" ({percent(estimate.value / expected)})" if expected > 0 else ""
    per = f" {unit}" if unit else ""
    more = direction(estimate.value, "fewer", "more")
    return (
        f"Just above the threshold there were {figure(abs(estimate.value))} {more} {what}{per}{share} than expected from the "
        f"people just below ({span(estimate)}). {verdict(estimate)} {counts['just above']:,} people above and "
        f"{counts['just below']:,} below were near enough to count."
    )


def _at_width(
    people: AtThreshold, threshold: float, bandwidth: float, multiplier: float, level: float
) -> Interval | None:
    """The figure with another bandwidth; None where too few are near."""
    near = _Near.of(people, threshold, bandwidth)
    try:
        _check(near)
    except CannotCompare:
        return None
    return _jump(near, near.events / near.time * multiplier, near.time, level).interval


def _bins(near: _Near, threshold: float, bandwidth: float, multiplier: float) -> tuple[Bin, ...]:
    """Rates of people of neighbouring scores, none across the threshold."""
    edges = np.linspace(-bandwidth, bandwidth, 2 * BINS + 1)
    place = np.clip(np.searchsorted(edges, near.distance, side="right") - 1, 0, 2 * BINS - 1)
    found = []
    for number in range(2 * BINS):
        inside = place == number
        if inside.any():
            middle = threshold + (edges[number] + edges[number + 1]) / 2
            rate = near.events[inside].sum() / near.time[inside].sum() * multiplier
            found.append(Bin(float(middle), int(inside.sum()), float(rate)))
    return tuple(found)
