"""What is wrong with a scenario that can be read: names nobody knows, shares that do not sum, days that cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localcare.analysis.pathways.checking import faults_of as faults_of_pathway
from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.capacity_checks import service_faults
from localcare.analysis.simulation.scenario.change_checks import change_faults, initial_faults
from localcare.analysis.simulation.scenario.errors import ScenarioFault, UnreadableScenario
from localcare.analysis.simulation.scenario.model import Demand, Scenario
from localcare.analysis.simulation.scenario.number_checks import share_faults, sourceless, unknown
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.analysis.simulation.scenario.shape import shape_faults
from localcare.analysis.simulation.scenario.step_checks import step_faults


def faults_of(content: Mapping[str, Any], pathways: Mapping[str, Pathway]) -> list[ScenarioFault]:
    """Every fault; empty when the scenario can be run. `pathways` are the reviewed ones by code.

    A file that has not the shape of the schema is not looked at further.
    """
    if found := list(shape_faults(content)):
        return found
    try:
        scenario = read_scenario(content)
    except UnreadableScenario as error:
        return [error.found]
    if found := [*_own_pathway_faults(scenario), *_name_faults(scenario, pathways)]:
        return found
    known = {code: scenario.own_pathways.get(code) or pathways[code] for code in scenario.pathways}
    return [
        *_area_faults(scenario),
        *(fault for code in scenario.pathways for fault in _pathway_faults(scenario, known[code])),
        *(fault for code in known for fault in step_faults(scenario, known[code])),
        *_nobody_comes(scenario, known),
        *service_faults(scenario),
        *change_faults(scenario, known),
        *initial_faults(scenario, known),
    ]


def _own_pathway_faults(scenario: Scenario) -> Iterator[ScenarioFault]:
    for code, content in scenario.own_contents.items():
        for fault in faults_of_pathway(content):
            yield ScenarioFault(("own_pathways", code, *fault.place), fault.fault, fault.remedy)


def _name_faults(scenario: Scenario, pathways: Mapping[str, Pathway]) -> Iterator[ScenarioFault]:
    for code in scenario.pathways:
        yield from unknown(("pathways", code), "pathway", code, {*pathways, *scenario.own_pathways})


def _area_faults(scenario: Scenario) -> Iterator[ScenarioFault]:
    given = {code: area.share for code, area in scenario.areas.items()}
    if any(given.values()):
        yield from share_faults(given, ("areas",), "The shares of the areas")
        for code, area in scenario.areas.items():
            yield from sourceless(area.source, ("areas", code), "share")
    elif given:
        for code, pathway in scenario.pathways.items():
            if pathway.demand and not pathway.areas:
                yield ScenarioFault(
                    ("pathways", code),
                    "It does not say which areas its people are of",
                    "Give the areas shares that sum to 1, or the pathway areas: {…}",
                )


def _pathway_faults(scenario: Scenario, pathway: Pathway) -> Iterator[ScenarioFault]:
    said, place = scenario.pathways[pathway.code], ("pathways", pathway.code)
    for key, what, given, names in (
        ("priorities", "priority", said.priorities, pathway.priorities),
        ("areas", "area", said.areas, scenario.areas),
    ):
        for name in given:
            yield from unknown((*place, key, name), what, name, names)
        if given:
            yield from share_faults(given, (*place, key), f"The shares of its {key}")
            yield from sourceless(said.source, place, f"share of {key}")
    if said.demand:
        yield from _demand_faults(said.demand, (*place, "demand"))


def _demand_faults(demand: Demand, place: tuple[str | int, ...]) -> Iterator[ScenarioFault]:
    yield from sourceless(demand.source, place, "demand")
    for key, weights in (
        ("by_hour", demand.by_hour),
        ("by_weekday", demand.by_weekday),
        ("by_month", demand.by_month),
    ):
        if weights and not sum(weights) > 0:
            yield ScenarioFault(
                (*place, key), "All weights are 0", "Give at least one hour, day or month a weight"
            )


def _nobody_comes(scenario: Scenario, known: Mapping[str, Pathway]) -> Iterator[ScenarioFault]:
    """A pathway that nothing opens, in which nobody is at the start."""
    opened = {
        opening.pathway
        for code, pathway in known.items()
        for step, said in scenario.pathways[code].steps.items()
        for outcome, share in said.outcomes.items()
        if share > 0 and step in pathway.steps and outcome in pathway.steps[step].outcomes
        for opening in pathway.steps[step].outcomes[outcome].opens
    }
    peopled = {group.pathway for group in scenario.initial}
    for code, said in scenario.pathways.items():
        if said.demand is None and code not in opened | peopled:
            yield ScenarioFault(
                ("pathways", code),
                "Nobody ever comes",
                "Give it a demand, or people who are in it at the start",
            )
