"""When new journeys begin: a rate by hour, weekday, month and growth, turned into moments by inversion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from localcare.analysis.simulation.calendar import HOUR, Calendar
from localcare.analysis.simulation.plan import Plan
from localcare.analysis.simulation.scenario.lookup import demand_factor
from localcare.analysis.simulation.scenario.model import Demand
from localcare.analysis.simulation.streams import Stream

DAYS_IN_A_YEAR = 365.25


@dataclass(frozen=True)
class Rate:
    """The demand of a pathway: `expected` journeys up to each of `edges`, and the shares of areas by day."""

    edges: np.ndarray  # microseconds
    expected: np.ndarray
    is_even: bool
    areas: np.ndarray  # day x area, cumulative


def rate_of(plan: Plan, position: int) -> Rate | None:
    """The rate at which journeys of a pathway begin; None when only other pathways open it."""
    pathway = plan.pathways[position]
    said = plan.scenario.pathways[pathway.code]
    shares = area_shares(plan, position)
    by_area = [
        [share * demand_factor(plan.scenario, pathway.code, area, day) for day in plan.calendar.ordinals]
        for area, share in zip(plan.areas, shares, strict=True)
    ]
    factors = np.array(by_area).T
    by_day = factors.sum(axis=1)
    areas = np.cumsum(factors, axis=1) / np.where(by_day > 0, by_day, 1.0)[:, None]
    if said.demand is None:
        return None
    hours = plan.calendar.hours
    rates = hourly_rates(said.demand, plan.calendar) * by_day[hours[:, 1]]
    return Rate(
        np.append(hours[:, 0], plan.calendar.end),
        np.concatenate(([0.0], np.cumsum(rates))),
        said.demand.arrivals == "even",
        areas,
    )


def area_shares(plan: Plan, position: int) -> np.ndarray:
    """How the new journeys of a pathway fall to the areas."""
    given = plan.scenario.pathways[plan.pathways[position].code].areas
    if not given:
        given = {code: area.share for code, area in plan.scenario.areas.items()}
    shares = np.array([given.get(area, 0.0) for area in plan.areas])
    if shares.sum() <= 0:
        shares = np.ones(len(plan.areas))
    return np.asarray(shares / shares.sum())


def hourly_rates(demand: Demand, calendar: Calendar) -> np.ndarray:
    """Journeys expected in each hour of the run, before the changes of the scenario."""
    hours = calendar.hours
    rate = demand.per_day / 24 * (1 + demand.growth_per_year) ** (hours[:, 0] / (24 * HOUR) / DAYS_IN_A_YEAR)
    for weights, column in ((demand.by_hour, 2), (demand.by_weekday, 3), (demand.by_month, 4)):
        if weights:
            rate = rate * (np.array(weights) / np.mean(weights))[hours[:, column]]
    return np.asarray(rate)


def moments(rate: Rate, purpose: str, stream: Stream) -> np.ndarray:
    """The moments of one replication, in order. More demand leaves the first gaps what they were, on a faster clock."""
    total = rate.expected[-1]
    if rate.is_even:
        passed = np.arange(int(total + 0.5)) + 0.5
    else:
        random = stream(purpose)
        passed = np.cumsum(random.standard_exponential(int(total + 6 * total**0.5 + 16)))
        while passed[-1] < total:
            passed = np.append(passed, passed[-1] + np.cumsum(random.standard_exponential(1024)))
        passed = passed[passed < total]
    found = np.interp(passed, rate.expected, rate.edges.astype(np.float64))
    return np.asarray(np.minimum(found.astype(np.int64), rate.edges[-1] - 1))
