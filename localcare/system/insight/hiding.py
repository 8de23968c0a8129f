"""Which numbers of an indicator to hide from those who see no people: small ones, and those that would tell them.

Settled once for all places, periods and groups of a run, so that no page tells more beside another than alone. What
hangs together is looked at together: a place and its parts, a year and its months or its groups of people. In each such
sum nothing is hidden, or two numbers at least that are together not small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from localcare.analysis.disclosure import SMALLEST, Sum, solved
from localcare.system.insight.places import Tree
from localcare.system.insight.rules import FINE_AGES, Key, Number

Counts = tuple[int, ...]
MONTHS_OF_YEAR = "month"  # the axis along which months add up to the year
MOST_SOLVED = 400  # hidden numbers: above, so many hang together that one alone is hardly ever left, and solving is slow
NOT_A_SUM = ("mean", "median", "census")  # kinds whose months or groups do not add up to the year's counts


@dataclass(frozen=True)
class Line:
    """A number and those that it is the sum of."""

    total: Key
    parts: tuple[Key, ...]


def hidden_keys(
    kind: str, numbers: Mapping[Key, Number], tree: Tree, *, smallest: int = SMALLEST
) -> set[Key]:
    """The keys whose number is not shown to those who see no people."""
    counts = {key: _counts(kind, one) for key, one in numbers.items() if key.breakdown != FINE_AGES}
    small = {key for key, found in counts.items() if any(0 < one < smallest for one in found)}
    hidden = {key for key in numbers if key.breakdown == FINE_AGES} | small
    for keys in _alone(counts):
        hidden |= covered(_by_place(keys, counts, tree), counts, small.intersection(keys), smallest)
    for year, axes in _years(counts).items():
        hidden |= _year_hidden(kind, year, axes, counts, small, tree, smallest)
    return hidden


def _counts(kind: str, number: Number) -> Counts:
    """The counts of people or things behind a number; of a share those who missed it too, for they are as few."""
    if kind == "share":
        return (number.numerator, max(0, number.denominator - number.numerator))
    return (number.denominator,) if kind in ("mean", "median") else (number.numerator,)


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


def covered(lines: Sequence[Line], counts: Mapping[Key, Counts], secret: set[Key], smallest: int) -> set[Key]:
    """The secret keys, and others so that in no sum the hidden ones are one alone or small together."""
    hidden = set(secret)
    touching: dict[Key, list[Line]] = defaultdict(list)
    for line in lines:
        for key in (line.total, *line.parts):
            touching[key].append(line)
    waiting = [line for key in hidden for line in touching[key]]
    while waiting:
        line = waiting.pop()
        more = _one_more(line, counts, hidden, smallest)
        if more is not None:
            hidden.add(more)
            waiting += touching[more]
        if not waiting and (told := _told(lines, hidden)):
            near = (_next(line, counts, hidden) for one in told for line in touching[one])
            added = {found for found in near if found is not None}
            hidden |= added
            waiting = [line for found in added for line in touching[found]]
    return hidden


def _told(lines: Sequence[Line], hidden: set[Key]) -> set[Key]:
    """The hidden keys that all sums together, solved as equations, leave one value."""
    if len(hidden) > MOST_SOLVED:
        return set()
    return solved([Sum(line.total, line.parts) for line in lines], hidden)


def _next(line: Line, counts: Mapping[Key, Counts], hidden: set[Key]) -> Key | None:
    """The smallest part that is shown, else the total."""
    left = [key for key in line.parts if key not in hidden and any(counts[key])]
    if left:
        return min(left, key=lambda key: (sum(counts[key]), key))
    return line.total if line.total not in hidden else None


def _one_more(line: Line, counts: Mapping[Key, Counts], hidden: set[Key], smallest: int) -> Key | None:
    """Which number to hide besides, so that the sum tells nothing; None when it tells nothing already."""
    parts = [key for key in line.parts if key in hidden]
    if not parts and line.total not in hidden:
        return None
    lacking = [] if line.total in hidden else _small_together(parts, counts, smallest)
    if len(parts) + (line.total in hidden) >= 2 and not lacking:
        return None
    left = [key for key in line.parts if key not in hidden]
    useful = [key for key in left if lacking and all(counts[key][place] for place in lacking)]
    if useful:
        return min(useful, key=lambda key: (sum(counts[key]), key))
    return _next(line, counts, hidden)


def _small_together(parts: Iterable[Key], counts: Mapping[Key, Counts], smallest: int) -> list[int]:
    """Which of the counts of the hidden parts are small even together, so that their sum tells that each is."""
    return [
        place
        for place, several in enumerate(zip(*(counts[key] for key in parts), strict=True))
        if any(0 < one < smallest for one in several) and sum(several) < smallest
    ]


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


def _by_place(keys: Iterable[Key], counts: Mapping[Key, Counts], tree: Tree) -> list[Line]:
    """Each place with its parts."""
    lines = []
    for key in keys:
        place = tree.places.get(key.place)
        if place is not None and place.children:
            parts = (key._replace(place=child) for child in place.children)
            lines.append(Line(key, tuple(part for part in parts if part in counts)))
    return _that_add_up(lines, counts)


def _by_group(
    axis: str, totals: Iterable[Key], keys: Iterable[Key], counts: Mapping[Key, Counts]
) -> list[Line]:
    """Each year's number of a place with its groups, or months."""
    parts: dict[str, list[Key]] = defaultdict(list)
    for key in keys:
        parts[key.place].append(key)
    return _that_add_up([Line(total, tuple(parts[total.place])) for total in totals], counts)


def _that_add_up(lines: Iterable[Line], counts: Mapping[Key, Counts]) -> list[Line]:
    """The lines whose parts are together the total: others let nobody subtract."""
    return [
        line
        for line in lines
        if line.parts
        and counts[line.total] == tuple(map(sum, zip(*(counts[part] for part in line.parts), strict=True)))
    ]
