"""Simulated queues against what closed forms and published tables say of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.closed_forms.erlang import erlang_b, erlang_c, mean_wait
from localcare.analysis.simulation.closed_forms.priorities import priority_waits
from localcare.analysis.simulation.replication import history_of
from localcare.analysis.simulation.scenario.distributions import survival
from localcare.analysis.simulation.scenario.files import shipped_scenario
from localcare.analysis.simulation.summary import share_within
from tests.simulation.engine_cases import HOUR, hours, near, places, prepared, queue, run, scenario


def test_calls_to_the_single_point_of_access_wait_as_erlang_c_says() -> None:
    """600,000 calls a year, 8 minutes each, 13 people: the row of the modelling notes, 1.1."""
    result = run(queue(13, 600_000 / 365, 8 / 60, days=45, warm_up_days=1), replications=20)
    assert result.engine == "recursion"
    assert near(result.values("mean_wait", service="team"), 21.294 / 60)
    assert near(result.values("waited", service="team"), 0.17157)
    within = np.array([share_within(one.waits[0], 20 / 60) for one in result.figures])
    assert abs(within.mean() - 0.85396) < 3 * within.std(ddof=1) / 20**0.5 + 0.002  # bins of a sixteenth


@pytest.mark.parametrize(
    ("load", "servers", "waits", "wait", "days"),
    [(50, 55, 0.3845, 0.07691, 60), (821.9, 840, 0.4174, 0.02306, 24)],
)
def test_larger_queues_wait_as_erlang_c_says(
    load: float, servers: int, waits: float, wait: float, days: int
) -> None:
    assert erlang_c(servers, load) == pytest.approx(waits, abs=5e-5)
    assert mean_wait(servers, load, 1.0) == pytest.approx(wait, abs=5e-6)
    result = run(queue(servers, 24 * load, 1.0, days=days, warm_up_days=6), replications=20)
    assert near(result.values("waited", service="team"), erlang_c(servers, load))
    assert near(result.values("mean_wait", service="team"), 60 * mean_wait(servers, load, 1.0))


@pytest.mark.parametrize("engine", ["recursion", "events"])
def test_people_give_up_as_erlang_a_says(engine: str) -> None:
    given = queue(58, 24 * 60, 1.0, days=40, warm_up_days=2, step={"patience": hours(2.0)})
    result = run(given, replications=16, engine=engine)
    asked, gave_up = (result.values(name, service="team") for name in ("asked_per_day", "gave_up_per_day"))
    began = result.values("started_per_day", service="team")
    assert near(gave_up / asked, 0.06039)
    assert near((gave_up + began * result.values("waited", service="team")) / asked, 0.71533)
    assert near(result.values("waiting", service="team") / asked * 24, 0.12078)


def test_two_stations_without_room_between_them_pass_two_thirds() -> None:
    """Always somebody waiting, equal exponential rates, no buffer: two thirds of a rate come through."""
    given = scenario(
        {"first": places(1, kind="first", blocks=True), "second": places(1, kind="second", waiting_room=0)},
        {
            "one": {"by": "first", "outcomes": {"on": ["two"]}},
            "two": {"by": "second", "outcomes": {"done": "end:home"}},
        },
        {
            "one": {"duration": hours(1.0), "outcomes": {"on": 1}},
            "two": {"duration": hours(1.0), "outcomes": {"done": 1}},
        },
        72,
        days=400,
        warm_up_days=5,
    )
    result = run(given, replications=20)
    assert result.engine == "events"
    assert near(result.values("finished_per_day", service="second"), 24 * 2 / 3)


def test_the_census_follows_demand_day_by_day() -> None:
    """Mt/G/infinity: the number there at each midnight is Poisson with the mean of demand convolved with the stay."""
    stay = {"distribution": "lognormal", "mean": 9, "sd": 7.2, "unit": "days", "source": "synthetic"}
    by_month = [1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]
    given = queue(
        "unlimited", 10, 1, days=180, step={"duration": stay},
        demand={"by_weekday": [1.2, 1.1, 1.1, 1.1, 1.1, 0.7, 0.7], "by_month": by_month, "growth_per_year": 0.2},
    )  # fmt: skip
    result = run(given, replications=120)
    ready = prepared(given)
    rate = ready.rates[0]
    assert rate is not None
    middle = (rate.edges[:-1] + rate.edges[1:]) / 2 / HOUR
    duration = given.pathways["way"].steps["work"].duration
    truth = np.array([
        (np.diff(rate.expected)[middle < at] * survival(duration, at - middle[middle < at])).sum()
        for at in np.array(ready.plan.calendar.midnights[1:]) / HOUR
    ])  # fmt: skip
    census = np.stack([one.daily[0, :, c.OCCUPIED_AT_END] for one in result.figures]).mean(axis=0)
    errors = (census - truth) / np.sqrt(truth / 120)
    assert np.abs(errors).max() < 4.2
    assert (np.abs(errors) < 3).mean() > 0.98
    assert truth.max() / truth[20:].min() > 1.3


STROKE = {9: 0.18, 10: 0.13, 11: 0.09, 12: 0.06, 13: 0.03, 14: 0.02}  # acute unit, closed form column of 1.4
REHABILITATION = {10: 0.20, 12: 0.11, 13: 0.08, 14: 0.05, 15: 0.03, 16: 0.02}


def test_the_stroke_unit_gives_the_published_chances_of_delay() -> None:
    given = dataclasses.replace(shipped_scenario("stroke-unit"), warm_up_days=365)
    result = run(given, replications=30)
    services = [service.code for service in result.prepared.plan.services]
    for code, load, table in (("acute-unit", 8.1455, STROKE), ("rehabilitation", 9.7182, REHABILITATION)):
        row = services.index(code)
        census = np.stack([one.daily[row, 365:, c.OCCUPIED_AT_END] for one in result.figures])
        assert near(census.mean(axis=1), load)
        for beds, printed in table.items():
            delay = (census == beds).mean(axis=1) / (census <= beds).mean(axis=1)
            truth = erlang_b(beds, load)
            assert near(delay, truth, 3.5)
            assert round(truth, 2) == printed


def test_the_call_centre_gives_the_published_figures() -> None:
    """1,000 minutes from empty, finished calls only: means of the table of 1.6 within 3 standard errors."""
    ready = prepared(shipped_scenario("call-centre-111"))
    end, names = 1000 * 60_000_000, [service.code for service in ready.plan.services]
    found: dict[str, list[float]] = {f"{code} {what}": [] for code in names for what in ("wait", "busy")}
    for replication in range(400):
        rows = history_of(ready, "recursion", 1, replication).task_rows
        done = rows[(rows[:, c.STATE] == c.DONE) & (rows[:, c.ENDED] <= end)]
        for code, servers in (("nurses", 9), ("operators", 13)):
            mine = done[done[:, c.SERVICE] == names.index(code)]
            found[f"{code} wait"].append((mine[:, c.STARTED] - mine[:, c.REQUESTED]).mean() / 60e6)
            found[f"{code} busy"].append(
                (mine[:, c.ENDED] - mine[:, c.STARTED]).sum() / (servers * end) * 100
            )
    for what, mean, sd in (
        ("operators wait", 3.38, 2.08), ("operators busy", 92.96, 2.18),
        ("nurses wait", 49.16, 17.69), ("nurses busy", 97.13, 0.90),
    ):  # fmt: skip
        values = np.array(found[what])
        error = sd * (1 / 400 + 1 / 1000) ** 0.5  # ours, and that of the table's 1,000 replications
        assert abs(values.mean() - mean) < 3 * error, what
        assert values.std(ddof=1) == pytest.approx(sd, rel=0.15)


def test_the_most_urgent_wait_as_the_priority_formula_says() -> None:
    given = queue(
        4, 24 * 3.4, 1.0, days=250, warm_up_days=10, service={"discipline": "priority"},
        priorities={"urgent": "Urgent", "soon": "Soon", "routine": "Routine"},
        shares={"urgent": 0.2, "soon": 0.3, "routine": 0.5},
    )  # fmt: skip
    ready = prepared(given)
    truth = priority_waits(4, [0.2 * 3.4, 0.3 * 3.4, 0.5 * 3.4], 1.0)
    waits = np.empty((16, 3))
    for replication in range(16):
        found = history_of(ready, "events", 1, replication)
        rows = found.task_rows[
            (found.task_rows[:, c.REQUESTED] > 240 * HOUR) & (found.task_rows[:, c.STARTED] > 0)
        ]
        priority = found.journey_rows[rows[:, c.JOURNEY], c.PRIORITY]
        for level in range(3):
            mine = rows[priority == level]
            waits[replication, level] = (mine[:, c.STARTED] - mine[:, c.REQUESTED]).mean() / HOUR
    assert all(near(waits[:, level], truth[level]) for level in range(3))
    assert truth[0] < truth[1] < truth[2]
