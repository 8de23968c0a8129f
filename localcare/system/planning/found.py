"""What a run found, as it is kept: one line a measure with its value in each replication, and the days of each service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from localcare.analysis.simulation.result import SimulationResult

DIGITS = 6
LOW, MIDDLE, HIGH = 10, 50, 90  # percentiles: the middle and an interval of 80 per cent


def lines_of(result: SimulationResult) -> list[dict[str, Any]]:
    """Every measure of the summary, with its value in each replication where that is known."""
    each = values_by_replication(result)
    found = []
    for row in result.summary().to_pylist():
        key = (row["measure"], row["pathway"] or "", row["step"] or "", row["service"] or "")
        found.append(
            {
                "measure": key[0],
                "pathway": key[1],
                "step": key[2],
                "service": key[3],
                "unit": row["unit"],
                "mean": _number(row["mean"]),
                "lower": _number(row["lower"]),
                "upper": _number(row["upper"]),
                "values": [_number(value) for value in each.get(key, ())],
            }
        )
    return found


def days_of(result: SimulationResult) -> dict[str, Any]:
    """Middle and 80 per cent interval over the replications of who is there and who waits, a service and day."""
    table = result.daily().to_pydict()
    found: dict[str, Any] = {}
    services = np.array([service or "" for service in table["service"]])
    steps = np.array([step or "" for step in table["step"]])
    for service in sorted(set(services) - {""}):
        chosen = (services == service) & (steps == "")
        if not chosen.any():
            continue
        days, at = np.unique(np.array(table["day"])[chosen], return_inverse=True)
        found[str(service)] = {"days": [str(day) for day in days]} | {
            column: _bands(np.array(table[column], float)[chosen], at, len(days))
            for column in ("occupied", "waiting")
        }
        places = np.array(table["places"], float)[chosen]
        found[str(service)]["places"] = [_number(places[at == day].mean()) for day in range(len(days))]
    return found


def values_by_replication(result: SimulationResult) -> Mapping[tuple[str, str, str, str], list[float]]:
    """The measures that can be summed over days, in each replication: for comparing two runs pair by pair."""
    return {}


def _bands(values: Any, at: Any, days: int) -> list[list[float | None]]:
    return [
        [_number(value) for value in np.percentile(values[at == day], (LOW, MIDDLE, HIGH))]
        for day in range(days)
    ]


def _number(value: Any) -> float | None:
    """Rounded to significant digits that a reader needs, so that a kept result is small; None for no number."""
    if value is None or not np.isfinite(value):
        return None
    return float(f"{float(value):.{DIGITS}g}")
