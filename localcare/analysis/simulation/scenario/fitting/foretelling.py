"""Held-out weeks: what a scenario fitted to the weeks before foretells of them, beside what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from localcare.analysis.simulation.scenario.distributions import Array
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.analysis.simulation.scenario.fitting.observed import Observed
from localcare.analysis.simulation.scenario.reading import read_scenario

if TYPE_CHECKING:
    from localcare.analysis.simulation.scenario.fitting.fit import Estimate

WEEK = 168.0
TAIL = 0.025
WAIT = "mean wait, hours"


@dataclass(frozen=True)
class Foretold:
    """One figure of one held-out week."""

    figure: str
    service: str
    week: int  # 1 is the first held out
    happened: float
    foretold: float  # mean over the replications
    lower: float
    upper: float

    @property
    def is_within(self) -> bool:
        """Whether what happened lies within the interval."""
        return self.lower <= self.happened <= self.upper


def foretell(observed: Observed, before: Estimate, weeks: int, replications: int) -> list[Foretold]:
    """Simulate the held-out weeks from where the weeks before ended, and compare, service by service."""
    from localcare.analysis.simulation.run import simulate

    days = 7 * weeks + 1  # a day more, so that the last evening is one among others
    scenario = read_scenario({**before.content, "days": days, "replications": replications})
    daily = simulate(scenario, pathways=shipped_pathways()).daily()
    result: list[Foretold] = []
    by_length = _waits_within_lengths(before)
    for service in before.content["services"]:
        rows = _of(daily, service, days, replications)
        for week in range(weeks):
            those = slice(7 * week, 7 * week + 7)
            seen = _seen(observed, before, service, observed.hours - (weeks - week) * WEEK)
            simulated = {
                "asked": rows["asked"][:, those].sum(axis=1),
                "there at the end": (rows["waiting"] + rows["occupied"])[:, 7 * week + 6],
                WAIT: rows["wait_seconds"][:, those].sum(axis=1)
                / np.maximum(rows["started"][:, those].sum(axis=1), 1)
                / 3600,
            }
            if service in by_length:
                del simulated[WAIT]
            result += _compared(service, week + 1, seen, simulated)
    return [one for one in result if not (one.figure == WAIT and max(one.happened, one.upper) < 0.02)]


def _waits_within_lengths(before: Estimate) -> set[str]:
    """Services whose waits the scenario holds as a part of the length: a simulation counts waits for places only."""
    steps = (step for pathway in before.content["pathways"].values() for step in pathway["steps"].values())
    return {step["service"] for step in steps if "begins_after" in step}


def _compared(
    service: str, week: int, seen: dict[str, float], simulated: dict[str, Array]
) -> Iterator[Foretold]:
    for figure, values in simulated.items():
        lower, upper = np.quantile(values, [TAIL, 1 - TAIL], method="closest_observation")
        spread = 0.5 if figure != WAIT else 0.01  # people are whole, and half a minute is no miss
        yield Foretold(
            figure,
            service,
            week,
            seen[figure],
            float(values.mean()),
            float(lower) - spread,
            float(upper) + spread,
        )


def _of(daily: Any, service: str, days: int, replications: int) -> dict[str, Array]:
    """The figures of a service as replications x days."""
    chosen = [
        at
        for at, (step, name) in enumerate(
            zip(daily["step"].to_pylist(), daily["service"].to_pylist(), strict=True)
        )
        if name == service and not step
    ]
    columns = ("asked", "started", "waiting", "occupied", "wait_seconds")
    if not chosen:
        return {name: np.zeros((replications, days)) for name in columns}
    table = daily.take(chosen)
    return {
        name: np.asarray(table[name].to_numpy(zero_copy_only=False), float).reshape(replications, days)
        for name in columns
    }


def _seen(observed: Observed, before: Estimate, service: str, begin: float) -> dict[str, float]:
    """What happened at a service in the week from a moment on."""
    tasks, end = observed.tasks, begin + WEEK
    keys = zip(tasks.pathway.tolist(), tasks.step.tolist(), strict=True)
    tasks = tasks.kept(np.array([before.services_of.get(key) == service for key in keys], bool))
    begun = (tasks.started >= begin) & (tasks.started < end)
    waits = (tasks.started - tasks.requested)[begun]
    return {
        "asked": float(((tasks.requested >= begin) & (tasks.requested < end)).sum()),
        "there at the end": float(((tasks.requested < end) & ~(tasks.finished <= end)).sum()),
        WAIT: float(waits.mean()) if len(waits) else 0.0,
    }
