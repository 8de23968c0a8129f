"""What the engines do when things change, fill up, block, join, go round, or are asked for what they cannot do."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.intervals import advice, interval
from localcare.analysis.simulation.network import in_order_of_urgency
from localcare.analysis.simulation.plan import CannotSimulate
from localcare.analysis.simulation.replication import history_of
from localcare.analysis.simulation.result import NoDays
from localcare.analysis.simulation.run import Cancelled, EngineError
from tests.simulation.engine_cases import (
    HOUR,
    column,
    every_pathway,
    history,
    hours,
    near,
    places,
    prepared,
    queue,
    run,
    scenario,
)
from tests.simulation.test_engines_agree import busy, forward

DAY = 24 * HOUR


def busy_at(rows: np.ndarray, moment: int) -> int:
    """How many tasks hold a place at a moment."""
    begun = (rows[:, c.STARTED] != c.NOT_YET) & (rows[:, c.STARTED] <= moment)
    return int((begun & ((rows[:, c.FREED] > moment) | (rows[:, c.FREED] == c.NOT_YET))).sum())


def test_closing_places_sends_nobody_away_and_lets_nobody_in() -> None:
    service = {"kind": "team", "title": "Beds", "source": "synthetic", "capacity": [
        {"from": "2025-01-06", "until": "2025-01-15", "places": 30, "source": "synthetic"},
        {"from": "2025-01-16", "places": 10, "source": "synthetic"}]}  # fmt: skip
    given = scenario(
        {"team": service},
        {"work": {"by": "team", "outcomes": {"done": "end:home"}}},
        {"work": {"duration": hours(72), "outcomes": {"done": 1}}},
        12,
        days=40,
    )
    rows = history(given).task_rows
    closes = 10 * DAY
    there = busy_at(rows, closes)
    assert there > 20
    stays = (rows[:, c.STARTED] < closes) & (rows[:, c.STARTED] >= 0) & (rows[:, c.ENDED] > closes)
    assert (rows[stays, c.ENDED] == rows[stays, c.PLANNED]).all()
    first_in = rows[rows[:, c.STARTED] >= closes, c.STARTED].min()
    assert busy_at(rows, first_in - 1) == busy_at(rows, first_in) == 10  # one leaves, one comes
    assert max(busy_at(rows, at) for at in rows[rows[:, c.STARTED] >= closes, c.STARTED]) == 10


def test_nobody_begins_while_a_service_is_closed() -> None:
    shifts = [
        {"days": "weekdays", "hours": "08:00-18:00", "places": 6},
        {"days": "weekend", "hours": "09:00-12:00", "places": 2},
    ]
    service = {"kind": "team", "title": "Team", "source": "synthetic",
               "capacity": [{"from": "2025-01-06", "shifts": shifts, "source": "synthetic"}]}  # fmt: skip
    given = scenario(
        {"team": service},
        {"work": {"by": "team", "outcomes": {"done": "end:home"}}},
        {"work": {"duration": hours(0.5), "outcomes": {"done": 1}}},
        60,
        days=28,
    )
    started = column(history(given), c.STARTED)
    started = started[started != c.NOT_YET]
    hour, weekday = started % DAY / HOUR, started // DAY % 7
    opens, closes = np.where(weekday < 5, 8, 9), np.where(weekday < 5, 18, 12)
    assert ((hour >= opens) & (hour < closes)).all()
    assert len(started) > 1000
    assert (started % DAY == 8 * HOUR).sum() > 20


def test_a_blocked_person_keeps_the_place_and_a_full_room_turns_others_away() -> None:
    given = scenario(
        {"ward": places(3, kind="ward", blocks=True), "home": places(2, kind="home", waiting_room=1)},
        {"stay": {"by": "ward", "outcomes": {"on": ["care"]}}, "care": {"by": "home", "outcomes": {"done": "end:home"}}},
        {"stay": {"duration": hours(2), "outcomes": {"on": 1}}, "care": {"duration": hours(6), "outcomes": {"done": 1}}},
        40,
        days=10,
        other_ways={
            "straight": {
                "title": "Straight", "ends": {"home": "Home"},
                "steps": {"care": {"by": "home", "outcomes": {"done": "end:home"}}},
            }
        },
        other_said={
            "straight": {
                "source": "synthetic", "demand": {"per_day": 6},
                "steps": {"care": {"duration": hours(6), "outcomes": {"done": 1}}},
            }
        },
    )  # fmt: skip
    found = history(given)
    moved = {int(row[c.BECAUSE]): int(row[c.STARTED]) for row in found.task_rows if row[c.BECAUSE] >= 0}
    blocked = 0
    for number, row in enumerate(found.task_rows):
        if number in moved and row[c.STATE] == c.DONE and row[c.FREED] != c.NOT_YET:
            assert row[c.FREED] == moved[number]
            blocked += row[c.FREED] > row[c.ENDED]
    assert blocked > 5
    assert (found.task_rows[:, c.STATE] == c.TURNED_AWAY).sum() > 5


def test_a_step_that_waits_for_all_is_asked_once_when_the_last_branch_ends() -> None:
    given = scenario(
        {"team": places("unlimited")},
        {
            "first": {"by": "team", "outcomes": {"both": ["left", "right"]}},
            "left": {"by": "team", "outcomes": {"on": ["last"]}},
            "right": {"by": "team", "outcomes": {"on": ["last"], "stop": "stop:away"}},
            "last": {"by": "team", "after": "all", "outcomes": {"done": "end:home"}},
        },
        {
            "first": {"duration": hours(1), "outcomes": {"both": 1}},
            "left": {"duration": hours(5), "outcomes": {"on": 1}},
            "right": {"duration": hours(9), "outcomes": {"on": 0.7, "stop": 0.3}},
            "last": {"duration": hours(1), "outcomes": {"done": 1}},
        },
        20,
        days=20,
    )
    found = history(given)
    names = {step.code: row for row, (_, step) in enumerate(prepared(given).plan.steps)}
    stopped = lasted = 0
    for journey in range(found.journeys):
        rows = {int(row[c.STEP]): row for row in found.task_rows[found.task_rows[:, c.JOURNEY] == journey]}
        left, right, last = (rows.get(names[step]) for step in ("left", "right", "last"))
        if last is not None:
            assert left is not None and right is not None
            assert last[c.REQUESTED] == max(left[c.ENDED], right[c.ENDED])
            lasted += 1
        elif (
            right is not None
            and right[c.STATE] == c.DONE
            and found.journey_rows[journey, c.CLOSED] == right[c.ENDED]
        ):
            assert left is not None and left[c.STATE] in (c.STOPPED, c.DONE)
            stopped += left[c.STATE] == c.STOPPED
    assert lasted > 100 and stopped > 20


def test_people_there_at_the_start_stay_as_in_a_census() -> None:
    """With unlimited places and no demand the census falls as the residual life does; mean left = E[X²]/2E[X]."""
    given = queue(
        "unlimited",
        0.001,
        10.0,
        days=30,
        initial=[{"pathway": "way", "step": "work", "count": 4000, "source": "synthetic"}],
    )
    rows = history(given).task_rows
    rows = rows[(rows[:, c.STARTED] <= 0) & (rows[:, c.STARTED] != c.NOT_YET)]
    assert len(rows) == 4000
    assert rows[:, c.PLANNED].mean() / HOUR == pytest.approx(10, rel=0.06)  # memoryless
    assert -rows[:, c.STARTED].mean() / HOUR == pytest.approx(10, rel=0.06)
    fixed = queue("unlimited", 0.001, 10.0, days=30, step={"duration": hours(10, "fixed")},
                  initial=[{"pathway": "way", "step": "work", "count": 4000, "source": "synthetic"}])  # fmt: skip
    rows = history(fixed).task_rows
    assert rows[rows[:, c.STARTED] < 0, c.PLANNED].mean() / HOUR == pytest.approx(5, rel=0.06)


def test_little_holds_in_every_run() -> None:
    for given in (busy(), forward(), every_pathway(days=6)):
        for engine in ("auto", "events"):
            result = run(given, replications=2, engine=engine)
            assert all(row["holds"] and row["number"] >= 0 for row in result.littles_law().to_pylist())


def test_more_places_less_waiting_more_demand_more() -> None:
    def wait(**how: Any) -> float:
        given = queue(**{"servers": 6, "per_day": 110, "mean_hours": 1.0, "days": 30, **how})
        return float(run(given, replications=3).values("mean_wait", service="team").mean())

    by_places = [wait(servers=servers) for servers in (5, 6, 7, 9)]
    by_demand = [wait(per_day=per_day) for per_day in (60, 90, 120, 140)]
    by_length = [wait(mean_hours=mean) for mean in (0.6, 0.9, 1.1, 1.3)]
    assert all(more > less for more, less in pairwise(by_places))
    assert all(less < more for less, more in pairwise(by_demand))
    assert all(less < more for less, more in pairwise(by_length))


def test_extreme_values() -> None:
    nobody = run(queue(3, 0.0, 1.0), replications=2)
    assert nobody.measure("asked_per_day", service="team")["mean"] == 0
    closed = run(queue(0, 20, 1.0, days=5), replications=2)
    assert closed.measure("started_per_day", service="team")["mean"] == 0
    assert closed.measure("waiting", service="team")["mean"] > 10
    plenty = run(queue(10_000, 50, 1.0, days=5), replications=2)
    assert plenty.measure("mean_wait", service="team")["mean"] == 0
    at_once = run(queue(1, 50, 1.0, step={"duration": hours(0, "fixed")}), replications=2)
    assert at_once.measure("occupied", service="team")["mean"] == 0
    even = column(history(queue(1, 24, 0.1, days=2, arrivals="even")), c.REQUESTED)
    assert len(even) == 48
    assert np.abs(np.diff(even) - HOUR).max() <= 1
    for result in (nobody, closed, plenty, at_once):
        row = result.summary().to_pylist()
        assert all(one["mean"] is None or math.isnan(one["mean"]) or one["mean"] >= 0 for one in row)


def test_the_warm_up_is_run_and_not_counted() -> None:
    cold = run(queue("unlimited", 24, 48.0, days=10), replications=10)
    warm = run(queue("unlimited", 24, 48.0, days=10, warm_up_days=15), replications=10)
    assert near(warm.values("occupied", service="team"), 48.0)
    assert cold.measure("occupied", service="team")["upper"] < 48.0
    assert warm.daily().num_rows == cold.daily().num_rows
    assert str(warm.daily()["day"][0]) == "2025-01-21"


def test_sickness_takes_its_share_of_the_places() -> None:
    given = queue(
        40, 10, 1.0, days=60, service={"sickness": {"share": 0.1, "spell_days": 4, "source": "synthetic"}}
    )
    assert near(run(given, replications=30).values("open_places", service="team"), 36.0, 3.5)


def test_it_is_told_how_far_it_has_come_and_stops_when_asked() -> None:
    told: list[tuple[int, int, str]] = []
    run(queue(3, 40, 1.0), replications=5, progress=lambda *said: told.append(said))
    assert told == [(done, 5, "replications") for done in range(1, 6)]
    with pytest.raises(Cancelled):
        run(
            queue(30, 20_000, 0.03, days=40, service={"discipline": "priority"}),
            replications=400,
            cancelled=lambda: True,
        )


def test_engines_refuse_what_they_cannot_do() -> None:
    with pytest.raises(EngineError, match="side by side"):
        run(busy_without_start(), engine="recursion")
    with pytest.raises(EngineError, match="already"):
        run(busy(), engine="recursion")
    with pytest.raises(EngineError, match="no engine"):
        run(queue(1, 1, 1.0), engine="magic")
    with pytest.raises(EngineError, match="replication"):
        run(queue(1, 1, 1.0), replications=0)
    closed = run(queue(5, 96, 1.0), engine="closed")
    assert closed.measure("waited", service="team")["mean"] == pytest.approx(0.5541, abs=1e-4)
    assert "not simulated" in closed.report()
    with pytest.raises(NoDays, match="recursion"):
        closed.daily()
    circle = scenario(
        {"team": places("unlimited")},
        {"work": {"by": "team", "outcomes": {"again": ["work"], "done": "end:home"}}},
        {"work": {"duration": hours(0, "fixed"), "outcomes": {"again": 1, "done": 0}}},
        5,
    )
    with pytest.raises(CannotSimulate, match="circle"):
        run(circle, replications=1)


def busy_without_start() -> Any:
    """The busy scenario from an empty system."""
    return dataclasses.replace(busy(), initial=())


def test_the_engine_and_why_are_said() -> None:
    for given, engine, words in (
        (forward(), "recursion", "first come first served"),
        (busy(), "events", "already"),
    ):
        result = run(given, replications=1)
        assert result.engine == engine
        assert words in result.why_engine


def test_urgency_is_the_order_that_all_pathways_agree_on() -> None:
    assert in_order_of_urgency([["two-hour", "two-day"], ["emergency", "two-hour", "two-day", "routine"], []]) == (
        "emergency", "two-hour", "two-day", "routine",
    )  # fmt: skip


def test_intervals_and_how_many_replications_are_enough() -> None:
    random = np.random.default_rng(4)
    values = random.normal(10, 2, 400)
    found = interval(values)
    assert found.lower < 10 < found.upper
    assert found.upper - found.lower == pytest.approx(2 * 1.966 * found.sd / 20, rel=1e-3)
    assert math.isnan(interval(values[:1]).lower)
    said = advice(values, 0.05)
    assert said.enough_from is not None and 20 < said.enough_from < 200
    assert said.needed == pytest.approx((1.96 * 2 / 0.5) ** 2, rel=0.2)
    assert advice(values[:10], 0.01).enough_from is None


def test_one_replication_by_hand() -> None:
    """Even arrivals each hour, 90 minutes each, one place: the waits grow by half an hour each time."""
    found = history_of(
        prepared(queue(1, 24, 1.5, days=1, arrivals="even", step={"duration": hours(1.5, "fixed")})),
        "events",
        1,
        0,
    )
    waits = (found.task_rows[:, c.STARTED] - found.task_rows[:, c.REQUESTED])[:10] / HOUR
    assert waits == pytest.approx(np.arange(10) * 0.5, abs=1e-6)


def test_days_are_what_the_tasks_say() -> None:
    """The fast count against a slow one: who waits and who is served at each midnight, and what happened each day."""
    given = busy()
    found, result = history(given), run(given, replications=1)
    midnights, names = (
        result.prepared.plan.calendar.midnights,
        [one.code for one in result.prepared.plan.services],
    )
    takes = result.prepared.plan.step_rows[:, c.TAKES]
    for row in result.daily().to_pylist():
        if not row["service"]:
            continue
        rows = found.task_rows[found.task_rows[:, c.SERVICE] == names.index(row["service"])]
        day = row["day"].toordinal() - given.starts_on.toordinal()
        begins, ends = midnights[day], midnights[day + 1]
        never = c.NOT_YET
        asked, started, ended, freed = (rows[:, name] for name in (c.REQUESTED, c.STARTED, c.ENDED, c.FREED))
        left = np.where(started != never, started, ended)
        waiting = (asked < ends) & ((left == never) | (left >= ends))
        held = (started != never) & (started < ends) & ((freed == never) | (freed >= ends))
        on_day = {
            "asked": (asked >= begins) & (asked < ends),
            "started": (started >= begins) & (started < ends),
            "finished": (rows[:, c.STATE] == c.DONE) & (ended >= begins) & (ended < ends),
            "gave_up": (rows[:, c.STATE] == c.GAVE_UP) & (ended >= begins) & (ended < ends),
            "turned_away": (rows[:, c.STATE] == c.TURNED_AWAY) & (ended >= begins) & (ended < ends),
        }
        assert row["waiting"] == waiting.sum()
        assert row["occupied"] == takes[rows[held, c.STEP]].sum()
        for name, mine in on_day.items():
            assert row[name] == mine.sum(), name
        mine = on_day["started"]
        assert row["wait_seconds"] == pytest.approx((started[mine] - asked[mine]).sum() / 1e6)
