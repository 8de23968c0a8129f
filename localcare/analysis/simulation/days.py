"""The days of a run as tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.simulation import columns as c

if TYPE_CHECKING:
    from localcare.analysis.simulation.result import SimulationResult

COUNTS = {
    "asked": c.ASKED,
    "started": c.BEGAN,
    "finished": c.FINISHED,
    "gave_up": c.GAVE_UP_THAT_DAY,
    "turned_away": c.TURNED_AWAY_THAT_DAY,
    "waiting": c.WAITING_AT_END,
    "occupied": c.OCCUPIED_AT_END,
}


def _days(result: SimulationResult) -> Any:
    """The counted days as dates."""
    scenario = result.scenario
    first = scenario.starts_on + timedelta(days=scenario.warm_up_days)
    return pa.array([first + timedelta(days=day) for day in range(scenario.days)], pa.date32())


def _repeated(words: list[str], of_each: int, rounds: int) -> Any:
    codes = np.tile(np.repeat(np.arange(len(words), dtype=np.int32), of_each), rounds)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words, pa.string())).cast(pa.string())


def daily(result: SimulationResult) -> Any:
    """One row a replication, day and service or step, the counted days only."""
    plan, days = result.prepared.plan, result.scenario.days
    counted = slice(result.scenario.warm_up_days, None)
    names = [("", "", service.code) for service in plan.services]
    names += [(plan.pathways[place].code, step.code, "") for place, step in plan.steps]
    rounds, rows = len(result.figures), len(names)
    found = np.stack([one.daily[:, counted] for one in result.figures])
    waited = np.stack([one.waited[:, counted] for one in result.figures]) / 1e6
    columns: dict[str, Any] = {
        "replication": np.repeat(np.arange(rounds, dtype=np.int32), rows * days),
        "day": _days(result).take(pa.array(np.tile(np.arange(days), rounds * rows))),
    }
    for place, name in enumerate(("pathway", "step", "service")):
        columns[name] = _repeated([row[place] for row in names], days, rounds)
    columns |= {name: found[:, :, :, column].ravel() for name, column in COUNTS.items()}
    columns["wait_seconds"] = waited.ravel()
    return pa.table(columns)


def clock_days(result: SimulationResult) -> Any:
    """One row a replication, day and clock, the counted days only."""
    plan, days = result.prepared.plan, result.scenario.days
    counted = slice(result.scenario.warm_up_days, None)
    clocks = result.clocks.clocks
    rounds = len(result.figures)
    found = np.stack([one.clocks[:, counted] for one in result.figures])
    said = [
        (plan.pathways[plan.steps[row][0]].code, plan.steps[row][1].code, clock.code, clock.standard)
        for row, clock in clocks
    ]
    columns: dict[str, Any] = {
        "replication": np.repeat(np.arange(rounds, dtype=np.int32), len(clocks) * days),
        "day": _days(result).take(pa.array(np.tile(np.arange(days), rounds * len(clocks)))),
    }
    for place, name in enumerate(("pathway", "step", "clock", "standard")):
        columns[name] = _repeated([row[place] for row in said], days, rounds)
    return pa.table(columns | {"met": found[..., c.MET].ravel(), "missed": found[..., c.MISSED].ravel()})
