"""The raw figure against a baseline: a difference with chance stated, never called an impact."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from localcare.analysis.effect import CannotCompare, against_baseline


@pytest.mark.trace("T221")
def test_month_six_of_the_frailty_specialities():
    """Paper 004: 12.8% below contract baseline for five specialities combined; the counts are made up to give that figure."""
    found = against_baseline(872, 1000, what="activity of the five frailty specialities", period="at month 6")
    assert found.relative.value == pytest.approx(-0.128)
    assert found.heading == "Difference from baseline"
    assert "12.8% lower" in found.says
    assert "872 against a baseline of 1,000" in found.says
    assert "does not say why" in found.cannot_say
    assert "regression to the mean" in found.cannot_say
    for words in (found.heading, found.says, found.cannot_say):
        assert "impact" not in words.lower()


def test_the_interval_is_the_exact_one_of_a_count():
    found = against_baseline(40, 50, what="admissions")
    assert found.estimate.lower == pytest.approx(stats.chi2.ppf(0.025, 80) / 2 - 50)
    assert found.relative.upper == pytest.approx(stats.chi2.ppf(0.975, 82) / 2 / 50 - 1)
    assert found.estimate.holds_zero
    assert "chance alone may explain it" in found.says


def test_with_no_change_it_holds_zero_as_often_as_it_says():
    """Exactly, over every count that may come when 200 are expected."""
    held = sum(
        stats.poisson.pmf(count, 200)
        for count in range(120, 290)
        if against_baseline(count, 200, what="x").estimate.holds_zero
    )
    assert 0.95 <= held <= 0.96


class TestCountedBaseline:
    """The same months of the year before are a count as well, with as much chance in it."""

    def test_the_interval_is_that_of_two_counts(self):
        found = against_baseline(872, 1000, what="activity", baseline_is_counted=True)
        share = proportion_confint(872, 1872, method="beta")
        assert found.relative.lower == pytest.approx(share[0] / (1 - share[0]) - 1)
        assert found.relative.upper == pytest.approx(share[1] / (1 - share[1]) - 1)
        planned = against_baseline(872, 1000, what="activity")
        assert found.relative.upper - found.relative.lower > 1.3 * (
            planned.relative.upper - planned.relative.lower
        )
        assert "taken as exact" in planned.cannot_say
        assert "taken as exact" not in found.cannot_say

    def test_with_no_change_it_holds_zero_about_as_often_as_it_says(self):
        pairs = np.random.default_rng(8).poisson(150, size=(3000, 2))
        two, one = (
            np.mean(
                [
                    against_baseline(after, before, what="x", baseline_is_counted=counted).estimate.holds_zero
                    for after, before in pairs.tolist()
                ]
            )
            for counted in (True, False)
        )
        assert 0.945 <= two <= 0.975
        assert one < 0.87  # taken as exact, last year's chance would pass for change

    def test_nothing_seen_after(self):
        found = against_baseline(0, 12, what="x", baseline_is_counted=True)
        assert found.relative.lower == -1
        assert found.relative.upper < -0.5


@pytest.mark.parametrize(("observed", "baseline"), [(5, 0), (-1, 10)])
def test_nothing_to_compare_is_refused(observed: int, baseline: int):
    with pytest.raises(CannotCompare, match="give the"):
        against_baseline(observed, baseline, what="x")
