"""How much more often two people share names and birthday together than each alone would make it.

Names go with a generation and a community, so agreement in all of them says less than the sum of its parts. People whose
two believed numbers differ are known to be two: how often they agree together is counted among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import log2
from typing import Any

PARTS = ("given", "family", "born")
COMBINED = tuple(parts for size in (3, 2) for parts in combinations(PARTS, size))
BELIEVED_PAIRS = 5  # as if so many had been found and expected beside those that were: few people say little
DECIMALS = 4


def name_of(parts: tuple[str, ...]) -> str:
    """What a combination is called in kept weights."""
    return "+".join(parts)


def bits_together(engine: Any, tables: list[str]) -> dict[str, float]:
    """For each combination of PARTS, the bits to take off a pair that agrees in exactly these; none below nought."""
    left, right = tables[0], tables[-1]
    for place, table in ((0, left), (1, right)):
        present = " AND ".join(f"{part} IS NOT NULL" for part in ("number", *PARTS))
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE numbered_{place} AS SELECT number, {', '.join(PARTS)} FROM {table} WHERE {present}"
        )
    every = _pairs(engine, ())
    alone = {part: _pairs(engine, (part,)) / max(every, 1) for part in PARTS}
    halved = 2 if left == right else 1  # within one table each pair was counted from both ends
    found = {}
    for parts in COMBINED:
        expected = every
        for part in parts:
            expected *= alone[part]
        observed = _pairs(engine, parts)
        times = (observed / halved + BELIEVED_PAIRS) / (expected / halved + BELIEVED_PAIRS)
        found[name_of(parts)] = round(max(log2(times), 0.0), DECIMALS)
    engine.execute("DROP TABLE numbered_0; DROP TABLE numbered_1")
    return found


def _pairs(engine: Any, parts: tuple[str, ...]) -> float:
    """How many pairs of people with two different numbers agree in the parts."""
    using = ", ".join(("one", *parts))
    counts = [
        f"(SELECT 1 AS {using}, count(*)::DOUBLE AS people FROM numbered_{place} GROUP BY ALL)"
        for place in (0, 1)
    ]
    agreeing = f"SELECT coalesce(sum(l.people * r.people), 0) FROM {counts[0]} AS l JOIN {counts[1]} AS r USING ({using})"
    same = f"SELECT count(*) FROM numbered_0 JOIN numbered_1 USING ({', '.join(('number', *parts))})"
    (row,) = engine.execute(f"SELECT ({agreeing}) - ({same})").fetchall()
    return float(row[0])


def in_words(found: Mapping[str, float]) -> str:
    """What was found, in a sentence."""
    bits = found[name_of(PARTS)]
    return (
        f"Two people share both names and the birthday {2**bits:.1f} times as often as each alone would make it:"
        f" {bits:.1f} bits less for pairs that do."
    )


def taken_off(found: Mapping[str, float]) -> str:
    """The bits to take off a pair as SQL over its levels; nothing where nothing was learnt."""
    arms = []
    for parts in COMBINED:
        agree = " AND ".join(f"level_{part} = 'same'" for part in parts)
        arms.append(f"WHEN {agree} THEN {found.get(name_of(parts), 0.0)}")
    return f"CASE {' '.join(arms)} ELSE 0 END"
