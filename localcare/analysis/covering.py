"""Which counts to hide besides the small ones, where a number stands on several counts and very many hang together.

Quicker than `disclosure.hidden_cells`, and it asks less: in each sum nothing is hidden, or two numbers at least that are together
not small, and all sums solved together tell no hidden number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from localcare.analysis.disclosure import Sum, solved

Counts = tuple[int, ...]
C = TypeVar("C", bound=Hashable)
MOST_SOLVED = 400  # hidden numbers: above, so many hang together that one alone is hardly ever left, and solving is slow


def covered(sums: Sequence[Sum[C]], counts: Mapping[C, Counts], secret: set[C], smallest: int) -> set[C]:
    """The secret keys, and others so that in no sum the hidden ones are one alone or small together."""
    hidden = set(secret)
    touching: dict[C, list[Sum[C]]] = defaultdict(list)
    for line in sums:
        for key in (line.total, *line.parts):
            touching[key].append(line)
    waiting = [line for key in hidden for line in touching[key]]
    while waiting:
        line = waiting.pop()
        more = _one_more(line, counts, hidden, smallest)
        if more is not None:
            hidden.add(more)
            waiting += touching[more]
        if not waiting and (told := _told(sums, hidden)):
            added = _near(told, touching, counts, hidden) or _farther(told & secret, touching, counts, hidden)
            hidden |= added
            waiting = [line for found in added for line in touching[found]]
    return hidden


def _told(sums: Sequence[Sum[C]], hidden: set[C]) -> set[C]:
    """The hidden keys that all sums together, solved as equations, leave one value."""
    if len(hidden) > MOST_SOLVED:
        return set()
    return solved(sums, hidden)


def _near(
    told: set[C], touching: Mapping[C, Sequence[Sum[C]]], counts: Mapping[C, Counts], hidden: set[C]
) -> set[C]:
    """One more number of each sum that a told one is in."""
    found = (_next(line, counts, hidden) for one in told for line in touching[one])
    return {one for one in found if one is not None}


def _farther(
    told: set[C], touching: Mapping[C, Sequence[Sum[C]]], counts: Mapping[C, Counts], hidden: set[C]
) -> set[C]:
    """The same where these sums hold nothing more to hide: in those that share a hidden number with them, and so on."""
    reached: set[C] = set()
    wider = told
    while wider != reached:
        reached = wider
        if found := _near(reached, touching, counts, hidden):
            return found
        lines = (line for one in reached for line in touching[one])
        wider = reached | {key for line in lines for key in (line.total, *line.parts) if key in hidden}
    return set()


def _next(line: Sum[C], counts: Mapping[C, Counts], hidden: set[C]) -> C | None:
    """The smallest part that is shown, else the total."""
    left = [key for key in line.parts if key not in hidden and any(counts[key])]
    if left:
        return min(left, key=lambda key: (sum(counts[key]), key))
    return line.total if line.total not in hidden else None


def _one_more(line: Sum[C], counts: Mapping[C, Counts], hidden: set[C], smallest: int) -> C | None:
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


def _small_together(parts: Iterable[C], counts: Mapping[C, Counts], smallest: int) -> list[int]:
    """Which of the counts of the hidden parts are small even together, so that their sum tells that each is."""
    return [
        place
        for place, several in enumerate(zip(*(counts[key] for key in parts), strict=True))
        if any(0 < one < smallest for one in several) and sum(several) < smallest
    ]
