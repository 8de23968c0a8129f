"""Independent streams of random numbers: one for each replication and purpose, the same in every scenario."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import numpy as np

Stream = Callable[[str], np.random.Generator]  # purpose -> its generator, begun anew


def streams(seed: int, replication: int) -> Stream:
    """The streams of a replication. What one purpose draws never moves what another one gets."""

    def of(purpose: str) -> np.random.Generator:
        digest = blake2b(purpose.encode(), digest_size=16).digest()
        words = tuple(int.from_bytes(digest[at : at + 4], "little") for at in range(0, 16, 4))
        sequence = np.random.SeedSequence(seed, spawn_key=(replication, *words))
        return np.random.Generator(np.random.SFC64(sequence))

    return of
