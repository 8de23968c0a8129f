"""What a run found, as it is kept: one line a measure with its value in each replication, and the days of each service."""

from __future__ import annotations

from typing import Any

import numpy as np

from localcare.analysis.simulation.result import SimulationResult
from localcare.analysis.simulation.scenario.profiles import places_by_hour
from localcare.analysis.simulation.summary import measures

KEYS = ("measure", "pathway", "step", "service", "clock")
DIGITS = 6
LOW, MIDDLE, HIGH = 10, 50, 90  # percentiles: the middle and an interval of 80 per cent
SHOWN = ("occupied", "waiting")


def lines_of(result: SimulationResult) -> list[dict[str, Any]]:
    """Every measure of the summary, with its value in each replication."""
    each = {(one.name, *(one.of.get(name, "") for name in KEYS[1:])): one.values for one in measures(result)}
    return [
        {name: row[name] for name in (*KEYS, "unit")}
        | {name: _number(row[name]) for name in ("mean", "lower", "upper")}
        | {"values": [_number(value) for value in each[tuple(row[name] for name in KEYS)]]}
        for row in result.summary().to_pylist()
    ]


def days_of(result: SimulationResult) -> dict[str, Any]:
    """Middle and 80 per cent interval over the replications of who is there and who waits, a service and day."""
    table = result.daily()
    column = {
        name: table.column(name).to_numpy(zero_copy_only=False) for name in ("service", "step", "day", *SHOWN)
    }
    found: dict[str, Any] = {}
    for code, service in result.scenario.services.items():
        chosen = (column["service"] == code) & (column["step"] == "")
        if not chosen.any():
            continue
        days, at = np.unique(column["day"][chosen], return_inverse=True)
        places = places_by_hour(result.scenario, service)[result.scenario.warm_up_days :].mean(axis=1)
        found[code] = {
            "days": [str(day) for day in days],
            "places": [_number(number) for number in places],
        } | {name: _bands(column[name][chosen].astype(float), at, len(days)) for name in SHOWN}
    return found


def _bands(values: Any, at: Any, days: int) -> list[list[float | None]]:
    return [
        [_number(value) for value in np.percentile(values[at == day], (LOW, MIDDLE, HIGH))]
        for day in range(days)
    ]


def _number(value: Any) -> float | None:
    """Rounded to the digits that a reader needs, so that a kept result is small; None for no number."""
    if value is None or not np.isfinite(value):
        return None
    return float(f"{float(value):.{DIGITS}g}")
