"""One function that runs a scenario, whichever engine its pathways need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.result import SimulationResult
from localcare.analysis.simulation.scenario.model import Scenario

Engine = Literal["auto", "closed", "recursion", "events"]
Progress = Callable[[int, int, str], None]  # done, total, what


class Cancelled(Exception):
    """Somebody asked the run to stop; nothing of it is kept."""


def simulate(
    scenario: Scenario,
    *,
    pathways: Mapping[str, Pathway],
    replications: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    engine: Engine = "auto",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SimulationResult:
    """Run the scenario; what is not given comes from the scenario. The same seed gives the same result on any threads.

    EngineError when `engine` cannot do what the pathways need (the message says what), Cancelled when told to stop.
    """
    raise NotImplementedError
