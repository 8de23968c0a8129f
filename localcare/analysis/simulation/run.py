"""One function that runs a scenario, whichever engine its pathways need."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal, get_args

from localcare.analysis.journal.rulebook import shipped_rulebook
from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.result import ClosedResult, RunFacts, SimulationResult
from localcare.analysis.simulation.scenario.model import Scenario

if TYPE_CHECKING:
    from localcare.analysis.simulation.clock_plan import ClockPlan
    from localcare.analysis.simulation.draws import Prepared
    from localcare.analysis.simulation.replication import Figures

Engine = Literal["auto", "closed", "recursion", "events"]
Progress = Callable[[int, int, str], None]  # done, total, what
POLL_SECONDS = 0.2
LIBRARIES = ("numpy", "numba", "scipy", "pyarrow")


class Cancelled(Exception):
    """Somebody asked the run to stop; nothing of it is kept."""


class EngineError(ValueError):
    """The engine asked for cannot do what the pathways need; the message says what."""


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

    EngineError when `engine` cannot do what the pathways need (the message says what), CannotSimulate when the scenario
    lacks something, Cancelled when told to stop (asked from this thread, a few times a second).
    """
    from localcare.analysis.simulation.clock_plan import clock_plan
    from localcare.analysis.simulation.draws import prepare
    from localcare.analysis.simulation.network import plan_of
    from localcare.analysis.simulation.recursion import why_not

    if engine not in get_args(Engine):
        raise EngineError(f"There is no engine {engine!r}. Use one of {', '.join(get_args(Engine))}.")
    began = time.perf_counter()
    count = scenario.replications if replications is None else replications
    seed = scenario.seed if seed is None else seed
    if count < 1:
        raise EngineError(f"A run needs at least one replication, not {count}.")
    if engine == "closed":
        return _closed(scenario, pathways, seed, began)
    plan = plan_of(scenario, pathways)
    prepared = prepare(plan)
    clocks = clock_plan(plan, shipped_rulebook())
    hinders = why_not(plan)
    if engine == "recursion" and hinders:
        raise EngineError(f"The recursion cannot run {scenario.code}: {hinders} Use the events.")
    chosen: Literal["recursion", "events"] = "events" if engine == "events" or hinders else "recursion"
    why = (
        "Whoever asked for the run chose this engine."
        if engine == chosen
        else hinders
        or "Everybody goes forward, first come first served: stages one after the other know it exactly."
    )
    workers = min(count, threads or os.cpu_count() or 1)
    figures = _replicate(prepared, clocks, chosen, seed, count, workers, progress, cancelled)
    seconds = time.perf_counter() - began
    facts = RunFacts(chosen, why, seed, count, workers, seconds, versions())
    return SimulationResult(scenario, facts, prepared, clocks, figures)


def _replicate(
    prepared: Prepared,
    clocks: ClockPlan,
    engine: Literal["recursion", "events"],
    seed: int,
    count: int,
    workers: int,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> tuple[Figures, ...]:
    """All replications on so many threads, in their order."""
    from localcare.analysis.simulation.replication import figures_of, history_of
    from localcare.analysis.simulation.state import Workspace

    stop = threading.Event()
    mine = threading.local()

    def keep_going() -> None:
        if stop.is_set():
            raise Cancelled("The run was stopped.")

    def one(replication: int) -> Figures:
        if not hasattr(mine, "workspace"):
            mine.workspace = Workspace()
        history = history_of(prepared, engine, seed, replication, keep_going, mine.workspace)
        return figures_of(prepared, clocks, history, seed, replication)

    found: dict[int, Figures] = {}
    with ThreadPoolExecutor(workers) as pool:
        left: dict[Future[Figures], int] = {pool.submit(one, number): number for number in range(count)}
        try:
            while left:
                ready, _ = wait(left, POLL_SECONDS, FIRST_COMPLETED)
                for future in ready:
                    found[left.pop(future)] = future.result()
                    if progress is not None:
                        progress(len(found), count, "replications")
                if left and cancelled is not None and cancelled():
                    raise Cancelled("The run was stopped.")
        except BaseException:
            stop.set()
            for future in left:
                future.cancel()
            raise
    return tuple(found[number] for number in range(count))


def _closed(scenario: Scenario, pathways: Mapping[str, Pathway], seed: int, began: float) -> SimulationResult:
    from localcare.analysis.simulation.closed_forms.answer import answer

    said = answer(scenario, pathways)
    if said is None or not said.is_whole:
        reasons = (
            []
            if said is None
            else [f"{one.title}: {one.why_not}" for one in said.services.values() if not one.applies]
        )
        raise EngineError(
            f"No closed form knows {scenario.code} as a whole. {' '.join(reasons)} Simulate it instead."
        )
    facts = RunFacts(
        "closed",
        "Whoever asked for the run chose this engine.",
        seed,
        0,
        1,
        time.perf_counter() - began,
        versions(),
    )
    return ClosedResult(scenario, facts, said)


def versions() -> dict[str, str]:
    """The versions of what a run is made with."""
    found = {"python": platform.python_version()}
    for name in ("localcare", *LIBRARIES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
