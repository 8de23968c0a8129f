"""Durations in closed form against sums, and the census of beds day by day."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from localcare.analysis.simulation.closed_forms import census
from localcare.analysis.simulation.scenario import distributions
from localcare.analysis.simulation.scenario.durations import Duration

NEAR = pytest.approx
ALL = [
    Duration("exponential", "days", {"mean": 3.0}),
    Duration("lognormal", "days", {"mean": 21.0, "sd": 16.8}),
    Duration("gamma", "hours", {"mean": 30.0, "sd": 12.0}),
    Duration("triangular", "minutes", {"low": 5.0, "mode": 7.0, "high": 10.0}),
    Duration("triangular", "hours", {"low": 5.0, "mode": 5.0, "high": 10.0}),
    Duration("uniform", "minutes", {"low": 10.0, "high": 20.0}),
    Duration("fixed", "days", {"value": 2.5}),
    Duration("empirical", "hours", values=(1.0, 4.0, 40.0), weights=(1.0, 2.0, 1.0)),
]


@pytest.mark.parametrize("duration", ALL, ids=lambda one: one.distribution)
def test_what_follows_from_a_duration_is_the_sum_of_its_survival(duration: Duration) -> None:
    mean = distributions.mean_hours(duration)

    def still(hours: float) -> float:
        return float(distributions.survival(duration, np.array([hours]))[0])

    steps = [value * duration.hours_per_unit for value in (*duration.values, *duration.parameters.values())]
    for until in (0.3 * mean, mean, 2.5 * mean):
        points = sorted(step for step in steps if 0 < step < until) or None
        whole = quad(still, 0, until, points=points, limit=200)[0]
        assert distributions.limited_mean(duration, np.array([until]))[0] == NEAR(whole, rel=1e-7)
    far = distributions.limited_mean(duration, np.array([mean * 1e5]))[0]
    assert far == NEAR(mean, rel=1e-6)
    lengths = distributions.quantiles(duration, (np.arange(200_000) + 0.5) / 200_000)
    assert lengths.mean() == NEAR(mean, rel=2e-3)
    assert lengths.var() == NEAR(distributions.variance_hours(duration), rel=3e-2, abs=1e-12)


@pytest.mark.parametrize("duration", ALL, ids=lambda one: one.distribution)
def test_a_steady_census_is_rate_times_stay(duration: Duration) -> None:
    days = 1500
    here = census.mtginf(np.full(days, 10.0), duration)
    assert here[-1] == NEAR(10 * distributions.mean_hours(duration) / 24, rel=1e-6)
    left = census.leaving(duration, days)
    assert left.min() >= -1e-12
    assert left.sum() == NEAR(1, rel=1e-6)


def test_admissions_that_rise_and_fall_day_by_day() -> None:
    """Exponential stays: the census follows N' = admissions - N / mean, solved by hand in each day."""
    mean_days, days = 21.0, 3 * 365
    admissions = 10 * (1 + 0.3 * np.sin(2 * np.pi * np.arange(days) / 365))
    found = census.mtginf(admissions, Duration("exponential", "days", {"mean": mean_days}))
    here, by_hand = 0.0, []
    for coming in admissions:
        here = coming * mean_days + (here - coming * mean_days) * math.exp(-1 / mean_days)
        by_hand.append(here)
    assert found == NEAR(np.array(by_hand), rel=1e-9)
    last = found[-365:]
    assert 210 * 0.7 < last.min() < last.max() < 210 * 1.3  # longer stays smooth the season


def test_convolution_day_by_day_is_the_double_sum() -> None:
    generator = np.random.default_rng(4)
    admissions = generator.uniform(0, 20, 90)
    stay = Duration("lognormal", "days", {"mean": 9.0, "sd": 7.2})
    kernel = census.staying(stay, 90)
    slow = [sum(admissions[came] * kernel[day - came] for came in range(day + 1)) for day in range(90)]
    assert census.mtginf(admissions, stay) == NEAR(np.array(slow), rel=1e-9)


def test_people_who_are_there_already() -> None:
    forgetful = Duration("exponential", "days", {"mean": 5.0})
    expected = np.exp(-np.arange(1, 21) / 5.0)
    assert census.remaining(forgetful, 20) == NEAR(expected, rel=1e-9)
    assert census.remaining(forgetful, 20, Duration("fixed", "days", {"value": 9.0})) == NEAR(
        expected, rel=1e-9
    )
    stay = Duration("fixed", "days", {"value": 10.0})
    assert (
        census.remaining(stay, 12, Duration("fixed", "days", {"value": 4.0})).tolist()
        == [1.0] * 5 + [0.0] * 7
    )
    # a long-run census that goes on being fed stays as it is
    long_stay = Duration("gamma", "days", {"mean": 12.0, "sd": 20.0})
    assert census.mtginf(np.full(60, 3.0), long_stay, already=36.0) == NEAR(np.full(60, 36.0), rel=1e-9)


def test_between_which_numbers_a_census_lies() -> None:
    low, high = census.census_interval(100.0)
    assert census.census_at_most(low - 1, 100.0) < 0.025 <= census.census_at_most(low, 100.0)
    assert census.census_at_most(high - 1, 100.0) < 0.975 <= census.census_at_most(high, 100.0)
    assert census.census_interval(0.0) == (0, 0)
