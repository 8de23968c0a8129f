"""Charts that compare: funnel of places, bars, waterfall, map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from localcare.analysis.spc.funnel import Funnel

Format = Literal["svg", "png"]


def funnel_chart(funnel: Funnel, *, title: str, unit: str, format: Format = "svg") -> bytes:
    """Places by size against the limits of chance; those outside are named and marked by shape."""
    raise NotImplementedError


def funnel_chart_in_words(funnel: Funnel, *, title: str, unit: str) -> str:
    """Which places lie outside the limits, for the text alternative."""
    raise NotImplementedError


def bars(
    labels: Sequence[str],
    values: Sequence[float | None],
    *,
    title: str,
    unit: str,
    lower: Sequence[float | None] | None = None,
    upper: Sequence[float | None] | None = None,
    target: float | None = None,
    average: float | None = None,
    format: Format = "svg",
) -> bytes:
    """Horizontal bars with their intervals, a target and an average; None is shown as "not shown"."""
    raise NotImplementedError


def bars_in_words(
    labels: Sequence[str],
    values: Sequence[float | None],
    *,
    title: str,
    unit: str,
    target: float | None = None,
) -> str:
    """The bars in words, for the text alternative."""
    raise NotImplementedError


def waterfall(
    start: tuple[str, float],
    steps: Sequence[tuple[str, float]],
    *,
    end: str,
    title: str,
    unit: str,
    format: Format = "svg",
) -> bytes:
    """From one total to another step by step; `steps` are changes, the end is their sum."""
    raise NotImplementedError


def waterfall_in_words(
    start: tuple[str, float], steps: Sequence[tuple[str, float]], *, end: str, title: str, unit: str
) -> str:
    """The steps in words, for the text alternative."""
    raise NotImplementedError


def map_of(
    areas: Mapping[str, Mapping[str, Any]],
    values: Mapping[str, float | None],
    *,
    title: str,
    unit: str,
    names: Mapping[str, str] | None = None,
    credit: str = "",
    format: Format = "svg",
) -> bytes:
    """Areas shaded by value: `areas` maps a code to a GeoJSON Polygon or MultiPolygon geometry (longitude, latitude)."""
    raise NotImplementedError


def map_in_words(
    values: Mapping[str, float | None], *, title: str, unit: str, names: Mapping[str, str] | None = None
) -> str:
    """The areas from highest to lowest in words, for the text alternative."""
    raise NotImplementedError
