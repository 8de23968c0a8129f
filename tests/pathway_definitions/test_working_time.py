"""Due times and waits in working hours, over both changes of the clock, against a minute-by-minute twin."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from localcare.analysis.pathways.errors import UnreadablePathway
from localcare.analysis.pathways.hours import read_hours
from localcare.analysis.pathways.model import Span
from localcare.analysis.pathways.working_time import WorkingHours, due_after, due_before, elapsed

LONDON = ZoneInfo("Europe/London")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAILY = read_hours({"hours": "daily", "open": {"daily": ["08:00-20:00"]}})
NIGHTS = read_hours({"hours": "nights", "open": {"daily": ["20:00-08:00"]}})
ALWAYS = read_hours({"hours": "always", "always": True})
CHRISTMAS = [date(2026, 12, 25), date(2026, 12, 28)]
OFFICE = read_hours({"hours": "office", "open": {"weekdays": ["09:00-17:00"]}, "on_holidays": []}, CHRISTMAS)


def london(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=LONDON, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "span", "hours", "due"),
    [
        # elapsed time and days on an ordinary day
        ("2026-11-02 10:00", "2h", None, "2026-11-02 12:00"),
        ("2026-11-02 10:00", "6w", None, "2026-12-14 10:00"),
        # the clocks go forward on 29 March 2026: 24 hours are not one day
        ("2026-03-28 10:00", "24h", None, "2026-03-29 11:00"),
        ("2026-03-28 10:00", "1d", None, "2026-03-29 10:00"),
        ("2026-03-28 01:30", "1d", None, "2026-03-29 02:00"),  # 01:30 is skipped: the moment it skips to
        # the clocks go back on 25 October 2026
        ("2026-10-24 10:00", "24h", None, "2026-10-25 09:00"),
        ("2026-10-24 10:00", "1d", None, "2026-10-25 10:00"),
        ("2026-10-11 10:00", "2w", None, "2026-10-25 10:00"),
        # open time only
        ("2026-11-02 19:00", "2h", DAILY, "2026-11-03 09:00"),
        ("2026-11-02 22:00", "30m", DAILY, "2026-11-03 08:30"),
        ("2026-11-02 08:00", "12h", DAILY, "2026-11-02 20:00"),
        ("2026-11-02 10:00", "24h", ALWAYS, "2026-11-03 10:00"),
        # the night before the clocks change has 11 hours, the one in autumn 13
        ("2026-03-28 20:00", "11h", NIGHTS, "2026-03-29 08:00"),
        ("2026-10-24 20:00", "13h", NIGHTS, "2026-10-25 08:00"),
        # office hours, weekends and holidays (Friday 25 and Monday 28 December 2026)
        ("2026-12-24 16:00", "2h", OFFICE, "2026-12-29 10:00"),
        ("2026-12-24 16:00", "1d", OFFICE, "2026-12-29 16:00"),
        ("2026-11-06 18:00", "2d", OFFICE, "2026-11-11 09:00"),
        ("2026-11-06 10:00", "1w", OFFICE, "2026-11-13 10:00"),
        ("2026-12-18 10:00", "1w", OFFICE, "2026-12-29 09:00"),
    ],
)
def test_due_times(start, span, hours, due):
    length = Span(int(span[:-1]), span[-1])
    assert due_after(london(start), length, hours) == london(due)


def test_the_hour_that_comes_twice_is_told_apart():
    first, second = london("2026-10-25 01:30"), london("2026-10-25 01:30", fold=1)
    assert second - first == HOUR
    assert elapsed(first, second) == HOUR
    assert due_after(first, Span(1, "h")) == second
    assert due_after(second, Span(0, "d")) == second


@pytest.mark.parametrize("hours", [None, ALWAYS, DAILY, OFFICE])
def test_nothing_waited_is_nothing(hours):
    at = london("2026-11-02 10:00")
    assert elapsed(at, at, hours) == timedelta(0)
    assert elapsed(at, at - HOUR, hours) == timedelta(0)
    assert due_after(at, timedelta(0), hours) == at


def test_counting_back_from_a_booked_time():
    surgery = london("2026-03-30 08:00")
    assert due_before(surgery, Span(48, "h")) == london("2026-03-28 07:00")
    assert due_before(surgery, Span(2, "d")) == london("2026-03-28 08:00")
    assert due_before(london("2026-11-03 09:00"), Span(2, "h"), DAILY) == london("2026-11-02 19:00")


def test_open_and_opening():
    assert DAILY.is_open(london("2026-11-02 08:00"))
    assert not DAILY.is_open(london("2026-11-02 20:00"))
    assert NIGHTS.is_open(london("2026-11-03 02:00"))
    assert OFFICE.opens_at(london("2026-12-24 18:00")) == london("2026-12-29 09:00")
    assert ALWAYS.is_open(london("2026-12-25 03:00"))


def test_long_waits_are_quick_to_count():
    years = elapsed(london("2016-01-04 09:00"), london("2026-01-05 09:00"), DAILY)
    assert years == 12 * HOUR * (date(2026, 1, 5) - date(2016, 1, 4)).days - HOUR + HOUR


@pytest.mark.parametrize("bad", ["25:00-26:00", "8-20", "08:00", "08:60-09:00", "08:00-24:30"])
def test_bad_opening_times_are_refused(bad):
    with pytest.raises(UnreadablePathway):
        read_hours({"hours": "x", "open": {"daily": [bad]}})


def test_hours_that_are_never_open_are_refused():
    with pytest.raises(ValueError, match="never open"):
        read_hours({"hours": "x", "open": {}})


def test_instants_need_a_zone_and_settings_need_an_answer():
    with pytest.raises(ValueError, match="no time zone"):
        due_after(datetime(2026, 1, 1), HOUR)
    with pytest.raises(ValueError, match="not resolved"):
        due_after(london("2026-11-02 10:00"), Span(setting="package"))


# The twin: every minute of some weeks, with the local time that the clock shows.

CHANGES = [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)]
WINDOW = timedelta(days=24)


def minutes_around(day):
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=5)
    instants = [begin + number * MINUTE for number in range(WINDOW // MINUTE)]
    return instants, [at.astimezone(LONDON).replace(tzinfo=None) for at in instants]


MINUTES = {day: minutes_around(day) for day in CHANGES}


def slowly_open(hours, day):
    """Whether each minute of the window is open: opening and closing fall on the first minute that shows them."""
    instants, shown = MINUTES[day]
    is_open = [False] * len(instants)
    for number in range(WINDOW.days - 2):
        local_day = (instants[0] + timedelta(days=number + 1)).date()
        midnight = datetime(local_day.year, local_day.month, local_day.day)
        minutes = hours.holiday_hours if local_day in hours.holidays else hours.week[local_day.weekday()]
        for opens, closes in minutes:
            first = first_showing(shown, midnight + opens * MINUTE)
            last = first_showing(shown, midnight + closes * MINUTE)
            is_open[first:last] = [True] * (last - first)
    return is_open


def first_showing(shown, local):
    return next(index for index, at in enumerate(shown) if at >= local)


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # the twin is too slow to shrink with


def interval(opens):
    return st.integers(1, 900).map(lambda length: (opens, opens + length))


days = st.lists(st.integers(0, 1439).flatmap(interval), max_size=2).map(tuple)
weeks = st.tuples(*[days] * 7).filter(lambda week: sum(map(bool, week)) >= 3)
some_hours = st.builds(
    lambda week, holiday, holidays: WorkingHours("x", "x", week, holiday, frozenset(holidays)),
    weeks,
    days,
    st.sets(st.sampled_from(CHANGES), max_size=2),
)
cases = {
    "hours": some_hours,
    "day": st.sampled_from(CHANGES),
    "start": st.integers(3 * 1440, 7 * 1440),
}


@settings(deadline=None, max_examples=60, phases=QUICK)
@given(**cases, wait=st.integers(0, 4 * 1440))
def test_waits_agree_with_the_twin(hours, day, start, wait):
    instants, _ = MINUTES[day]
    is_open = slowly_open(hours, day)
    counted = sum(is_open[start : start + wait]) * MINUTE
    assert elapsed(instants[start], instants[start + wait], hours) == counted
    assert hours.is_open(instants[start]) == is_open[start]


@settings(deadline=None, max_examples=60, phases=QUICK)
@given(**cases, length=st.integers(1, 300))
def test_due_times_agree_with_the_twin(hours, day, start, length):
    instants, _ = MINUTES[day]
    is_open = slowly_open(hours, day)
    counted, index = 0, start
    while counted < length and index < len(instants) - 3 * 1440:
        counted += is_open[index]
        index += 1
    if counted < length:
        return  # the twin's window is too short for hours so rare
    due = due_after(instants[start], length * MINUTE, hours)
    assert due == instants[index]
    assert elapsed(instants[start], due, hours) == length * MINUTE
    assert elapsed(due_before(due, length * MINUTE, hours), due, hours) == length * MINUTE


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.integers(1, 60),
)
def test_days_keep_the_time_on_the_clock(start, days):
    due = due_after(start, Span(days, "d"))
    before, after = start.astimezone(LONDON), due.astimezone(LONDON)
    assert after.date() == before.date() + timedelta(days=days)
    skipped = after.utcoffset() == HOUR and after.date() in CHANGES and before.hour == 1
    assert after.time() == before.time() or (skipped and (after.hour, after.minute) == (2, 0))
