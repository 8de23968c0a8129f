"""What the loops read and write: whole numbers laid end to end, found by the head (`columns`).

One row of numbers for the network, one for what was drawn, one for what changes: so the loops are as fast compiled as
they can be, and a list can take the place of an array where they are not compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Numbers = Any  # a flat array of int64, or a list of int


def laid_out(
    head: int,
    counts: Mapping[int, int],
    parts: Mapping[int, np.ndarray],
    empty: Mapping[int, int] | None = None,
) -> np.ndarray:
    """A head with its counts, behind it the parts, then so much empty room; the head says where each begins."""
    empty = empty or {}
    found = np.empty(head + sum(part.size for part in parts.values()) + sum(empty.values()), dtype=np.int64)
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
