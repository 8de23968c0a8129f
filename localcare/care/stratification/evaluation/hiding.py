"""Which numbers of an evaluation are hidden from a reader who sees no people, settled for all places at once.

A place is the sum of its parts, the listed are the sum of what was decided and of what followed, and events the sum of those
acted on and not. A cohort or segment is also held against the whole list, from which it could be taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from localcare.analysis.disclosure import Sum, hidden_cells
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


def shown(counts: Counted, places: Places, *, whole: Shown | None = None) -> Shown:
    """The numbers with the hidden ones settled; `whole` is what the reader is shown of the whole list."""
    if places.everywhere in places.seen:
        return Shown(counts, frozenset())
    numbers = _numbers(counts, places)
    sums = _sums(places)
    known = {cell for cell in numbers if cell[0] in places.seen}
    unseen = {cell for cell in numbers if cell[0] not in {*places.shown, places.everywhere}}
    if whole is not None:
        beside = _beside_the_whole(numbers, whole, places)
        numbers |= beside.numbers
        sums += beside.sums
        known |= beside.known
        unseen |= beside.unseen
    return Shown(counts, frozenset(hidden_cells(numbers, sums, known=known, unseen=unseen)))


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


@dataclass(frozen=True)
class _Beside:
    numbers: dict[Cell, int]
    sums: Sequence[Sum[Cell]]
    known: set[Cell]
    unseen: set[Cell]


def _beside_the_whole(numbers: dict[Cell, int], whole: Shown, places: Places) -> _Beside:
    """The whole list's numbers, which are shown or hidden already, and what is left of each without the part."""
    total = _numbers(whole.counts, places)
    of_whole: dict[Cell, int] = {
        (place, ("whole", *measure)): number for (place, measure), number in total.items()
    }
    rest: dict[Cell, int] = {
        (place, ("rest", *measure)): number - numbers[place, measure]
        for (place, measure), number in total.items()
    }
    sums: list[Sum[Cell]] = [
        Sum((place, ("whole", *measure)), ((place, measure), (place, ("rest", *measure))))
        for place, measure in total
    ]
    told: set[Cell] = {
        (place, ("whole", *measure))
        for place, measure in total
        if (place, measure) not in whole.hidden and place in {*places.shown, places.everywhere}
    }
    return _Beside(of_whole | rest, sums, told, set(rest) | (set(of_whole) - told))
