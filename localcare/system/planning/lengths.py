"""The average of a duration, and a duration made longer or shorter as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcare.analysis.simulation.scenario.durations import Duration
from localcare.kernel.nhs_design.formatting import format_number

SCALED = ("mean", "sd", "low", "mode", "high", "value")


def average(duration: Duration) -> float:
    """The mean length in the duration's own unit."""
    said = duration.parameters
    match duration.distribution:
        case "exponential" | "lognormal" | "gamma":
            return said["mean"]
        case "triangular":
            return (said["low"] + said["mode"] + said["high"]) / 3
        case "uniform":
            return (said["low"] + said["high"]) / 2
        case "fixed":
            return said["value"]
        case "empirical":
            weights = duration.weights or (1.0,) * len(duration.values)
            total = sum(value * weight for value, weight in zip(duration.values, weights, strict=True))
            return total / sum(weights)


def scaled(said: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """The words of a duration with every length times the factor, so that its shape stays."""
    found = dict(said)
    for name in SCALED:
        if name in found:
            found[name] = _tidy(found[name] * factor)
    if "values" in found:
        found["values"] = [_tidy(value * factor) for value in found["values"]]
    return found


def _tidy(value: float) -> float:
    """Without the dust of binary fractions: what is moved from 10 to 12 reads 12 in the file."""
    return float(f"{value:.9g}")


def in_words(hours: float) -> str:
    """A length as people say it: 40 seconds, 12 minutes, 3.5 hours, 2.1 days."""
    for unit, size, least in (("day", 24.0, 2.0), ("hour", 1.0, 2.0), ("minute", 1 / 60, 1.0)):
        if hours >= size * least:
            amount = hours / size
            return plural_of(amount, unit)
    return plural_of(float(round(hours * 3600)), "second") if hours * 3600 >= 0.5 else "none"


def plural_of(amount: float, unit: str) -> str:
    """`1 minute`, `2.5 hours`, `40 days`: one decimal below ten, unless it is whole."""
    words = format_number(amount, 0 if amount >= 10 or abs(amount - round(amount)) < 0.05 else 1)
    return f"{words} {unit}" if words == "1" else f"{words} {unit}s"


def many(unit: str) -> str:
    """`beds` for `bed`, `places on the caseload` for `place on the caseload`; what ends in s stays."""
    first, *rest = unit.split(" ")
    if len(rest) > 1 and rest[0] in ("on", "of", "in", "at", "for", "with"):
        return " ".join([many(first), *rest])
    return unit if unit.endswith(("s", "staff")) else f"{unit}s"
