"""Which numbers of an evaluation are hidden from a reader who sees no people, settled for all places at once.

A place is the sum of its parts, the listed are the sum of what was decided and of what followed, and events the sum of those
acted on and not. A cohort or segment is also held against the whole list, from which it could be taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from localcare.analysis.covering import covered
from localcare.analysis.disclosure import SMALLEST, Sum
from localcare.care.stratification.evaluation.counting import (
    ACTED,
    DECISIONS,
    EVENTS,
    FOLLOWED_BY,
    LISTED,
    NOTHING,
    QUIET,
    Counted,
    Measure,
)
from localcare.care.stratification.overview import Practices, widest_parts
from localcare.kernel.nhs_design.formatting import format_number

Cell = tuple[Practices, Measure]
HIDDEN = "hidden"
DECIDED = tuple(("decision", kind) for kind in DECISIONS)
FOLLOWED = tuple(("followed", kind) for kind in FOLLOWED_BY)
HAPPENED = tuple(("events", *event) for event in EVENTS)
IN_PLACES: tuple[Measure, ...] = (LISTED, *DECIDED, *FOLLOWED, *HAPPENED)
IN_GROUPS: tuple[Measure, ...] = (
    ("group", ACTED),
    *((*each, group) for each in HAPPENED for group in (ACTED, QUIET)),
)


@dataclass(frozen=True)
class Places:
    """The places a page shows, the widest of all, and those whose people the reader may see one by one."""

    shown: frozenset[Practices]
    everywhere: Practices
    seen: frozenset[Practices] = field(default=frozenset())

    @property
    def all(self) -> set[Practices]:
        """Every place that numbers add up over, shown or not."""
        return {*self.shown, self.everywhere, *(frozenset({code}) for code in self.everywhere)}


@dataclass(frozen=True)
class Shown:
    """The numbers of a page with those that are hidden."""

    counts: Counted
    hidden: frozenset[Cell]

    def is_hidden(self, practices: Practices, *measures: Measure) -> bool:
        """Whether any of these numbers of a place is hidden."""
        return any((practices, measure) in self.hidden for measure in measures)

    def people(self, practices: Practices, measure: Measure) -> str:
        """A number in words of the page."""
        if self.is_hidden(practices, measure):
            return HIDDEN
        return format_number(self.counts.total(practices)[measure])


def shown(counts: Counted, places: Places, *, whole: Counted | None = None) -> Shown:
    """The numbers with the hidden ones settled; `whole` are those of the whole list, which the reader may see as well."""
    if places.everywhere in places.seen:
        return Shown(counts, frozenset())
    numbers, sums = _numbers(counts, places), _sums(places)
    if whole is not None:
        beside, more = _beside_the_whole(numbers, _numbers(whole, places))
        numbers, sums = numbers | beside, sums + more
    return Shown(counts, frozenset(_settled(numbers, sums, places.seen)))


def _settled(numbers: dict[Cell, int], sums: Sequence[Sum[Cell]], seen: Set[Practices]) -> set[Cell]:
    """The cells to hide, where those of seen places are known to the reader: what is left of a sum without them counts."""
    left: dict[Cell, Cell] = {}  # what is left of a total, and the total
    lines = []
    for number, one in enumerate(sums):
        parts = tuple(part for part in one.parts if part[0] not in seen)
        if one.total[0] in seen or len(parts) == len(one.parts):
            lines += [] if one.total[0] in seen else [one]
            continue
        rest = (one.total[0], ("left", str(number)))
        numbers[rest], left[rest] = sum(numbers[part] for part in parts), one.total
        lines.append(Sum(rest, parts))
    hidden = {cell for cell, number in numbers.items() if 0 < number < SMALLEST and cell[0] not in seen}
    counts = {cell: (number,) for cell, number in numbers.items()}
    while True:
        found = covered(lines, counts, hidden, SMALLEST)
        hidden = found | {total for rest, total in left.items() if rest in found}
        hidden |= {rest for rest, total in left.items() if total in found}
        if hidden == found:
            return found


def _numbers(counts: Counted, places: Places) -> dict[Cell, int]:
    found: dict[Cell, int] = {}
    for place in places.all:
        total = counts.total(place)
        measures = (*IN_PLACES, *IN_GROUPS) if place == places.everywhere else IN_PLACES
        found |= {(place, measure): total[measure] for measure in measures}
    return found


def _sums(places: Places) -> list[Sum[Cell]]:
    parts = {place: widest_parts(place, places.all) for place in places.all if len(place) > 1}
    sums = [
        Sum((place, measure), tuple((part, measure) for part in within))
        for place, within in parts.items()
        for measure in IN_PLACES
    ]
    for place in places.all:
        sums += _across(place, LISTED, DECIDED) + _across(place, LISTED, FOLLOWED)
    here = places.everywhere
    sums += _across(here, LISTED, (("group", ACTED), ("followed", NOTHING)))
    for each in HAPPENED:
        sums += _across(here, each, tuple((*each, group) for group in (ACTED, QUIET)))
    return sums


def _across(place: Practices, total: Measure, parts: Iterable[Measure]) -> list[Sum[Cell]]:
    return [Sum((place, total), tuple((place, part) for part in parts))]


def _beside_the_whole(
    numbers: dict[Cell, int], whole: dict[Cell, int]
) -> tuple[dict[Cell, int], list[Sum[Cell]]]:
    """The whole list's numbers, and what is left of each without the part that is looked at."""
    found: dict[Cell, int] = {}
    sums = []
    for (place, measure), number in whole.items():
        all_of_it, rest = (place, ("whole", *measure)), (place, ("rest", *measure))
        found |= {all_of_it: number, rest: number - numbers[place, measure]}
        sums.append(Sum(all_of_it, ((place, measure), rest)))
    return found, sums
