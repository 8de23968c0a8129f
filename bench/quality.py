"""The check of a linked dataset and of its quality, against only scanning the columns that it reads.

    python bench/quality.py                      0.2 and 2 million people x 60 events (some 10 GB of temporary disk)
    python bench/quality.py --people 50000       a small run

The people are synthetic, with their usual dirt. Quality is measured twice: as they are, and with damage for which the list is
made again: ten practices whose facts stopped, facts in a system nobody knows, stays that end before they begin. Each task in
a process of its own, imports not timed. Prints one JSON line for each size. Bars at 2 million: quality, as they are, in at
most 6 times the scan; everything below 2 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.memory import printed_and_peak
from bench.scanning import scan as scan_columns

AS_OF = date(2026, 9, 30)
SEED, EVENTS = 1, 60
SIZES = (200_000, 2_000_000)
BYTES_A_PERSON = 5000  # of temporary disk: the dataset twice, and what the engine spills
BAR_AT, BAR_TIMES_SCAN, BAR_PEAK_MB = 2_000_000, 6.0, 2048
SCANNED = {
    "persons": "person_id nhs_number family_name given_name birth_date death_date sex ethnic_category postcode imd_decile",
    "registrations": "registration_id person_id practice_code started_on ended_on",
    "facts": "person_id kind system code value unit occurred_on ended_on recorded_on",
    "stays": "stay_id person_id provider_code admitted_on discharged_on",
    "diagnoses": "person_id stay_id code occurred_on",
    "procedures": "person_id code occurred_on",
    "attendances": "person_id provider_code arrived_on",
    "contacts": "person_id provider_code setting occurred_on",
}
SILENT = "practice_code in (from (select distinct practice_code from registered) order by 1 limit 10)"
DAMAGE = {
    "facts": "select f.* replace (if(fact_id % 25 = 0, 'READ-V9', system) as system) from f left join registered"
    f" using (person_id) where occurred_on < date '{AS_OF}' - 60 or not coalesce({SILENT}, false)",
    "stays": "select f.* replace (if(stay_id % 50 = 0, admitted_on - 3, discharged_on) as discharged_on) from f",
}


def generate(folder: Path, people: int) -> None:
    """A synthetic dataset, and beside it a damaged one."""
    import duckdb

    from localcare.synthetic.population import synthesise
    from localcare.synthetic.practices import kent_and_medway_practices

    sound, damaged = folder / "sound", folder / "damaged"
    synthesise(
        people=people,
        seed=SEED,
        as_of=AS_OF,
        practices=kent_and_medway_practices(),
        out=sound,
        events_per_person=EVENTS,
    )
    damaged.mkdir()
    for file in sound.iterdir():
        if file.stem not in DAMAGE:
            (damaged / file.name).symlink_to(file)
    engine = duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(folder / "spill")})
    engine.execute(
        f"create table registered as from read_parquet('{sound}/registrations.parquet') where ended_on is null"
    )
    for name, query in DAMAGE.items():
        engine.execute(f"create or replace view f as from read_parquet('{sound}/{name}.parquet')")
        engine.execute(f"copy ({query}) to '{damaged}/{name}.parquet' (compression zstd)")
    engine.close()


def scan(folder: Path) -> dict[str, Any]:
    scan_columns({folder / "sound" / f"{name}.parquet": columns.split() for name, columns in SCANNED.items()})
    return {}


def structure(folder: Path) -> dict[str, Any]:
    from localcare.analysis.dataset.check import check

    return {"problems": len(check(folder / "sound", as_of=AS_OF).problems)}


def sound(folder: Path) -> dict[str, Any]:
    return assessed(folder / "sound")


def damaged(folder: Path) -> dict[str, Any]:
    return assessed(folder / "damaged")


def assessed(folder: Path) -> dict[str, Any]:
    from localcare.analysis.quality import assess

    report = assess(folder, as_of=AS_OF, temp_directory=folder.parent / "spill")
    made_again = sum(one.effect.would_leave is not None for one in report.findings)
    return {
        "verdict": report.verdict.outcome,
        "findings": len(report.findings),
        "lists made again": made_again,
    }


TASKS = {"scan": scan, "structure": structure, "sound": sound, "damaged": damaged}


def timed_child(task: str, folder: Path) -> None:
    """Run a task in this process and print its seconds, without the imports, and what it found."""
    from localcare.analysis import libraries

    libraries.load()
    if task not in ("scan", "structure"):
        import localcare.analysis.quality  # noqa: F401
    began, worked = time.perf_counter(), time.process_time()
    found = TASKS[task](folder)
    seconds, processor_seconds = time.perf_counter() - began, time.process_time() - worked
    print(json.dumps({"seconds": seconds, "processor_seconds": processor_seconds, **found}))


def measured(task: str, folder: Path) -> dict[str, Any]:
    """Run a task in a process of its own; what it printed, and the peak of its resident memory in MB."""
    printed, peak_mb = printed_and_peak(
        [sys.executable, __file__, "--task", task, "--folder", str(folder)], every_seconds=0.02
    )
    return json.loads(printed) | {"peak_mb": peak_mb}


def measure(people: int, keep: Path | None) -> dict[str, Any]:
    """Generate so many people, run every task once, and leave nothing behind unless asked to."""
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < people * BYTES_A_PERSON:
        raise SystemExit(
            f"{people:,} people need {people * BYTES_A_PERSON / 2**30:.0f} GB under {tempfile.gettempdir()},"
            f" which has {free / 2**30:.0f} GB: make room, or set TMPDIR to a larger disk"
        )
    with tempfile.TemporaryDirectory(prefix="localcare-bench-") as scratch:
        folder = (keep or Path(scratch)) / str(people)
        if not folder.exists():
            generate(folder, people)
        runs = {task: measured(task, folder) for task in TASKS}
        size = sum(file.stat().st_size for file in (folder / "sound").glob("*.parquet"))
    return report(people, runs, size)


def report(people: int, runs: dict[str, dict[str, Any]], size: int) -> dict[str, Any]:
    scanned = runs["scan"]
    line: dict[str, Any] = {
        "benchmark": f"{people / 1e6:g} million people",
        "people": people,
        "parquet_mb": round(size / 2**20),
        "scan_seconds": round(scanned["seconds"], 2),
    }
    for name, task in (
        ("structure", "structure"),
        ("quality", "sound"),
        ("quality_of_damaged_data", "damaged"),
    ):
        run = runs[task]
        line[name] = {
            "seconds": round(run["seconds"], 2),
            "times_scan": round(run["seconds"] / scanned["seconds"], 2),
            "times_scan_in_processor_seconds": round(
                run["processor_seconds"] / scanned["processor_seconds"], 2
            ),
            "peak_mb": round(run["peak_mb"]),
            **{
                key: run[key] for key in ("problems", "verdict", "findings", "lists made again") if key in run
            },
        }
    if people == BAR_AT:
        peak = max(line[name]["peak_mb"] for name in ("structure", "quality", "quality_of_damaged_data"))
        fast = line["quality"]["times_scan"] <= BAR_TIMES_SCAN
        line |= {
            "bar_times_scan": BAR_TIMES_SCAN,
            "bar_peak_mb": BAR_PEAK_MB,
            "met": fast and peak < BAR_PEAK_MB,
        }
    return line | {"cpus": os.cpu_count(), "python": platform.python_version()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=list(SIZES))
    parser.add_argument(
        "--keep", type=Path, help="write the datasets to this folder, or use those that are there"
    )
    parser.add_argument("--task", choices=list(TASKS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        timed_child(options.task, options.folder)
        return
    for people in sorted(options.people):
        print(json.dumps(measure(people, options.keep)), flush=True)


if __name__ == "__main__":
    main()
