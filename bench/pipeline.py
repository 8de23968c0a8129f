"""The whole scores pipeline over a generated linked dataset, against only scanning the columns it reads, and against Polars.

    python bench/pipeline.py                           0.2, 2 and 10 million people x 60 events (10 GB of temporary disk,
                                                       some 12 minutes; without the room 10 million are left out)
    python bench/pipeline.py --people 50000            a small run
    python bench/pipeline.py --order person            every table in order of person, as the synthetic writer has them

Prints one JSON line for each size and one for the growth between sizes. Bars: at 2 million at most 4 times the scan and
below 1 GB; at 10 million below 3 GB; from size to size at most 1.15 times what more people explain.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import sys
import tempfile
import time
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.memory import printed_and_peak

Run = dict[str, float]

AS_OF = date(2026, 11, 22)
SEED = 20261122
SIZES = (200_000, 2_000_000, 10_000_000)
FAST_AT = 2_000_000  # people at which the time is held against the scan
PEER_UP_TO = 2_000_000
BYTES_A_PERSON = 1000  # of temporary disk: the dataset, the result, and what the engines spill
BAR_TIMES_SCAN = 4.0
BARS_PEAK_MB = {2_000_000: 1024, 10_000_000: 3072}
BAR_TIMES_LINEAR = 1.15

SCANNED = {
    "persons": "person_id birth_date death_date sex imd_decile",
    "registrations": "registration_id person_id practice_code started_on ended_on",
    "facts": "person_id kind system code value unit occurred_on",
    "stays": "stay_id person_id admission_type admitted_on discharged_on",
    "diagnoses": "person_id stay_id position code occurred_on",
    "attendances": "person_id arrived_on",
    "contacts": "person_id setting occurred_on attended",
}


def generate(folder: Path, people: int, order: str = "none") -> None:
    """Per person 50 facts, 1 stay with 6 diagnoses, 1.5 attendances and 1.5 contacts; in order of person or in none."""
    import duckdb

    from localcare.analysis.dataset.schema import table as described
    from localcare.analysis.scores.packs import shipped_packs

    connection = duckdb.connect(config={"memory_limit": "6GB", "temp_directory": str(folder / "spill")})
    listed = [
        (number, pack_code.system, pack_code.code)
        for number, pack_code in enumerate(code for pack in shipped_packs().packs for code in pack.codes)
    ]
    connection.execute("create table listed (number bigint, system varchar, code varchar)")
    connection.executemany("insert into listed values (?, ?, ?)", listed)
    connection.execute("create macro chance(n, salt) as hash(n * 64 + salt)")
    # whose row the n-th is: of rows in order of person, everybody has equally many
    whose = "(n * {0}) // rows" if order == "person" else "chance(n, salt) % {0}"
    connection.execute(f"create macro whose(n, salt, rows) as ({whose.format(people)})::bigint")
    # a fifth of the condition codes are in a list; the other codes of the 12,000 mean nothing to any score
    connection.execute(
        f"""create table concepts as select range::int as number,
            case when range % 10 < 3 then 'medicine' when range % 10 < 6 then 'observation' else 'condition' end as kind,
            case when range % 10 < 3 then 'DMD' when range % 10 < 6 then 'LOINC' else 'SNOMED-CT' end as system,
            (10000000 + range * 17)::varchar as code from range(12000)
        union all select 12000 + range::int, 'condition', l.system, l.code from range(1500)
            join listed l on l.number = range % {len(listed)}
        union all select 13500 + range::int, 'observation', 'LOINC', '718-7' from range(300)
        union all select 13800 + range::int, 'observation', 'LOINC', '62238-1' from range(200)"""
    )
    connection.execute(
        """create table icd as select range::int as number,
            chr((65 + range // 100 % 26)::int) || lpad((range % 100)::varchar, 2, '0') || (range // 2600)::varchar as code
        from range(12000)"""
    )
    day = "(date '2016-11-22' + ({0} % 3680)::int)"
    queries = {
        "persons": f"""select range as person_id, date '1926-01-01' + (chance(range, 1) % 36500)::int as birth_date,
            case when chance(range, 2) % 50 = 0 then date '2020-01-01' + (chance(range, 3) % 2500)::int end as death_date,
            case when chance(range, 4) % 2 = 0 then 'female' else 'male' end as sex,
            (1 + chance(range, 5) % 10)::int as imd_decile from range({people})""",
        "registrations": f"""select range as registration_id, range as person_id,
            'G' || (82000 + chance(range, 6) % 200)::varchar as practice_code, date '2015-01-01' as started_on,
            case when chance(range, 7) % 20 = 0 then date '2026-01-01' end as ended_on from range({people})""",
        "facts": f"""select f.fact_id, f.person_id, c.kind, c.system, c.code,
            case when c.kind = 'observation' then (f.v % 2000) / 10.0 end as value,
            case when c.kind = 'observation' then case when c.number % 3 = 0 then 'mL/min' else 'g/L' end end as unit,
            f.occurred_on from (select range as fact_id, whose(range, 8, {people * 50}) as person_id,
            (chance(range, 9) % 14000)::int as number, chance(range, 10) as v,
            {day.format("chance(range, 11)")} as occurred_on from range({people * 50})) f join concepts c using (number)""",
        "stays": f"""select stay_id, person_id, admission_type, admitted_on,
            admitted_on + (chance(stay_id, 12) % 12)::int as discharged_on from ({stays_query(people)})""",
        "diagnoses": f"""select d.diagnosis_id, s.person_id, s.stay_id, d.position, icd.code, s.admitted_on as occurred_on
            from (select range as diagnosis_id, whose(range, 13, {people * 6}) as stay_id,
            (1 + chance(range, 14) % 6)::int as position, (chance(range, 15) % 12000)::int as number
            from range({people * 6})) d join ({stays_query(people)}) s using (stay_id) join icd using (number)""",
        "attendances": f"""select range as attendance_id, whose(range, 16, {people * 3 // 2}) as person_id,
            {day.format("chance(range, 17)")} as arrived_on from range({people * 3 // 2})""",
        "contacts": f"""select range as contact_id, whose(range, 18, {people * 3 // 2}) as person_id,
            ['general-practice', 'community', 'mental-health', 'social-care', 'voluntary', 'out-patient']
            [1 + (chance(range, 19) % 6)::int] as setting, {day.format("chance(range, 20)")} as occurred_on,
            chance(range, 21) % 20 <> 0 as attended from range({people * 3 // 2})""",
        "packages": "select 0::bigint as package_id, 0::bigint as person_id where false",
    }  # fmt: skip
    for name, query in queries.items():
        present = {row[0] for row in connection.execute(f"describe {query}").fetchall()}
        absent = [
            column.name
            for column in described(name).columns
            if column.name not in present and column.required
        ]
        columns = "".join(f", null::varchar as {column}" for column in absent)
        connection.execute(
            f"copy (select *{columns} from ({query})) to '{folder / name}.parquet' (compression zstd)"
        )
    connection.close()


def stays_query(people: int) -> str:
    return f"""select range as stay_id, whose(range, 22, {people}) as person_id,
        case when chance(range, 23) % 10 < 4 then 'emergency' else 'elective' end as admission_type,
        date '2016-11-22' + (chance(range, 24) % 3680)::int as admitted_on from range({people})"""


def scan(folder: Path, _: Path) -> None:
    """Read every value of every column that the pipeline reads, and do nothing else."""
    from bench.scanning import scan as read

    read({folder / f"{name}.parquet": columns.split() for name, columns in SCANNED.items()})


def pipeline(folder: Path, out: Path) -> None:
    from localcare.analysis.scores.run import write_scores

    write_scores(folder, AS_OF, out)


def peer(folder: Path, out: Path) -> None:
    from bench.pipeline_peer import pipeline_peer

    pipeline_peer(folder, AS_OF, out)


TASKS = {"scan": scan, "pipeline": pipeline, "peer": peer}


def timed_child(task: str, folder: Path, out: Path) -> None:
    """Run a task in this process and print its seconds, without the imports."""
    from localcare.analysis import libraries

    if task == "peer":
        import bench.pipeline_peer  # noqa: F401
    else:
        import localcare.analysis.scores.run  # noqa: F401

        libraries.load()
    began, worked = time.perf_counter(), time.process_time()
    TASKS[task](folder, out)
    seconds, processor_seconds = time.perf_counter() - began, time.process_time() - worked
    print(json.dumps({"seconds": seconds, "processor_seconds": processor_seconds}))


def measured(task: str, folder: Path, out: Path) -> Run:
    """Run a task in a process of its own; its seconds, processor seconds, and the peak of its resident memory in MB."""
    command = [sys.executable, __file__, "--task", task, "--folder", str(folder), "--out", str(out)]
    printed, peak_mb = printed_and_peak(command)
    return json.loads(printed) | {"peak_mb": peak_mb}


def differing(mine: Path, theirs: Path) -> int:
    """How many rows on either side the other side does not have in the same words and numbers."""
    import duckdb

    (found,) = duckdb.execute(
        "select count(*) from ((from read_parquet($mine) except all from read_parquet($theirs))"
        " union all (from read_parquet($theirs) except all from read_parquet($mine)))",
        {"mine": str(mine), "theirs": str(theirs)},
    ).fetchone()
    return int(found)


def main() -> None:
    options = arguments()
    if options.task:
        timed_child(options.task, options.folder, options.out)
        return
    lines = [measure(people, options) for people in sorted(options.people)]
    for smaller, larger in pairwise(lines):
        print(json.dumps(growth(smaller, larger)))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    fitting = [people for people in SIZES if free_bytes() >= people * BYTES_A_PERSON]
    parser.add_argument("--people", type=int, nargs="+", default=fitting)
    parser.add_argument(
        "--runs", type=int, default=2, help="each task so many times, in turn; the best counts"
    )
    parser.add_argument("--order", choices=["none", "person"], default="none", help="of the rows")
    parser.add_argument("--task", choices=list(TASKS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(people: int, options: argparse.Namespace) -> dict[str, Any]:
    """Generate a dataset of so many people, run every task over it, print the line, and leave nothing behind."""
    free = free_bytes()
    if free < people * BYTES_A_PERSON:
        raise SystemExit(
            f"{people:,} people need {people * BYTES_A_PERSON / 2**30:.0f} GB under {tempfile.gettempdir()},"
            f" which has {free / 2**30:.0f} GB: make room, or set TMPDIR to a larger disk"
        )
    tasks = [task for task in TASKS if task != "peer" or people <= PEER_UP_TO]
    with tempfile.TemporaryDirectory(prefix="localcare-bench-") as scratch:
        folder = Path(scratch) / "dataset"
        files = {task: Path(scratch) / f"{task}.parquet" for task in tasks}
        folder.mkdir()
        generate(folder, people, options.order)
        results: dict[str, list[Run]] = {task: [] for task in tasks}
        for _ in range(options.runs):
            for task, found in results.items():
                found.append(measured(task, folder, files[task]))
        size = sum(file.stat().st_size for file in folder.glob("*.parquet"))
        differ = differing(files["pipeline"], files["peer"]) if "peer" in files else None
    line = report(people, options.order, results, size, differ)
    print(json.dumps(line), flush=True)
    return line


def free_bytes() -> int:
    """Room for temporary files."""
    return shutil.disk_usage(tempfile.gettempdir()).free


def report(
    people: int, order: str, results: dict[str, list[Run]], size: int, differ: int | None
) -> dict[str, Any]:
    best = {
        task: {name: min(run[name] for run in runs) for name in ("seconds", "processor_seconds")}
        for task, runs in results.items()
    }
    peak = {task: max(run["peak_mb"] for run in runs) for task, runs in results.items()}
    scanned, scored = best["scan"], best["pipeline"]
    times_scan = scored["seconds"] / scanned["seconds"]
    line = {
        "benchmark": f"{people / 1e6:g} million people"
        + (", in order of person" if order == "person" else ""),
        "people": people,
        "events": people * 60,
        "parquet_mb": round(size / 2**20),
        "scan_seconds": round(scanned["seconds"], 2),
        "pipeline_seconds": round(scored["seconds"], 2),
        "times_scan": round(times_scan, 2),
        "scan_processor_seconds": round(scanned["processor_seconds"], 2),
        "pipeline_processor_seconds": round(scored["processor_seconds"], 2),
        "times_scan_in_processor_seconds": round(
            scored["processor_seconds"] / scanned["processor_seconds"], 2
        ),
        "peak_mb": round(peak["pipeline"]),
    }
    if "peer" in best:
        line |= {
            "polars_seconds": round(best["peer"]["seconds"], 2),
            "polars_processor_seconds": round(best["peer"]["processor_seconds"], 2),
            "polars_peak_mb": round(peak["peer"]),
            "rows_that_differ_from_polars": differ,
        }
    if people in BARS_PEAK_MB:
        fast = people != FAST_AT or times_scan <= BAR_TIMES_SCAN
        bars = {"bar_times_scan": BAR_TIMES_SCAN} if people == FAST_AT else {}
        line |= bars | {
            "bar_peak_mb": BARS_PEAK_MB[people],
            "met": fast and peak["pipeline"] < BARS_PEAK_MB[people] and not differ,
        }
    return line | {"cpus": os.cpu_count(), "python": platform.python_version()}


def growth(smaller: dict[str, Any], larger: dict[str, Any]) -> dict[str, Any]:
    """How the pipeline's time grows from one size to a larger: the exponent, and how many times as much as linear."""
    people = larger["people"] / smaller["people"]
    seconds = larger["pipeline_seconds"] / smaller["pipeline_seconds"]
    return {
        "benchmark": f"growth from {smaller['people'] / 1e6:g} to {larger['people'] / 1e6:g} million",
        "times_the_people": round(people, 2),
        "times_the_seconds": round(seconds, 2),
        "exponent": round(math.log(seconds) / math.log(people), 3),
        "times_linear": round(seconds / people, 3),
        "bar_times_linear": BAR_TIMES_LINEAR,
        "met": seconds / people <= BAR_TIMES_LINEAR,
    }


if __name__ == "__main__":
    main()
