"""The deficit if nothing is done: costs that grow by explicit drivers, less income, through both stated points.

Money is whole pence. The papers give two points; the growth of income that joins them is solved and shown as solved.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from localcare.analysis.projection.draws import draw, interval_of
from localcare.analysis.projection.model import Factor, Projection
from localcare.analysis.projection.stepwise import Bar, effects, project, waterfall

PENCE = 100
GROUP = "all"


@dataclass(frozen=True)
class Year:
    """A year in the three readings, all in pence; `low` and `high` hold 80 per cent of the runs of the drivers."""

    year: int
    straight_line: int
    compound: int
    cost: int
    income: int
    deficit: int
    low: int
    high: int


@dataclass(frozen=True)
class Deficit:
    """The projection worked out: the yearly wedge, both rates, the income growth solved, the years and the waterfall."""

    steps: int
    wedge_pence: Decimal
    compound_rate: Decimal
    income_rate: Decimal
    cost_rate: Decimal
    years: tuple[Year, ...]
    bars: tuple[Bar, ...]


def deficit_of(projection: Projection, *, from_year: int | None = None) -> Deficit:
    """Work the projection out from its own first year or another; straight line, compound and by drivers."""
    first = projection.from_year if from_year is None else from_year
    steps = projection.to_year - first
    if steps < 1:
        raise ValueError(f"The first year must come before {projection.to_year}; {first} does not.")
    start, end, cost = (_pence(projection.input(code)) for code in ("deficit_from", "deficit_to", "cost"))
    values = {factor.code: factor.principal for factor in projection.factors}
    cost_end = round(project({GROUP: Decimal(cost)}, projection.factors, values, steps))
    income_rate = _rate(cost - start, cost_end - end, steps)
    runs = _runs(projection, income_rate, cost, cost - start, steps)
    return Deficit(
        steps=steps,
        wedge_pence=Decimal(end - start) / steps,
        compound_rate=_rate(start, end, steps),
        income_rate=income_rate,
        cost_rate=_rate(cost, cost_end, steps),
        years=tuple(_year(first, year, steps, (start, end), runs[year]) for year in range(steps + 1)),
        bars=_bars(projection, first, (cost, start, end), cost_end, values),
    )


def _pence(pounds: Decimal) -> int:
    return int(pounds * PENCE)


def _rate(start: int, end: int, steps: int) -> Decimal:
    """The yearly rate that compounds from start to end."""
    return (Decimal(end) / Decimal(start)) ** (Decimal(1) / steps) - 1


def _runs(
    projection: Projection, income_rate: Decimal, cost: int, income: int, steps: int
) -> list[list[tuple[int, int]]]:
    """Cost and income of each year in each run, in pence; run 0 is the principal projection."""
    half = projection.input("income_width") / 2
    solved = Factor(
        "income",
        "Income",
        income_rate - half,
        income_rate + half,
        Decimal(-1),
        Decimal(10),
        True,
        (),
        "derived",
        "",
    )
    drawn = draw((*projection.factors, solved), runs=projection.runs, seed=projection.seed)
    found = []
    for year in range(steps + 1):
        found.append(
            [
                (
                    round(
                        project(
                            {GROUP: Decimal(cost)},
                            projection.factors,
                            {factor.code: drawn[factor.code][run] for factor in projection.factors},
                            year,
                        )
                    ),
                    round(income * solved.times(drawn["income"][run], year)),
                )
                for run in range(projection.runs)
            ]
        )
    return found


def _year(first: int, year: int, steps: int, points: tuple[int, int], runs: list[tuple[int, int]]) -> Year:
    start, end = points
    cost, income = runs[0]
    low, high = interval_of([Decimal(spent - came) for spent, came in runs])
    return Year(
        year=first + year,
        straight_line=start + round(Decimal(end - start) * year / steps),
        compound=round(start * (1 + _rate(start, end, steps)) ** year),
        cost=cost,
        income=income,
        deficit=cost - income,
        low=int(low),
        high=int(high),
    )


def _bars(
    projection: Projection,
    first: int,
    money: tuple[int, int, int],
    cost_end: int,
    values: dict[str, Decimal],
) -> tuple[Bar, ...]:
    cost, start, end = money
    found = effects({GROUP: Decimal(cost)}, projection.factors, values, projection.to_year - first)
    more_income = (cost_end - end) - (cost - start)
    return waterfall(
        ("Deficit at the start", start),
        [*found, ("income", "More income (solved)", -more_income)],
        ("Deficit at the end", end),
    )
