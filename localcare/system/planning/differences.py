"""How two runs differ: pair by pair where they used the same random numbers, otherwise side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Difference:
    """A mean difference with its 95 per cent interval; `is_paired` says how it was worked out."""

    mean: float
    lower: float
    upper: float
    is_paired: bool

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out, or there is no difference at all."""
        return self.lower > 0 or self.upper < 0 or self.lower == self.upper == 0


def difference(line: Mapping[str, Any], was: Mapping[str, Any], *, paired: bool) -> Difference | None:
    """The line minus what it was; None when a value is missing.

    With common random numbers the interval is that of the paired differences (Student's t); without, Welch's.
    """
    now, before = _values(line), _values(was)
    if now is None or before is None:
        return None
    if paired and len(now) == len(before):
        return _interval(now - before, is_paired=True)
    return _welch(now, before)


def _values(line: Mapping[str, Any]) -> Any:
    values = line.get("values") or []
    if len(values) < 2 or any(value is None for value in values):
        return None
    return np.array(values, float)


def _interval(values: Any, *, is_paired: bool) -> Difference:
    mean = float(values.mean())
    half = float(
        student.ppf((1 + CONFIDENCE) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    )
    return Difference(mean, mean - half, mean + half, is_paired)


def _welch(now: Any, before: Any) -> Difference:
    mean = float(now.mean() - before.mean())
    parts = [float(values.var(ddof=1)) / len(values) for values in (now, before)]
    error = sum(parts)
    if error == 0:
        return Difference(mean, mean, mean, False)
    freedom = error**2 / sum(
        part**2 / (len(values) - 1) for part, values in zip(parts, (now, before), strict=True)
    )
    half = float(student.ppf((1 + CONFIDENCE) / 2, freedom)) * math.sqrt(error)
    return Difference(mean, mean - half, mean + half, False)
