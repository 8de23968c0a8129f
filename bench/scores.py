"""HFRS and Charlson over generated (person, code) rows, against pycomorb: same values, time and memory.

    python bench/scores.py                    5 million rows
    python bench/scores.py --rows 200000      a small run

Each side reads one Parquet file and writes one, in a process of its own; imports are not timed. Prints one JSON
line. Bar: at least 4 times faster, at most a fifth of the memory, the same values for everyone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.memory import printed_and_peak

ROWS_PER_PERSON = 11
MEMORY_LIMIT = "100MB"  # of the engine; it spills beyond that
BAR_TIMES_FASTER = 4.0
BAR_TIMES_LEANER = 5.0


def generate(file: Path, rows: int) -> None:
    """Rows in no order of person over some 12,500 codes of three and four characters."""
    import duckdb

    people = max(rows // ROWS_PER_PERSON, 1)
    duckdb.sql(
        f"""copy (select (hash(range * 4 + 1) % {people})::bigint as person_id,
            chr((65 + hash(range * 4 + 2) % 26)::int) || lpad((hash(range * 4 + 3) % 100)::varchar, 2, '0')
            || case when range % 7 = 0 then '' else (hash(range * 4) % 5)::varchar end as code
            from range({rows})) to '{file}' (compression zstd)"""
    )


def ours(rows: Path, out: Path) -> tuple[float, float]:
    from localcare.analysis import libraries
    from localcare.analysis.dataset.engine import connect
    from localcare.analysis.scores.together import score_codes

    libraries.load()
    began, worked = time.perf_counter(), time.process_time()
    backend = connect(memory_limit=MEMORY_LIMIT)
    table = score_codes(backend.read_parquet(str(rows)))
    backend.to_parquet(table, out, compression="snappy")
    return time.perf_counter() - began, time.process_time() - worked


def peer(rows: Path, out: Path) -> tuple[float, float]:
    import polars as pl
    from pycomorb import CharlsonComorbidityIndex, HospitalFrailtyRiskScore

    began, worked = time.perf_counter(), time.process_time()
    frame = pl.read_parquet(rows)
    frailty = HospitalFrailtyRiskScore(frame, id_col="person_id")
    aged = frame.with_columns(age=pl.lit(30))
    charlson = CharlsonComorbidityIndex(aged, id_col="person_id")
    frailty.join(charlson, on="person_id").write_parquet(out, compression="snappy")
    return time.perf_counter() - began, time.process_time() - worked


def same_values(mine: Path, theirs: Path) -> tuple[int, int]:
    """How many people there are, and for how many any value differs."""
    import duckdb

    (found,) = duckdb.sql(
        f"""select count(*), count(*) filter (where a.person_id is null or b.person_id is null
            or hfrs_tenths <> round("HFRS Score" * 10)::int or charlson_1987 <> "Charlson Comorbidity Index")
            from read_parquet('{mine}') a full join read_parquet('{theirs}') b using (person_id)"""
    ).fetchall()
    return found


def measured(task: str, rows: Path, out: Path) -> dict[str, float]:
    """Run a side in a process of its own; its seconds, processor seconds, and the peak of its resident memory in MB."""
    command = [sys.executable, __file__, "--task", task, "--input", str(rows), "--out", str(out)]
    printed, peak_mb = printed_and_peak(command)
    seconds, processor_seconds = json.loads(printed)
    return {"seconds": seconds, "processor_seconds": processor_seconds, "peak_mb": peak_mb}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument(
        "--runs", type=int, default=3, help="each side so many times, in turn; the best counts"
    )
    parser.add_argument("--task", choices=["ours", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--input", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        print(json.dumps({"ours": ours, "peer": peer}[options.task](options.input, options.out)))
        return
    with tempfile.TemporaryDirectory(prefix="localcare-bench-") as scratch:
        rows = Path(scratch) / "rows.parquet"
        generate(rows, options.rows)
        files = {task: Path(scratch) / f"{task}.parquet" for task in ("ours", "peer")}
        results: dict[str, list[dict[str, float]]] = {"ours": [], "peer": []}
        for _ in range(options.runs):
            for task, found in results.items():
                found.append(measured(task, rows, files[task]))
        people, differing = same_values(files["ours"], files["peer"])
    report(options.rows, people, differing, results)


def report(rows: int, people: int, differing: int, results: dict[str, list[dict[str, float]]]) -> None:
    seconds = {task: min(run["seconds"] for run in runs) for task, runs in results.items()}
    peak = {task: min(run["peak_mb"] for run in runs) for task, runs in results.items()}
    worked = {task: min(run["processor_seconds"] for run in runs) for task, runs in results.items()}
    faster, leaner = seconds["peer"] / seconds["ours"], peak["peer"] / peak["ours"]
    line = {
        "benchmark": "scores",
        "rows": rows,
        "engine_memory_limit": MEMORY_LIMIT,
        "people": people,
        "people_differing": differing,
        "seconds": round(seconds["ours"], 3),
        "peer_seconds": round(seconds["peer"], 3),
        "processor_seconds": round(worked["ours"], 3),
        "peer_processor_seconds": round(worked["peer"], 3),
        "times_faster": round(faster, 2),
        "bar_times_faster": BAR_TIMES_FASTER,
        "peak_mb": round(peak["ours"]),
        "peer_peak_mb": round(peak["peer"]),
        "times_leaner": round(leaner, 2),
        "bar_times_leaner": BAR_TIMES_LEANER,
        "met": differing == 0 and faster >= BAR_TIMES_FASTER and leaner >= BAR_TIMES_LEANER,
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
