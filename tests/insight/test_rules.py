"""Which periods are measured and drawn, and how places add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from localcare.analysis.measures.definitions import indicators
from localcare.system.insight.figures.over_time import run_figure
from localcare.system.insight.rules import (
    Number,
    added,
    chart_period,
    months_before,
    telling_period,
    whole_periods,
)
from localcare.system.insight.series import Moment, Series


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 23), 0, date(2026, 11, 1)),
        (date(2026, 11, 23), 11, date(2025, 12, 1)),
        (date(2026, 1, 31), 1, date(2025, 12, 1)),
        (date(2024, 2, 29), 12, date(2023, 2, 1)),
    ],
)
def test_months_are_counted_back_over_the_year(day, months, expected):
    assert months_before(day, months) == expected


def test_a_share_of_places_together_is_what_was_met_of_all_that_counted():
    found = added("share", [Number(1, 2, 50.0), Number(9, 10, 90.0), Number(0, 3, 0.0)])
    assert (found.numerator, found.denominator) == (10, 15)
    assert found.value == pytest.approx(100 * 10 / 15)


def test_a_rate_keeps_its_scale_when_places_are_joined():
    a_year = [Number(2, 1_000, 24.0), Number(1, 500, 24.0)]  # per 1,000 a year, of one month
    assert added("rate", a_year).value == pytest.approx(24.0)


def test_nothing_met_is_nought_and_nothing_counted_is_no_number():
    assert added("share", [Number(0, 4, 0.0)]).value == 0.0
    assert added("share", [Number(0, 0, None)]).value is None


def test_counts_and_people_at_midnight_add_up():
    assert added("count", [Number(3, 0, 3.0), Number(4, 0, 4.0)]).value == 7.0
    assert added("census", [Number(30, 30, 1.0), Number(60, 30, 2.0)]).value == 3.0


def test_a_median_never_adds_up():
    with pytest.raises(ValueError, match="measure it by itself"):
        added("median", [Number(1, 1, 5.0)])


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([("month", 36), ("week", 26), ("day", 28)], "month"),
        ([("month", 2), ("week", 12), ("day", 28)], "week"),
        ([("month", 1), ("week", 2), ("day", 8)], "day"),
        ([("month", 11)], "month"),
        ([], "month"),
    ],
)
def test_the_longest_period_with_enough_points_is_drawn(points, expected):
    assert chart_period(points) == expected


@pytest.mark.parametrize(
    ("period", "since", "until", "expected"),
    [
        ("month", date(2026, 3, 15), date(2026, 6, 10), (date(2026, 4, 1), date(2026, 6, 1))),
        ("month", date(2026, 3, 1), date(2026, 4, 1), (date(2026, 3, 1), date(2026, 4, 1))),
        ("month", date(2026, 12, 2), date(2026, 12, 30), (date(2027, 1, 1), date(2027, 1, 1))),
        ("week", date(2026, 11, 17), date(2026, 12, 2), (date(2026, 11, 23), date(2026, 11, 30))),
        ("week", date(2026, 11, 16), date(2026, 11, 23), (date(2026, 11, 16), date(2026, 11, 23))),
        ("day", date(2026, 11, 17), date(2026, 11, 18), (date(2026, 11, 17), date(2026, 11, 18))),
    ],
)
def test_only_whole_months_and_weeks(period, since, until, expected):
    assert whole_periods(period, since, until) == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [(date(2026, 2, 20), "week"), (date(2026, 1, 20), "day"), (date(2026, 4, 2), "month")],
)
def test_a_journal_is_shown_by_the_longest_period_of_which_it_has_a_few(until, expected):
    assert telling_period(date(2026, 1, 1), until) == expected


def test_each_period_has_the_target_that_was_in_force():
    found = indicators()["urgent-response-two-hours"]
    target = found.targets[0]
    several = (
        replace(target, value=60.0, starts_on=date(2026, 2, 1), ends_on=date(2026, 3, 1)),
        replace(target, value=70.0, starts_on=date(2026, 3, 1), ends_on=None),
    )
    moments = tuple(Moment(date(2026, month, 1), 8, 10, 80.0) for month in (1, 2, 3, 4))
    series = Series(replace(found, targets=several), "all", "month", moments)
    assert series.targets == [None, 60.0, 70.0, 70.0]
    figure = run_figure(series, "Kent")
    assert "Target 60 from Feb 2026 to Feb 2026, then 70 from Mar 2026 to Apr 2026" in figure.words
