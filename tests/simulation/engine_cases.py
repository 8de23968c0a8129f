"""Small scenarios for the engines, written as content and read as any other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.draws import Prepared, prepare
from localcare.analysis.simulation.event_run import run_events
from localcare.analysis.simulation.history import History
from localcare.analysis.simulation.network import plan_of
from localcare.analysis.simulation.run import simulate
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.analysis.simulation.scenario.model import Scenario
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.analysis.simulation.streams import streams

HOUR = 3_600_000_000
HEADING = {
    "version": 1,
    "owner": "tests",
    "source": "synthetic",
    "review_by": "2027-11-01",
    "starts_on": "2025-01-06",
}


def places(number: int | str, **more: Any) -> dict[str, Any]:
    """A service with so many places from the first day on."""
    return {"kind": "team", "title": "Team", "source": "synthetic", **more,
            "capacity": [{"from": "2025-01-06", "places": number, "source": "synthetic"}]}  # fmt: skip


def hours(mean: float, distribution: str = "exponential") -> dict[str, Any]:
    """A length of time in hours."""
    name = "value" if distribution == "fixed" else "mean"
    return {"distribution": distribution, name: mean, "unit": "hours", "source": "synthetic"}


def scenario(
    services: dict[str, Any],
    steps: dict[str, Any],
    said: dict[str, Any],
    per_day: float,
    *,
    days: int = 10,
    **more: Any,
) -> Scenario:
    """A scenario of one pathway `way`: its steps as a pathway says them, and what the scenario says of each."""
    pathway: dict[str, Any] = {"title": "Way", "steps": steps, "ends": {"home": "Home", "away": "Away"}}
    pathway |= {key: more.pop(key) for key in ("priorities", "starts_with", "stops_on") if key in more}
    arrivals = more.pop("arrivals", "poisson")
    inside = {"source": "synthetic", "demand": {"per_day": per_day, "arrivals": arrivals}, "steps": said}
    inside |= {"demand": {**inside["demand"], **more.pop("demand", {})}}
    if "shares" in more:
        inside["priorities"] = more.pop("shares")
    pathways = {"way": inside, **more.pop("other_said", {})}
    own = {"way": pathway, **more.pop("other_ways", {})}
    content = {"scenario": "case", "title": "Case", **HEADING, "days": days, "services": services,
               "own_pathways": own, "pathways": pathways, **more}  # fmt: skip
    return read_scenario(content)


def queue(servers: int | str, per_day: float, mean_hours: float, *, days: int = 10, step: dict[str, Any] | None = None,
          service: dict[str, Any] | None = None, **more: Any) -> Scenario:  # fmt: skip
    """One service, one step."""
    said = {"duration": hours(mean_hours), "outcomes": {"done": 1}, **(step or {})}
    return scenario(
        {"team": places(servers, **(service or {}))},
        {"work": {"by": "team", "outcomes": {"done": "end:home"}}},
        {"work": said},
        per_day,
        days=days,
        **more,
    )


def every_pathway(days: int = 10, per_day: float = 6.0) -> Scenario:
    """All shipped pathways at once: every outcome as likely, kinds of service with some places each."""
    found, kinds = {}, set()
    for code, pathway in shipped_pathways().items():
        steps = {}
        for step in pathway.steps.values():
            kinds.add(step.by)
            part = 1 / (len(step.milestones) + 1)
            marks = {name: round(part * number, 3) for number, name in enumerate(step.milestones, start=1)}
            steps[step.code] = {
                "duration": hours(30.0 if step.lasts else 0.4),
                "outcomes": dict.fromkeys(step.outcomes, 1 / len(step.outcomes)),
                "milestones": marks,
            }
        found[code] = {"source": "synthetic", "demand": {"per_day": per_day}, "steps": steps}
        if pathway.priorities:
            found[code]["priorities"] = dict.fromkeys(pathway.priorities, 1 / len(pathway.priorities))
    services = {kind: places(25, kind=kind, discipline="priority") for kind in sorted(kinds)}
    content = {
        "scenario": "every",
        "title": "Every",
        **HEADING,
        "days": days,
        "services": services,
        "pathways": found,
    }
    return read_scenario(content)


def prepared(given: Scenario) -> Prepared:
    """A scenario made ready."""
    return prepare(plan_of(given, shipped_pathways()))


def history(given: Scenario, seed: int = 1, replication: int = 0) -> History:
    """What happens in one replication by events."""
    return run_events(prepared(given), streams(seed, replication))


def run(given: Scenario, **how: Any) -> Any:
    """A run of a scenario."""
    return simulate(given, pathways=shipped_pathways(), **how)


def near(values: np.ndarray, truth: float, errors: float = 3.0) -> bool:
    """Whether the mean over replications is within so many standard errors of the truth."""
    return abs(float(values.mean()) - truth) <= errors * float(values.std(ddof=1)) / math.sqrt(len(values))


def column(found: History, name: int, step: int | None = None) -> np.ndarray:
    """A column of the tasks (of a step)."""
    rows = found.task_rows if step is None else found.task_rows[found.task_rows[:, c.STEP] == step]
    return rows[:, name]
