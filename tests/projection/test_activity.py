"""Step-wise factors: intervals, truncation, streams of their own, and a waterfall against a slow twin."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from scipy.stats import norm

from localcare.analysis.projection.activity import activity_of
from localcare.analysis.projection.draws import WIDTH_IN_DEVIATIONS, draw, interval_of
from localcare.analysis.projection.model import Factor, ProjectionError
from localcare.analysis.projection.reading import projections, read_projection
from localcare.analysis.projection.stepwise import waterfall


def factor(code="one", low="-0.10", high="-0.02", least="-1", most="0.5"):
    numbers = map(Decimal, (low, high, least, most))
    return Factor(code, code.title(), *numbers, per_year=False, groups=(), status="synthetic", source="test")


def test_the_width_is_that_of_an_80_per_cent_interval():
    assert pytest.approx(2 * norm.ppf(0.9), abs=1e-6) == WIDTH_IN_DEVIATIONS


def test_draws_hold_the_elicited_interval_and_begin_with_its_middle():
    drawn = draw([factor()], runs=20_001, seed=7)["one"]
    values = np.array([float(value) for value in drawn[1:]])

    assert drawn[0] == Decimal("-0.06")
    assert np.quantile(values, [0.1, 0.9]) == pytest.approx([-0.10, -0.02], abs=0.0015)
    assert values.mean() == pytest.approx(-0.06, abs=0.001)


def test_draws_stay_within_the_valid_range():
    drawn = draw([factor(low="-0.10", high="0", least="-0.12", most="0")], runs=2_000, seed=7)["one"]

    assert min(drawn) >= Decimal("-0.12") and max(drawn) <= 0
    assert len(set(drawn)) > 1_900  # cut off, not piled up at the ends


def test_another_factor_leaves_the_draws_of_the_first_as_they_were():
    alone = draw([factor()], runs=50, seed=7)["one"]
    with_other = draw([factor("other"), factor()], runs=50, seed=7)

    assert with_other["one"] == alone
    assert with_other["other"][1:] != alone[1:]


def test_the_interval_holds_its_share_of_the_values():
    assert interval_of([Decimal(number) for number in range(1, 101)]) == (11, 90)


def test_bed_days_agree_with_the_same_sum_written_out():
    shipped = projections()
    found = activity_of(shipped["bed-days-2031"], shipped)

    rates = {one.code: float(one.principal) for one in found.factors}
    both = (1 + rates["need"]) ** 15 * (1 + rates["avoided"]) * (1 + rates["shorter"])
    young = 310_000 * (1 + rates["population-under-65"]) * both
    old = 640_000 * (1 + rates["population-over-65"]) * (1 + rates["health"]) * both
    assert found.start == 950_000
    assert found.principal == pytest.approx(young + old, abs=1)
    assert found.low < found.principal < found.high
    assert sum(bar.amount for bar in found.bars[:-1]) == found.principal


def test_the_population_bounds_its_own_factors():
    shipped = projections()
    rates = {one.code: (one.low, one.high) for one in activity_of(shipped["bed-days-2031"], shipped).factors}

    assert [round(value, 3) for value in rates["population-over-65"]] == [Decimal("0.575"), Decimal("0.586")]
    with pytest.raises(ProjectionError, match="population 'nowhere' is not known"):
        activity_of(replace(shipped["bed-days-2031"], population="nowhere"), shipped)


def test_a_waterfall_that_does_not_add_up_is_refused():
    with pytest.raises(ValueError, match="lead to 12, not to 13"):
        waterfall(("Start", 10), [("a", "A", 2)], ("End", 13))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "hope"}, "kind"),
        ({"inputs": {}}, "inputs.growth is missing"),
        ({"to_year": 2016}, "to_year must come after from_year"),
        (
            {"factors": {"x": {"title": "X", "low": 2, "high": 1, "status": "synthetic", "source": "test"}}},
            "factors.x: least, low, high and most must rise",
        ),
    ],
)
def test_a_faulty_projection_is_refused_with_place_and_remedy(change, said):
    one = projections()["population-2031"]
    figures = {
        code: {"value": str(i.value), "unit": i.unit, "status": i.status, "source": i.source}
        for code, i in one.inputs.items()
    }
    content = {
        "projection": "p", "kind": "population", "title": "T", "version": 1, "owner": "o", "source": "s",
        "review_by": "2027-01-01", "summary": "S", "from_year": 2016, "to_year": 2031, "inputs": figures,
    }  # fmt: skip
    assert read_projection(content).code == "p"
    with pytest.raises(ProjectionError, match=said):
        read_projection(content | change, name="p.yaml")
