"""Every number of one indicator: for each place, period and group, as the engine finds it and places add up.

The engine is asked as seldom as can be: what adds up is measured by practice and all groups at once, and by day, and then
summed for each place, group and week. What does not add up is measured once for each level of places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.measures.definitions import Indicator
from localcare.analysis.measures.engine import MeasureSource, known_days, measure
from localcare.system.insight.places import ALL, Tree
from localcare.system.insight.rules import (
    ADD_UP,
    SUMMED,
    Ask,
    Key,
    Number,
    added,
    asks_of,
    breakdowns_of,
    whole_periods,
)

LEVELS_MEASURED = ("", "locality", "cluster", "practice")  # of what does not add up
SUMS = [("numerator", "sum"), ("denominator", "sum")]
Found = Iterator[tuple[str, Key, Number]]  # of which practice


def numbers_of(indicator: Indicator, source: MeasureSource, tree: Tree, *, until: date) -> dict[Key, Number]:
    """Every number of the indicator. Raises NotYet and CannotMeasure where it has none."""
    asks = [_whole(indicator, source, ask) for ask in asks_of(indicator, until)]
    if indicator.kind not in ADD_UP:
        return {
            key: number
            for ask in asks
            for level in LEVELS_MEASURED
            for key, number in _of_level(indicator, source, tree, ask, level)
        }
    places_of = tree.around_practices()
    parts: dict[Key, list[Number]] = defaultdict(list)
    summed = indicator.kind in SUMMED
    found = _summed(indicator, source, asks) if summed else _each(indicator, source, asks)
    for practice, key, number in found:
        for place in places_of.get(practice, [ALL]):
            parts[key._replace(place=place)].append(number)
    return {key: added(indicator.kind, several) for key, several in parts.items()}


def _whole(indicator: Indicator, source: MeasureSource, ask: Ask) -> Ask:
    """The question without the months or weeks of which the source knows only a part."""
    if ask.period not in ("month", "week") or indicator.not_yet:
        return ask
    since, until = whole_periods(ask.period, *known_days(indicator, source, ask.since, ask.until))
    return replace(ask, since=since, until=until)


def _summed(indicator: Indicator, source: MeasureSource, asks: Sequence[Ask]) -> Found:
    """Months as they are asked; the year with all groups in one question, and weeks from their days."""
    for ask in asks:
        if ask.period == "month":
            table = _table(indicator, source, ask, ["practice"])
            yield from _numbers(indicator, table, "month", _scale(table))
        elif ask.period == "year" and not ask.breakdown:
            groups = breakdowns_of(indicator)
            table = _table(indicator, source, ask, ["practice", *groups])
            for breakdown in ("", *groups):
                yield from _year(indicator, table, ask.since, breakdown)
        elif ask.period == "week":
            kept = next(one for one in asks if one.period == "day")
            days = Ask(
                "day", min(ask.since, kept.since), kept.until
            )  # a young journal has days before a week
            table = _table(indicator, source, days, ["practice"])
            yield from _days_and_weeks(indicator, table, first_day=kept.since, mondays=(ask.since, ask.until))


def _year(indicator: Indicator, table: Any, since: date, breakdown: str) -> Found:
    by, scale = ["practice", *([breakdown] if breakdown else [])], _scale(table)
    for row in table.group_by(by).aggregate(SUMS).to_pylist():
        member = row[breakdown] if breakdown else ""
        number = _number(indicator, row["numerator_sum"], row["denominator_sum"], scale)
        yield row["practice"], Key("", "year", since, breakdown, member), number


def _days_and_weeks(
    indicator: Indicator, table: Any, *, first_day: date, mondays: tuple[date, date]
) -> Found:
    """The last days one by one, and whole weeks."""
    by_week: dict[tuple[str, date], list[Number]] = defaultdict(list)
    for practice, key, number in _numbers(indicator, table, "day", _scale(table)):
        if key.starts_on >= first_day:
            yield practice, key, number
        monday = key.starts_on - timedelta(days=key.starts_on.weekday())
        if mondays[0] <= monday < mondays[1]:
            by_week[practice, monday].append(number)
    for (practice, monday), several in by_week.items():
        yield practice, Key("", "week", monday), added(indicator.kind, several)


def _numbers(indicator: Indicator, table: Any, period: str, scale: float | None) -> Found:
    for row in table.to_pylist():
        number = _number(indicator, row["numerator"], row["denominator"], scale)
        yield row["practice"], Key("", period, row["period_start"]), number


def _number(indicator: Indicator, numerator: int, denominator: int, scale: float | None) -> Number:
    if indicator.kind == "count":
        return Number(numerator, denominator, float(numerator))
    if not denominator:
        return Number(numerator, denominator, None)
    return Number(numerator, denominator, (scale or 0.0) * numerator / denominator)


def _scale(table: Any) -> float | None:
    """By what numerator over denominator is multiplied, read off the row with the most."""
    rows = table.filter(pa.compute.and_(
        pa.compute.greater(table["numerator"], 0), pa.compute.greater(table["denominator"], 0)
    ))  # fmt: skip
    if not rows.num_rows:
        return None
    row = rows.take(
        [pa.compute.index(rows["numerator"], pa.compute.max(rows["numerator"])).as_py()]
    ).to_pylist()[0]
    return None if row["value"] is None else float(row["value"]) * row["denominator"] / row["numerator"]


def _each(indicator: Indicator, source: MeasureSource, asks: Sequence[Ask]) -> Found:
    """Each question by itself: what a mean or a census is of several groups is not told by theirs."""
    for ask in asks:
        by = ["practice", *([ask.breakdown] if ask.breakdown else [])]
        for row in _table(indicator, source, ask, by).to_pylist():
            yield (
                row["practice"],
                _key("", ask, row),
                Number(row["numerator"], row["denominator"], row["value"]),
            )


def _of_level(
    indicator: Indicator, source: MeasureSource, tree: Tree, ask: Ask, level: str
) -> Iterator[tuple[Key, Number]]:
    by = [name for name in (level, ask.breakdown) if name]
    for row in _table(indicator, source, ask, by).to_pylist():
        place = _place(level, row.get(level, ""))
        if place in tree:
            yield _key(place, ask, row), Number(row["numerator"], row["denominator"], row["value"])


def _place(level: str, code: str) -> str:
    if not level:
        return ALL
    return f"practice:{code}" if level == "practice" else f"area:{code}"


def _key(place: str, ask: Ask, row: Mapping[str, Any]) -> Key:
    starts_on = ask.since if ask.period == "year" else row["period_start"]
    return Key(place, ask.period, starts_on, ask.breakdown, row[ask.breakdown] if ask.breakdown else "")


def _table(indicator: Indicator, source: MeasureSource, ask: Ask, by: Sequence[str]) -> Any:
    return measure(
        indicator, source, since=ask.since, until=ask.until, by=by,
        period=ask.engine_period,  # type: ignore[arg-type]
    )  # fmt: skip


def practices_of(source: MeasureSource) -> set[str]:
    """The practices that the people of a source are or were registered with."""
    found: set[str] = set()
    if source.dataset is not None:
        file = source.dataset / "registrations.parquet"
        found |= _distinct(pa.parquet.read_table(file, columns=["practice_code"]).column(0))
    if source.journal is not None:
        found |= _distinct(source.journal.arrow("people").column("practice"))
    return found


def _distinct(column: Any) -> set[str]:
    return {code or "" for code in column.unique().to_pylist()}
