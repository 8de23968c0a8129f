"""Words for dates, times, numbers and money, over both changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.kernel.nhs_design import formatting


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_date_is_written_out():
    assert formatting.format_date(date(2026, 3, 3)) == "3 March 2026"
    assert formatting.format_short_date(date(2026, 3, 3)) == "3 Mar 2026"
    assert formatting.format_date(None) == "Not recorded"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (utc(2026, 1, 5, 14, 5), "5 January 2026 at 14:05"),
        (utc(2026, 7, 5, 14, 5), "5 July 2026 at 15:05"),
        (utc(2026, 7, 5, 23, 30), "6 July 2026 at 00:30"),
        # clocks go forward on 29 March 2026: 00:59 GMT is followed by 02:00 BST
        (utc(2026, 3, 29, 0, 59), "29 March 2026 at 00:59"),
        (utc(2026, 3, 29, 1, 0), "29 March 2026 at 02:00"),
        # clocks go back on 25 October 2026: 01:30 comes twice
        (utc(2026, 10, 25, 0, 30), "25 October 2026 at 01:30 BST"),
        (utc(2026, 10, 25, 1, 30), "25 October 2026 at 01:30 GMT"),
        (utc(2026, 10, 25, 2, 0), "25 October 2026 at 02:00"),
    ],
)
def test_a_moment_is_told_in_london(moment, words):
    assert formatting.format_moment(moment) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (utc(2026, 10, 25, 13, 5), "today at 13:05"),
        (utc(2026, 10, 24, 22, 30), "yesterday at 23:30"),
        (utc(2026, 10, 24, 23, 30), "today at 00:30 "),
        (utc(2026, 10, 26, 0, 10), "tomorrow at 00:10"),
        (utc(2026, 10, 20, 8, 0), "20 October 2026 at 09:00"),
    ],
)
def test_near_days_have_names(moment, words):
    now = utc(2026, 10, 25, 18, 0)
    assert formatting.format_relative_moment(moment, now) == words.strip()


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        formatting.format_moment(datetime(2026, 1, 1, 9, 0))


@pytest.mark.parametrize(
    ("born", "on", "words"),
    [
        (date(1941, 3, 3), date(2026, 3, 2), "84 years"),
        (date(1941, 3, 3), date(2026, 3, 3), "85 years"),
        (date(2024, 2, 29), date(2026, 2, 28), "23 months"),
        (date(2024, 2, 29), date(2026, 3, 1), "2 years"),
        (date(2026, 1, 31), date(2026, 3, 1), "1 month"),
        (date(2026, 3, 1), date(2026, 3, 10), "9 days"),
        (date(2026, 3, 9), date(2026, 3, 10), "1 day"),
    ],
)
def test_ages(born, on, words):
    assert formatting.format_age(born, on) == words


def test_an_age_before_birth_is_refused():
    with pytest.raises(ValueError, match="check the date of birth"):
        formatting.format_age(date(2026, 3, 2), date(2026, 3, 1))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2020, 1, 1)), st.integers(0, 40_000))
def test_an_age_never_falls_as_days_pass(born, days):
    later = born + timedelta(days=days)
    assert formatting.age_in_years(born, later) <= formatting.age_in_years(born, later + timedelta(days=1))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("9991234567", "999 123 4567"),
        ("999-123-4567", "999 123 4567"),
        ("", "NHS number not known"),
        ("12345", "12345"),
    ],
)
def test_nhs_numbers_are_read_in_three_groups(number, words):
    assert formatting.format_nhs_number(number) == words


@pytest.mark.parametrize(
    ("pence", "words"),
    [(0, "£0"), (123450, "£1,234.50"), (100, "£1"), (-5, "−£0.05"), (None, "Not recorded")],
)
def test_money_comes_from_pence(pence, words):
    assert formatting.format_money(pence) == words


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (timedelta(hours=2, minutes=5), "2 hours 5 minutes"),
        (timedelta(days=1, minutes=59), "1 day"),
        (timedelta(minutes=1, seconds=59), "1 minute"),
        (timedelta(seconds=20), "less than a minute"),
    ],
)
def test_intervals_name_their_two_largest_units(interval, words):
    assert formatting.format_interval(interval) == words
