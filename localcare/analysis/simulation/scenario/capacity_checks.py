"""Faults of the services of a scenario: days without an answer, days with two, places nobody can use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from localcare.analysis.simulation.scenario.errors import Place, ScenarioFault
from localcare.analysis.simulation.scenario.model import CapacityPeriod, Scenario, ServiceScenario
from localcare.analysis.simulation.scenario.number_checks import sourceless, unknown

DAY = timedelta(days=1)


def service_faults(scenario: Scenario) -> Iterator[ScenarioFault]:
    """What is wrong with the capacity, areas and sickness of each service."""
    for code, service in scenario.services.items():
        place = ("services", code)
        for area in service.areas:
            yield from unknown((*place, "areas"), "area", area, scenario.areas)
        for at, period in enumerate(service.capacity):
            yield from _period_faults(period, (*place, "capacity", at))
        yield from _order_faults(service, (*place, "capacity"))
        yield from _cover_faults(scenario, service, (*place, "capacity"))
        if service.sickness:
            yield from sourceless(service.sickness.source, (*place, "sickness"), "sickness")
        yield from _too_small(scenario, code, place)


def _period_faults(period: CapacityPeriod, place: Place) -> Iterator[ScenarioFault]:
    yield from sourceless(period.source, place, "capacity")
    if period.until and period.until < period.since:
        yield ScenarioFault(
            (*place, "until"), f"It ends on {period.until}, before it begins", "Correct one of the days"
        )


def _order_faults(service: ServiceScenario, place: Place) -> Iterator[ScenarioFault]:
    for at, (one, after) in enumerate(zip(service.capacity, service.capacity[1:], strict=False)):
        here = (*place, at + 1, "from")
        if one.until is None or after.since <= one.until:
            end = one.until or "open end"
            yield ScenarioFault(
                here,
                f"It overlaps the period before (from {one.since} to {end})",
                f"Begin after {end}, or end that one",
            )
        elif after.since > one.until + DAY:
            yield ScenarioFault(
                here,
                f"Nothing is said of the days from {one.until + DAY} to {after.since - DAY}",
                f"Begin on {one.until + DAY}, or write a period with places: 0",
            )


def _cover_faults(scenario: Scenario, service: ServiceScenario, place: Place) -> Iterator[ScenarioFault]:
    last = scenario.starts_on + timedelta(days=scenario.warm_up_days + scenario.days - 1)
    first, end = service.capacity[0].since, service.capacity[-1].until
    if first > scenario.starts_on:
        yield ScenarioFault(
            (*place, 0, "from"),
            f"The run begins on {scenario.starts_on}",
            f"Say what there is from {scenario.starts_on}",
        )
    if end and end < last:
        yield ScenarioFault(
            (*place, len(service.capacity) - 1, "until"),
            f"The run goes on to {last}",
            f"Say what there is until {last}",
        )


def _too_small(scenario: Scenario, code: str, place: Place) -> Iterator[ScenarioFault]:
    """A step that needs more places than its service ever has."""
    most = [period.places for period in scenario.services[code].capacity if not period.shifts]
    if None in most or len(most) < len(scenario.services[code].capacity):
        return
    largest = max(places for places in most if places is not None)
    for pathway, said in scenario.pathways.items():
        for step, one in said.steps.items():
            if one.service == code and one.takes > largest:
                yield ScenarioFault(
                    ("pathways", pathway, "steps", step, "takes"),
                    f"It takes {one.takes} places, and {code} never has more than {largest}",
                    "Give the service more places, or take fewer",
                )
