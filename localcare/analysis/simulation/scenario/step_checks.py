"""Faults of the steps of one pathway in a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from localcare.analysis.pathways.model import ANY_SERVICE, Pathway
from localcare.analysis.simulation.scenario.errors import Place, ScenarioFault
from localcare.analysis.simulation.scenario.model import Scenario, StepScenario
from localcare.analysis.simulation.scenario.number_checks import duration_faults, share_faults, unknown


def step_faults(scenario: Scenario, pathway: Pathway) -> Iterator[ScenarioFault]:
    """Unknown steps, steps nobody described, and what is wrong within each."""
    said, place = scenario.pathways[pathway.code], ("pathways", pathway.code, "steps")
    for step in said.steps:
        yield from unknown((*place, step), "step", step, pathway.steps)
    known = {step: one for step, one in said.steps.items() if step in pathway.steps}
    for step, one in known.items():
        yield from _outcome_faults(one, pathway, step, (*place, step))
        yield from _duration_faults(one, pathway, step, (*place, step))
        yield from _service_faults(scenario, one, pathway, step, (*place, step))
        yield from _beginning_faults(scenario, one, pathway, step, (*place, step))
    ways = {step: _leads_to(one, pathway, step) for step, one in known.items()}
    peopled = {group.step for group in scenario.initial if group.pathway == pathway.code}
    reached = _reached({*pathway.starts_with, *peopled}, ways)
    for step in sorted(reached - set(said.steps)):
        yield ScenarioFault(
            place,
            f"People reach the step {step!r}, and nothing is said of it",
            f"Add {step}: with duration and outcomes",
        )
    for step in sorted(_without_end(known, pathway, ways) & reached):
        yield ScenarioFault(
            (*place, step, "outcomes"),
            "From here nobody ever reaches an end",
            "Give an outcome that ends a share",
        )


def _leads_to(said: StepScenario, pathway: Pathway, step: str) -> set[str]:
    outcomes = pathway.steps[step].outcomes
    taken = {code for code, share in said.outcomes.items() if share > 0} | {said.abandons_as}
    return {to for code in taken if code in outcomes for to in outcomes[code].to}


def _reached(starts: set[str], ways: Mapping[str, set[str]]) -> set[str]:
    reached, ahead = set(starts), list(starts)
    while ahead:
        fresh = ways.get(ahead.pop(), set()) - reached
        reached |= fresh
        ahead.extend(fresh)
    return reached


def _without_end(
    said: Mapping[str, StepScenario], pathway: Pathway, ways: Mapping[str, set[str]]
) -> set[str]:
    """Steps from which every way goes round for ever."""
    ending = {
        step
        for step, one in said.items()
        for code, share in one.outcomes.items()
        if share > 0 and code in pathway.steps[step].outcomes and not pathway.steps[step].outcomes[code].to
    }
    while fresh := {step for step in set(said) - ending if ways[step] & ending}:
        ending |= fresh
    return set(said) - ending


def _outcome_faults(said: StepScenario, pathway: Pathway, step: str, place: Place) -> Iterator[ScenarioFault]:
    outcomes = pathway.steps[step].outcomes
    for code in said.outcomes:
        yield from unknown((*place, "outcomes", code), "outcome", code, outcomes)
    yield from share_faults(said.outcomes, (*place, "outcomes"), "The shares of the outcomes")
    if said.abandons_as:
        yield from unknown((*place, "abandons_as"), "outcome", said.abandons_as, outcomes)
        if said.patience is None:
            yield ScenarioFault(
                (*place, "abandons_as"), "Nobody gives up: there is no patience", "Add patience:"
            )
    for code in said.milestones:
        yield from unknown((*place, "milestones", code), "milestone", code, pathway.steps[step].milestones)


def _beginning_faults(
    scenario: Scenario, said: StepScenario, pathway: Pathway, step: str, place: Place
) -> Iterator[ScenarioFault]:
    """Who waits before work begins would hold a place of a service that has a limit."""
    if not said.begins_after:
        return
    kind = pathway.steps[step].by
    for code, one in scenario.services.items():
        does_it = code == said.service if said.service else one.kind == kind
        if does_it and any(period.places is not None or period.shifts for period in one.capacity):
            yield ScenarioFault(
                (*place, "begins_after"),
                f"{code} has a limited number of places, and who waits so would hold one",
                "Leave begins_after out, or give the service places: unlimited",
            )


def _duration_faults(
    said: StepScenario, pathway: Pathway, step: str, place: Place
) -> Iterator[ScenarioFault]:
    yield from duration_faults(said.duration, (*place, "duration"))
    for code, duration in said.duration_by_outcome.items():
        yield from unknown(
            (*place, "duration_by_outcome", code), "outcome", code, pathway.steps[step].outcomes
        )
        yield from duration_faults(duration, (*place, "duration_by_outcome", code))
    if said.patience:
        yield from duration_faults(said.patience, (*place, "patience"))


def _service_faults(
    scenario: Scenario, said: StepScenario, pathway: Pathway, step: str, place: Place
) -> Iterator[ScenarioFault]:
    kind = pathway.steps[step].by
    if said.service:
        yield from unknown((*place, "service"), "service", said.service, scenario.services)
        found = scenario.services.get(said.service)
        if found and kind not in (found.kind, ANY_SERVICE):
            yield ScenarioFault(
                (*place, "service"),
                f"{said.service} is of the kind {found.kind}",
                f"The step is done by {kind}",
            )
        return
    for area in scenario.areas or ("",):
        able = [
            code
            for code, one in scenario.services.items()
            if one.kind == kind and (not one.areas or area in one.areas)
        ]
        where = f" in {area}" if area else ""
        if not able:
            yield ScenarioFault(
                place,
                f"No service of the kind {kind} does it{where}",
                "Add one, if need be with places: unlimited",
            )
        if len(able) > 1:
            yield ScenarioFault(place, f"{' and '.join(able)} can do it{where}", "Say which: service: …")
