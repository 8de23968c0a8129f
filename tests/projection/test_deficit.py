"""The deficit: three readings through both stated points, and a waterfall that adds up to the penny."""

from dataclasses import replace
from decimal import Decimal

import pytest

from localcare.analysis.projection.deficit import deficit_of
from localcare.analysis.projection.reading import projections
from localcare.analysis.projection.stepwise import INTERACTION

MILLION = 100_000_000  # pence in a million pounds


@pytest.fixture(scope="module")
def projection():
    return projections()["deficit-2020-21"]


@pytest.fixture(scope="module")
def deficit(projection):
    return deficit_of(projection)


@pytest.mark.trace("T231")
def test_every_reading_passes_through_both_points(deficit):
    first, last = deficit.years[0], deficit.years[-1]

    assert (first.year, last.year) == (2016, 2020)
    assert {first.straight_line, first.compound, first.deficit} == {110 * MILLION}
    assert {last.straight_line, last.compound} == {486 * MILLION}
    assert abs(last.deficit - 486 * MILLION) <= 1  # income is whole pence


@pytest.mark.trace("T231")
@pytest.mark.parametrize(
    ("from_year", "steps", "yearly"), [(2016, 4, 94 * MILLION), (2015, 5, 7_520_000_000)]
)
def test_the_straight_line_grows_by_one_wedge_a_year(projection, from_year, steps, yearly):
    found = deficit_of(projection, from_year=from_year)

    assert (found.steps, found.wedge_pence) == (steps, yearly)
    differences = {
        b.straight_line - a.straight_line for a, b in zip(found.years, found.years[1:], strict=False)
    }
    assert differences == {yearly}


def test_the_compound_reading_is_45_per_cent_a_year(deficit):
    assert round(deficit.compound_rate, 2) == Decimal("0.45")
    assert 110 * (1 + deficit.compound_rate) ** 4 == pytest.approx(Decimal(486), abs=Decimal("0.000001"))


def test_the_deficit_is_cost_less_income_and_lies_between_its_limits(deficit):
    for year in deficit.years:
        assert year.deficit == year.cost - year.income
        assert year.low <= year.deficit <= year.high
    widths = [year.high - year.low for year in deficit.years]
    assert widths[0] == 0 and widths == sorted(widths)  # nothing is uncertain yet at the start


def test_the_waterfall_adds_up_and_shows_the_interaction(projection, deficit):
    bars = deficit.bars

    assert bars[0].amount + sum(bar.amount for bar in bars[1:-1]) == bars[-1].amount == 486 * MILLION
    together = next(bar for bar in bars if bar.code == INTERACTION)
    cost = Decimal(3_400_000_000_00)
    product = cost
    alone = Decimal(0)
    for factor in projection.factors:
        times = (1 + factor.principal) ** 4
        product *= times
        alone += cost * (times - 1)
    assert abs(together.amount - (product - cost - alone)) <= 3


def test_the_same_seed_gives_the_same_limits_and_another_gives_others(projection, deficit):
    assert deficit_of(projection) == deficit
    other = deficit_of(replace(projection, seed=projection.seed + 1))
    assert other.years[-1].low != deficit.years[-1].low
    assert other.years[-1].deficit == deficit.years[-1].deficit  # run 0 is the principal projection


def test_every_figure_that_no_paper_gives_says_synthetic(projection):
    stated = {code for code, one in projection.inputs.items() if one.status == "stated"}
    assert stated == {"deficit_from", "deficit_to"}
    assert {factor.status for factor in projection.factors} == {"synthetic"}
