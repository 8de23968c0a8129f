"""One scenario, several ways to run it, one history: engines, threads, compiled or not, another library."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.event_run import run_events
from localcare.analysis.simulation.history import History, in_order
from localcare.analysis.simulation.recursion import run_recursion, why_not
from localcare.analysis.simulation.replication import history_of
from localcare.analysis.simulation.scenario.files import shipped_scenario
from localcare.analysis.simulation.scenario.model import Scenario
from localcare.analysis.simulation.streams import streams
from tests.simulation.engine_cases import HOUR, hours, places, prepared, queue, run, scenario

SEEN = (
    c.REQUESTED,
    c.STARTED,
    c.ENDED,
    c.PLANNED,
    c.JOURNEY,
    c.STEP,
    c.SERVICE,
    c.STATE,
    c.OUTCOME,
    c.BECAUSE,
    c.BEFORE,
    c.FREED,
)
OF_JOURNEY = (c.OPENED, c.CLOSED, c.PATHWAY, c.NUMBER, c.PRIORITY, c.AREA, c.OPENED_FROM, c.END, c.PERSON)


def same(one: History, other: History) -> bool:
    """Whether two histories tell the same."""
    first, second = in_order(one), in_order(other)
    return (
        all(np.array_equal(first.task_rows[:, column], second.task_rows[:, column]) for column in SEEN)
        and all(
            np.array_equal(first.journey_rows[:, column], second.journey_rows[:, column])
            for column in OF_JOURNEY
        )
        and np.array_equal(first.people_time, second.people_time)
    )


def change(what: str, value: float, since: str, **more: Any) -> dict[str, Any]:
    """Something that becomes different."""
    return {
        "code": what,
        "title": what,
        "what": what,
        "pathway": "way",
        "value": value,
        "from": since,
        "source": "synthetic",
        **more,
    }


def forward(**more: Any) -> Scenario:
    """Calls with little patience, then visits, some of which open another pathway, in two areas; demand that changes."""
    visit = {"duration": hours(5), "outcomes": {"well": 0.5, "help": 0.5}}
    call = {
        "duration": hours(0.2),
        "outcomes": {"visit": 0.6, "advice": 0.4},
        "patience": hours(0.3),
        "abandons_as": "advice",
    }
    return scenario(
        {"desk": places(3, kind="desk"), "visits": places(22, kind="visits"), "beds": places("unlimited", kind="beds")},
        {
            "call": {"by": "desk", "outcomes": {"visit": ["visit"], "advice": "end:home"}},
            "visit": {"by": "visits", "outcomes": {"well": "end:home", "help": {"to": "end:away", "opens": ["other"]}}},
        },
        {"call": call, "visit": visit},
        200,
        days=20,
        demand={"by_hour": [1] * 8 + [3] * 12 + [1] * 4},
        areas={code: {"title": code, "share": share} for code, share in (("north", 0.3), ("south", 0.7))},
        other_ways={
            "other": {
                "title": "Other", "steps": {"stay": {"by": "beds", "outcomes": {"out": "end:home"}}}, "ends": {"home": "Home"},
            }
        },
        other_said={
            "other": {
                "source": "synthetic", "demand": {"per_day": 2},
                "steps": {"stay": {"duration": hours(50), "outcomes": {"out": 1}}},
            }
        },
        changes=[
            change("demand", 1.4, "2025-01-12", areas=["north"]),
            change("duration", 1.3, "2025-01-14", step="visit"),
            change("share", 0.6, "2025-01-10", step="call", outcome="advice", full_from="2025-01-20"),
        ],
        **more,
    )  # fmt: skip


def busy(days: int = 14) -> Scenario:
    """What only the events know: priorities, side by side, joins, stops, rounds, blocking, sickness, full rooms."""
    content: dict[str, Any] = {
        "desk": places(2, kind="desk", discipline="priority", waiting_room=4),
        "team": {
            **places(9, kind="team"),
            "sickness": {"share": 0.2, "spell_days": 3, "source": "synthetic"},
        },
        "ward": places(6, kind="ward"),
    }
    content["team"]["capacity"] = [
        {"from": "2025-01-06", "until": "2025-01-12", "places": 9, "source": "synthetic"},
        {"from": "2025-01-13", "places": 4, "source": "synthetic"},
    ]
    steps = {
        "call": {
            "by": "desk", "outcomes": {"both": ["visit", "stay"], "again": ["call"], "stop": "stop:away", "advice": "end:home"},
        },
        "visit": {"by": "team", "outcomes": {"on": ["close"], "worse": "stop:away"}},
        "stay": {"by": "ward", "outcomes": {"on": ["close"], "team": ["visit"]}},
        "close": {"by": "team", "after": "all", "waits_in": "ward", "outcomes": {"done": "end:home"}},
    }  # fmt: skip
    said = {
        "call": {
            "duration": hours(0.3), "patience": hours(0.5), "outcomes": {"both": 0.5, "again": 0.2, "stop": 0.1, "advice": 0.2},
        },
        "visit": {"duration": hours(4), "outcomes": {"on": 0.8, "worse": 0.2}, "takes": 2},
        "stay": {"duration": hours(9), "outcomes": {"on": 0.7, "team": 0.3}},
        "close": {"duration": hours(1), "outcomes": {"done": 1}},
    }  # fmt: skip
    return scenario(
        content, steps, said, 40, days=days, priorities={"urgent": "Urgent", "routine": "Routine"},
        shares={"urgent": 0.4, "routine": 0.6},
        initial=[{"pathway": "way", "step": "stay", "count": 5, "source": "synthetic"},
                 {"pathway": "way", "step": "visit", "count": 3, "state": "requested", "source": "synthetic"}],
    )  # fmt: skip


def test_stages_and_events_tell_the_same_history_to_the_microsecond() -> None:
    for given in (forward(), dataclasses.replace(shipped_scenario("county-year"), days=15)):
        ready = prepared(given)
        assert why_not(ready.plan) == ""
        for replication in range(2):
            stream = streams(7, replication)
            assert same(run_recursion(ready, stream), run_events(ready, stream))


def test_compiled_and_plain_loops_tell_the_same_history() -> None:
    pytest.importorskip("numba")
    stream = streams(3, 0)
    assert same(
        run_recursion(prepared(forward()), stream), run_recursion(prepared(forward()), stream, as_plain=True)
    )
    for given in (forward(), busy()):
        assert same(run_events(prepared(given), stream), run_events(prepared(given), stream, as_plain=True))


def test_without_numba_every_figure_is_the_same(tmp_path: Path) -> None:
    """A process in which nothing is compiled gives the same summary and the same journal."""
    program = (
        "import sys; from tests.simulation.engine_cases import run; from tests.simulation.test_engines_agree import busy;"
        "r = run(busy(4), replications=1, threads=1); r.write_journal(sys.argv[1]); print(r.summary().to_pylist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "plain")],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    mine = run(busy(4), replications=1)
    mine.write_journal(tmp_path / "compiled")
    assert done.stdout.strip() == repr(mine.summary().to_pylist())
    assert digest(tmp_path / "plain" / "journal.parquet") == digest(tmp_path / "compiled" / "journal.parquet")


def digest(file: Path) -> str:
    """The digest of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_same_seed_gives_the_same_journal_on_one_thread_and_many(tmp_path: Path) -> None:
    runs = {threads: run(busy(), replications=4, threads=threads) for threads in (1, 4)}
    assert runs[1].summary().equals(runs[4].summary()) or repr(runs[1].summary().to_pylist()) == repr(
        runs[4].summary().to_pylist()
    )
    for number in (0, 3):
        files = []
        for threads, result in runs.items():
            folder = tmp_path / f"{threads}-{number}"
            result.write_journal(folder, number)
            files.append(
                [digest(folder / name) for name in ("journal.parquet", "people.parquet", "about.json")]
            )
        assert files[0] == files[1]
    other = run(busy(), replications=1, seed=99)
    assert repr(other.daily().to_pylist()) != repr(runs[1].daily().to_pylist()[: other.daily().num_rows])


def test_engines_give_byte_for_byte_the_same_journal(tmp_path: Path) -> None:
    for engine in ("recursion", "events"):
        run(forward(), replications=1, engine=engine).write_journal(tmp_path / engine)
    assert digest(tmp_path / "recursion" / "journal.parquet") == digest(
        tmp_path / "events" / "journal.parquet"
    )


def test_scenarios_are_compared_with_the_same_people() -> None:
    """One more place changes waits, not who comes when, how long they take, and how it ends."""
    histories = [
        in_order(history_of(prepared(queue(servers, 100, 1.0, days=20)), "events", 5, 0))
        for servers in (5, 6)
    ]
    few, more = (one.task_rows for one in histories)
    assert np.array_equal(few[:, c.REQUESTED], more[:, c.REQUESTED])
    both = (few[:, c.STATE] == c.DONE) & (more[:, c.STATE] == c.DONE)
    assert np.array_equal(
        (few[:, c.PLANNED] - few[:, c.STARTED])[both], (more[:, c.PLANNED] - more[:, c.STARTED])[both]
    )
    assert (few[both, c.STARTED] >= more[both, c.STARTED]).all()
    assert few[both, c.STARTED].sum() > more[both, c.STARTED].sum()


def test_simpy_served_the_same_arrivals_and_lengths_waits_the_same() -> None:
    """The oracle is given our arrivals and lengths; two queues in a row with priorities at the second."""
    given = scenario(
        {"first": places(3, kind="first"), "second": places(2, kind="second", discipline="priority")},
        {"one": {"by": "first", "outcomes": {"on": ["two"]}}, "two": {"by": "second", "outcomes": {"done": "end:home"}}},
        {"one": {"duration": hours(1.0), "outcomes": {"on": 1}}, "two": {"duration": hours(0.6), "outcomes": {"done": 1}}},
        65, days=30, priorities={"urgent": "Urgent", "routine": "Routine"}, shares={"urgent": 0.3, "routine": 0.7},
    )  # fmt: skip
    found = in_order(history_of(prepared(given), "events", 11, 0))
    one, two = (found.task_rows[found.task_rows[:, c.STEP] == step] for step in (0, 1))
    second = {int(row[c.JOURNEY]): row for row in two}
    world = simpy.Environment()
    first, then = simpy.Resource(world, 3), simpy.PriorityResource(world, 2)
    began: dict[int, tuple[int, int]] = {}

    def person(row: np.ndarray, after: np.ndarray) -> Any:
        yield world.timeout(int(row[c.REQUESTED]))
        with first.request() as asked:
            yield asked
            begun = world.now
            yield world.timeout(int(row[c.PLANNED] - row[c.STARTED]))
        with then.request(priority=int(found.journey_rows[row[c.JOURNEY], c.PRIORITY])) as asked:
            yield asked
            began[int(row[c.JOURNEY])] = int(begun), int(world.now)
            yield world.timeout(int(after[c.PLANNED] - after[c.STARTED]))

    finished = [
        row for row in one if row[c.STATE] == c.DONE and second[int(row[c.JOURNEY])][c.STATE] != c.WAITING
    ]
    last = (
        max(row[c.JOURNEY] for row in finished) - 100
    )  # those near the end may wait for somebody left out here
    for row in finished:
        world.process(person(row, second[int(row[c.JOURNEY])]))
    world.run()
    for row in finished:
        if row[c.JOURNEY] < last:
            mine = int(row[c.JOURNEY])
            assert began[mine] == (int(row[c.STARTED]), int(second[mine][c.STARTED]))
    assert (one[:, c.STARTED] - one[:, c.REQUESTED]).max() > HOUR
