"""Which numbers of a set of tables to hide, so that no small one can be worked out from those that are shown.

Small numbers are hidden first. Then whoever subtracts is played: every sum (an area of its parts, people of their
tiers) narrows what a hidden number can be, and all sums together are solved. Where that says that a number is small,
one more number of the sum is hidden, until nothing says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

SMALLEST = 5
UNLIMITED = 10**12
MODULUS = (
    2**61 - 1
)  # a prime: sums are solved in whole numbers below it, which is exact but for a chance of 1 in 10^15

C = TypeVar("C", bound=Hashable)


@dataclass(frozen=True)
class Sum(Generic[C]):
    """A number and the numbers that it is the sum of."""

    total: C
    parts: tuple[C, ...]


def hidden_cells(
    numbers: Mapping[C, int],
    sums: Sequence[Sum[C]],
    *,
    known: Set[C] = frozenset(),
    unseen: Set[C] = frozenset(),
    smallest: int = SMALLEST,
) -> set[C]:
    """The cells to hide. `known` are seen by the reader whatever happens, `unseen` never; zeros are always shown.

    What is already known about a small number cannot be hidden: where a reader knows all parts but one and the
    total too, the number stays as safe as the rest allows.
    """
    secret: set[C] = {cell for cell, people in numbers.items() if 0 < people < smallest} - known
    hidden: set[C] = {*secret, *unseen}
    fixed = known | {cell for cell, people in numbers.items() if people == 0 and cell not in unseen}
    while True:
        bounds = possible(numbers, sums, hidden, unseen)
        exact = solved(sums, hidden)
        told = {cell for cell in secret if bounds[cell][1] < smallest or cell in exact}
        added = _more(told, numbers, sums, hidden, fixed)
        if not added:
            return hidden - unseen
        hidden |= added


def _more(
    told: Set[C], numbers: Mapping[C, int], sums: Sequence[Sum[C]], hidden: Set[C], fixed: Set[C]
) -> set[C]:
    """One more number to hide in each sum that tells; where none is left there, in the sums next to these."""
    reached: set[C] = set(told)
    while reached:
        near = [each for each in sums if reached & {each.total, *each.parts}]
        added = {cell for each in near if (cell := _one_more(each, numbers, hidden | fixed)) is not None}
        wider = reached | {cell for each in near for cell in (each.total, *each.parts) if cell in hidden}
        if added or wider == reached:
            return added
        reached = wider
    return set()


def _one_more(each: Sum[C], numbers: Mapping[C, int], out_of_reach: Set[C]) -> C | None:
    """The smallest part that may still be hidden, else the total."""
    parts = [cell for cell in each.parts if cell not in out_of_reach]
    if parts:
        return min(parts, key=lambda cell: (numbers[cell], repr(cell)))
    return each.total if each.total not in out_of_reach else None


def possible(
    numbers: Mapping[C, int], sums: Sequence[Sum[C]], hidden: Iterable[C], unseen: Set[C] = frozenset()
) -> dict[C, tuple[int, int]]:
    """The least and most that each hidden cell can be, for a reader who sees the rest and can add and subtract."""
    bounds = {cell: (0 if cell in unseen else 1, UNLIMITED) for cell in hidden}
    touching: dict[C, list[Sum[C]]] = defaultdict(list)
    for each in sums:
        for cell in {each.total, *each.parts} & bounds.keys():
            touching[cell].append(each)
    waiting = {each for several in touching.values() for each in several}
    while waiting:
        each = waiting.pop()
        for cell in _narrowed(each, numbers, bounds):
            waiting.update(touching[cell])
    return bounds


def _narrowed(each: Sum[C], numbers: Mapping[C, int], bounds: dict[C, tuple[int, int]]) -> list[C]:
    """Narrow the bounds of a sum's hidden cells by its other cells; the cells that changed."""

    def of(cell: C) -> tuple[int, int]:
        return bounds[cell] if cell in bounds else (numbers[cell], numbers[cell])

    low, high = of(each.total)
    least, most = (sum(side) for side in zip(*map(of, each.parts), strict=True))
    changed = []
    for cell in {each.total, *each.parts} & bounds.keys():
        lowest, highest = bounds[cell]
        if cell == each.total:
            new = (max(lowest, least), min(highest, most))
        else:
            new = (max(lowest, low - (most - highest)), min(highest, high - (least - lowest)))
        if new != bounds[cell]:
            bounds[cell] = new
            changed.append(cell)
    return changed


def solved(sums: Iterable[Sum[C]], hidden: Set[C]) -> set[C]:
    """The hidden cells of which the sums, taken together as equations, leave one solution only."""
    pivots: dict[C, dict[C, int]] = {}
    holding: dict[C, set[C]] = defaultdict(set)  # which pivots' rows hold a cell
    for each in sums:
        row = {cell: 1 for cell in each.parts if cell in hidden}
        if each.total in hidden:
            row[each.total] = MODULUS - 1
        for cell in [cell for cell in row if cell in pivots]:
            _take_away(row, pivots[cell], cell)
        if not row:
            continue
        pivot = min(row, key=lambda cell: len(holding[cell]))
        inverse = pow(row[pivot], -1, MODULUS)
        row = {cell: value * inverse % MODULUS for cell, value in row.items()}
        for other in list(holding[pivot]):
            before = set(pivots[other])
            _take_away(pivots[other], row, pivot)
            for cell in before ^ set(pivots[other]):
                holding[cell].symmetric_difference_update({other})
        pivots[pivot] = row
        for cell in row:
            holding[cell].add(pivot)
    return {pivot for pivot, row in pivots.items() if len(row) == 1}


def _take_away(row: dict[C, int], other: Mapping[C, int], cell: C) -> None:
    """Take away so much of the other row that the cell leaves this one."""
    factor = row[cell]
    for name, value in other.items():
        left = (row.get(name, 0) - factor * value) % MODULUS
        if left:
            row[name] = left
        else:
            row.pop(name, None)
