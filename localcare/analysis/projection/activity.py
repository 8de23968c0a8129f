"""Activity if nothing is done and with what would change it: groups times factors, with intervals and a waterfall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from localcare.analysis.projection.draws import draw, interval_of
from localcare.analysis.projection.model import Factor, Projection, ProjectionError
from localcare.analysis.projection.population import readings_of
from localcare.analysis.projection.stepwise import Bar, effects, project, waterfall


@dataclass(frozen=True)
class Activity:
    """What becomes of an activity: at the start, in the principal projection, and the interval of 80% of the runs."""

    start: int
    principal: int
    low: int
    high: int
    factors: tuple[Factor, ...]
    bars: tuple[Bar, ...]


def activity_of(projection: Projection, others: Mapping[str, Projection]) -> Activity:
    """Work the projection out; `others` holds the projection of the population that it follows."""
    factors = tuple(_with_population(factor, projection, others) for factor in projection.factors)
    bases = {code: group.value for code, group in projection.groups.items()}
    drawn = draw(factors, runs=projection.runs, seed=projection.seed)
    runs = [
        project(bases, factors, {code: values[run] for code, values in drawn.items()}, projection.years)
        for run in range(projection.runs)
    ]
    low, high = interval_of(runs)
    start, principal = round(sum(bases.values(), Decimal(0))), round(runs[0])
    values = {factor.code: factor.principal for factor in factors}
    bars = waterfall(
        (f"In {projection.from_year}", start),
        effects(bases, factors, values, projection.years),
        (f"In {projection.to_year}", principal),
    )
    return Activity(start, principal, round(low), round(high), factors, bars)


def _with_population(factor: Factor, projection: Projection, others: Mapping[str, Projection]) -> Factor:
    """A factor that follows the population has the two shares over 65 as the ends of its interval."""
    if not factor.from_population:
        return factor
    if projection.population not in others:
        raise ProjectionError(
            f"{projection.code}: population {projection.population!r} is not known. Name one of {', '.join(others)}."
        )
    population = others[projection.population]
    chosen = [found for found in readings_of(population) if found.reading == population.reading]
    rates = [found.over_65_rate if factor.groups == ("over-65",) else found.under_65_rate for found in chosen]
    return replace(factor, low=min(rates), high=max(rates))
