"""A run as a folder: figures, days, report, how it was made, and journals."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.simulation.scenario.digest import digest

if TYPE_CHECKING:
    from localcare.analysis.simulation.result import SimulationResult


def run_facts(result: SimulationResult) -> dict[str, Any]:
    """How the run was made: what somebody needs to run it again, and how long it took."""
    facts = result.facts
    return {
        "scenario": result.scenario.code,
        "scenario_version": result.scenario.version,
        "digest": digest(result.scenario),
        "engine": facts.engine,
        "why_engine": facts.why_engine,
        "seed": facts.seed,
        "replications": facts.replications,
        "threads": facts.threads,
        "seconds": round(facts.seconds, 3),
        "versions": dict(facts.versions),
    }


def write_run(result: SimulationResult, folder: Path | str, journals: Sequence[int] = (0,)) -> Path:
    """Write summary.csv, daily.parquet, clocks.parquet, littles-law.csv, report.md, run.json and journal-N folders.

    The folder is made when it is not there; files of an earlier run in it are written over.
    """
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    _write_csv(result.summary(), out / "summary.csv")
    (out / "run.json").write_text(json.dumps(run_facts(result), indent=2) + "\n", encoding="utf-8")
    (out / "report.md").write_text(result.report(), encoding="utf-8")
    if result.engine == "closed":
        return out
    pa.parquet.write_table(result.daily(), out / "daily.parquet", compression="zstd")
    pa.parquet.write_table(result.clock_days(), out / "clocks.parquet", compression="zstd")
    _write_csv(result.littles_law(), out / "littles-law.csv")
    for replication in journals:
        result.write_journal(out / f"journal-{replication}", replication)
    return out


def _write_csv(table: Any, file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(table.column_names)
        for row in table.to_pylist():
            writer.writerow(["" if value is None else value for value in row.values()])
