"""A county's register searched by likeness, and linked with a feed: seconds, memory, pairs compared, and how right it is.

    python bench/linkage.py                                    1.8 million records and a feed of 200,000 (some 15 minutes)
    python bench/linkage.py --records 200000 --strays 450 --feed 22000        a small run

The register is synthetic: 1 in 100 of its records have no number, and among them are `--strays` records of people of whom
most are on it already, damaged at the rates of `definitions/synthetic/second_source.yaml`. First the register is searched
for them as `localcare link run register.parquet` does it, then it is linked with the feed. Each in a process of its own,
imports not timed. Prints one JSON line for each. Bars at 1.8 million: 10 minutes and 4 GB; of the pairs proposed as very
likely, the 95 % interval reaches 0.99. Numbers beyond the range kept for tests (999) stand in scratch files only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.memory import printed_and_peak
from bench.scanning import scan
from localcare.analysis.spc.rates import proportion
from localcare.synthetic.nhs_numbers import WEIGHTS
from localcare.synthetic.second_source import SCHEMA, draw_two_sources

AS_OF = date(2026, 10, 1)
SEED = 20261123
PEOPLE_IN_CHUNK = 20_000
SHARE_ON_REGISTER = 0.92  # of the people drawn
FIRST_NINE_DIGITS = 990_000_000
BAR_AT, BAR_SECONDS, BAR_PEAK_MB, BAR_PRECISION = 1_800_000, 600, 4096, 0.99
SEARCHED, REGISTER, FEED = "searched.parquet", "register.parquet", "feed.parquet"


def generate(folder: Path, records: int, strays: int, feed: int) -> None:
    """Write the register, the register with strays among it, and the feed, chunk by chunk."""
    chunks = max(round((records - strays) / (PEOPLE_IN_CHUNK * SHARE_ON_REGISTER)), 1)
    make = partial(chunk_of, strays=strays // chunks, feed=feed // chunks)
    writers = {
        name: pq.ParquetWriter(folder / name, SCHEMA, compression="zstd")
        for name in (SEARCHED, REGISTER, FEED)
    }
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for tables in pool.map(make, range(chunks)):
            for name, table in tables.items():
                writers[name].write_table(table)
    for writer in writers.values():
        writer.close()


def chunk_of(number: int, *, strays: int, feed: int) -> dict[str, pa.Table]:
    """Twenty thousand people as the register, the feed, and the register with strays see them."""
    sources = draw_two_sources(people=PEOPLE_IN_CHUNK, seed=SEED + number, as_of=AS_OF)
    register, other = sources.register.to_pylist(), sources.feed.to_pylist()
    drawn = sorted({row["nhs_number"] for row in (*register, *other) if row["nhs_number"]})
    given = dict(zip(drawn, numbers(number), strict=False))
    for row in (*register, *other):
        row["nhs_number"] = given.get(row["nhs_number"])
        row["truth_key"] += number * PEOPLE_IN_CHUNK
        row["record_id"] = f"{number:03d}-{row['record_id']}"
        row["local_identifier"] = row["record_id"]
    added = [
        row | {"record_id": f"{number:03d}-Z{row['record_id'][4:]}"}
        for row in other
        if row["nhs_number"] is None
    ]
    rows = {SEARCHED: register + added[:strays], REGISTER: register, FEED: other[:feed]}
    return {name: pa.Table.from_pylist(some, schema=SCHEMA) for name, some in rows.items()}


def numbers(chunk: int) -> list[str]:
    """Valid numbers for a chunk, which no other chunk has."""
    room = PEOPLE_IN_CHUNK * 6 // 5
    first_nine = FIRST_NINE_DIGITS + np.arange(chunk * room, (chunk + 1) * room, dtype=np.int64)
    check = (11 - first_nine[:, None] // 10 ** np.arange(8, -1, -1, dtype=np.int64) % 10 @ WEIGHTS % 11) % 11
    return [str(number) for number in (first_nine * 10 + check)[check < 10]]


def search(folder: Path) -> None:
    from localcare.analysis.linkage.run import link

    link(folder / SEARCHED, None, folder / "found")


def two_files(folder: Path) -> None:
    from localcare.analysis.linkage.run import link

    link(folder / REGISTER, folder / FEED, folder / "linked")


def scan_register(folder: Path) -> None:
    scan({folder / SEARCHED: SCHEMA.names})


TASKS = {"scan": scan_register, "search": search, "two_files": two_files}


def timed_child(task: str, folder: Path) -> None:
    """Run a task in this process and print its seconds, without the imports."""
    from localcare.analysis.libraries import duckdb
    from localcare.analysis.linkage.library import splink

    _ = duckdb.connect, splink.Linker
    began = time.perf_counter()
    TASKS[task](folder)
    print(json.dumps({"seconds": time.perf_counter() - began}))


def measured(task: str, folder: Path) -> dict[str, float]:
    printed, peak_mb = printed_and_peak(
        [sys.executable, __file__, "--task", task, "--folder", str(folder)], every_seconds=0.02
    )
    return json.loads(printed) | {"peak_mb": peak_mb}


def rightness(folder: Path, out: str, left: str, right: str) -> dict[str, Any]:
    """Of the pairs proposed by likeness, how many are of one person; of those number cannot link, how many are proposed."""
    import duckdb

    files = {"pairs": folder / out / "pairs.parquet", "l": folder / left, "r": folder / right}
    engine = duckdb.connect()
    for name, path in files.items():
        engine.execute(f"create view {name} as from read_parquet('{path}')")
    apart = "l.record_id < r.record_id" if left == right else "true"
    engine.execute(
        f"""create table true_pairs as select l.record_id as left_id, r.record_id as right_id from l join r using (truth_key)
            where {apart} and (l.record_id, r.record_id) not in (select (left_id, right_id) from pairs where kind = 'number')"""
    )
    found = {
        band: (pairs, same)
        for band, pairs, same in engine.execute(
            """select band, count(*), count(true_pairs.left_id) from pairs left join true_pairs using (left_id, right_id)
            where kind = 'likeness' and band is not null group by band"""
        ).fetchall()
    }
    ((findable,),) = engine.execute("select count(*) from true_pairs").fetchall()
    ((conflicts,),) = engine.execute("select count(*) from pairs where kind = 'conflict'").fetchall()
    likely = [found.get(band, (0, 0)) for band in ("very-likely", "likely", "possible")]
    proposed, same = (sum(column) for column in zip(*likely, strict=True))
    very = proportion(likely[0][1], max(likely[0][0], 1))
    return {
        "true pairs to find": findable,
        "conflicts for review": conflicts,
        "proposed": proposed,
        "precision": round(same / max(proposed, 1), 4),
        "recall": round(same / findable, 4),
        "bands": {band: f"{true} of {pairs}" for band, (pairs, true) in sorted(found.items())},
        "very likely, 95 % interval": f"{very.lower:.4f}-{very.upper:.4f}",
        "keeps what the band promises": bool(very.upper >= BAR_PRECISION),
    }


def report(task: str, folder: Path, title: str, out: str, left: str, right: str) -> None:
    """Run a task, judge what it wrote, and print the line."""
    run = measured(task, folder)
    summary = json.loads((folder / out / "summary.json").read_text(encoding="utf-8"))
    scanned = measured("scan", folder)["seconds"]
    judged = rightness(folder, out, left, right)
    line: dict[str, Any] = {
        "benchmark": title,
        "records": summary["records"],
        "without a number": without_number(folder, {left, right}),
        "seconds": round(run["seconds"], 1),
        "scan_seconds": round(scanned, 2),
        "peak_mb": round(run["peak_mb"]),
        "pairs compared": sum(summary["pairs_compared"].values()),
        "pairs compared for": summary["pairs_compared"],
        **judged,
    }
    if summary["records"][0] >= BAR_AT * 0.95:
        fast = run["seconds"] < BAR_SECONDS and run["peak_mb"] < BAR_PEAK_MB
        line |= {
            "bar": f"{BAR_SECONDS} s, {BAR_PEAK_MB} MB",
            "met": fast and judged["keeps what the band promises"],
        }
    print(json.dumps(line), flush=True)


def without_number(folder: Path, files: set[str]) -> int:
    return sum(
        pq.read_table(folder / name, columns=["nhs_number"])["nhs_number"].null_count for name in files
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=BAR_AT)
    parser.add_argument("--strays", type=int, default=4_000)
    parser.add_argument("--feed", type=int, default=200_000, help="0 leaves the feed out")
    parser.add_argument(
        "--keep", type=Path, help="write the files to this folder, or use those that are there"
    )
    parser.add_argument("--task", choices=list(TASKS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        timed_child(options.task, options.folder)
        return
    with tempfile.TemporaryDirectory(prefix="localcare-bench-") as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / FEED).exists():
            generate(folder, options.records, options.strays, options.feed)
        size = f"{options.records / 1e6:g} million"
        report("search", folder, f"{size}, searched for duplicates", "found", SEARCHED, SEARCHED)
        if options.feed:
            title = f"{size}, linked with a feed of {options.feed:,}"
            report("two_files", folder, title, "linked", REGISTER, FEED)


if __name__ == "__main__":
    main()
