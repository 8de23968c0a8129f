"""Questions about a scenario that every reader asks the same way."""

from __future__ import annotations

from collections.abc import Mapping

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.model import Change, Scenario


def pathways_of(scenario: Scenario, pathways: Mapping[str, Pathway]) -> dict[str, Pathway]:
    """The definitions of the scenario's pathways: its own, else the reviewed ones. KeyError when one is missing."""
    return {code: scenario.own_pathways.get(code) or pathways[code] for code in scenario.pathways}


def service_of(scenario: Scenario, pathway: Pathway, step: str, area: str = "") -> str:
    """The code of the service that does a step for people of an area; empty: nobody in particular, without limit."""
    chosen = scenario.pathways[pathway.code].steps[step].service
    if chosen:
        return chosen
    kind = pathway.steps[step].by
    for code, service in scenario.services.items():
        if service.kind == kind and (not service.areas or area in service.areas):
            return code
    return ""


def ramp_of(change: Change, day: int) -> float:
    """How far a change has come on a day, given as its ordinal: 0 not begun or over, 1 in full."""
    if day < change.since.toordinal() or (change.until and day > change.until.toordinal()):
        return 0.0
    if change.full_from is None or day >= change.full_from.toordinal():
        return 1.0
    begun = change.since.toordinal()
    return (day - begun) / (change.full_from.toordinal() - begun)


def demand_factor(scenario: Scenario, pathway: str, area: str, day: int) -> float:
    """What the changes make of the demand of a pathway in an area on a day (an ordinal)."""
    factor = 1.0
    for change in scenario.changes:
        if change.what == "demand" and change.pathway == pathway and _reaches(change, area):
            factor *= change.before + (change.value - change.before) * ramp_of(change, day)
    return factor


def duration_factor(scenario: Scenario, pathway: str, step: str, area: str, day: int) -> float:
    """What the changes make of the durations of a step that begin on a day (an ordinal)."""
    factor = 1.0
    for change in scenario.changes:
        if (change.what, change.pathway, change.step) == ("duration", pathway, step) and _reaches(
            change, area
        ):
            factor *= change.before + (change.value - change.before) * ramp_of(change, day)
    return factor


def shares_on(scenario: Scenario, pathway: str, step: str, area: str, day: int) -> dict[str, float]:
    """The outcome shares of a step for people of an area on a day (an ordinal), after the changes in their order."""
    shares = dict(scenario.pathways[pathway].steps[step].outcomes)
    for change in scenario.changes:
        if (change.what, change.pathway, change.step) == ("share", pathway, step) and _reaches(change, area):
            shares = _shifted(shares, change.outcome, change.value, ramp_of(change, day))
    return shares


def _reaches(change: Change, area: str) -> bool:
    return not change.areas or area in change.areas


def _shifted(shares: Mapping[str, float], outcome: str, value: float, ramp: float) -> dict[str, float]:
    before = shares.get(outcome, 0.0)
    after = before + (value - before) * ramp
    rest = 1 - before
    factor = (1 - after) / rest if rest > 0 else 0.0
    return {**{code: share * factor for code, share in shares.items()}, outcome: after}
