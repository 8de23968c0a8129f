"""XmR charts by the rules of NHS "Making Data Count": what is chance and what is not.

Source: NHS England, Making Data Count, as carried out by NHSRplotthedots (MIT licence, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from localcare.analysis.spc.icons import ASSURANCE, Icon, Improvement, Meaning, meaning_of, variation_icon
from localcare.analysis.spc.limits import Limits, limits_of, tolerance_of
from localcare.analysis.spc.signals import Signal, signals_of


@dataclass(frozen=True)
class Rebase:
    """A place in the series from which new limits are drawn, and the known change that justifies it."""

    at: int
    reason: str


@dataclass(frozen=True)
class Point:
    """One period: its value (None when missing), its stretch, its signals and what they mean.

    `meaning` is None for a missing period and where no limits could be drawn.
    """

    index: int
    value: float | None
    segment: int
    signals: tuple[Signal, ...]
    meaning: Meaning | None

    @property
    def is_signal(self) -> bool:
        """Whether more than chance is at work at this point."""
        return bool(self.signals)


@dataclass(frozen=True)
class Segment:
    """One stretch with its own limits, from `first` to `last` inclusive; `limits` is None with too little data."""

    first: int
    last: int
    limits: Limits | None
    reason: str = ""


@dataclass(frozen=True)
class Xmr:
    """A series with its limits, signals and the two summary icons (of the last known point and the last limits)."""

    points: tuple[Point, ...]
    segments: tuple[Segment, ...]
    improvement: Improvement
    target: float | None
    screened: bool
    variation: Icon
    assurance: Icon

    @property
    def limits(self) -> Limits | None:
        """The limits of the last stretch: those that speak of what comes next."""
        return self.segments[-1].limits

    @property
    def last(self) -> Point | None:
        """The last period whose value is known."""
        return next((point for point in reversed(self.points) if point.value is not None), None)

    @property
    def signals(self) -> tuple[Point, ...]:
        """The points that carry a signal, in order."""
        return tuple(point for point in self.points if point.signals)


def xmr(
    values: Sequence[float | None],
    *,
    rebase_at: Sequence[Rebase] = (),
    screen: bool = False,
    improvement: Improvement = "neutral",
    target: float | None = None,
) -> Xmr:
    """Chart a series of values at even intervals, oldest first, in any one unit.

    None or NaN is a missing period: it has no part in the mean, no moving range is taken across it and it ends every run.
    `rebase_at` starts new limits at those places, each with its reason; limits are never moved without one.
    `screen` leaves moving ranges beyond 3.267 times their mean out of the limits. Raises ValueError with the remedy.
    """
    series = [None if value is None or isnan(value) else float(value) for value in values]
    starts = _starts(len(series), rebase_at)
    points: list[Point] = []
    segments: list[Segment] = []
    for number, (first, reason) in enumerate(starts):
        last = starts[number + 1][0] if number + 1 < len(starts) else len(series)
        limits = limits_of(series[first:last], screen=screen)
        segments.append(Segment(first, last - 1, limits, reason))
        points += _points(series[first:last], first, number, limits, improvement)
    return Xmr(
        points=tuple(points),
        segments=tuple(segments),
        improvement=improvement,
        target=target,
        screened=screen,
        variation=_variation(points),
        assurance=_assurance(series, segments[-1].limits, target, improvement),
    )


def _starts(length: int, rebase_at: Sequence[Rebase]) -> list[tuple[int, str]]:
    if not length:
        raise ValueError("there is no period to chart; give at least one value, or None for a missing one")
    starts = [(0, "")]
    for rebase in sorted(rebase_at, key=lambda rebase: rebase.at):
        if not rebase.reason.strip():
            raise ValueError(f"the rebase at {rebase.at} gives no reason; say which known change it follows")
        if not starts[-1][0] < rebase.at < length:
            raise ValueError(
                f"the rebase at {rebase.at} is outside 1 to {length - 1} or given twice; name a later period once"
            )
        starts.append((rebase.at, rebase.reason.strip()))
    return starts


def _points(
    values: Sequence[float | None], first: int, segment: int, limits: Limits | None, improvement: Improvement
) -> list[Point]:
    return [
        Point(first + place, value, segment, signals, _meaning(value, signals, limits, improvement))
        for place, (value, signals) in enumerate(zip(values, signals_of(values, limits), strict=True))
    ]


def _meaning(
    value: float | None, signals: tuple[Signal, ...], limits: Limits | None, improvement: Improvement
) -> Meaning | None:
    if value is None or limits is None:
        return None
    return meaning_of(signals[0].high, improvement) if signals else "common"


def _variation(points: Sequence[Point]) -> Icon:
    last = next((point for point in reversed(points) if point.value is not None), None)
    if last is None:
        return variation_icon(None, False)
    return variation_icon(last.meaning, bool(last.signals) and last.signals[0].high)


def _assurance(
    series: Sequence[float | None], limits: Limits | None, target: float | None, improvement: Improvement
) -> Icon:
    """Whether the last limits lie wholly on the right or the wrong side of the target."""
    if target is None or improvement == "neutral" or limits is None:
        return ASSURANCE["no-target"]
    slack = tolerance_of([*series, target])
    if limits.lower - slack <= target <= limits.upper + slack:
        return ASSURANCE["hit-and-miss"]
    return ASSURANCE["passes" if (target < limits.lower) == (improvement == "high") else "fails"]
