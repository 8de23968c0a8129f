"""Figures in sentences: two significant places more than the eye needs, and which way they point."""

from __future__ import annotations

from localcare.analysis.effect.results import Interval


def figure(value: float) -> str:
    """A number with thousands marks and no more decimals than it carries."""
    size = abs(value)
    places = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """A share as a percentage with one decimal, without its sign."""
    return f"{abs(share) * 100:.1f}%"


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
