"""Which numbers of an indicator to hide from those who see no people: small ones, and those that would tell them.

Settled once for all places, periods and groups of a run, so that no page tells more beside another than alone. What
hangs together is looked at together: a place and its parts, a year and its months or its groups of people. In each such
sum nothing is hidden, or two numbers at least that are together not small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from localcare.analysis.covering import Counts, covered
from localcare.analysis.disclosure import SMALLEST, Sum
from localcare.analysis.measures.small_numbers import counts_behind
from localcare.system.insight.places import Tree
from localcare.system.insight.rules import FINE_AGES, Key, Number

MONTHS_OF_YEAR = "month"  # the axis along which months add up to the year
NOT_A_SUM = ("mean", "median", "census")  # kinds whose months or groups do not add up to the year's counts


def hidden_keys(
    kind: str, numbers: Mapping[Key, Number], tree: Tree, *, smallest: int = SMALLEST
) -> set[Key]:
    """The keys whose number is not shown to those who see no people."""
    counts = {
        key: counts_behind(kind, one.numerator, one.denominator)
        for key, one in numbers.items()
        if key.breakdown != FINE_AGES
    }
    small = {key for key, found in counts.items() if any(0 < one < smallest for one in found)}
    hidden = {key for key in numbers if key.breakdown == FINE_AGES} | small
    for keys in _alone(counts):
        hidden |= covered(_by_place(keys, counts, tree), counts, small.intersection(keys), smallest)
    for year, axes in _years(counts).items():
        hidden |= _year_hidden(kind, year, axes, counts, small, tree, smallest)
    return hidden


def _year_hidden(
    kind: str, totals: Sequence[Key], axes: Mapping[str, Sequence[Key]], counts: Mapping[Key, Counts],
    small: set[Key], tree: Tree, smallest: int,
) -> set[Key]:  # fmt: skip
    """A year's numbers with their months and groups: where the parts cannot cover each other, the year goes too."""
    secret = small.intersection(totals)
    while True:
        hidden_totals = covered(_by_place(totals, counts, tree), counts, secret, smallest)
        found = set(hidden_totals)
        for axis, keys in axes.items():
            lines = _by_place(keys, counts, tree)
            if kind not in NOT_A_SUM:
                lines += _by_group(axis, totals, keys, counts)
            found |= covered(lines, counts, small.intersection(keys) | hidden_totals, smallest)
        forced = found.intersection(totals) - hidden_totals
        if not forced:
            return found
        secret = hidden_totals | forced


def _alone(counts: Mapping[Key, Counts]) -> list[list[Key]]:
    """Periods that are part of no year: each by itself."""
    within = _first_of_years(counts)
    found: dict[tuple[str, object], list[Key]] = defaultdict(list)
    for key in counts:
        if key.period != "year" and not _is_month_of(key, within):
            found[key.period, key.starts_on].append(key)
    return list(found.values())


def _years(counts: Mapping[Key, Counts]) -> dict[tuple[Key, ...], dict[str, list[Key]]]:
    """The year's numbers of all places, with each axis along which they fall into parts."""
    within = _first_of_years(counts)
    totals, axes = [], defaultdict(list)
    for key in counts:
        if key.period == "year" and not key.breakdown:
            totals.append(key)
        elif key.period == "year":
            axes[key.breakdown].append(key)
        elif _is_month_of(key, within):
            axes[MONTHS_OF_YEAR].append(key)
    return {tuple(totals): dict(axes)} if totals or axes else {}


def _first_of_years(counts: Mapping[Key, Counts]) -> object:
    return next((key.starts_on for key in counts if key.period == "year"), None)


def _is_month_of(key: Key, first: object) -> bool:
    return key.period == "month" and first is not None and key.starts_on >= first  # type: ignore[operator]


def _by_place(keys: Iterable[Key], counts: Mapping[Key, Counts], tree: Tree) -> list[Sum[Key]]:
    """Each place with its parts."""
    lines = []
    for key in keys:
        place = tree.places.get(key.place)
        if place is not None and place.children:
            parts = (key._replace(place=child) for child in place.children)
            lines.append(Sum(key, tuple(part for part in parts if part in counts)))
    return _that_add_up(lines, counts)


def _by_group(
    axis: str, totals: Iterable[Key], keys: Iterable[Key], counts: Mapping[Key, Counts]
) -> list[Sum[Key]]:
    """Each year's number of a place with its groups, or months."""
    parts: dict[str, list[Key]] = defaultdict(list)
    for key in keys:
        parts[key.place].append(key)
    return _that_add_up([Sum(total, tuple(parts[total.place])) for total in totals], counts)


def _that_add_up(lines: Iterable[Sum[Key]], counts: Mapping[Key, Counts]) -> list[Sum[Key]]:
    """The lines whose parts are together the total: others let nobody subtract."""
    return [
        line
        for line in lines
        if line.parts
        and counts[line.total] == tuple(map(sum, zip(*(counts[part] for part in line.parts), strict=True)))
    ]
