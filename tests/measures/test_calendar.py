"""Days in London and their periods, for whole columns as for one value, over both changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from localcare.analysis.dataset.engine import connect
from localcare.analysis.measures.calendar import day_column, midnight, period_column, period_of, stretches
from localcare.analysis.pathways.working_time import local_day

EVERY = timedelta(minutes=20)


def column(values, name="at"):
    backend = connect(threads=1)
    backend.con.register("given", pa.table({name: values}))
    return backend.table("given")[name]


@pytest.mark.parametrize("first", [datetime(2026, 3, 27), datetime(2026, 10, 23), datetime(2025, 12, 30)])
def test_the_day_of_a_column_is_the_day_in_london(first):
    times = [first + place * EVERY for place in range(400)]
    days = day_column(column(times), times[0], times[-1]).as_table().to_pyarrow().column(0).to_pylist()
    assert sorted(days) == sorted(local_day(at.replace(tzinfo=UTC)) for at in times)


def test_a_column_over_years():
    times = [datetime(2019, 1, 1) + timedelta(hours=7 * place) for place in range(6000)]
    found = day_column(column(times), times[0], times[-1]).as_table().to_pyarrow().column(0).to_pylist()
    assert sorted(found) == sorted(local_day(at.replace(tzinfo=UTC)) for at in times)


@pytest.mark.parametrize("period", ["day", "week", "month", "quarter", "all"])
def test_periods_of_a_column(period):
    days, since = [date(2025, 11, 1) + timedelta(days=place) for place in range(500)], date(2025, 11, 1)
    given = column(pa.array(days, pa.date32()), "day")
    found = given.as_table().mutate(start=period_column(given, period, since).cast("date")).to_pyarrow()
    told = dict(zip(found["day"].to_pylist(), found["start"].to_pylist(), strict=True))
    assert told == {day: period_of(day, period, since) for day in days}


@pytest.mark.parametrize("period", ["day", "week", "month", "quarter", "all"])
def test_stretches_cover_every_day_once(period):
    since, until = date(2026, 2, 11), date(2027, 1, 5)
    found = list(stretches(since, until, period))
    assert found[0].begins == since
    assert found[-1].ends == until
    assert [one.ends for one in found[:-1]] == [one.begins for one in found[1:]]
    for one in found:
        assert one.begins <= one.middle < one.ends
        assert {period_of(one.begins + timedelta(days=n), period, since) for n in range(one.days)} == {
            one.starts_on
        }


def test_midnight_in_summer_is_eleven_in_the_evening_before():
    assert midnight(date(2026, 7, 1)) == datetime(2026, 6, 30, 23)
    assert midnight(date(2026, 12, 1)) == datetime(2026, 12, 1)
