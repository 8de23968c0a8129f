"""The rule about abrupt changes: its false alarms on stable series, and its power on planted breaks, by simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from localcare.analysis.quality.changes import ChangeRule, changes

MONTHS = 18
RULE = ChangeRule()
STATED_FALSE_ALARMS = 1 / 1000  # as definitions/quality/coding.yaml says


def stable(random: np.random.Generator, practices: int, unrest: float) -> Any:
    """Practices of 20 to 3,000 facts a month with a season and months in common; each restless by a gamma variable."""
    base = np.exp(random.uniform(np.log(20), np.log(3000), practices))
    season = 1 + 0.15 * np.sin(2 * np.pi * (np.arange(MONTHS) + random.uniform(0, 12)) / 12)
    shared = season * random.normal(1, 0.05, MONTHS).clip(0.5)
    own = random.gamma(1 / unrest**2, unrest**2, (practices, MONTHS))
    return random.poisson(base[:, None] * shared * own)


@pytest.mark.parametrize("unrest", [0.01, 0.1, 0.2, 0.3])
def test_stable_series_raise_at_most_the_stated_false_alarms(unrest: float) -> None:
    """20,000 series: a rate of 1 in 1,000 would give 20; 33 is beyond its upper 99.5% limit."""
    random = np.random.default_rng(20261001)
    alarms = sum(len(changes(stable(random, 100, unrest), RULE)) for _ in range(200))
    assert alarms <= 33
    assert alarms / 20_000 <= 1.65 * STATED_FALSE_ALARMS


def found(times: float, months: int, usual: float, trials: int = 200) -> float:
    """The share of trials in which a practice whose level changed so many months ago is found, and from when."""
    random = np.random.default_rng(7)
    seen = 0
    for _ in range(trials):
        series = stable(random, 40, 0.1)
        level = usual * random.gamma(100, 0.01, MONTHS)
        level[-months:] *= times
        series[0] = random.poisson(level)
        seen += any(one.series == 0 for one in changes(series, RULE))
    return seen / trials


@pytest.mark.parametrize(
    ("times", "months", "usual", "at_least"),
    [
        (0.0, 1, 30, 0.99),  # a stop is seen after a month, also where little is usual
        (0.33, 2, 100, 0.95),  # a fall to a third of 100 a month after two months
        (0.33, 1, 500, 0.90),
        (0.5, 3, 500, 0.85),
        (3.0, 2, 100, 0.95),  # and a rise likewise
    ],
)
def test_planted_breaks_are_found(times: float, months: int, usual: float, at_least: float) -> None:
    assert found(times, months, usual) >= at_least


def test_what_all_practices_do_is_no_change_of_one() -> None:
    random = np.random.default_rng(3)
    series = stable(random, 60, 0.05).astype(float)
    series[:, -2:] *= 0.4  # a holiday, or a feed of everybody
    assert not changes(series.round(), RULE)


def test_the_month_and_the_size_are_told() -> None:
    series = np.full((8, MONTHS), 200)
    series[3, -4:] = 50
    (one,) = changes(series, RULE)
    assert (one.series, one.month) == (3, MONTHS - 4)
    assert one.times == pytest.approx(0.25, rel=0.01)


def test_too_few_months_or_too_small_series_say_nothing() -> None:
    series = np.full((8, MONTHS), 200)
    series[3, -4:] = 0
    assert not changes(series[:, 1:], RULE)
    assert not changes(series // 20, RULE)
    assert not changes(np.zeros((0, MONTHS)), RULE)
