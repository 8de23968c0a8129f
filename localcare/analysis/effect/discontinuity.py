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
from localcare.analysis.effect.two_groups import Contrast, Values
from localcare.analysis.effect.wording import direction, span, verdict
from localcare.analysis.plain_numbers import figure, percent

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
    over as long a time before the score was known; `acted` says who was acted on. People who are alike in all of it may share
    a row: `people` says how many stand on each, and every answer is that of as many rows.
    """

    scores: Column
    events: Column
    time: Column
    before: Column | None = None
    acted: Column | None = None
    people: Column | None = None


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
    counts = {
        f"{what}just {side}": round(float(number[rows].sum()))
        for what, number in (("", near.people), ("events ", near.people * near.events))
        for side, rows in near.sides
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
    """People within the bandwidth: how far from the threshold, how many of each row, and their columns."""

    distance: Values
    kernel: Values
    people: Values
    events: Values
    time: Values
    before: Values | None
    acted: Values | None

    @classmethod
    def of(cls, people: AtThreshold, threshold: float, bandwidth: float) -> _Near:
        columns = [people.scores, people.events, people.time, people.before, people.acted, people.people]
        scores, events, time, before, acted, many = (
            None if column is None else np.asarray(column, dtype=float) for column in columns
        )
        if scores is None or events is None or time is None or not bandwidth > 0:
            raise CannotCompare("a bandwidth above 0 is needed; leave it out for the usual one")
        several = (scores, events, time, before, acted, many)
        if len({len(column) for column in several if column is not None}) > 1:
            raise CannotCompare("scores, events and time differ in length; give one of each per person")
        distance = scores - threshold
        kept = (np.abs(distance) < bandwidth) & (time > 0)
        return cls(
            distance[kept],
            1 - np.abs(distance[kept]) / bandwidth,
            np.ones(kept.sum()) if many is None else many[kept],
            events[kept],
            time[kept],
            None if before is None else before[kept],
            None if acted is None else acted[kept],
        )

    @property
    def sides(self) -> tuple[tuple[str, NDArray[np.bool_]], ...]:
        """The rows above the threshold, and those below."""
        return ("above", self.distance >= 0), ("below", self.distance < 0)


@dataclass(frozen=True)
class _Jump:
    interval: Interval
    below: float  # what the line from below comes to at the threshold
    p_value: float


def _jump(near: _Near, outcome: Values, weights: Values, level: float) -> _Jump:
    """The difference of two local quadratic fits at the threshold, with HC3 errors of as many rows as there are people."""
    side = (near.distance >= 0).astype(float)
    scaled = near.distance / np.abs(near.distance).max()
    design = np.column_stack([np.ones(len(scaled)), side, scaled, scaled * side, scaled**2, scaled**2 * side])
    weight = np.sqrt(near.kernel * weights)
    rows, seen = design * weight[:, None], outcome * weight
    many = np.sqrt(near.people)
    q, r = np.linalg.qr(rows * many[:, None])
    fitted = np.linalg.solve(r, q.T @ (seen * many))
    reach = np.linalg.solve(r.T, rows.T).T  # its squares are the leverage of one person of each row
    apart = (seen - rows @ fitted) / (1 - (reach**2).sum(axis=1))
    error = np.linalg.norm(np.linalg.solve(r, (reach * (apart * many)[:, None]).T)[1])
    found = Contrast(float(fitted[1]), float(error), float(near.people.sum()) - design.shape[1])
    return _Jump(found.interval(level), float(fitted[0]), found.p_value)


def _check(near: _Near) -> None:
    people = min(int(near.people[rows].sum()) for _, rows in near.sides)
    if people < FEWEST_PEOPLE:
        raise CannotCompare(
            f"Only {people} people are near enough on one side of the threshold: at least {FEWEST_PEOPLE} are needed on each. "
            "Take a threshold that more people are near to, a wider bandwidth or more practices."
        )
    if (near.people * near.events).sum() < FEWEST_EVENTS:
        raise CannotCompare(
            f"Fewer than {FEWEST_EVENTS} events followed near the threshold: wait for more time, or take a wider bandwidth."
        )
    scores = min(len(np.unique(near.distance[rows])) for _, rows in near.sides)
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
            people = near.people[inside]
            rate = (people @ near.events[inside]) / (people @ near.time[inside]) * multiplier
            found.append(Bin(float(middle), int(people.sum()), float(rate)))
    return tuple(found)
