"""The slow, obvious twin of the engine: plain Python over lists, one thing after another. Tests compare the two."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from localcare.analysis.dataset import read_metadata
from localcare.analysis.measures.calendar import DAY, Period, midnight, period_of, stretches
from localcare.analysis.measures.definitions import Condition, Indicator, NotYet
from localcare.analysis.measures.engine import MeasureSource, is_covered, table_of
from localcare.analysis.measures.people import AGE_BANDS, FIVE_YEARS
from localcare.analysis.measures.twin_dataset import twin_dataset
from localcare.analysis.measures.twin_journal import journal_things, journal_waits
from localcare.analysis.pathways.working_time import local_day
from localcare.analysis.scores.windows import age_on

Row = dict[str, Any]


def twin(
    indicator: Indicator,
    source: MeasureSource,
    *,
    since: date,
    until: date,
    by: Sequence[str] = (),
    period: Period = "month",
) -> Any:
    """What `engine.measure` gives, worked out slowly."""
    if indicator.not_yet:
        raise NotYet(indicator.not_yet)
    since, until = _known_days(indicator, source, since, until)
    rows: list[Row] = []
    if since < until and is_covered(indicator, source):
        rows = [*_twin_of(indicator)(indicator, source, since, until, tuple(by), period)]
    rows.sort(key=lambda row: (row["period_start"], *(row[name] for name in by)))
    return table_of(indicator, rows, by)


def _known_days(indicator: Indicator, source: MeasureSource, since: date, until: date) -> tuple[date, date]:
    """The days that the journal covers, or that the table has something of and the dataset is complete up to."""
    if indicator.reads == "journal":
        assert source.journal is not None
        about = source.journal.about
        return max(since, local_day(about.since)), min(until, local_day(about.until) + DAY)
    assert source.dataset is not None
    if said := read_metadata(source.dataset).get("as_of"):
        until = min(until, date.fromisoformat(said) + DAY - timedelta(days=indicator.follow_up_days))
    if indicator.subject == "registered":
        return since, until
    days = sorted(
        day for row in twin_dataset(source).tables[indicator.subject] if (day := row[indicator.counted_on])
    )
    if len(days) > 1:
        gaps = [(after - before).days for before, after in pairwise(days)]
        since = max(since, days[0] - timedelta(days=sum(gaps) // len(gaps)))
    return since, until


def _twin_of(indicator: Indicator) -> Callable[..., Iterator[Row]]:
    if indicator.kind == "census":
        return _census
    if indicator.kind == "rate":
        return _rate
    return _registered_share if indicator.subject == "registered" else _events


def holds(row: Row, conditions: Sequence[Condition]) -> bool:
    """Whether all conditions hold of a row."""
    return all(_holds(row.get(condition.column), condition) for condition in conditions)


def _holds(said: Any, condition: Condition) -> bool:
    test, value = condition.test, condition.value
    if test == "is_filled":
        return (said is not None) is bool(value)
    if said is None:
        return False
    if test == "is":
        return said in value
    if test == "is_not":
        return said not in value
    if test == "is_true":
        return bool(said) is bool(value)
    if test == "at_least":
        return bool(said >= value)
    return bool(said <= value) if test == "at_most" else bool(said < value)


def _about(row: Row, who: Row | None, day: date) -> Row:
    """The row with what can be said of the person on the day."""
    who = who or {}
    born, decile = who.get("birth_date"), who.get("deprivation_decile")
    age = age_on(day, birth_date=born) if born else None
    return {
        **row,
        **{name: who.get(name) for name in ("practice", "cluster", "locality", "sex")},
        "day": day,
        "age": age,
        "age_band": _band(age, AGE_BANDS),
        "age_five": _band(age, FIVE_YEARS),
        "deprivation_quintile": str((decile + 1) // 2) if decile else None,
    }


def _band(age: int | None, bands: Sequence[tuple[int, str]]) -> str | None:
    if age is None:
        return None
    return next(name for least, name in reversed(bands) if age >= least)


def _things(indicator: Indicator, source: MeasureSource, since: date, until: date) -> Iterator[Row]:
    """What falls into the days and belongs to the denominator."""
    if indicator.reads == "journal":
        assert source.journal is not None
        now = source.journal.about.until.astimezone(UTC).replace(tzinfo=None)
        people = {row["person"]: row for row in source.journal.arrow("people").to_pylist()}
        for row in journal_things(source.journal, indicator.subject, now):
            at: datetime | None = row[indicator.counted_on]
            if at is not None and at <= now:
                found = _about(row, people.get(row["person"]), local_day(at.replace(tzinfo=UTC)))
                if since <= found["day"] < until and holds(found, indicator.among):
                    yield found
        return
    dataset = twin_dataset(source)
    for row in dataset.things(indicator.subject, indicator.parameters):
        day = row[indicator.counted_on]
        if day is not None and since <= day < until:
            found = _about(row, dataset.who(row["person"], day), day)
            if holds(found, indicator.among):
                yield found


def _groups(rows: Any, by: Sequence[str], period: Period, since: date) -> Mapping[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[period_of(row["day"], period, since), *(row[name] or "" for name in by)].append(row)
    return found


def _key(key: tuple[Any, ...], by: Sequence[str]) -> Row:
    return dict(zip(("period_start", *by), key, strict=True))


def _events(
    indicator: Indicator, source: MeasureSource, since: date, until: date, by: Sequence[str], period: Period
) -> Iterator[Row]:
    rows = _things(indicator, source, since, until)
    if indicator.kind in ("mean", "median"):
        rows = (row for row in rows if row[indicator.value_column] is not None)
    groups = _groups(rows, by, period, since)
    for key, members in groups.items():
        yield _key(key, by) | _number(indicator, members)
    if indicator.kind == "count":
        for key in _missing(groups, by, since, until, period):
            yield _key(key, by) | {"numerator": 0, "denominator": 0, "value": 0.0}


def _missing(
    groups: Mapping[tuple[Any, ...], Any], by: Sequence[str], since: date, until: date, period: Period
) -> Iterator[tuple[Any, ...]]:
    starts = {stretch.starts_on for stretch in stretches(since, until, period)}
    members = {key[1:] for key in groups} if by else {()}
    return ((start, *one) for start in starts for one in members if (start, *one) not in groups)


def _number(indicator: Indicator, members: Sequence[Row]) -> Row:
    count = len(members)
    if indicator.kind in ("mean", "median"):
        values = [float(row[indicator.value_column]) for row in members]
        if indicator.kind == "mean":
            return {"numerator": round(sum(values)), "denominator": count, "value": sum(values) / count}
        return {"numerator": count, "denominator": count, "value": statistics.median(values)}
    hits = sum(1 for row in members if holds(row, indicator.hits))
    if indicator.kind == "count":
        return {"numerator": hits, "denominator": 0, "value": float(hits)}
    return {"numerator": hits, "denominator": count, "value": indicator.per * hits / count}


def _registered_share(
    indicator: Indicator, source: MeasureSource, since: date, until: date, by: Sequence[str], period: Period
) -> Iterator[Row]:
    dataset = twin_dataset(source)
    for stretch in stretches(since, until, period):
        people = (
            _about(dataset.coded(person, stretch.last), who, stretch.last)
            for person, who in dataset.registered(stretch.last)
        )
        among = [row for row in people if holds(row, indicator.among)]
        for key, members in _groups(among, by, period, since).items():
            yield _key(key, by) | _number(indicator, members)


def _rate(
    indicator: Indicator, source: MeasureSource, since: date, until: date, by: Sequence[str], period: Period
) -> Iterator[Row]:
    events = [row for row in _things(indicator, source, since, until) if row["practice"]]
    numerators = _groups(events, by, period, since)
    lived: dict[tuple[Any, ...], int] = defaultdict(int)
    dataset = twin_dataset(source)
    for stretch in stretches(since, until, period):
        for _, who in dataset.registered(stretch.middle):
            row = _about({}, who, stretch.middle)
            if holds(row, indicator.of_people):
                lived[stretch.starts_on, *(row[name] or "" for name in by)] += stretch.days
    for key in numerators.keys() | lived.keys():
        numerator, denominator = len(numerators.get(key, ())), lived.get(key, 0)
        value = indicator.per * numerator / denominator if denominator else None
        yield _key(key, by) | {"numerator": numerator, "denominator": denominator, "value": value}


def _census(
    indicator: Indicator, source: MeasureSource, since: date, until: date, by: Sequence[str], period: Period
) -> Iterator[Row]:
    assert source.journal is not None
    about = source.journal.about
    first, last = (at.astimezone(UTC).replace(tzinfo=None) for at in (about.since, about.until))
    days = [since + timedelta(days=place) for place in range((until - since).days)]
    nights = [day for day in days if first < midnight(day + DAY) <= last]
    if not nights:
        return
    since, until = nights[0], nights[-1] + DAY
    people = {row["person"]: row for row in source.journal.arrow("people").to_pylist()}
    waits = [*journal_waits(source.journal)]
    groups: dict[tuple[Any, ...], int] = defaultdict(int)
    for day in nights:
        closes = midnight(day + DAY)
        there = [
            _about(row, people.get(row["person"]), day)
            for row in waits
            if row["begins_at"] < closes and (row["ends_at"] is None or row["ends_at"] >= closes)
        ]
        among = [row for row in there if holds(row, indicator.among)]
        for key, members in _groups(among, by, period, since).items():
            groups[key] += len({row["person"] for row in members})
    days_of = {stretch.starts_on: stretch.days for stretch in stretches(since, until, period)}
    for key in [*groups, *_missing(groups, by, since, until, period)]:
        number = groups.get(key, 0)
        value = indicator.per * number / days_of[key[0]]
        yield _key(key, by) | {"numerator": number, "denominator": days_of[key[0]], "value": value}
