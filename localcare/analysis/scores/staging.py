"""The parts of the scores worked out one after the other into narrow tables, before they are joined. DuckDB only.

One plan for everything keeps every group and every join in memory at once. Part by part, each is let go before the
next begins, and what is left to join is one narrow row per person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from localcare.analysis.dataset.engine import is_spark
from localcare.analysis.libraries import ibis

Stage = Callable[[Any], Any]

ARRAY_BYTES = (
    300 * 2**20
)  # for the arrays below over all threads; the engine does not count them in its memory limit
STATE_BYTES = 32  # of one person's two measures
MEASURES_IN_ARRAY = 2  # with more of them, filling and merging the arrays costs more than hashing
ENGINE_DEFAULT_BITS = 12
_NUMBERS = count(1)


def as_planned(part: Any) -> Any:
    """Nothing is worked out in advance: the part stays an expression, on any engine."""
    return part


def staged(backend: Any) -> Stage:
    """What works a part (an Ibis expression) out into a temporary table of the engine and gives that table."""

    def stage(part: Any) -> Any:
        if part.op().find(ibis.expr.operations.InMemoryTable):
            return part  # a table that the dataset does not have; Ibis hands it over with the last query only
        name = f"localcare_part_{next(_NUMBERS)}"
        with grouped_by_place(backend, part):
            backend.con.execute(f"create temp table {name} as {backend.compile(part)}")
        return backend.table(name, database=("temp", "main"))

    return stage


def stage_of(backend: Any) -> Stage:
    """What suits the engine: on DuckDB part by part; on Spark one plan."""
    return as_planned if is_spark(backend) else staged(backend)


@contextmanager
def grouped_by_place(backend: Any, part: Any) -> Iterator[None]:
    """While a part with few measures is worked out, let its people be grouped by their place in an array."""
    if len(part.columns) > 1 + MEASURES_IN_ARRAY:
        yield
        return
    (threads,) = backend.con.execute("select current_setting('threads')").fetchone()
    backend.con.execute(f"set perfect_ht_threshold = {array_bits(int(threads))}")
    try:
        yield
    finally:
        backend.con.execute("reset perfect_ht_threshold")


def array_bits(threads: int) -> int:
    """How many bits person keys may span to be grouped by their place in an array instead of by hashing.

    Each thread has an array of its own over all keys between the least and the greatest of the file; together they
    stay within ARRAY_BYTES. Keys that span more are hashed, with the same result.
    """
    places = ARRAY_BYTES // (STATE_BYTES * threads)
    return max(places.bit_length() - 1, ENGINE_DEFAULT_BITS)
