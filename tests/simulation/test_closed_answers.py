"""The closed forms' answer to whole scenarios: right loads, right formulas, quick, and honest where none applies."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest

from localcare.analysis.simulation.closed_forms import erlang, priorities
from localcare.analysis.simulation.closed_forms.answer import answer
from localcare.analysis.simulation.closed_forms.answers import ServiceAnswer
from localcare.analysis.simulation.closed_forms.flows import follow
from localcare.analysis.simulation.scenario.checking import faults_of
from localcare.analysis.simulation.scenario.files import (
    scenario_files,
    shipped_content,
    shipped_pathways,
    shipped_scenario,
)
from localcare.analysis.simulation.scenario.reading import read_scenario

NEAR = pytest.approx


def answered(content: dict[str, Any]) -> dict[str, ServiceAnswer]:
    """The answers to a scenario that is first checked."""
    assert faults_of(content, shipped_pathways()) == []
    found = answer(read_scenario(content), shipped_pathways())
    return dict(found.services) if found else {}


def clinic(**step: Any) -> dict[str, Any]:
    """The scenario of one queue, with other words in its only step."""
    content = copy.deepcopy(shipped_content("single-queue"))
    content["pathways"]["clinic"]["steps"]["consultation"].update(step)
    return content


def test_one_queue_is_erlang_c() -> None:
    nurses = answered(clinic())["nurses"]
    assert (nurses.formula, nurses.is_exact) == ("Erlang C (M/M/c)", True)
    assert nurses.load == NEAR(2.5)
    assert nurses.utilisation == NEAR(0.5)
    assert nurses.wait_probability == NEAR(0.13037, abs=5e-6)
    assert nurses.mean_wait_hours == NEAR(0.52149 / 60, rel=1e-4)
    assert nurses.share_within(1 / 60) == NEAR(erlang.share_within(5, 2.5, 10, 1))


def test_the_loads_of_the_county_year() -> None:
    """Modelling notes 1.2: 9.1, 822, 1874, 829 once the year has filled up."""
    flows = follow(shipped_scenario("county-year"), shipped_pathways())
    last = {code: sum(use.there[-1] for use in uses.values()) for code, uses in flows.uses.items()}
    assert last["single-point-of-access"] == NEAR(9.1324, abs=1e-4)
    assert last["rapid-response"] == NEAR(821.9, abs=0.1)
    assert last["home-based"] == NEAR(1874, abs=0.5)
    assert last["community-beds"] == NEAR(828.5, abs=0.5)


def test_the_loads_of_the_stroke_unit() -> None:
    """Modelling notes 1.4: loads 8.1455 and 9.7182, from arrivals, routes and stays alone."""
    found = answered(shipped_content("stroke-unit"))
    assert found["acute-unit"].load == NEAR(8.1455, abs=1e-4)
    assert found["rehabilitation"].load == NEAR(9.7182, abs=1e-3)
    assert found["acute-unit"].census_interval == (3, 14)


@pytest.mark.parametrize("code", sorted(scenario_files()))
def test_every_shipped_scenario_is_answered_soundly(code: str) -> None:
    scenario, pathways = shipped_scenario(code), shipped_pathways()
    found = answer(scenario, pathways)
    for one in found.services.values() if found else ():
        assert bool(one.formula) != bool(one.why_not)
        assert one.load >= 0
        assert 0 <= one.utilisation <= 1
        if one.waits:
            assert 0 <= one.waits.wait_probability <= 1
            assert 0 <= one.waits.mean < math.inf
            assert one.waits.share_within(1) <= one.waits.share_within(2) + 1e-12


def test_the_winter_plan_makes_room() -> None:
    with_plan, without = (answered(shipped_content(code)) for code in ("winter-plan", "winter-without-plan"))
    for code in ("health-and-social-care-beds", "behaviour-packages", "hospice-beds"):
        assert "simulated" in without[code].why_not
        assert without[code].most_missing > 0
        assert with_plan[code].applies
        assert with_plan[code].days_short == 0
    assert "left over" in with_plan["health-and-social-care-beds"].notes[0]  # from the autumn before


def test_priorities_are_those_of_the_published_formula() -> None:
    content = clinic()
    content["own_pathways"]["clinic"]["priorities"] = {"soon": "Soon", "later": "Later"}
    content["pathways"]["clinic"]["priorities"] = {"soon": 0.3, "later": 0.7}
    content["services"]["nurses"]["discipline"] = "priority"
    nurses = answered(content)["nurses"]
    assert nurses.waits_by_priority is not None
    found = [nurses.waits_by_priority[name].mean for name in ("soon", "later")]
    assert found == NEAR(list(priorities.priority_waits(5, [0.75, 1.75], 10 / 60)))
    assert nurses.mean_wait_hours == NEAR(0.3 * found[0] + 0.7 * found[1])


def test_patience_and_little_room() -> None:
    patient = clinic(patience={"distribution": "exponential", "mean": 20, "unit": "minutes"})
    nurses = answered(patient)["nurses"]
    assert nurses.formula == "Erlang A"
    assert nurses.lost == NEAR(erlang.erlang_a(5, 2.5, 2).gave_up)
    crowded = copy.deepcopy(patient)
    crowded["services"]["nurses"]["capacity"][0]["places"] = 2
    assert answered(crowded)["nurses"].lost == NEAR(erlang.erlang_a(2, 2.5, 2).gave_up)
    no_room = clinic(duration={"distribution": "fixed", "value": 10, "unit": "minutes"})
    no_room["services"]["nurses"]["waiting_room"] = 0
    assert (answered(no_room)["nurses"].formula, answered(no_room)["nurses"].is_exact) == ("Erlang B", True)
    assert answered(no_room)["nurses"].lost == NEAR(erlang.erlang_b(5, 2.5))
    some_room = clinic()
    some_room["services"]["nurses"]["waiting_room"] = 2
    assert answered(some_room)["nurses"].lost == NEAR(erlang.finite_queue(5, 2.5, 2).turned_away)


def test_an_approximation_says_its_name() -> None:
    nurses = answered(clinic(duration={"distribution": "fixed", "value": 10, "unit": "minutes"}))["nurses"]
    assert "approximation" in nurses.formula
    assert not nurses.is_exact
    assert nurses.mean_wait_hours == NEAR(0.52149 / 60 / 2, rel=1e-4)


def test_what_no_formula_knows_is_said() -> None:
    overloaded = clinic()
    overloaded["services"]["nurses"]["capacity"][0]["places"] = 2
    assert answered(overloaded) == {}
    closed_at_night = clinic()
    closed_at_night["services"]["nurses"]["capacity"] = [
        {"from": "2025-01-01", "shifts": [{"days": "daily", "hours": "08:00-20:00", "places": 9}]}
    ]
    assert answered(closed_at_night) == {}
    blocking = copy.deepcopy(shipped_content("call-centre-111"))
    blocking["services"]["operators"]["blocks"] = True
    assert answered(blocking) == {}


def test_an_hour_of_the_day_counts_where_work_is_short() -> None:
    content = clinic()
    content["pathways"]["clinic"]["demand"]["by_hour"] = [0.5] * 12 + [1.5] * 12
    content["services"]["nurses"]["capacity"] = [
        {"from": "2025-01-01", "shifts": [
            {"days": "daily", "hours": "00:00-12:00", "places": 4},
            {"days": "daily", "hours": "12:00-24:00", "places": 7},
        ]},
    ]  # fmt: skip
    nurses = answered(content)["nurses"]
    quiet, busy = erlang.mean_wait(4, 1.25, 1 / 6), erlang.mean_wait(7, 3.75, 1 / 6)
    assert nurses.mean_wait_hours == NEAR(
        0.25 * quiet + 0.75 * busy, rel=0.05
    )  # the hours after noon fill up
    assert nurses.load == NEAR(2.5)


def test_joined_branches_count_a_journey_once() -> None:
    content = clinic()
    content["own_pathways"]["clinic"] = {
        "title": "Clinic",
        "steps": {
            "consultation": {"by": "nurse", "outcomes": {"seen": ["blood", "scan"], "short": ["close"]}},
            "blood": {"by": "nurse", "outcomes": {"done": ["close"]}},
            "scan": {"by": "nurse", "outcomes": {"done": ["close"]}},
            "close": {"by": "clerk", "after": "all", "outcomes": {"seen": "end:seen"}},
        },
        "ends": {"seen": "Seen"},
    }
    content["services"]["clerk"] = {
        "kind": "clerk", "source": "synthetic", "capacity": [{"from": "2025-01-01", "places": "unlimited"}],
    }  # fmt: skip
    content["services"]["nurses"]["capacity"][0]["places"] = 12
    steps = content["pathways"]["clinic"]["steps"]
    steps["consultation"]["outcomes"] = {"seen": 0.6, "short": 0.4}
    for step in ("blood", "scan"):
        steps[step] = {**steps["consultation"], "outcomes": {"done": 1}}
    steps["close"] = {**steps["consultation"], "service": "clerk", "outcomes": {"seen": 1}}
    found = answered(content)
    assert found["clerk"].asked_per_day == NEAR(360, rel=1e-6)
    assert found["nurses"].asked_per_day == NEAR(360 * 2.2, rel=1e-6)


def test_people_who_are_there_already_leave_and_go_on() -> None:
    content = copy.deepcopy(shipped_content("beds-not-needed"))
    content["initial"] = [one for one in content["initial"] if one["step"] == "home_care"]
    content["pathways"]["discharge-to-assess"]["demand"]["per_day"] = 1e-9
    flows = follow(read_scenario(content), shipped_pathways())
    ((_, use),) = flows.uses["home-care"].items()
    assert use.there[0] < 1080
    assert np.all(np.diff(use.there) <= 1e-9)
    social = flows.uses["social-care"]["discharge-to-assess", "long_term_care"]
    assert social.asked.sum() == NEAR(0.22 * 1080, rel=1e-3)
