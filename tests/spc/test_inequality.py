"""Inequality: a published slope, the regression by another library, intervals against simulation."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from localcare.analysis.spc.inequality import inequality, inequality_of
from localcare.analysis.spc.rates import Rate, directly_standardised, proportion

PEOPLE = [4000, 5200, 6100, 5500, 4700]
EVENTS = [520, 560, 545, 400, 300]


def exactly(values: list[float], error: float = 1e-6) -> list[Rate]:
    """Rates known all but exactly."""
    return [Rate(value, value - 1.96 * error, value + 1.96 * error, 1, 1) for value in values]


def test_published_slope():
    """Healthy life expectancy 60, 63, 66, 69, 72 by fifths: slope 15, line from 58.5 (dceasimR, calc_sii)."""
    found = inequality_of(exactly([60, 63, 66, 69, 72]), [0.2] * 5)
    assert found.slope_index.value == pytest.approx(-15)  # most deprived minus least deprived
    assert found.relative.value == pytest.approx(58.5 / 73.5)
    assert found.gap.value == pytest.approx(-12)
    assert found.ratio.value == pytest.approx(60 / 72)


def test_the_line_is_the_weighted_regression():
    found = inequality(EVENTS, PEOPLE)
    shares = np.array(PEOPLE) / sum(PEOPLE)
    ranks = np.cumsum(shares) - shares / 2
    values = np.array(EVENTS) / np.array(PEOPLE)
    line = sm.WLS(values, sm.add_constant(ranks), weights=shares).fit()
    assert found.slope_index.value == pytest.approx(-line.params[1])
    assert found.relative.value == pytest.approx(line.params[0] / line.params.sum())
    assert found.fitted == pytest.approx(line.predict().tolist())
    assert found.ranks == pytest.approx(ranks.tolist())


def test_intervals_are_those_of_simulation():
    """The way public health practice makes them: draw each group's value, fit the line, take the middle 95%."""
    random = np.random.default_rng(7)
    found = inequality(EVENTS, PEOPLE)
    shares = np.array(PEOPLE) / sum(PEOPLE)
    ranks = np.cumsum(shares) - shares / 2
    drawn = random.normal(
        [group.value for group in found.groups],
        [group.standard_error for group in found.groups],
        size=(20_000, 5),
    )
    middle = (shares * ranks).sum()
    slopes = (drawn * shares) @ (ranks - middle) / (shares @ (ranks - middle) ** 2)
    tops = drawn @ shares - slopes * middle
    expected = np.quantile(-slopes, [0.025, 0.975])
    assert (found.slope_index.lower, found.slope_index.upper) == pytest.approx(expected, rel=0.03)
    expected = np.quantile(tops / (tops + slopes), [0.025, 0.975])
    assert (found.relative.lower, found.relative.upper) == pytest.approx(expected, rel=0.03)


def test_without_any_gradient_the_interval_holds_zero_as_often_as_it_says():
    random = np.random.default_rng(11)
    held = sum(
        found.slope_index.lower <= 0 <= found.slope_index.upper
        for events in random.binomial(PEOPLE, 0.1, size=(500, 5))
        for found in [inequality(events.tolist(), PEOPLE)]
    )
    assert 0.925 <= held / 500 <= 0.975


def test_it_says_which_way():
    assert "most deprived have more" in inequality(EVENTS, PEOPLE).says
    assert "most deprived have less" in inequality(EVENTS[::-1], PEOPLE).says
    assert "No slope" in inequality([10, 11, 10], [100, 100, 100]).says


def test_a_bend_is_said():
    found = inequality([900, 300, 280, 290, 300], [5000] * 5)
    assert not found.is_straight
    assert "look at each" in found.says
    assert inequality([500, 450, 400, 350, 300], [5000] * 5).is_straight


def test_no_events_at_one_end_leave_the_ratio_unsaid():
    found = inequality([30, 20, 0], [1000, 1000, 1000], kind="rate")
    assert found.ratio is None
    assert found.gap.value > 0


def test_a_ratio_that_cannot_be_bounded_is_left_unsaid():
    found = inequality([6, 3, 2, 1, 1], [300] * 5)  # the line all but reaches zero at the least deprived
    assert found.relative is None
    assert found.slope_index.value > 0


def test_standardised_rates_serve_as_well():
    rates = [directly_standardised([10 + more, 40 + more], [4000, 1000], [3, 1]) for more in (30, 20, 10)]
    assert inequality_of(rates, [5000] * 3).slope_index.value > 0


@pytest.mark.parametrize(
    ("events", "people", "words"),
    [([1, 2], [10, 10], "at least 3"), ([1, 2, 3], [10, 10], "one each per group")],
)
def test_too_little_is_refused(events: list[int], people: list[int], words: str):
    with pytest.raises(ValueError, match=words):
        inequality(events, people)


def test_a_group_with_nobody_is_refused():
    with pytest.raises(ValueError, match="join it with its neighbour"):
        inequality_of([proportion(1, 10)] * 3, [10, 0, 10])
