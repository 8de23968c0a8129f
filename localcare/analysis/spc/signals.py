"""The four signals of special cause of Making Data Count, within one stretch of a chart.

Source: NHS England, Making Data Count; boundary cases as in NHSRplotthedots (read 2026-11), but for one: there, two of three
points count only when the third is on their side of the mean as well; here the third may lie anywhere, as the rule is
worded. Every point of a run carries its signal. A missing period ends each run: nothing is concluded about what nobody saw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from localcare.analysis.spc.limits import Limits, tolerance_of

RUN_LENGTH = 7  # points on one side of the mean
TREND_MOVES = 6  # successive moves in one direction: seven points


class Kind(StrEnum):
    """What was seen, strongest first: the first kind that a point has names it."""

    OUTSIDE = "outside"
    TREND = "trend"
    TWO_OF_THREE = "two-of-three"
    SHIFT = "shift"


WORDS = {
    (Kind.OUTSIDE, True): "above the upper limit",
    (Kind.OUTSIDE, False): "below the lower limit",
    (Kind.TREND, True): "part of seven or more points rising",
    (Kind.TREND, False): "part of seven or more points falling",
    (Kind.TWO_OF_THREE, True): "one of two in three points close to the upper limit",
    (Kind.TWO_OF_THREE, False): "one of two in three points close to the lower limit",
    (Kind.SHIFT, True): "part of seven or more points above the mean",
    (Kind.SHIFT, False): "part of seven or more points below the mean",
}


@dataclass(frozen=True)
class Signal:
    """A signal that one point carries: its kind, and whether it speaks of high (or rising) values."""

    kind: Kind
    high: bool

    @property
    def words(self) -> str:
        """The signal in words, to follow the name of a period and "is"."""
        return WORDS[self.kind, self.high]


def signals_of(values: Sequence[float | None], limits: Limits | None) -> list[tuple[Signal, ...]]:
    """For each point its signals, strongest kind first; none where limits could not be drawn."""
    found: list[list[Signal]] = [[] for _ in values]
    if limits is None:
        return [() for _ in values]
    slack = tolerance_of(values)
    for kind, rule in RULES:
        for place, high in rule(values, limits, slack):
            found[place].append(Signal(kind, high))
    return [tuple(signals) for signals in found]


Rule = Callable[[Sequence[float | None], Limits, float], Iterator[tuple[int, bool]]]


def _outside(values: Sequence[float | None], limits: Limits, slack: float) -> Iterator[tuple[int, bool]]:
    for place, value in enumerate(values):
        if value is not None and (value > limits.upper + slack or value < limits.lower - slack):
            yield place, value > limits.mean


def _shift(values: Sequence[float | None], limits: Limits, slack: float) -> Iterator[tuple[int, bool]]:
    sides = [_side(value, limits.mean, slack) for value in values]
    for first, last, side in _runs(sides):
        if last - first + 1 >= RUN_LENGTH:
            yield from ((place, side > 0) for place in range(first, last + 1))


def _trend(values: Sequence[float | None], limits: Limits, slack: float) -> Iterator[tuple[int, bool]]:
    """A point where one trend turns into another belongs to both; the later one names it."""
    moves = [0 if before is None else _side(after, before, slack) for before, after in pairwise(values)]
    for first, last, direction in reversed(list(_runs(moves))):
        if last - first + 1 >= TREND_MOVES:
            yield from ((place, direction > 0) for place in range(first, last + 2))


def _two_of_three(values: Sequence[float | None], limits: Limits, slack: float) -> Iterator[tuple[int, bool]]:
    """Two of three successive points in the outer third on one side; the third may lie anywhere, but must be known."""
    outer = [_outer_side(value, limits, slack) for value in values]
    marked: dict[int, bool] = {}
    for first in range(len(values) - 2):
        window = range(first, first + 3)
        if any(values[place] is None for place in window):
            continue
        for side in (1, -1):
            near = [place for place in window if outer[place] == side]
            if len(near) >= 2:
                marked |= dict.fromkeys(near, side > 0)
    yield from marked.items()


def _outer_side(value: float | None, limits: Limits, slack: float) -> int:
    """1 or -1 for a value between the near limit and the limit above or below the mean, 0 for any other."""
    if value is None or not limits.lower - slack <= value <= limits.upper + slack:
        return 0
    if value > limits.near_upper + slack:
        return 1
    return -1 if value < limits.near_lower - slack else 0


def _side(value: float | None, line: float, slack: float) -> int:
    if value is None or abs(value - line) <= slack:
        return 0
    return 1 if value > line else -1


def _runs(signs: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """First and last place and sign of each unbroken run of 1 or of -1."""
    first = 0
    for place in range(1, len(signs) + 1):
        if place == len(signs) or signs[place] != signs[first]:
            if signs[first]:
                yield first, place - 1, signs[first]
            first = place


RULES: tuple[tuple[Kind, Rule], ...] = (
    (Kind.OUTSIDE, _outside),
    (Kind.TREND, _trend),
    (Kind.TWO_OF_THREE, _two_of_three),
    (Kind.SHIFT, _shift),
)
