"""Faults of what changes on a day, and of who is where at the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.errors import Place, ScenarioFault
from localcare.analysis.simulation.scenario.model import Change, Scenario
from localcare.analysis.simulation.scenario.number_checks import duration_faults, sourceless, unknown


def change_faults(scenario: Scenario, pathways: Mapping[str, Pathway]) -> Iterator[ScenarioFault]:
    """Changes of what is not there, of days that cannot be, or that never begin."""
    for at, change in enumerate(scenario.changes):
        place = ("changes", at)
        yield from sourceless(change.source, place, "change")
        yield from unknown((*place, "pathway"), "pathway", change.pathway, pathways)
        for area in change.areas:
            yield from unknown((*place, "areas"), "area", area, scenario.areas)
        yield from _day_faults(scenario, change, place)
        if change.pathway in pathways:
            yield from _aim_faults(scenario, change, pathways[change.pathway], place)


def _day_faults(scenario: Scenario, change: Change, place: Place) -> Iterator[ScenarioFault]:
    last = scenario.starts_on + timedelta(days=scenario.warm_up_days + scenario.days - 1)
    if change.until and change.until < change.since:
        yield ScenarioFault((*place, "until"), "It ends before it begins", "Correct one of the days")
    if change.full_from and change.full_from < change.since:
        yield ScenarioFault((*place, "full_from"), "It is full before it begins", "Correct one of the days")
    if change.since > last:
        yield ScenarioFault(
            (*place, "from"), f"It begins after the run has ended ({last})", "Run longer, or take it out"
        )


def _aim_faults(
    scenario: Scenario, change: Change, pathway: Pathway, place: Place
) -> Iterator[ScenarioFault]:
    said = scenario.pathways[pathway.code]
    if change.what == "demand":
        if said.demand is None:
            yield ScenarioFault(
                place, f"{pathway.code} has no demand of its own to change", "Change what opens it"
            )
        return
    steps = {step: pathway.steps[step] for step in said.steps if step in pathway.steps}
    yield from unknown((*place, "step"), "step", change.step, steps)
    if change.what == "share" and change.step in steps:
        yield from unknown((*place, "outcome"), "outcome", change.outcome, steps[change.step].outcomes)
        if change.value > 1:
            yield ScenarioFault((*place, "value"), "A share is not above 1", "Write 0.25 for a quarter")
        if said.steps[change.step].outcomes.get(change.outcome, 0.0) >= 1:
            yield ScenarioFault(
                place, "All have this outcome: nothing else could grow", "Give another outcome's share"
            )


def initial_faults(scenario: Scenario, pathways: Mapping[str, Pathway]) -> Iterator[ScenarioFault]:
    """People at the start who are in no step that exists."""
    for at, group in enumerate(scenario.initial):
        place = ("initial", at)
        yield from sourceless(group.source, place, "count")
        yield from unknown((*place, "pathway"), "pathway", group.pathway, pathways)
        if group.pathway in pathways:
            known = pathways[group.pathway]
            yield from unknown((*place, "step"), "step", group.step, scenario.pathways[group.pathway].steps)
            if group.priority:
                yield from unknown((*place, "priority"), "priority", group.priority, known.priorities)
        if group.area:
            yield from unknown((*place, "area"), "area", group.area, scenario.areas)
        if group.elapsed:
            yield from duration_faults(group.elapsed, (*place, "elapsed"))
