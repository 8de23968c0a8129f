"""Scenario files: those that are shipped, what is wrong with others and where, and what makes two runs the same."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from localcare.analysis.simulation.scenario.checking import faults_of
from localcare.analysis.simulation.scenario.digest import digest
from localcare.analysis.simulation.scenario.errors import ScenarioError, UnreadableScenario
from localcare.analysis.simulation.scenario.files import (
    load,
    load_content,
    scenario_files,
    shipped_content,
    shipped_pathways,
    shipped_scenario,
)
from localcare.analysis.simulation.scenario.lookup import demand_factor, ramp_of, service_of, shares_on
from localcare.analysis.simulation.scenario.profiles import daily_demand, places_at, places_by_hour
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.analysis.simulation.scenario.reference import scenario_markdown
from localcare.analysis.simulation.scenario.shape import schema
from localcare.config.command_line.application import application

NEAR = pytest.approx


@pytest.mark.parametrize("code", sorted(scenario_files()))
def test_every_shipped_scenario_is_in_order(code: str) -> None:
    scenario = shipped_scenario(code)
    assert scenario.code == code
    assert scenario.title
    assert scenario.source
    for service in scenario.services.values():
        assert all(period.source for period in service.capacity)
    for pathway in scenario.pathways.values():
        assert all(step.duration.source for step in pathway.steps.values())


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.trace("T181")
def test_the_winter_plan_is_that_of_the_paper() -> None:
    """004:146-149: 80 beds December to March, 10 packages, rapid response of five days, hospice beds."""
    plan, without = shipped_scenario("winter-plan"), shipped_scenario("winter-without-plan")
    december, march, april = date(2017, 12, 1), date(2018, 3, 31), date(2018, 4, 1)

    def more(service: str, day: date) -> float:
        return places_at(plan.services[service], day, 12) - places_at(without.services[service], day, 12)

    assert plan.days == (march - december).days + 1 == 121
    assert [more("health-and-social-care-beds", day) for day in (december, march, april)] == [80, 80, 0]
    beds = places_by_hour(plan, plan.services["health-and-social-care-beds"])
    before = places_by_hour(without, without.services["health-and-social-care-beds"])
    assert (beds - before).mean(axis=1)[plan.warm_up_days :].sum() == 9_680
    assert more("behaviour-packages", december) == 10
    assert more("hospice-beds", december) > 0
    assert next(change for change in plan.changes if change.code == "five-days").value * 2 == 5
    assert without.changes == ()
    assert plan.pathways == without.pathways


@pytest.mark.trace("T018")
def test_the_thousand_people_are_a_thousand() -> None:
    waiting = [group for group in shipped_scenario("beds-not-needed").initial if group.state == "requested"]
    steps = shipped_pathways()["discharge-to-assess"].steps
    assert sum(group.count for group in waiting) == 1_000
    assert {steps[group.step].waits_in for group in waiting} == {"acute-bed"}


@pytest.mark.trace("T218", "T219", "T220")
def test_case_management_comes_cluster_by_cluster() -> None:
    scenario = shipped_scenario("case-management-roll-out")

    def reach(area: str, day: date) -> float:
        return demand_factor(scenario, "case-management", area, day.toordinal())

    def admissions(area: str, day: date) -> float:
        return demand_factor(scenario, "frailty-admission", area, day.toordinal())

    assert reach("ashford-rural", date(2017, 5, 1)) == 1
    assert [reach("ashford-north", date(2017, month, 1)) for month in (10, 11)] == [0, 0]
    assert 0 < reach("ashford-urban", date(2017, 12, 1)) < 1
    assert reach("ashford-urban", date(2018, 1, 1)) == 1
    assert admissions("ashford-rural", date(2017, 5, 1)) == NEAR(0.872)
    assert admissions("ashford-north", date(2017, 12, 31)) == 1
    assert 0.872 < admissions("ashford-north", date(2018, 4, 1)) < 1
    assert admissions("ashford-north", date(2018, 7, 1)) == NEAR(0.872)


@pytest.mark.trace("T179")
def test_extended_access_is_a_quarter_and_then_all() -> None:
    practices = shipped_scenario("extended-access").services["practices"]
    evenings = [places_at(practices, date(*day), 19) for day in ((2017, 11, 7), (2018, 3, 6), (2019, 3, 5))]
    saturdays = [places_at(practices, date(*day), 11) for day in ((2017, 11, 4), (2018, 3, 3), (2019, 3, 2))]
    assert evenings == saturdays == [0, 2, 8]
    assert 2 / 8 == 0.25


def small() -> dict[str, Any]:
    """A scenario of one queue, to spoil."""
    content = copy.deepcopy(shipped_content("single-queue"))
    content["areas"] = {"north": {"title": "North", "share": 0.25, "source": "synthetic"}}
    content["areas"]["south"] = {"title": "South", "share": 0.75, "source": "synthetic"}
    content["own_pathways"]["clinic"]["priorities"] = {"soon": "Soon", "later": "Later"}
    content["own_pathways"]["clinic"]["steps"]["consultation"]["milestones"] = {"called": "Called"}
    content["pathways"]["clinic"]["priorities"] = {"soon": 0.5, "later": 0.5}
    content["initial"] = [{"pathway": "clinic", "step": "consultation", "count": 2, "source": "synthetic"}]
    content["changes"] = [
        {
            "code": "more", "title": "More people", "what": "demand", "pathway": "clinic", "value": 1.5,
            "from": "2025-02-01", "full_from": "2025-02-11", "areas": ["north"], "source": "synthetic",
        }
    ]  # fmt: skip
    return content


def test_the_scenario_that_is_spoilt_below_is_in_order() -> None:
    assert faults_of(small(), shipped_pathways()) == []


def put(*keys_and_value: Any) -> Callable[[dict[str, Any]], None]:
    """What puts a value at a place."""
    *keys, last, value = keys_and_value

    def change(content: dict[str, Any]) -> None:
        here: Any = content
        for key in keys:
            here = here[key]
        if value is ...:
            del here[last]
        else:
            here[last] = value

    return change


STEP = ("pathways", "clinic", "steps", "consultation")
PERIODS = ("services", "nurses", "capacity")
SPOILT = [
    (put("pathways", "dance", small()["pathways"]["clinic"]), ("pathways", "dance"), "no pathway 'dance'"),
    (put("pathways", "clinic", "steps", "wait", small()["pathways"]["clinic"]["steps"]["consultation"]),
     ("pathways", "clinic", "steps", "wait"), "no step 'wait'"),
    (put(*STEP, "outcomes", {"cured": 1}), (*STEP, "outcomes", "cured"), "no outcome 'cured'"),
    (put(*STEP, "outcomes", {"seen": 0.9}), (*STEP, "outcomes"), "sum to 0.9"),
    (put(*STEP, "service", "doctors"), (*STEP, "service"), "no service 'doctors'"),
    (put("services", "nurses", "kind", "dentist"), (*STEP, "service"), "kind dentist"),
    (put(*STEP, "service", ...), None, ""),
    (put(*STEP, "duration", "mean", -1), (*STEP, "duration"), "not above 0"),
    (put(*STEP, "duration", {"distribution": "triangular", "low": 9, "mode": 7, "high": 10, "unit": "minutes"}),
     (*STEP, "duration"), "do not rise"),
    (put(*STEP, "duration", {"distribution": "empirical", "values": [2, 1], "unit": "hours"}),
     (*STEP, "duration"), "do not rise"),
    (put(*STEP, "duration", {"distribution": "fixed", "value": 9000, "unit": "days"}), (*STEP, "duration"), "20 years"),
    (put(*STEP, "duration", {"distribution": "weibull", "unit": "days"}), (*STEP, "duration", "distribution"), "weibull"),
    (put(*STEP, "duration", {"distribution": "gamma", "mean": 2, "unit": "days"}), (*STEP, "duration", "sd"), "no number"),
    (put(*STEP, "abandons_as", "seen"), (*STEP, "abandons_as"), "no patience"),
    (put(*STEP, "milestones", {"called": 0.5, "sung": 0.5}), (*STEP, "milestones", "sung"), "no milestone"),
    (put("pathways", "clinic", "source", ...), ("pathways", "clinic"), "where the"),
    (put("pathways", "clinic", "priorities", {"soon": 1.0, "never": 0.0}), ("pathways", "clinic", "priorities", "never"),
     "no priority"),
    (put("pathways", "clinic", "areas", {"north": 0.5}), ("pathways", "clinic", "areas"), "sum to 0.5"),
    (put("areas", "north", "share", 0.5), ("areas",), "sum to 1.25"),
    (put("pathways", "clinic", "demand", "by_weekday", [0] * 7), ("pathways", "clinic", "demand", "by_weekday"), "are 0"),
    (put("pathways", "clinic", "demand", ...), ("changes", 0), "no demand of its own"),
    (put(*PERIODS, [{"from": "2025-01-01", "until": "2025-01-20", "places": 5}, {"from": "2025-01-25", "places": 5}]),
     (*PERIODS, 1, "from"), "from 2025-01-21 to 2025-01-24"),
    (put(*PERIODS, [{"from": "2025-01-01", "until": "2025-01-20", "places": 5}, {"from": "2025-01-20", "places": 5}]),
     (*PERIODS, 1, "from"), "overlaps"),
    (put(*PERIODS, [{"from": "2025-01-01", "until": "2024-12-20", "places": 5}]), (*PERIODS, 0, "until"), "before it begins"),
    (put(*PERIODS, [{"from": "2025-01-02", "places": 5}]), (*PERIODS, 0, "from"), "run begins on 2025-01-01"),
    (put(*PERIODS, [{"from": "2025-01-01", "until": "2025-01-31", "places": 5}]), (*PERIODS, 0, "until"), "on to 2025-02-26"),
    (put(*PERIODS, [{"from": "2025-01-01", "shifts": [{"days": "weekdays", "hours": "8 to 5", "places": 5}]}]),
     (*PERIODS, 0, "shifts", 0, "hours"), "no hours"),
    (put("services", "nurses", "areas", ["west"]), ("services", "nurses", "areas"), "no area 'west'"),
    (put("services", "nurses", "source", ...), (*PERIODS, 0), "where the capacity comes from"),
    (put(*STEP, "takes", 6), (*STEP, "takes"), "never has more than 5"),
    (put("changes", 0, "until", "2025-01-05"), ("changes", 0, "until"), "ends before it begins"),
    (put("changes", 0, "full_from", "2025-01-05"), ("changes", 0, "full_from"), "full before"),
    (put("changes", 0, "from", "2026-01-05"), ("changes", 0, "from"), "after the run has ended"),
    (put("changes", 0, "areas", ["west"]), ("changes", 0, "areas"), "no area 'west'"),
    (put("changes", 0, "what", "duration"), ("changes", 0, "step"), "no step ''"),
    (put("changes", 0, "source", ...), ("changes", 0), "where the change comes from"),
    (put("initial", 0, "step", "theatre"), ("initial", 0, "step"), "no step 'theatre'"),
    (put("initial", 0, "priority", "never"), ("initial", 0, "priority"), "no priority"),
    (put("days", 0), ("days",), "minimum"),
    (put("starts_on", "first of May"), ("starts_on",), "does not match"),
    (put("services", "nurses", "colour", "blue"), ("services", "nurses"), "colour"),
    (put("own_pathways", "clinic", "steps", "consultation", "outcomes", {"seen": "end:gone"}),
     ("own_pathways", "clinic"), "gone"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "place", "words"), SPOILT)
def test_what_is_wrong_is_named_with_its_place_and_remedy(
    spoil: Callable[[dict[str, Any]], None], place: tuple[Any, ...] | None, words: str
) -> None:
    content = small()
    spoil(content)
    found = faults_of(content, shipped_pathways())
    if place is None:
        assert found == []
        return
    there = [one for one in found if one.place[: len(place)] == place]
    assert any(words in one.fault or words in one.remedy for one in there), found
    assert all(one.remedy for one in found)


def test_going_round_for_ever_and_a_step_nobody_described() -> None:
    content = copy.deepcopy(shipped_content("winter-plan"))
    care_home = content["pathways"]["challenging-behaviour-package"]["steps"]
    care_home["find_care_home"]["outcomes"] = {"none_found": 1}
    care_home["care_at_home"]["outcomes"] = {"care_home": 1}
    del care_home["close"]
    found = faults_of(content, shipped_pathways())
    assert any("nothing is said of it" in fault.fault for fault in found)
    for_ever = {fault.place[3] for fault in found if "ever reaches an end" in fault.fault}
    assert for_ever == {
        "care_at_home",
        "find_care_home",
        "support_team",
    }  # the last led to what was taken out


def test_a_file_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(scenario_files()["single-queue"].read_text().replace("seen: 1}", "seen: 0.8}"))
    line = next(at for at, text in enumerate(file.read_text().splitlines(), 1) if "seen: 0.8" in text)
    with pytest.raises(
        ScenarioError, match=f"mine.yaml:{line} at pathways.clinic.steps.consultation.outcomes"
    ):
        load(file)
    file.write_text("scenario: mine\nscenario: yours\n")
    with pytest.raises(ScenarioError, match=r"mine.yaml:2: The key 'scenario' stands twice"):
        load(file)
    file.write_text("based_on: nowhere\n")
    with pytest.raises(ScenarioError, match="nowhere is not there"):
        load(file)


def test_a_scenario_laid_over_another(tmp_path: Path) -> None:
    (tmp_path / "single-queue.yaml").write_text(scenario_files()["single-queue"].read_text())
    file = tmp_path / "more-nurses.yaml"
    over = {
        "scenario": "more-nurses", "based_on": "single-queue", "replications": None,
        "services": {"nurses": {"capacity": [{"from": "2025-01-01", "places": 7}]}},
    }  # fmt: skip
    file.write_text(yaml.safe_dump(over))
    found = load(file)
    below = shipped_scenario("single-queue")
    assert found.services["nurses"].capacity[0].places == 7
    assert found.replications == 20
    assert found.pathways == below.pathways


def test_the_digest_is_of_what_decides_the_run() -> None:
    content = shipped_content("winter-plan")
    same = json.loads(json.dumps(content, default=str, sort_keys=True))
    assert digest(read_scenario(same)) == digest(read_scenario(content))
    assert digest(read_scenario({**content, "title": "Another title"})) == digest(read_scenario(content))
    for changed in ({**content, "seed": 2}, {**content, "days": 120}):
        assert digest(read_scenario(changed)) != digest(read_scenario(content))


def test_what_cannot_be_read_says_where() -> None:
    with pytest.raises(UnreadableScenario, match=r"starts_on: 'soon' is no day"):
        read_scenario({"starts_on": "soon"})
    with pytest.raises(UnreadableScenario, match=r"services.nurses.capacity.0: It gives no places"):
        read_scenario(
            {**small(), "services": {"nurses": {"kind": "nurse", "capacity": [{"from": "2025-01-01"}]}}}
        )


def test_shifts_by_hour_of_the_week() -> None:
    content = small()
    content["services"]["nurses"]["capacity"] = [
        {"from": "2025-01-01", "shifts": [
            {"days": "weekdays", "hours": "08:30-20:00", "places": 6},
            {"days": "daily", "hours": "20:00-08:00", "places": 2},
        ]},
    ]  # fmt: skip
    nurses = read_scenario(content).services["nurses"]
    friday, saturday, monday = date(2025, 1, 3), date(2025, 1, 4), date(2025, 1, 6)
    assert [places_at(nurses, friday, hour) for hour in (0, 7.9, 8.25, 8.5, 19.9, 20)] == [2, 2, 0, 6, 6, 2]
    assert [places_at(nurses, saturday, hour) for hour in (3, 12, 23)] == [2, 0, 2]
    by_hour = places_by_hour(read_scenario(content), nurses)
    assert by_hour[(monday - date(2025, 1, 1)).days, 8] == NEAR(3)  # half an hour of six


def test_demand_follows_its_profile_and_changes() -> None:
    content = small()
    content["pathways"]["clinic"]["demand"] = {
        "per_day": 70, "by_weekday": [2, 1, 1, 1, 1, 0.5, 0.5], "growth_per_year": 0.1, "source": "synthetic",
    }  # fmt: skip
    scenario = read_scenario(content)
    north = daily_demand(scenario, "clinic", "north", 0.25)
    south = daily_demand(scenario, "clinic", "south", 0.75)
    assert south[5] == NEAR(0.75 * 70 * 2 * 1.1 ** (5 / 365.25))  # 6 January 2025 is a Monday
    assert south[5] / south[4] == NEAR(4, rel=1e-3)
    middle = (date(2025, 2, 6) - date(2025, 1, 1)).days
    assert north[middle] / south[middle] == NEAR(1.25 / 3)
    assert north[-1] / south[-1] == NEAR(1.5 / 3)
    assert ramp_of(scenario.changes[0], date(2025, 1, 31).toordinal()) == 0
    assert np.all(north[:31] == NEAR(south[:31] / 3))


def test_a_shifted_branch_leaves_the_others_in_proportion() -> None:
    plan = shipped_scenario("winter-plan")
    before = shares_on(plan, "urgent-community-response", "package", "", date(2017, 11, 30).toordinal())
    after = shares_on(plan, "urgent-community-response", "package", "", date(2017, 12, 1).toordinal())
    assert before == plan.pathways["urgent-community-response"].steps["package"].outcomes
    assert after["conveyed"] == NEAR(0.1)
    assert sum(after.values()) == NEAR(1)
    assert after["recovered"] / after["refer_on"] == NEAR(before["recovered"] / before["refer_on"])


def test_the_service_of_the_area() -> None:
    scenario = shipped_scenario("case-management-roll-out")
    pathway = scenario.own_pathways["case-management"]
    assert service_of(scenario, pathway, "hold", "ashford-north") == "mdt-north"
    assert service_of(scenario, pathway, "hold", "elsewhere") == ""


def test_the_commands(tmp_path: Path) -> None:
    runner = CliRunner()
    assert "scenarios are in order" in runner.invoke(application, ["scenario", "check"]).output
    file = tmp_path / "mine.yaml"
    file.write_text(scenario_files()["single-queue"].read_text().replace("seen: 1}", "seen: 0.8}"))
    found = runner.invoke(application, ["scenario", "check", str(file)])
    assert found.exit_code == 3
    assert "1 fault found" in found.output
    told = runner.invoke(application, ["scenario", "answer", "single-queue"], env={"COLUMNS": "200"})
    assert "13.0%" in told.output
    assert "Erlang C" in told.output
    assert json.loads(runner.invoke(application, ["scenario", "schema"]).output)["title"] == "A scenario"
    assert "winter-plan" in runner.invoke(application, ["scenario", "list"], env={"COLUMNS": "200"}).output
    assert load_content(scenario_files()["single-queue"])["scenario"] == "single-queue"


DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_page_is_not_stale() -> None:
    assert (DOCS / "reference" / "scenarios.md").read_text(encoding="utf-8") == scenario_markdown(), (
        "run: make docs"
    )


def test_what_the_how_to_shows_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (DOCS / "how-to" / "write-a-scenario.md").read_text(encoding="utf-8")
    over, whole = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "winter-without-plan.yaml").write_text(scenario_files()["winter-without-plan"].read_text())
    for name, text in (("over", over), ("whole", whole)):
        file = tmp_path / f"{name}.yaml"
        file.write_text(text)
        assert load(file).source
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(block, {})
    assert capsys.readouterr().out == "Erlang C (M/M/c) 0.521 minutes, 0.898 within one\n"
