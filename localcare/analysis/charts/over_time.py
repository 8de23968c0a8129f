"""Charts along time: run chart, fan of a simulation, lived against simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from localcare.analysis.spc.xmr import Xmr

Format = Literal["svg", "png"]


@dataclass(frozen=True)
class Band:
    """An interval over time: the share of runs inside it (0.8 is 80%), its lower and its upper line."""

    share: float
    lower: Sequence[float | None]
    upper: Sequence[float | None]


def run_chart(chart: Xmr, *, title: str, unit: str, periods: Sequence[str], format: Format = "svg") -> bytes:
    """An XmR chart: values, mean, limits, target, signals by shape, marks where limits were rebased."""
    raise NotImplementedError


def run_chart_in_words(chart: Xmr, *, title: str, unit: str, periods: Sequence[str]) -> str:
    """What the run chart shows, for its text alternative."""
    raise NotImplementedError


def fan(
    median: Sequence[float | None],
    bands: Sequence[Band],
    *,
    title: str,
    unit: str,
    periods: Sequence[str],
    limit: Sequence[float | None] | None = None,
    limit_name: str = "capacity",
    format: Format = "svg",
) -> bytes:
    """Median and intervals over time, with an optional line that the values press against (capacity, target)."""
    raise NotImplementedError


def fan_in_words(
    median: Sequence[float | None], bands: Sequence[Band], *, title: str, unit: str, periods: Sequence[str]
) -> str:
    """What the fan shows, for its text alternative."""
    raise NotImplementedError


def overlay(
    lived: Sequence[float | None],
    simulated: Sequence[float | None],
    *,
    title: str,
    unit: str,
    periods: Sequence[str],
    band: Band | None = None,
    names: tuple[str, str] = ("lived", "simulated"),
    format: Format = "svg",
) -> bytes:
    """Two series over each other, the second with its interval: lived against simulated, or two scenarios."""
    raise NotImplementedError


def overlay_in_words(
    lived: Sequence[float | None],
    simulated: Sequence[float | None],
    *,
    title: str,
    unit: str,
    periods: Sequence[str],
    band: Band | None = None,
    names: tuple[str, str] = ("lived", "simulated"),
) -> str:
    """How the two series differ, for the text alternative."""
    raise NotImplementedError
