"""Demand by day and hour, and places by day and hour, as a scenario says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from localcare.analysis.simulation.scenario.distributions import Array
from localcare.analysis.simulation.scenario.lookup import demand_factor
from localcare.analysis.simulation.scenario.model import CapacityPeriod, Scenario, ServiceScenario

DAYS_OF_YEAR = 365.25


def run_days(scenario: Scenario) -> int:
    """Days of the run, warm-up included."""
    return scenario.warm_up_days + scenario.days


def area_shares(scenario: Scenario, pathway: str) -> dict[str, float]:
    """The shares of a pathway's people by area; everybody in "" where the scenario knows no areas."""
    own = scenario.pathways[pathway].areas
    if own:
        return dict(own)
    given = {code: area.share for code, area in scenario.areas.items() if area.share > 0}
    return given or {"": 1.0}


def daily_demand(scenario: Scenario, pathway: str, area: str, share: float) -> Array:
    """Expected new journeys of a pathway in an area on each day of the run; `share` is the area's."""
    days = run_days(scenario)
    demand = scenario.pathways[pathway].demand
    if demand is None:
        return np.zeros(days, float)
    numbers = np.arange(days)
    first = scenario.starts_on.toordinal()
    rate = demand.per_day * share * (1 + demand.growth_per_year) ** (numbers / DAYS_OF_YEAR)
    if demand.by_weekday:
        rate = rate * even(demand.by_weekday)[(first + 6 + numbers) % 7]  # ordinal 1 was a Monday
    if demand.by_month:
        months = np.array([(scenario.starts_on + timedelta(days=int(day))).month - 1 for day in numbers])
        rate = rate * even(demand.by_month)[months]
    if any(change.what == "demand" and change.pathway == pathway for change in scenario.changes):
        factors = [demand_factor(scenario, pathway, area, first + int(day)) for day in numbers]
        rate = rate * np.array(factors)
    return np.asarray(rate, float)


def even(weights: Sequence[float]) -> Array:
    """Weights divided by their own mean."""
    given = np.asarray(weights, float)
    return np.asarray(given / given.mean(), float)


def hourly_weights(weights: Sequence[float]) -> Array:
    """24 weights with mean 1; all alike where none are given."""
    return even(weights) if weights else np.ones(24, float)


def places_by_hour(scenario: Scenario, service: ServiceScenario) -> Array:
    """Mean places open in each hour of each day of the run (days x 24); infinite where there is no limit."""
    result = np.zeros((run_days(scenario), 24), float)
    weeks: Mapping[int, Array] = {at: _week(period) for at, period in enumerate(service.capacity)}
    for at, period in enumerate(service.capacity):
        begin = max((period.since - scenario.starts_on).days, 0)
        end = len(result) if period.until is None else (period.until - scenario.starts_on).days + 1
        numbers = np.arange(begin, max(min(end, len(result)), begin))
        result[numbers] = weeks[at][(scenario.starts_on.toordinal() + 6 + numbers) % 7]
    return result


def places_at(service: ServiceScenario, day: date, hour: float) -> float:
    """Places open at a moment; infinite where there is no limit, none on days of which nothing is said."""
    for period in service.capacity:
        if period.since <= day and (period.until is None or day <= period.until):
            if not period.shifts:
                return np.inf if period.places is None else float(period.places)
            return float(
                sum(
                    shift.places
                    for shift in period.shifts
                    if day.weekday() in shift.weekdays and shift.start <= hour < shift.end
                )
            )
    return 0.0


def _week(period: CapacityPeriod) -> Array:
    """Mean places in each hour of the week of one period (7 x 24)."""
    week = np.zeros((7, 24), float)
    if not period.shifts:
        week[:] = np.inf if period.places is None else period.places
        return week
    hours = np.arange(24)
    for shift in period.shifts:
        covered = np.clip(np.minimum(hours + 1, shift.end) - np.maximum(hours, shift.start), 0, 1)
        week[list(shift.weekdays)] += shift.places * covered
    return week
