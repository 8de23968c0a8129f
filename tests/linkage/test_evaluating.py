"""Thresholds, calibration and bands, on pairs small enough to count by hand; clusters against a slow twin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.analysis.linkage.bands import Wanted, linkage_bands
from localcare.analysis.linkage.clusters import clusters
from localcare.analysis.linkage.evaluating import (
    ScoredPair,
    calibration,
    in_band,
    suggested_bands,
    threshold_table,
)

PAIRS = [
    ScoredPair(9, True),
    ScoredPair(7, True),
    ScoredPair(5, False),
    ScoredPair(4, True),
    ScoredPair(-3, False),
]


def test_precision_and_recall_at_each_threshold():
    rows = {row.bits: row for row in threshold_table(PAIRS, true_pairs=4)}
    assert [(bits, rows[bits].pairs, rows[bits].true) for bits in (8, 6, 4, -4)] == [
        (8, 1, 1),
        (6, 2, 2),
        (4, 4, 3),
        (-4, 5, 3),
    ]
    assert (rows[4].precision.value, rows[4].recall.value) == (0.75, 0.75)
    assert rows[4].precision.lower == pytest.approx(0.3006, abs=1e-4)  # Wilson 1927, 3 of 4
    assert threshold_table([], true_pairs=4) == []


def test_calibration_compares_what_was_said_with_what_was_true():
    rows = {row.from_bits: row for row in calibration(PAIRS)}
    assert rows[4.0].pairs == 2 and rows[4.0].observed.value == 0.5
    assert rows[4.0].said == pytest.approx((1 / (1 + 2**-5) + 1 / (1 + 2**-4)) / 2)


def test_a_band_begins_where_its_weakest_pairs_still_hold():
    easy = [ScoredPair(20, True)] * 5000
    doubtful = [ScoredPair(5, place % 2 == 0) for place in range(40)]
    carried = Wanted("very-likely", "V", lower_bound=0.99)
    honest = Wanted("very-likely", "V", lower_bound=0.99, weakest=30, of_weakest=0.99)
    assert suggested_bands(easy + doubtful, [carried])[0].from_bits == 5
    band, rest = suggested_bands(easy + doubtful, [honest, Wanted("possible", "P", lower_bound=0.3)])
    assert (band.from_bits, band.pairs, band.same) == (20, 5000, 5000)
    assert (rest.from_bits, rest.pairs, rest.same) == (5, 40, 20)


def test_a_band_that_nothing_fulfils_is_left_out_and_rivals_have_their_own():
    rivalled = [ScoredPair(20, place < 3, rivalled=True) for place in range(10)]
    found = suggested_bands(rivalled, [Wanted("very-likely", "V", 0.99), Wanted("rivalled", "R", 0.1)])
    assert [(band.code, band.pairs, band.same) for band in found] == [("rivalled", 10, 3)]
    counts = in_band([*rivalled, ScoredPair(20, True)], linkage_bands())
    assert (counts["very-likely"], counts["rivalled"]) == ((1, 1), (10, 3))


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30))
def test_clusters_are_what_can_be_reached(edges):
    pairs = [(f"n{one:02}", f"n{other:02}") for one, other in edges]
    reached: dict[str, set[str]] = {}
    for node in {node for pair in pairs for node in pair}:
        found, todo = {node}, [node]
        while todo:
            here = todo.pop()
            near = {b for a, b in pairs if a == here} | {a for a, b in pairs if b == here}
            todo += near - found
            found |= near
        reached[node] = found
    assert {cluster.members for cluster in clusters(pairs, {})} == {
        tuple(sorted(found)) for found in reached.values()
    }


def test_a_cluster_with_two_numbers_contradicts_itself():
    (cluster,) = clusters([("a", "b"), ("b", "c")], {"a": "1", "b": None, "c": "2"})
    assert cluster.contradicts_itself and cluster.numbers == ("1", "2")
    (cluster,) = clusters([("a", "b")], {"a": "1", "b": None})
    assert not cluster.contradicts_itself
