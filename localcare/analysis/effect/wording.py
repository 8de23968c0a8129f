"""Intervals in sentences: which way they point, and whether chance alone may explain them."""

from __future__ import annotations

from localcare.analysis.effect.results import Interval
from localcare.analysis.plain_numbers import figure, percent


def direction(value: float, low: str = "lower", high: str = "higher") -> str:
    """Which way a difference points."""
    return low if value < 0 else high


def span(interval: Interval) -> str:
    """An interval in words, each end with its direction."""
    ends = [f"{figure(abs(end))} {direction(end)}" for end in (interval.lower, interval.upper)]
    return f"{interval.level:.0%} interval {ends[0]} to {ends[1]}"


def percent_span(interval: Interval) -> str:
    """An interval of shares in words, each end as a percentage with its direction."""
    ends = [f"{percent(end)} {direction(end)}" for end in (interval.lower, interval.upper)]
    return f"{interval.level:.0%} interval {ends[0]} to {ends[1]}"


def verdict(interval: Interval) -> str:
    """Whether the interval leaves no difference possible."""
    if interval.holds_zero:
        return "No difference at all is inside the interval, so chance alone may explain it."
    return "Chance alone hardly explains it."
