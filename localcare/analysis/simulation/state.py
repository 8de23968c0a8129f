"""What the loops read and write: whole numbers laid end to end, found by the head (`columns`).

One row of numbers for the network, one for what was drawn, one for what changes: so the loops are as fast compiled as
they can be, and a list can take the place of an array where they are not compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Numbers = Any  # a flat array of int64, or a list of int


class Workspace:
    """Memory of one thread, used again by the next replication: what the last one left there is lost."""

    def __init__(self) -> None:
        self._kept: dict[int, np.ndarray] = {}

    def room(self, purpose: int, size: int) -> np.ndarray:
        """So much of the memory for a purpose."""
        if purpose not in self._kept or self._kept[purpose].size < size:
            self._kept[purpose] = np.empty(size + size // 16, dtype=np.int64)
        return self._kept[purpose][:size]


def laid_out(
    head: int,
    counts: Mapping[int, int],
    parts: Mapping[int, np.ndarray],
    empty: Mapping[int, int] | None = None,
    workspace: Workspace | None = None,
) -> np.ndarray:
    """A head with its counts, behind it the parts, then so much empty room; the head says where each begins."""
    empty = empty or {}
    size = head + sum(part.size for part in parts.values()) + sum(empty.values())
    found = np.empty(size, dtype=np.int64) if workspace is None else workspace.room(head, size)
    found[:head] = 0
    for position, count in counts.items():
        found[position] = count
    begins = head
    for position, part in parts.items():
        found[position] = begins
        found[begins : begins + part.size] = part.ravel()
        begins += part.size
    for position, size in empty.items():
        found[position] = begins
        begins += size
    return found


def part(numbers: np.ndarray, position: int, size: int) -> np.ndarray:
    """One part of a laid-out row, as a view."""
    begins = int(numbers[position])
    return numbers[begins : begins + size]
