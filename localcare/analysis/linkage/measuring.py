"""Linking two files whose truth is known, and writing what that showed as tables a person can read."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcare.analysis.linkage.bands import Band, Bands, linkage_bands
from localcare.analysis.linkage.definition import LinkageModel, linkage_model
from localcare.analysis.linkage.evaluating import (
    Calibrated,
    ScoredPair,
    ThresholdRow,
    calibration,
    in_band,
    scored_against_truth,
    suggested_bands,
    threshold_table,
)
from localcare.analysis.linkage.library import quiet
from localcare.analysis.linkage.reading import LinkageInputError
from localcare.analysis.linkage.run import Linking, Progress
from localcare.analysis.linkage.weights import Weights
from localcare.analysis.linkage.working import working_engine
from localcare.analysis.spc.rates import Rate

TRUTH = "truth_key"


@dataclass(frozen=True)
class Measured:
    """What linking showed: by number (links, wrong links, conflicts, conflicts of one person) and by likeness."""

    by_number: dict[str, int]
    findable: int
    held_back_true: int
    thresholds: list[ThresholdRow]
    calibration: list[Calibrated]
    suggested: list[Band]
    in_force: dict[str, tuple[int, int]]
    missed_because: dict[str, int]
    weights: Weights


def measure(
    left: Path, right: Path | None, *, model: LinkageModel | None = None, bands: Bands | None = None,
    progress: Progress | None = None,
) -> Measured:  # fmt: skip
    """Link files that have the column truth_key (equal: one person), and measure. Raises LinkageInputError."""
    model, bands = model or linkage_model(), bands or linkage_bands()
    quiet()
    with working_engine() as engine:
        linking = Linking(engine, model, bands, progress or (lambda what, done, total: None))
        paths = [left] if right is None else [left, right]
        linking.read(paths)
        for place, path in enumerate(paths):
            _read_truth(engine, path, f"truth_{place}")
        weights = linking.find()
        sides = ("truth_0", f"truth_{len(paths) - 1}")
        pairs, findable, held_true = scored_against_truth(engine, *sides)
        wanted = [band.wanted for band in (*bands.bands, bands.rivalled)]
        return Measured(
            _by_number(engine, *sides), findable, held_true, threshold_table(pairs, findable), calibration(pairs),
            suggested_bands(pairs, wanted), in_band(pairs, bands), _missed(engine, *sides, pairs), weights,
        )  # fmt: skip


def _read_truth(engine: Any, path: Path, name: str) -> None:
    quoted = str(path).replace("'", "''")
    held = {row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM '{quoted}'").fetchall()}
    if not {"record_id", TRUTH} <= held:
        raise LinkageInputError(
            f"{path} has no columns record_id and {TRUTH}. Measure on files whose truth is known: see localcare link synthesise."
        )
    damage = "damage" if "damage" in held else "NULL::VARCHAR AS damage"
    engine.execute(
        f"CREATE TABLE {name} AS SELECT record_id::VARCHAR AS record_id, {TRUTH}, {damage} FROM '{quoted}'"
    )


def _by_number(engine: Any, left: str, right: str) -> dict[str, int]:
    rows = engine.execute(
        f"SELECT kind, l.{TRUTH} = r.{TRUTH}, count(*) FROM by_number JOIN {left} AS l ON l.record_id = left_id"
        f" JOIN {right} AS r ON r.record_id = right_id GROUP BY ALL"
    ).fetchall()
    counts = {(kind, bool(true)): number for kind, true, number in rows}
    return {
        "links": counts.get(("number", True), 0) + counts.get(("number", False), 0),
        "links of two people": counts.get(("number", False), 0),
        "conflicts for review": counts.get(("conflict", True), 0) + counts.get(("conflict", False), 0),
        "conflicts that are one person": counts.get(("conflict", True), 0),
    }


def _missed(engine: Any, left: str, right: str, pairs: Sequence[ScoredPair]) -> dict[str, int]:
    """The damage of true pairs that no band proposes, most frequent first."""
    within = "l.record_id < r.record_id" if left == right else "TRUE"
    rows = engine.execute(
        f"SELECT r.damage FROM {left} AS l JOIN {right} AS r USING ({TRUTH}) WHERE {within} AND NOT EXISTS ("
        "SELECT 1 FROM pairs AS p WHERE p.left_id = l.record_id AND p.right_id = r.record_id"
        " AND (p.kind <> 'likeness' OR p.band IS NOT NULL))"
    ).fetchall()
    words = Counter(word for (damage,) in rows for word in (damage or "").split() if word != "no_number")
    return {"all": len(rows), **dict(sorted(words.items(), key=lambda item: (-item[1], item[0])))}


def write_measured(measured: Measured, out: Path) -> None:
    """Write `thresholds.csv`, `calibration.csv`, `bands.csv`, `missed.csv` and `weights.json`."""
    out.mkdir(parents=True, exist_ok=True)
    _table(out / "thresholds.csv", ["bits", "pairs", "true", *_rate_names("precision"), *_rate_names("recall")], [
        [row.bits, row.pairs, row.true, *_rate(row.precision), *_rate(row.recall)] for row in measured.thresholds
    ])  # fmt: skip
    _table(out / "calibration.csv", ["from_bits", "pairs", "said", *_rate_names("observed")], [
        ["" if row.from_bits == float("-inf") else row.from_bits, row.pairs, f"{row.said:.6f}", *_rate(row.observed)]
        for row in measured.calibration
    ])  # fmt: skip
    _table(out / "bands.csv", ["band", "suggested_from_bits", "pairs", "same"], [
        [band.code, band.from_bits, band.pairs, band.same] for band in measured.suggested
    ])  # fmt: skip
    _table(
        out / "missed.csv",
        ["damage", "true_pairs_missed"],
        [list(row) for row in measured.missed_because.items()],
    )
    measured.weights.write(out / "weights.json")
    summary = {
        "by_number": measured.by_number, "true_pairs_to_find_by_likeness": measured.findable,
        "true_pairs_held_back": measured.held_back_true,
        "bands_in_force": {code: {"pairs": n, "same": true} for code, (n, true) in measured.in_force.items()},
    }  # fmt: skip
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")


def _rate_names(name: str) -> list[str]:
    return [name, f"{name}_lower", f"{name}_upper"]


def _rate(rate: Rate) -> list[str]:
    return [f"{value:.4f}" for value in (rate.value, rate.lower, rate.upper)]


def _table(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
