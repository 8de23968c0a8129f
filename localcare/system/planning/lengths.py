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
    """A length as people say it: 12 minutes, 3.5 hours, 2.1 days."""
    if hours < 1 / 60:
        return "less than a minute" if hours * 3600 >= 0.5 else "none"
    if hours < 2:
        minutes = hours * 60
        return f"{format_number(minutes, 0 if minutes >= 10 else 1)} minutes"
    if hours < 48:
        return f"{format_number(hours, 1)} hours"
    return f"{format_number(hours / 24, 1)} days"
