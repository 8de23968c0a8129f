"""One engine for every indicator, over a lived or simulated journal and a linked dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.libraries import ibis
from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.measures.calendar import (
    DAY,
    PERIODS,
    Period,
    midnight,
    period_column,
    stretches,
)
from localcare.analysis.measures.conditions import holds
from localcare.analysis.measures.dataset_rows import days_of
from localcare.analysis.measures.definitions import Indicator, NotYet
from localcare.analysis.measures.opened import Opened
from localcare.analysis.measures.people import with_breakdowns
from localcare.analysis.measures.places import Places

COLUMNS = ("indicator", "period_start", "numerator", "denominator", "value")  # breakdowns after period_start
NUMBERS = {"numerator": "int64", "denominator": "int64", "value": "float64"}
Row = dict[str, Any]


class CannotMeasure(LookupError):
    """The indicator cannot be measured so; the message says what is missing and what to do."""


@dataclass(frozen=True, eq=False)
class MeasureSource:
    """What indicators are read off: a journal folder, a linked dataset's folder, or both.

    `places` says in which cluster and locality each practice lies (without it: as shipped). What is read is kept open
    for further measures with the same source; use one source from one thread.
    """

    journal: JournalFolder | None = None
    dataset: Path | None = None
    places: Places | None = None

    @cached_property
    def opened(self) -> Opened:
        """The source as tables; each is worked out when first asked for."""
        return Opened(self.journal, self.dataset, self.places)


def measure(
    indicator: Indicator,
    source: MeasureSource,
    *,
    since: date,
    until: date,
    by: Sequence[str] = (),
    period: Period = "month",
) -> Any:
    """The indicator from the day `since` to before the day `until`, as a pyarrow Table.

    Columns: indicator, period_start (date), one per breakdown (string, "" where not known), numerator (int64),
    denominator (int64) and value (float64: `per` x numerator / denominator, null without a denominator; of a count the
    number itself, whose denominator is 0; of a median the middle, with the number of things twice). A period begins
    with its own first day. Days of which the source knows nothing yet are left out; nothing is suppressed here.
    Raises NotYet where the indicator has no number today and CannotMeasure where the source or a breakdown is missing.
    """
    _check(indicator, source, by, period)
    since, until = known_days(indicator, source, since, until)
    rows: list[Row] = []
    if since < until and is_covered(indicator, source):
        rows = [*_MEASURES[indicator.kind](indicator, source.opened, since, until, tuple(by), period)]
    rows.sort(key=lambda row: (row["period_start"], *(row[name] for name in by)))
    return table_of(indicator, rows, by)


def table_of(indicator: Indicator, rows: Sequence[Row], by: Sequence[str]) -> Any:
    """The rows in the shape that `measure` promises."""
    fields = [
        ("indicator", pa.string()),
        ("period_start", pa.date32()),
        *((name, pa.string()) for name in by),
    ]
    schema = pa.schema([*fields, *((name, pa.type_for_alias(kind)) for name, kind in NUMBERS.items())])
    return pa.Table.from_pylist([{"indicator": indicator.code, **row} for row in rows], schema=schema)


def breaches(indicator: Indicator, source: MeasureSource, *, since: date, until: date) -> Any:
    """What the indicator counts and what missed it, one row each, as a pyarrow Table; of any kind but a census.

    Of clocks and requests that still run, those whose time was up in the days asked for are in it.
    """
    _check(indicator, source, (), "all")
    if indicator.kind == "census" or not indicator.hits:
        raise CannotMeasure(f"{indicator.code} is a {indicator.kind}: nothing in it can be missed")
    since, until = known_days(indicator, source, since, until)
    on = "known_at" if indicator.subject in ("clocks", "requests") else indicator.counted_on
    rows = _rows_of(indicator, source.opened, since, max(since, until), on)
    missed = rows.filter(~holds(rows, indicator.hits)).drop("birth_date")
    return missed.order_by(
        ["day", *(name for name in ("task", "row", "journey") if name in rows.columns)]
    ).to_pyarrow()


def known_days(indicator: Indicator, source: MeasureSource, since: date, until: date) -> tuple[date, date]:
    """The days asked for, without those of which the source knows nothing (yet).

    A dataset knows of something from the first day on which any of it is in its table, to the day it is complete up to.
    """
    if indicator.reads == "journal":
        first, last = source.opened.days_of_journal
        return max(since, first), min(until, last + DAY)
    as_of, first_seen = source.opened.as_of, source.opened.first_day(indicator.subject, indicator.counted_on)
    begins = since if first_seen is None else max(since, first_seen)
    return begins, until if as_of is None else min(
        until, as_of + DAY - timedelta(days=indicator.follow_up_days)
    )


def is_covered(indicator: Indicator, source: MeasureSource) -> bool:
    """Whether the journal knows any of the pathways that the indicator names: nought is no number of the unknown."""
    named = {
        code for one in indicator.among if one.column == "pathway" and one.test == "is" for code in one.value
    }
    if indicator.reads != "journal" or source.journal is None or not named:
        return True
    return not named.isdisjoint(code for code, _ in source.journal.pathways)


def _check(indicator: Indicator, source: MeasureSource, by: Sequence[str], period: str) -> None:
    if indicator.not_yet:
        raise NotYet(indicator.not_yet)
    if indicator.reads == "journal" and source.journal is None:
        raise CannotMeasure(f"{indicator.code} is read off a journal: give the folder of one")
    if indicator.reads == "dataset" and source.dataset is None:
        raise CannotMeasure(f"{indicator.code} is read off a linked dataset: give the folder of one")
    for name in by:
        if name not in indicator.by:
            known = ", ".join(indicator.by)
            raise CannotMeasure(f"{indicator.code} cannot be shown by {name!r}: it can by {known}")
    if period not in PERIODS:
        raise CannotMeasure(f"{period!r} is no period: use one of {', '.join(PERIODS)}")


def _rows_of(indicator: Indicator, opened: Opened, since: date, until: date, on: str = "") -> Any:
    """The denominator's rows in the days, with the day of each and everything to break them down by."""
    rows = opened.rows(indicator.subject, on or indicator.counted_on, indicator.parameters)
    rows = rows.filter(rows.day >= ibis.literal(since), rows.day < ibis.literal(until))
    return rows.filter(holds(rows, indicator.among))


def _of_events(
    indicator: Indicator, opened: Opened, since: date, until: date, by: tuple[str, ...], period: Period
) -> Iterator[Row]:
    """Shares, counts, means and medians of things that fall on a day."""
    if indicator.subject == "registered":
        yield from _of_registered(indicator, opened, since, until, by, period)
        return
    rows = _rows_of(indicator, opened, since, until)
    if indicator.kind in ("mean", "median"):
        rows = rows.filter(rows[indicator.value_column].notnull())
    found = _grouped(rows, by, period_column(rows.day, period, since)).aggregate(**_numbers(indicator, rows))
    rows_found = [_finished(indicator, row) for row in found.to_pyarrow().to_pylist()]
    yield from rows_found
    if indicator.kind == "count":
        yield from _zeros(rows_found, by, stretches(since, until, period), lambda _: 0)


def _grouped(rows: Any, by: Sequence[str], period_start: Any) -> Any:
    groups = {name: rows[name].fill_null("") for name in by}
    return rows.group_by(period_start=period_start.cast("date"), **groups)


def _numbers(indicator: Indicator, rows: Any) -> Mapping[str, Any]:
    count = rows.count()
    if indicator.kind in ("mean", "median"):
        values = rows[indicator.value_column].cast("float64")
        middle = values.mean() if indicator.kind == "mean" else values.median()
        numerator = values.sum().round().cast("int64") if indicator.kind == "mean" else count
        return {"numerator": numerator, "denominator": count, "value": middle}
    return {"numerator": rows.count(where=holds(rows, indicator.hits)), "denominator": count}


def _finished(indicator: Indicator, row: Row) -> Row:
    if indicator.kind == "count":
        return row | {"denominator": 0, "value": float(row["numerator"])}
    return (
        row if "value" in row else row | {"value": value_of(indicator, row["numerator"], row["denominator"])}
    )


def value_of(indicator: Indicator, numerator: int, denominator: int) -> float | None:
    """The value of a share, a rate or a census."""
    return indicator.per * numerator / denominator if denominator else None


def _of_registered(
    indicator: Indicator, opened: Opened, since: date, until: date, by: tuple[str, ...], period: Period
) -> Iterator[Row]:
    """A share of the people registered, on the last day of each period."""
    days = days_of([*stretches(since, until, period)], at_end=True)
    people = opened.people(days, coded=True)
    people = people.filter(holds(people, indicator.among))
    hits = ibis.cases((holds(people, indicator.hits), people.people), else_=0)
    numbers = {"numerator": hits.sum(), "denominator": people.people.sum()}
    found = _grouped(people, by, people.starts_on).aggregate(**numbers)
    yield from (_finished(indicator, row) for row in found.to_pyarrow().to_pylist())


def _of_rate(
    indicator: Indicator, opened: Opened, since: date, until: date, by: tuple[str, ...], period: Period
) -> Iterator[Row]:
    """Events of people registered on their day, and the days that people lived through."""
    rows = _rows_of(indicator, opened, since, until)
    rows = rows.filter(rows.practice.notnull())
    events = _grouped(rows, by, period_column(rows.day, period, since)).aggregate(numerator=rows.count())
    people = opened.people(days_of([*stretches(since, until, period)], at_end=False))
    people = people.filter(holds(people, indicator.of_people))
    lived = _grouped(people, by, people.starts_on).aggregate(denominator=(people.days * people.people).sum())
    found: dict[tuple[Any, ...], Row] = {}
    for table in (lived, events):
        for row in table.to_pyarrow().to_pylist():
            key = (row["period_start"], *(row[name] for name in by))
            found.setdefault(key, {"numerator": 0, "denominator": 0}).update(row)
    yield from (_finished(indicator, row) for row in found.values())


def _of_census(
    indicator: Indicator, opened: Opened, since: date, until: date, by: tuple[str, ...], period: Period
) -> Iterator[Row]:
    """People counted at each midnight, and the nights."""
    nights = [*_nights(opened, since, until)]
    if not nights:
        return
    since, until = nights[0]["day"], nights[-1]["day"] + DAY
    table = opened.put("nights", nights, {"day": "date32", "midnight": "timestamp[us]"})
    waits = opened.rows("waits", "", {}).drop("day")
    there = [
        waits.begins_at < table.midnight,
        waits.ends_at.isnull() | (waits.ends_at >= table.midnight),
    ]
    rows = with_breakdowns(waits.join(table, there))
    rows = rows.filter(holds(rows, indicator.among))
    per_period = _grouped(rows, by, period_column(rows.day, period, since))
    counted = [*stretches(since, until, period)]
    nights_of = {stretch.starts_on: stretch.days for stretch in counted}
    found = [
        _finished(indicator, row | {"denominator": nights_of[row["period_start"]]})
        for row in per_period.aggregate(numerator=_person_nights(rows)).to_pyarrow().to_pylist()
    ]
    yield from found
    yield from _zeros(found, by, counted, lambda stretch: stretch.days)


def _person_nights(rows: Any) -> Any:
    """Each person once a night."""
    return (rows.person.cast("string").concat("|", rows.day.cast("string"))).nunique()


def _nights(opened: Opened, since: date, until: date) -> Iterator[Row]:
    """The days whose closing midnight lies within what the journal knows."""
    first, last = opened.times_of_journal
    day = since
    while day < until:
        at = midnight(day + DAY)
        if first < at <= last:
            yield {"day": day, "midnight": at}
        day += DAY


def _zeros(found: Sequence[Row], by: Sequence[str], counted: Any, denominator: Any) -> Iterator[Row]:
    """Nought for each period in which nothing was counted of a group that is met in another."""
    groups = {tuple(row[name] for name in by) for row in found} if by else {()}
    there = {(row["period_start"], *(row[name] for name in by)) for row in found}
    for stretch, group in product(counted, sorted(groups)):
        if (stretch.starts_on, *group) not in there:
            whose = dict(zip(by, group, strict=True))
            yield {"period_start": stretch.starts_on, **whose, "numerator": 0,
                   "denominator": denominator(stretch), "value": 0.0}  # fmt: skip


_MEASURES: Mapping[str, Any] = {
    "share": _of_events, "count": _of_events, "mean": _of_events, "median": _of_events,
    "rate": _of_rate, "census": _of_census,
}  # fmt: skip

__all__ = ["CannotMeasure", "MeasureSource", "Period", "breaches", "measure", "table_of", "value_of"]
