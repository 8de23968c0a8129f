"""One replication from its seed to its figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.capacity import timeline
from localcare.analysis.simulation.clock_counting import count_clocks
from localcare.analysis.simulation.clock_plan import ClockPlan
from localcare.analysis.simulation.compiling import is_compiled
from localcare.analysis.simulation.counting import BINS, count, count_ends
from localcare.analysis.simulation.draws import Prepared
from localcare.analysis.simulation.event_run import run_events
from localcare.analysis.simulation.history import History
from localcare.analysis.simulation.plan import Plan
from localcare.analysis.simulation.recursion import run_recursion
from localcare.analysis.simulation.state import Numbers, Workspace
from localcare.analysis.simulation.streams import streams

Simulating = Literal["recursion", "events"]


@dataclass(frozen=True)
class Figures:
    """What is kept of a replication; the rows are the services, then the steps."""

    daily: np.ndarray  # row x day x columns.DAILY_WIDTH; without the waits
    waited: np.ndarray  # row x day: microseconds waited by those who began
    waits: np.ndarray  # row x bins of counting.bin_of
    totals: np.ndarray  # row x columns.TOTALS
    people_time: np.ndarray  # people x microseconds at each service, as counted while it ran
    places_time: np.ndarray  # open places x microseconds in the counted days; -1 without limit
    clocks: np.ndarray  # clock x day x (met, missed)
    ended: np.ndarray  # journeys of each pathway that came to each end (the last column: to none named)
    tasks: int
    journeys: int
    events: int


def history_of(
    prepared: Prepared,
    engine: Simulating,
    seed: int,
    replication: int,
    keep_going: Callable[[], None] = lambda: None,
    workspace: Workspace | None = None,
) -> History:
    """Run one replication; with a workspace its history holds until the next one there."""
    stream = streams(seed, replication)
    run = run_recursion if engine == "recursion" else run_events
    return run(prepared, stream, keep_going=keep_going, workspace=workspace)


def figures_of(
    prepared: Prepared, clocks: ClockPlan, history: History, seed: int, replication: int
) -> Figures:
    """Count the history of a replication."""
    plan = prepared.plan
    days, rows = plan.calendar.days, len(plan.steps) * len(plan.areas)
    midnights = np.array(plan.calendar.midnights, dtype=np.int64)
    daily = np.zeros(rows * days * c.DAILY_WIDTH, dtype=np.int64)
    waits = np.zeros(rows * BINS, dtype=np.int64)
    totals = np.zeros(rows * c.TOTALS, dtype=np.int64)
    found = np.zeros(max(1, len(clocks.clocks)) * days * 2, dtype=np.int64)
    tasks, journeys = history.task_rows.ravel(), history.journey_rows.ravel()
    warm_up = plan.scenario.warm_up_days
    most = max((len(pathway.ends) for pathway in plan.pathways), default=0) + 1
    ended = np.zeros(len(plan.pathways) * most, dtype=np.int64)
    bundle: list[Numbers] = [
        tasks, journeys, plan.network, midnights, clocks.rows, clocks.first, clocks.dues, daily, waits, totals, found, ended,
    ]  # fmt: skip
    if not is_compiled(count):
        bundle = [numbers.tolist() for numbers in bundle]
    task_rows, journey_rows, net, days_begin, clock_rows, first, dues, *counted = bundle
    count(task_rows, journey_rows, net, days_begin, days, warm_up, counted[0], counted[1], counted[2])
    if clocks.clocks:
        count_clocks(task_rows, journey_rows, clock_rows, first, dues, days_begin, days, counted[3])
    count_ends(journey_rows, plan.calendar.midnights[warm_up], most, counted[4])
    daily, waits, totals, found, ended = (np.asarray(numbers, dtype=np.int64) for numbers in counted)
    by_day = _of_rows(plan, daily.reshape(rows, days, c.DAILY_WIDTH))
    return Figures(
        daily=by_day.astype(np.int32),
        waited=by_day[:, :, c.WAITED].copy(),
        waits=_of_rows(plan, waits.reshape(rows, BINS)).astype(np.int32),
        totals=_of_rows(plan, totals.reshape(rows, c.TOTALS)),
        people_time=history.people_time,
        places_time=_places_time(prepared, seed, replication),
        clocks=found.reshape(-1, days, 2).astype(np.int32)[: len(clocks.clocks)],
        ended=ended.reshape(-1, most),
        tasks=history.tasks,
        journeys=history.journeys,
        events=history.events,
    )


def _of_rows(plan: Plan, counted: np.ndarray) -> np.ndarray:
    """Counts by step and area as counts by service, then by step."""
    services = np.array(plan.services_of).ravel()
    found = np.zeros((len(plan.services) + len(plan.steps), *counted.shape[1:]), dtype=np.int64)
    for row, service in enumerate(services):
        found[service] += counted[row]
    found[len(plan.services) :] = counted.reshape(len(plan.steps), -1, *counted.shape[1:]).sum(axis=1)
    return found


def _places_time(prepared: Prepared, seed: int, replication: int) -> np.ndarray:
    plan = prepared.plan
    times, services, places = timeline(plan, prepared.places, streams(seed, replication))
    window, end = plan.calendar.midnights[plan.scenario.warm_up_days], plan.calendar.end
    found = np.zeros(len(plan.services), dtype=np.float64)
    for service in range(len(plan.services)):
        mine = services == service
        until = np.append(times[mine][1:], end)
        spans = np.maximum(0, np.minimum(until, end) - np.maximum(times[mine], window))
        unlimited = (places[mine] >= c.UNLIMITED).any()
        found[service] = -1.0 if unlimited else float((spans * places[mine].astype(np.float64)).sum())
    return found
