"""Difference in differences on made-up places whose truth is known, and against regression by another library."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from localcare.analysis.effect import CannotCompare, Panel, difference_in_differences

STARTS = 12
PERIODS = 18


def places(
    effect: float, *, seed: int, with_change: int = 12, without: int = 25, drift: float = 0.0
) -> tuple[Panel, list[str]]:
    """Places of different level that share seasons and growth; those with the change gain the effect and the drift."""
    random = np.random.default_rng(seed)
    time = np.arange(PERIODS)
    common = 0.4 * time + 5 * np.sin(time / 2)
    rows = []
    for number in range(with_change + without):
        has = number < with_change
        level = random.normal(60 if has else 45, 10)
        noise = random.normal(0, 3 if has else 5, PERIODS)
        own = level + common + noise + has * (drift * time + effect * (time >= STARTS))
        rows += [
            (f"P{number:02}", int(period), float(value)) for period, value in zip(time, own, strict=True)
        ]
    units, periods, outcomes = zip(*rows, strict=True)
    return Panel(units, periods, outcomes), [f"P{number:02}" for number in range(with_change)]


def test_a_known_effect_is_found():
    made = [places(-6.0, seed=seed) for seed in range(20)]
    answers = [
        difference_in_differences(panel, treated=treated, starts=STARTS, what="admissions")
        for panel, treated in made
    ]
    estimates = [found.estimate for found in answers if found.estimate]
    assert np.mean([estimate.value for estimate in estimates]) == pytest.approx(
        -6, abs=0.45
    )  # three standard errors
    assert not any(estimate.holds_zero for estimate in estimates)
    found = next(answer for answer in answers if answer.estimate)
    assert found.heading == "Estimated effect"
    assert found.pre_trend.passed
    assert found.expected - found.observed == pytest.approx(-found.estimate.value)
    assert found.relative.value == pytest.approx(found.estimate.value / found.expected)
    assert "admissions was" in found.says
    assert "would have gone on alike" in found.cannot_say
    assert set(found.by_period) == set(range(PERIODS)) - {STARTS - 1}
    assert found.by_period[STARTS].value == pytest.approx(-6, abs=4)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    """Also with no effect at all, few places and unequal spread: the honest test of the error."""
    held = [
        found.estimate.lower <= truth <= found.estimate.upper
        for seed in range(250)
        for truth in (0.0, -6.0)
        for panel, treated in [places(truth, seed=seed, with_change=6, without=15)]
        for found in [difference_in_differences(panel, treated=treated, starts=STARTS)]
        if found.estimate
    ]
    assert len(held) >= 470  # the check of the trend before the change stops few of those that are sound
    assert 0.92 <= np.mean(held) <= 0.98


def test_places_that_moved_apart_before_get_no_figure():
    panel, treated = places(0.0, seed=2, drift=0.8)
    found = difference_in_differences(panel, treated=treated, starts=STARTS)
    assert found.estimate is None
    assert found.relative is None
    assert found.expected is None
    assert not found.pre_trend.passed
    assert found.says.startswith("No effect is stated.")
    assert found.pre_trend.drift.value == pytest.approx(0.8, abs=0.4)


def test_one_odd_period_before_the_change_is_seen_too():
    panel, treated = places(0.0, seed=3)
    outcomes = [
        value + 15 * (unit in treated and period == 4)
        for unit, period, value in zip(panel.units, panel.periods, panel.outcomes, strict=True)
    ]
    found = difference_in_differences(
        Panel(panel.units, panel.periods, outcomes), treated=treated, starts=STARTS
    )
    assert found.estimate is None


def test_it_is_the_two_way_fixed_effects_regression_clustered_by_place():
    """The slow way: a dummy for every place and period; the error of statsmodels, with each group's n for n - 1."""
    panel, treated = places(-4.0, seed=4)
    units, periods = sorted(set(panel.units)), range(PERIODS)
    has = np.array([unit in treated for unit in panel.units])
    late = np.array(panel.periods) >= STARTS
    columns = [has & late, *[np.array(panel.units) == unit for unit in units]]
    columns += [np.array(panel.periods) == period for period in periods[1:]]
    fitted = sm.OLS(np.array(panel.outcomes), np.column_stack(columns).astype(float)).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.unique(panel.units, return_inverse=True)[1], "use_correction": False},
    )
    found = difference_in_differences(panel, treated=treated, starts=STARTS)
    assert found.estimate.value == pytest.approx(fitted.params[0])
    table = np.array(panel.outcomes).reshape(len(units), PERIODS)
    change = table[:, STARTS:].mean(axis=1) - table[:, :STARTS].mean(axis=1)
    one, two = change[: len(treated)], change[len(treated) :]
    assert fitted.bse[0] ** 2 == pytest.approx(one.var() / len(one) + two.var() / len(two))
    unbiased = one.var(ddof=1) / len(one) + two.var(ddof=1) / len(two)
    half = (found.estimate.upper - found.estimate.lower) / 2
    assert 1.96 * unbiased**0.5 < half < 2.2 * unbiased**0.5


def test_the_order_of_rows_does_not_matter():
    panel, treated = places(-4.0, seed=5)
    turned = Panel(panel.units[::-1], panel.periods[::-1], panel.outcomes[::-1])
    one, two = (difference_in_differences(each, treated=treated, starts=STARTS) for each in (panel, turned))
    assert one.estimate == two.estimate


class TestRefusals:
    PANEL, TREATED = places(0.0, seed=6)

    def test_too_few_places(self):
        with pytest.raises(CannotCompare, match="compare smaller places"):
            difference_in_differences(self.PANEL, treated=self.TREATED[:4], starts=STARTS)

    @pytest.mark.parametrize("starts", [2, PERIODS])
    def test_too_few_periods(self, starts: int):
        with pytest.raises(CannotCompare, match="so that the trend can be checked"):
            difference_in_differences(self.PANEL, treated=self.TREATED, starts=starts)

    def test_an_unknown_place(self):
        with pytest.raises(CannotCompare, match="Atlantis is said to have the change"):
            difference_in_differences(self.PANEL, treated=[*self.TREATED, "Atlantis"], starts=STARTS)

    def test_a_gap_and_a_double(self):
        units, periods, outcomes = self.PANEL.units, self.PANEL.periods, self.PANEL.outcomes
        with pytest.raises(CannotCompare, match="P00 has no value for period 0"):
            difference_in_differences(
                Panel(units[1:], periods[1:], outcomes[1:]), treated=self.TREATED, starts=STARTS
            )
        doubled = Panel([*units, "P00"], [*periods, 0], [*outcomes, 1.0])
        with pytest.raises(CannotCompare, match="two values for period 0"):
            difference_in_differences(doubled, treated=self.TREATED, starts=STARTS)
