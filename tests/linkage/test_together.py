"""Agreement in names and birthday at once is counted among people known to be two, against a slow look at all pairs."""

from __future__ import annotations

from itertools import combinations, product
from math import log2

import duckdb
import pytest

from localcare.analysis.linkage.together import (
    BELIEVED_PAIRS,
    COMBINED,
    PARTS,
    bits_together,
    in_words,
    name_of,
)

RECORDS = [
    (number, given, family, born)
    for number, (given, family, born) in enumerate(
        [
            *[("ada", "fern", "1940-01-01")] * 40,
            *[("ben", "gorse", "1990-01-01")] * 40,
            *product(("ada", "ben"), ("fern", "gorse"), ("1940-01-01", "1990-01-01")),
        ]
    )
]


def engine_with(*tables: list[tuple]) -> tuple[duckdb.DuckDBPyConnection, list[str]]:
    engine, names = duckdb.connect(), []
    for place, rows in enumerate(tables):
        names.append(f"side_{place}")
        engine.execute(
            f"CREATE TABLE side_{place} (number VARCHAR, given VARCHAR, family VARCHAR, born DATE)"
        )
        engine.executemany(f"INSERT INTO side_{place} VALUES (?, ?, ?, ?)", rows)
    return engine, names


def twin(pairs: list[tuple[tuple, tuple]]) -> dict[str, float]:
    """The same by looking at every pair of people with two numbers."""
    apart = [(one, other) for one, other in pairs if one[0] != other[0]]
    place = {part: at for at, part in enumerate(PARTS, start=1)}

    def agreeing(parts: tuple[str, ...]) -> int:
        return sum(all(one[place[p]] == other[place[p]] for p in parts) for one, other in apart)

    found = {}
    for parts in COMBINED:
        expected = float(len(apart))
        for part in parts:
            expected *= agreeing((part,)) / len(apart)
        times = (agreeing(parts) + BELIEVED_PAIRS) / (expected + BELIEVED_PAIRS)
        found[name_of(parts)] = max(log2(times), 0.0)
    return found


def test_within_one_table_and_between_two_it_is_what_all_pairs_show():
    engine, tables = engine_with(RECORDS)
    found = bits_together(engine, tables)
    assert found == pytest.approx(twin(list(combinations(RECORDS, 2))), abs=1e-4)
    assert found["given+family+born"] > 1.5 and "times as often" in in_words(found)
    other = RECORDS[20:60]
    engine, tables = engine_with(RECORDS, other)
    assert bits_together(engine, tables) == pytest.approx(twin(list(product(RECORDS, other))), abs=1e-4)


def test_names_and_days_that_have_nothing_to_do_with_one_another_take_nothing_off():
    even = [
        (number, f"g{number % 7}", f"f{number // 7 % 7}", f"19{10 + number // 49}-01-01")
        for number in range(7**3)
    ]
    engine, tables = engine_with(even)
    assert max(bits_together(engine, tables).values()) < 0.05
    engine, tables = engine_with([(None, "ada", "fern", "1940-01-01")] * 20)
    assert set(bits_together(engine, tables).values()) == {0.0}
