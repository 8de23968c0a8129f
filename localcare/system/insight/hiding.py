"""Which numbers of an indicator to hide from those who see no people: small ones, and those that would tell them.

Settled once for all places, periods and groups of a run, so that no page tells more beside another than alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from localcare.analysis.disclosure import SMALLEST, Sum, hidden_cells
from localcare.system.insight.places import Tree
from localcare.system.insight.rules import FINE_AGES, Key, Number

Cell = tuple[Key, str]
COUNTED = {  # the counts of people or things behind a number, by kind
    "share": ("met", "missed", "of"),
    "rate": ("met",),
    "count": ("met",),
    "census": ("met",),
    "mean": ("of",),
    "median": ("of",),
}


def hidden_keys(
    kind: str, numbers: Mapping[Key, Number], tree: Tree, *, smallest: int = SMALLEST
) -> set[Key]:
    """The keys whose number is not shown to those who see no people."""
    cells = {
        (key, part): count
        for key, number in numbers.items()
        if key.breakdown != FINE_AGES
        for part, count in _counts(kind, number).items()
    }
    hidden = hidden_cells(cells, _sums(kind, cells, tree), smallest=smallest)
    return {key for key, _ in hidden} | {key for key in numbers if key.breakdown == FINE_AGES}


def _counts(kind: str, number: Number) -> dict[str, int]:
    all_of_it = {
        "met": number.numerator,
        "missed": number.denominator - number.numerator,
        "of": number.denominator,
    }
    return {part: max(0, all_of_it[part]) for part in COUNTED[kind]}


def _sums(kind: str, cells: Mapping[Cell, int], tree: Tree) -> list[Sum[Cell]]:
    """A place is the sum of its children, a year of its groups, what was counted of what was met and missed."""
    sums: list[Sum[Cell]] = []
    groups: dict[tuple[Key, str, str], list[Cell]] = defaultdict(list)
    for key, part in cells:
        place = tree.places.get(key.place)
        if place is not None and place.children:
            parts = [(key._replace(place=child), part) for child in place.children]
            if found := tuple(cell for cell in parts if cell in cells):
                sums.append(Sum((key, part), found))
        if key.breakdown:
            whole = key._replace(breakdown="", member="")
            groups[whole, key.breakdown, part].append((key, part))
        if kind == "share" and part == "of":
            sums.append(Sum((key, "of"), ((key, "met"), (key, "missed"))))
    sums += [
        Sum((whole, part), tuple(members))
        for (whole, _, part), members in groups.items()
        if (whole, part) in cells
    ]
    return [each for each in sums if cells[each.total] == sum(cells[one] for one in each.parts)]
