"""Every number of one indicator: for each place, period and group, as the engine finds it and places add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.measures.definitions import Indicator
from localcare.analysis.measures.engine import MeasureSource, measure
from localcare.system.insight.places import ALL, Tree
from localcare.system.insight.rules import ADD_UP, Ask, Key, Number, added, asks_of

LEVELS_MEASURED = ("", "locality", "cluster", "practice")  # of what does not add up


def numbers_of(indicator: Indicator, source: MeasureSource, tree: Tree, *, until: date) -> dict[Key, Number]:
    """Every number of the indicator. Raises NotYet where it has none."""
    found: dict[Key, Number] = {}
    for ask in asks_of(indicator, until):
        if indicator.kind in ADD_UP:
            found |= _added_up(indicator, source, tree, ask)
        else:
            found |= _measured_by_level(indicator, source, tree, ask)
    return found


def _added_up(indicator: Indicator, source: MeasureSource, tree: Tree, ask: Ask) -> dict[Key, Number]:
    """By practice from the engine, then each place from its practices."""
    places_of = tree.around_practices()
    parts: dict[Key, list[Number]] = defaultdict(list)
    for row in _rows(indicator, source, ask, "practice"):
        number = Number(row["numerator"], row["denominator"], row["value"])
        for place in places_of.get(row["practice"], [ALL]):
            parts[_key(place, ask, row)].append(number)
    return {key: added(indicator.kind, several) for key, several in parts.items()}


def _measured_by_level(
    indicator: Indicator, source: MeasureSource, tree: Tree, ask: Ask
) -> dict[Key, Number]:
    """What does not add up is measured once for each level."""
    found = {}
    for level in LEVELS_MEASURED:
        for row in _rows(indicator, source, ask, level):
            place = _place(level, row.get(level, ""))
            if place in tree:
                found[_key(place, ask, row)] = Number(row["numerator"], row["denominator"], row["value"])
    return found


def _place(level: str, code: str) -> str:
    if not level:
        return ALL
    return f"practice:{code}" if level == "practice" else f"area:{code}"


def _key(place: str, ask: Ask, row: Mapping[str, Any]) -> Key:
    starts_on = ask.since if ask.period == "year" else row["period_start"]
    return Key(place, ask.period, starts_on, ask.breakdown, row[ask.breakdown] if ask.breakdown else "")


def _rows(indicator: Indicator, source: MeasureSource, ask: Ask, level: str) -> Sequence[dict[str, Any]]:
    by = [name for name in (level, ask.breakdown) if name]
    table = measure(
        indicator, source, since=ask.since, until=ask.until, by=by,
        period=ask.engine_period,  # type: ignore[arg-type]
    )  # fmt: skip
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


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
