"""NHS numbers of the range that is never issued (999), valid and unique."""

from __future__ import annotations

from functools import cache
from math import gcd

import numpy as np
from numpy.typing import NDArray

FIRST_NINE_DIGITS = 999_000_000
WEIGHTS = np.arange(10, 1, -1)  # NHS Data Dictionary, NHS number check digit (modulus 11)


@cache
def synthetic_numbers() -> NDArray[np.int64]:
    """Every valid number from 999 000 0000 to 999 999 9999, ascending: 909,091 or so."""
    first_nine = np.arange(FIRST_NINE_DIGITS, FIRST_NINE_DIGITS + 1_000_000, dtype=np.int64)
    digits = first_nine[:, None] // 10 ** np.arange(8, -1, -1, dtype=np.int64) % 10
    check = (11 - digits @ WEIGHTS % 11) % 11
    valid = check != 10
    numbers: NDArray[np.int64] = first_nine[valid] * 10 + check[valid]
    return numbers


def numbers_for(positions: NDArray[np.int64], *, people: int, seed: int) -> NDArray[np.int64]:
    """A number for each person's position (0 to people - 1); 0 where the 999 range has run out.

    A seeded permutation by a linear congruence: no two positions share a number.
    """
    pool = synthetic_numbers()
    cycle = max(people, len(pool))
    random = np.random.default_rng([seed, 999])
    step = int(random.integers(cycle // 3, cycle // 2)) | 1
    while gcd(step, cycle) != 1:
        step += 2
    start = int(random.integers(cycle))
    places = (positions * step + start) % cycle
    return np.where(places < len(pool), pool[np.minimum(places, len(pool) - 1)], 0)
