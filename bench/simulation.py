"""A county's year simulated a hundred times, and one year of it by SimPy and by Ciw.

    python bench/simulation.py            100 replications, a year of SimPy, 20 days of Ciw scaled to a year (about 3 minutes)
    python bench/simulation.py --small    4 replications, 30 days of SimPy and 4 of Ciw, both scaled

The scenario is `county-year`: 600,000 contacts, 100,000 rapid responses, 120,000 discharges, about 1.5 million events. The
first run compiles and is not timed. Peers simulate the same pathways with draws made beforehand (SimPy) or their own (Ciw)
and keep nothing of it but waits; ours counts days, waits, places and clocks as well. Prints one JSON line. Bars: 100
replications in under 15 seconds on 2 cores; 50 times SimPy and 500 times Ciw for one replication on one core; the journal
of one replication written as Parquet in under 2 seconds.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

BAR_SECONDS = 15.0
BAR_SIMPY = 50.0
BAR_CIW = 500.0
BAR_JOURNAL_SECONDS = 2.0
ALONE = 8  # replications on one thread, to be compared with one of a peer
YEAR = 365.0
CALLS, DISCHARGES = 600_000 / YEAR, 120_000 / YEAR  # a day
PLACES = {"contact": 14, "response": 868, "home": 1955, "bed": 874}
STAYS = {
    "contact": (8 / 1440, 6 / 1440),
    "response": (3.0, 2.0),
    "home": (15.0, 12.0),
    "bed": (21.0, 16.8),
}  # days: mean, sd


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gave, its seconds and processor seconds."""
    began, worked = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - began, time.process_time() - worked


def logarithms(mean: float, sd: float) -> tuple[float, float]:
    """Mean and sd of the logarithm of a lognormal length."""
    variance = math.log1p((sd / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def by_simpy(days: float) -> float:
    """Seconds of so many days by SimPy, all draws made beforehand."""
    import simpy

    random = np.random.default_rng(1)
    size = int((CALLS + DISCHARGES) * days * 1.1) + 1000
    drawn = {name: iter(random.lognormal(*logarithms(*stay), size).tolist()) for name, stay in STAYS.items()}
    uniform = iter(random.random(3 * size).tolist())
    gaps = {rate: iter(random.exponential(1 / rate, size).tolist()) for rate in (CALLS, DISCHARGES)}
    waits: list[float] = []

    def simulate() -> None:
        world = simpy.Environment()
        services = {name: simpy.Resource(world, places) for name, places in PLACES.items()}

        def visit(name: str) -> Any:
            asked = world.now
            with services[name].request() as request:
                yield request
                waits.append(world.now - asked)
                yield world.timeout(next(drawn[name]))

        def call() -> Any:
            yield from visit("contact")
            if next(uniform) < 1 / 6:
                yield from visit("response")
                if next(uniform) < 0.06:
                    yield from visit("bed")

        def discharge() -> Any:
            where = next(uniform)
            if where < 0.38:
                yield from visit("home")
            elif where < 0.45:
                yield from visit("bed")
            yield world.timeout(0)

        def arrive(rate: float, journey: Callable[[], Any]) -> Any:
            while True:
                yield world.timeout(next(gaps[rate]))
                world.process(journey())

        world.process(arrive(CALLS, call))
        world.process(arrive(DISCHARGES, discharge))
        world.run(until=days)

    return timed(simulate)[2]


def by_ciw(days: float) -> float:
    """Processor seconds of so many days by Ciw."""
    import ciw

    stay = {name: ciw.dists.Lognormal(*logarithms(*said)) for name, said in STAYS.items()}
    network = ciw.create_network(
        arrival_distributions=[
            ciw.dists.Exponential(CALLS),
            None,
            None,
            None,
            ciw.dists.Exponential(DISCHARGES),
        ],
        service_distributions=[
            stay["contact"],
            stay["response"],
            stay["home"],
            stay["bed"],
            ciw.dists.Deterministic(0),
        ],
        number_of_servers=[
            PLACES["contact"],
            PLACES["response"],
            PLACES["home"],
            PLACES["bed"],
            float("inf"),
        ],
        routing=[
            [0.0, 1 / 6, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.06, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.38, 0.07, 0.0],
        ],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    return timed(lambda: simulation.simulate_until_max_time(days))[2]


def main() -> None:
    """Time everything and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="a few replications, short runs of the peers")
    options = parser.parse_args()
    replications, simpy_days, ciw_days = (4, 30.0, 4.0) if options.small else (100, YEAR, 20.0)

    from localcare.analysis import libraries
    from localcare.analysis.simulation.run import simulate
    from localcare.analysis.simulation.scenario.files import shipped_pathways, shipped_scenario

    libraries.load()
    scenario = shipped_scenario("county-year")

    def run(engine: Any, count: int, threads: int) -> Any:
        return simulate(
            scenario, pathways=shipped_pathways(), replications=count, engine=engine, threads=threads
        )

    for engine in ("recursion", "events"):
        short = dataclasses.replace(scenario, days=2)
        simulate(short, pathways={}, replications=1, engine=engine)  # type: ignore[arg-type]
    line: dict[str, Any] = {"benchmark": "simulation", "replications": replications, "cpus": os.cpu_count()}
    one = {}
    for engine in ("recursion", "events"):
        result, seconds, worked = timed(lambda engine=engine: run(engine, replications, 2))
        line[f"{engine}_seconds_on_2_threads"] = round(seconds, 2)
        line[f"{engine}_processor_seconds"] = round(worked, 2)
        _, _, worked = timed(lambda engine=engine: run(engine, ALONE, 1))
        one[engine] = worked / ALONE
        line[f"{engine}_processor_seconds_each_on_1_thread"] = round(one[engine], 3)
    line |= {"events_of_a_year": result.figures[0].events, "tasks_of_a_year": result.figures[0].tasks}
    line["auto_engine"] = run("auto", 1, 1).engine
    simpy_year = by_simpy(simpy_days) * YEAR / simpy_days
    ciw_year = by_ciw(ciw_days) * YEAR / ciw_days
    line |= {
        "simpy_processor_seconds_a_year": round(simpy_year, 1),
        "simpy_scaled_from_days": simpy_days,
        "ciw_processor_seconds_a_year": round(ciw_year, 1),
        "ciw_scaled_from_days": ciw_days,
        "times_simpy": round(simpy_year / one["recursion"], 1),
        "times_simpy_by_events": round(simpy_year / one["events"], 1),
        "times_ciw": round(ciw_year / one["recursion"], 1),
        "times_ciw_by_events": round(ciw_year / one["events"], 1),
    }
    line |= journal(result)
    line |= {
        "bar_seconds": BAR_SECONDS, "bar_times_simpy": BAR_SIMPY, "bar_times_ciw": BAR_CIW,
        "bar_journal_seconds": BAR_JOURNAL_SECONDS,
        "met": line["recursion_seconds_on_2_threads"] * 100 / replications < BAR_SECONDS
        and line["times_simpy"] >= BAR_SIMPY
        and line["times_ciw"] >= BAR_CIW
        and line["journal_write_seconds"] < BAR_JOURNAL_SECONDS,
        "python": platform.python_version(),
    }  # fmt: skip
    print(json.dumps(line))


def journal(result: Any) -> dict[str, Any]:
    """Seconds to put the journal of one replication together, and to write it."""
    from localcare.analysis.simulation.history import in_order
    from localcare.analysis.simulation.journal import people_numbers, table, write_table
    from localcare.analysis.simulation.replication import history_of

    plan = result.prepared.plan
    history = in_order(history_of(result.prepared, "recursion", result.seed, 0))
    with tempfile.TemporaryDirectory(prefix="localcare-bench-") as scratch:
        file = Path(scratch) / "journal.parquet"
        best = []
        for _ in range(3):
            found, making, _ = timed(lambda: table(plan, history, people_numbers(history)))
            _, writing, worked = timed(lambda found=found: write_table(found, file))
            best.append((making, writing, worked))
        making, writing, worked = (min(numbers) for numbers in zip(*best, strict=True))
        return {
            "journal_entries": found.num_rows,
            "journal_make_seconds": round(making, 2),
            "journal_write_seconds": round(writing, 2),
            "journal_write_processor_seconds": round(worked, 2),
            "journal_mb": round(file.stat().st_size / 1e6, 1),
        }


if __name__ == "__main__":
    main()
