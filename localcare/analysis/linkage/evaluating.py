"""How right linkage is where the truth is known: precision and recall at each threshold, calibration, bands to use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from localcare.analysis.linkage.bands import RIVALLED, Band, Bands, Wanted
from localcare.analysis.spc.rates import Rate, proportion

HALF_BIT = 0.5
CALIBRATION_EDGES = (-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)  # bits


@dataclass(frozen=True)
class ScoredPair:
    """A pair with its bits and whether it is of one person; `rivalled` where another record fits nearly as well."""

    bits: float
    is_true: bool
    rivalled: bool = False


@dataclass(frozen=True)
class ThresholdRow:
    """What proposing every pair from so many bits on would come to; rates are shares with Wilson's interval."""

    bits: float
    pairs: int
    true: int
    precision: Rate
    recall: Rate


@dataclass(frozen=True)
class Calibrated:
    """Pairs of alike bits: the probability said, and the share that was true."""

    from_bits: float
    pairs: int
    said: float
    observed: Rate


def threshold_table(pairs: Sequence[ScoredPair], true_pairs: int, *, step: float = 2.0) -> list[ThresholdRow]:
    """One row for each `step` bits, from the weakest pair to the strongest threshold that any pair reaches."""
    ordered = sorted(pairs, key=lambda pair: -pair.bits)
    if not ordered or not true_pairs:
        return []
    rows, place, true = [], 0, 0
    bits = (ordered[0].bits // step) * step
    while bits >= (ordered[-1].bits // step) * step:
        while place < len(ordered) and ordered[place].bits >= bits:
            true += ordered[place].is_true
            place += 1
        if place:
            rows.append(
                ThresholdRow(
                    bits, place, true, proportion(true, place), proportion(min(true, true_pairs), true_pairs)
                )
            )
        bits -= step
    return rows[::-1]


def calibration(pairs: Sequence[ScoredPair]) -> list[Calibrated]:
    """How the probabilities said compare with what was true, in groups of alike bits."""
    edges = (float("-inf"), *CALIBRATION_EDGES, float("inf"))
    rows = []
    for lower, upper in pairwise(edges):
        group = [pair for pair in pairs if lower <= pair.bits < upper]
        if group:
            said = sum(1 / (1 + 2.0**-pair.bits) for pair in group) / len(group)
            rows.append(
                Calibrated(lower, len(group), said, proportion(sum(p.is_true for p in group), len(group)))
            )
    return rows


def suggested_bands(pairs: Sequence[ScoredPair], wanted: Sequence[Wanted]) -> list[Band]:
    """The bands by the rule of `bands.yaml`: each from the lowest half bit from where on it keeps what it asks for.

    Pairs with a rival are judged in their own band, the others in the rest. A band that nothing fulfils is left out.
    """
    made: list[Band] = []
    ceiling = float("inf")
    for want in wanted:
        if want.code == RIVALLED:
            found = _lowest([pair for pair in pairs if pair.rivalled], want)
        else:
            found = _lowest([pair for pair in pairs if not pair.rivalled and pair.bits < ceiling], want)
            ceiling = found.from_bits if found else ceiling
        if found:
            made.append(found)
    return made


def _lowest(pairs: Sequence[ScoredPair], want: Wanted) -> Band | None:
    within = sorted(pairs, key=lambda pair: -pair.bits)
    best: Band | None = None
    true = 0
    for place, pair in enumerate(within, 1):
        true += pair.is_true
        bits = pair.bits // HALF_BIT * HALF_BIT
        is_last_of_its_half = place == len(within) or within[place].bits < bits
        if is_last_of_its_half and _keeps(within[:place], true, want):
            best = Band(want, bits, place, true)
    return best


def _keeps(band: Sequence[ScoredPair], true: int, want: Wanted) -> bool:
    weakest = band[-want.weakest :] if want.weakest else []
    right = sum(pair.is_true for pair in weakest)
    return proportion(true, len(band)).lower >= want.lower_bound and right >= want.of_weakest * len(weakest)


def scored_against_truth(engine: Any, truth_left: str, truth_right: str) -> tuple[list[ScoredPair], int, int]:
    """The likeness pairs of `pairs` that are not held back, how many true pairs could be found, and how many were held back.

    The truth tables have record_id and truth_key. What could be found: true pairs of which one has no believed number.
    """
    rows = engine.execute(
        f"SELECT bits, l.truth_key = r.truth_key, rivals > 0, held_back IS NOT NULL FROM pairs"
        f" JOIN {truth_left} AS l ON l.record_id = left_id JOIN {truth_right} AS r ON r.record_id = right_id"
        " WHERE kind = 'likeness' ORDER BY bits DESC, left_id, right_id"
    ).fetchall()
    pairs = [ScoredPair(bits, bool(true), bool(rivalled)) for bits, true, rivalled, held in rows if not held]
    held_true = sum(bool(true) for _, true, _, held in rows if held)
    within = "l.record_id < r.record_id" if truth_left == truth_right else "TRUE"
    ((findable,),) = engine.execute(
        f"SELECT count(*) FROM {truth_left} AS l JOIN {truth_right} AS r USING (truth_key)"
        f" WHERE {within} AND NOT EXISTS (SELECT 1 FROM by_number AS b"
        " WHERE b.left_id = l.record_id AND b.right_id = r.record_id)"
    ).fetchall()
    return pairs, int(findable), held_true


def in_band(pairs: Sequence[ScoredPair], bands: Bands) -> dict[str, tuple[int, int]]:
    """How many pairs each band in force holds, and how many of them are true."""
    counts = {band.code: (0, 0) for band in (*bands.bands, bands.rivalled)}
    for pair in pairs:
        among = (bands.rivalled,) if pair.rivalled else bands.bands
        code = next((band.code for band in among if pair.bits >= band.from_bits), None)
        if code:
            number, true = counts[code]
            counts[code] = (number + 1, true + pair.is_true)
    return counts
