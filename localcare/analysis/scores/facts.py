"""One pass over the coded facts: code lists and measured values become bits, one OR per person."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from localcare.analysis.dataset.engine import lookup
from localcare.analysis.libraries import ibis
from localcare.analysis.scores.codes import normalise_code
from localcare.analysis.scores.definitions import ValueRule
from localcare.analysis.scores.masks import bit_or

Key = tuple[str, str]
LOOKUP_TYPES = {
    "system_as_recorded": "string",
    "code_as_recorded": "string",
    "after": "date",
    "only_unit": "string",
    "above": "float64",
    "below": "float64",
}


@dataclass(frozen=True)
class FactRule:
    """What a code shows: an item of a score's mask column, after a day, with a value where a rule asks for one."""

    column: str
    item: str
    bits: int
    after: date
    value_rule: ValueRule | None = None


FactRules = Mapping[Key, Sequence[FactRule]]


def merge(*several: FactRules) -> dict[Key, list[FactRule]]:
    """The rules of several scores in one lookup."""
    merged: dict[Key, list[FactRule]] = {}
    for rules in several:
        for key, found in rules.items():
            merged.setdefault(key, []).extend(found)
    return merged


def masks_per_person(
    facts: Any,
    pairs: Iterable[tuple[str, str]],
    rules: FactRules,
    columns: Sequence[str],
    as_of: date,
    units: Iterable[str] | None = None,
) -> Any:
    """One row per person with a fact that meets a rule: person_id and the mask columns.

    `pairs` are the (system, code) pairs and `units` the units that may occur, as recorded; without them, all units.
    """
    known = fact_map(facts, pairs, rules, columns, units)
    joined = facts.join(
        known,
        [facts.system == known.system_as_recorded, facts.code == known.code_as_recorded],
        how="inner",
    )
    beyond = is_finite(joined.value) & ((joined.value > joined.above) | (joined.value < joined.below))
    meets = joined.only_unit.isnull() | ((joined.unit.fill_null("") == joined.only_unit) & beyond)
    counted = joined.filter(
        joined.occurred_on > joined.after, joined.occurred_on <= ibis.literal(as_of), meets
    )
    return counted.group_by("person_id").aggregate(**{column: bit_or(counted[column]) for column in columns})


def is_finite(value: Any) -> Any:
    """Whether a measured value is a number; Ibis's own question about infinity is always answered no on Spark.

    Asked outright: a comparison with a bound is dropped where a file's statistics, which leave out NaN, allow it.
    """
    return ~(value.isnan() | (value.abs() == ibis.literal(math.inf, "float64")))


def fact_map(
    facts: Any,
    codes: Iterable[tuple[str, str]],
    rules: FactRules,
    columns: Sequence[str],
    units: Iterable[str] | None = None,
) -> Any:
    """The lookup by code as recorded; one row per different day, unit that may occur, and limit that its rules name.

    Each row beyond one is a row more to try for every fact with that code.
    """
    rows: list[list[Any]] = []
    present = None if units is None else {None, "", *units}  # None: needs no unit; "": what no unit counts as
    for system, code in codes:
        merged: dict[tuple[Any, ...], dict[str, int]] = {}
        for rule in rules.get(normalise_code(system, code), ()):
            for limits in _limits(rule.value_rule):
                if present is not None and limits[0] not in present:
                    continue
                bits = merged.setdefault((rule.after, *limits), dict.fromkeys(columns, 0))
                bits[rule.column] |= rule.bits
        rows += [[system, code, *limits, *bits.values()] for limits, bits in merged.items()]
    return lookup(facts, LOOKUP_TYPES | dict.fromkeys(columns, "int64"), rows)


def _limits(rule: ValueRule | None) -> list[tuple[str | None, float, float]]:
    """(unit, strictly above, strictly below) for each unit; an inclusive limit moves to the next number."""
    if rule is None:
        return [(None, math.inf, -math.inf)]
    above = math.inf if rule.above is None else float(rule.above)
    below = -math.inf if rule.below is None else float(rule.below)
    if rule.inclusive:
        above, below = math.nextafter(above, -math.inf), math.nextafter(below, math.inf)
    return [(unit, above, below) for unit in rule.units]
