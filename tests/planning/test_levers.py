"""The numbers of a scenario as levers, and the words after they were moved."""

from __future__ import annotations

from datetime import date

import pytest

from localcare.analysis.simulation.scenario.checking import faults_of
from localcare.analysis.simulation.scenario.files import scenario_files, shipped_content, shipped_pathways
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.system.planning.lengths import average, scaled
from localcare.system.planning.levers import levers_of
from localcare.system.planning.moving import CannotMove, moved
from tests.planning.small import content


def levers_in(said):
    return {lever.name: lever for lever in levers_of(said, read_scenario(said), shipped_pathways())}


def after(**moves):
    said = content()
    found = moved(
        said, levers_in(said).values(), {name.replace("__", "."): value for name, value in moves.items()}
    )
    assert not faults_of(found, shipped_pathways())
    return found, read_scenario(found)


def test_every_kind_of_number_is_a_lever_with_words_for_a_person():
    found = levers_in(content())

    assert found["places.ward.1"].title == "Ward, from 1 Feb 2024"
    assert (found["places.ward.1"].unit, found["places.ward.1"].now) == ("beds", 14)
    assert found["people.stay"].now == 4
    assert (found["stay.stay.ward"].title, found["stay.stay.ward"].unit) == (
        "Stay on the ward",
        "days on average",
    )
    assert found["branch.stay.ward.elsewhere"].now == 10
    assert found["from.0"].now == date(2024, 2, 1)
    assert found["change.0"].now == 90


@pytest.mark.parametrize("code", scenario_files())
def test_no_move_leaves_the_words_as_they_are(code):
    said = shipped_content(code)
    levers = levers_of(said, read_scenario(said), shipped_pathways())

    assert levers
    assert moved(said, levers, {lever.name: lever.now for lever in levers if lever.now is not None}) == said


def test_more_beds_are_in_the_words_with_what_they_were():
    found, scenario = after(places__ward__1=20.0)

    assert [period.places for period in scenario.services["ward"].capacity] == [12, 20]
    assert found["services"]["ward"]["capacity"][1]["source"] == "planning desk: 20 in place of 14"
    assert content()["services"]["ward"]["capacity"][1]["places"] == 14  # what was given is not changed


def test_places_without_limit_can_be_given_one():
    said = shipped_content("stroke-unit")
    levers = levers_of(said, read_scenario(said), shipped_pathways())
    lever = next(one for one in levers if one.group == "places")
    found = moved(said, levers, {lever.name: 12.0})

    assert (lever.now, lever.shown) == (None, "no limit")
    assert read_scenario(found).services[lever.about].capacity[0].places == 12
    assert "planning desk: 12 in place of no limit" in found["services"][lever.about]["capacity"][0]["source"]


def test_a_shorter_stay_keeps_its_shape_and_its_source():
    found, scenario = after(stay__stay__ward=4.0)

    duration = scenario.pathways["stay"].steps["ward"].duration
    assert (duration.distribution, average(duration)) == ("exponential", 4)
    assert (
        found["pathways"]["stay"]["steps"]["ward"]["duration"]["source"]
        == "planning desk: 4 in place of 5; synthetic"
    )


def test_a_shifted_branch_takes_from_the_others_in_proportion():
    _, scenario = after(branch__stay__ward__elsewhere=25.0)

    assert scenario.pathways["stay"].steps["ward"].outcomes == pytest.approx(
        {"elsewhere": 0.25, "home": 0.75}
    )


def test_a_roll_out_can_begin_later():
    _, scenario = after(from__0=date(2024, 2, 5), change__0=80.0)

    assert (scenario.changes[0].since, scenario.changes[0].value) == (date(2024, 2, 5), 0.8)


def test_moves_that_cannot_be_are_refused_by_name_and_remedy():
    said = content()
    with pytest.raises(
        CannotMove, match="must come to 100% together; what you moved comes to 120%"
    ) as refused:
        moved(
            said,
            levers_in(said).values(),
            {"branch.stay.ward.home": 95.0, "branch.stay.ward.elsewhere": 25.0},
        )
    assert refused.value.lever.startswith("branch.stay.ward.")
    with pytest.raises(CannotMove, match="must take longer than 0"):
        moved(said, levers_in(said).values(), {"stay.stay.ward": 0.0})


@pytest.mark.parametrize(
    ("said", "longer"),
    [
        ({"distribution": "lognormal", "mean": 10, "sd": 4}, {"mean": 12.0, "sd": 4.8}),
        (
            {"distribution": "triangular", "low": 5, "mode": 7, "high": 10},
            {"low": 6.0, "mode": 8.4, "high": 12.0},
        ),
        ({"distribution": "empirical", "values": [1, 2]}, {"values": [1.2, 2.4]}),
    ],
)
def test_a_length_is_stretched_as_a_whole(said, longer):
    assert scaled(said, 1.2) == {**said, **longer}


def test_places_open_on_another_day_and_those_before_close_the_day_before():
    found, scenario = after(opens__ward__1=date(2024, 1, 20))

    assert levers_in(content())["opens.ward.1"].title == "Ward: day on which there are 14 beds"
    assert [(period.since, period.until) for period in scenario.services["ward"].capacity] == [
        (date(2024, 1, 1), date(2024, 1, 19)),
        (date(2024, 1, 20), None),
    ]
    assert (
        found["services"]["ward"]["capacity"][1]["source"]
        == "planning desk: 2024-01-20 in place of 2024-02-01"
    )


@pytest.mark.parametrize("day", [date(2024, 1, 1), date(2023, 12, 1)])
def test_places_cannot_open_before_those_before_them(day):
    said = content()
    with pytest.raises(CannotMove, match="must lie after the day on which the places before open") as refused:
        moved(said, levers_in(said).values(), {"opens.ward.1": day})
    assert refused.value.lever == "opens.ward.1"
