"""What the page of the do-nothing case shows, worked out from the reviewed projections and what was moved in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from localcare.analysis.charts import waterfall_in_words
from localcare.analysis.projection.activity import Activity, activity_of
from localcare.analysis.projection.deficit import Deficit, deficit_of
from localcare.analysis.projection.model import Projection
from localcare.analysis.projection.population import IDENTITIES, READINGS, Growth, readings_of
from localcare.analysis.projection.reading import projections
from localcare.analysis.projection.stepwise import Bar
from localcare.kernel.nhs_design.formatting import MINUS, format_number
from localcare.system.planning.do_nothing_form import BED_DAYS, DEFICIT, POPULATION, financial_year

MILLION = Decimal(1_000_000)
PENCE_IN_A_MILLION = 100 * MILLION


@dataclass(frozen=True)
class Case:
    """The three projections and what they come to."""

    population: Projection
    growth: tuple[Growth, ...]
    deficit_projection: Projection
    deficit: Deficit
    activity_projection: Projection
    activity: Activity


@dataclass(frozen=True)
class Drawn:
    """A waterfall as it is drawn."""

    title: str
    unit: str
    start: tuple[str, float]
    steps: list[tuple[str, float]]
    end: str


def case_of(said: Mapping[str, Any]) -> Case:
    """The case with what a valid form said; as the definitions say where it is empty."""
    return _worked_out(tuple(sorted((name, str(value)) for name, value in said.items())))


@lru_cache(maxsize=32)
def _worked_out(moved: tuple[tuple[str, str], ...]) -> Case:
    said, shipped = dict(moved), projections()
    population, deficit = shipped[POPULATION], shipped[DEFICIT]
    if said:
        population = _with(
            population,
            base=Decimal(said["base"]),
            over_65_low=Decimal(said["over_65_low"]) / 100,
            over_65_high=Decimal(said["over_65_high"]) / 100,
            times=Decimal(said["times"]),
        )
        population = replace(population, reading=said["reading"])
        deficit = _with(deficit, cost=Decimal(said["cost"]) * MILLION)
        deficit = replace(deficit, from_year=int(said["from_year"]))
    return Case(
        population,
        readings_of(population),
        deficit,
        deficit_of(deficit),
        shipped[BED_DAYS],
        activity_of(shipped[BED_DAYS], {**shipped, POPULATION: population}),
    )


def _with(projection: Projection, **values: Decimal) -> Projection:
    """The projection with other inputs; what was moved says so."""
    inputs = dict(projection.inputs)
    for code, value in values.items():
        if value != inputs[code].value:
            inputs[code] = replace(
                inputs[code], value=value, status="local", source="Moved at the planning desk"
            )
    return replace(projection, inputs=inputs)


def chart_of(case: Case, code: str) -> Drawn:
    """What the waterfall `deficit` or `bed-days` shows."""
    if code == "deficit":
        return _drawn("Deficit if nothing is done", "£ million", case.deficit.bars, PENCE_IN_A_MILLION)
    return _drawn(case.activity_projection.title, "thousand bed days", case.activity.bars, Decimal(1000))


def _drawn(title: str, unit: str, bars: tuple[Bar, ...], divisor: Decimal) -> Drawn:
    def scaled(amount: int) -> float:
        return float(Decimal(amount) / divisor)

    first, *steps, last = bars
    return Drawn(
        title,
        unit,
        (first.title, scaled(first.amount)),
        [(bar.title, scaled(bar.amount)) for bar in steps],
        last.title,
    )


def shown(case: Case) -> dict[str, Any]:
    """The case as the page shows it: rows of its tables and the charts in words."""
    bars = {code: chart_of(case, code) for code in ("deficit", "bed-days")}
    words = {
        code: waterfall_in_words(one.start, one.steps, end=one.end, title=one.title, unit=one.unit)
        for code, one in bars.items()
    }
    years = case.deficit.years
    return {
        "readings": READINGS,
        "identities": IDENTITIES,
        "years": [financial_year(year.year) for year in years],
        "wedge": _money(case.deficit.wedge_pence),
        "deficit_words": words["deficit"],
        "activity_words": words["bed-days"],
        "deficit_bars": [(bar.title, _signed(_money(bar.amount), bar)) for bar in case.deficit.bars],
        "activity_bars": [(bar.title, _signed(format_number(bar.amount), bar)) for bar in case.activity.bars],
        "deficit_years": [
            (
                financial_year(year.year),
                _money(year.straight_line),
                _money(year.compound),
                f"{_money(year.cost)} less {_money(year.income)}: {_money(year.deficit)}",
                f"{_money(year.low)} to {_money(year.high)}",
            )
            for year in years
        ],
    }


def _money(pence: Decimal | int) -> str:
    """In millions of pounds to one place: the papers give whole millions."""
    millions = Decimal(pence) / PENCE_IN_A_MILLION
    sign = MINUS if millions < 0 else ""
    return f"{sign}£{abs(millions):,.1f}m"


def _signed(words: str, bar: Bar) -> str:
    return words if bar.is_total or bar.amount < 0 else f"+{words}"
