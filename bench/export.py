"""The linked dataset out of a register of 1.8 million with 10 million facts, while desks go on working.

    python bench/export.py                                              1.8 million people (about 14 GB of disk, half an hour)
    python bench/export.py --people 180000 --facts 1000000 --records 10000 --seconds 20      a small run

Fills a scratch database, serves the site and asks for list, person and search pages at 10 requests a second: first alone,
then while everything is exported, then while an export goes on from that one after a day's changes (1 % of the facts
corrected, 0.3 % new, some deleted). Checks that the latter equals a whole export. Prints one JSON line and drops the
database. Bars: everything in under 3 minutes; p95 of each kind of page under 150 ms throughout.
"""

# ruff: noqa: E501 - tables of SQL read better in one piece
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings.test")

import pages  # noqa: E402
import person_search  # noqa: E402
import psutil  # noqa: E402
import served_site  # noqa: E402

os.environ["LOCALCARE_TEST_DATABASE"] = "bench_export"

BAR_SECONDS, BAR_P95_MS = 180, 150
BATCH_SECONDS = 5
MORE_FACTS = """
    INSERT INTO record_fact (person_id, source_id, source_key, kind, system, code, text, value, value_text, unit, occurred_on,
        recorded_on, recorded_by)
    SELECT 1 + (n * 7919) %% %(people)s, %(source)s, 'more' || n, (ARRAY['condition', 'medicine', 'observation'])[1 + n %% 3],
        'http://snomed.info/sct', (100000000 + (n * 31) %% 4000 * 17)::text, 'Something recorded, number ' || n %% 4000,
        CASE WHEN n %% 3 = 2 THEN (n %% 977) / 7.0 END, '', CASE WHEN n %% 3 = 2 THEN 'mmol/L' ELSE '' END,
        %(today)s - (n %% 2000)::int, %(today)s - (n %% 2000)::int, ''
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
A_DAY = [
    "UPDATE record_fact SET value = 1 WHERE id % 100 = 7",
    "DELETE FROM record_fact WHERE id % 5000 = 9",
    "UPDATE people_person SET postcode = 'ME1 1AA' WHERE id % 500 = 3",
    "INSERT INTO record_fact (person_id, source_id, source_key, kind, system, code, text, value_text, unit, occurred_on, recorded_by)"
    " SELECT person_id, source_id, 'day' || id, kind, system, code, text, '', unit, occurred_on, '' FROM record_fact WHERE id % 300 = 4",
]


def fill(people: int, facts: int, records: int) -> None:
    """People with places, scores and a list, full records for the first of them, and facts for all."""
    from django.db import connection

    from localcare.foundation.record.models import Source

    person_search.fill(people)
    pages.fill_places()
    pages.fill_scores(people, records)
    given = {"source": Source.objects.get(code="bench").pk, "people": people, "today": pages.TODAY}
    with connection.cursor() as cursor:
        for first in range(0, facts - pages.FACTS * records, 1_000_000):
            last = min(first + 1_000_000, facts - pages.FACTS * records) - 1
            cursor.execute(MORE_FACTS, given | {"first": first, "last": last})
        cursor.execute("VACUUM ANALYZE")


def export(out: Path, since: Path | None) -> None:
    """What the process that exports does."""
    import django

    django.setup()
    from django.conf import settings

    from localcare.foundation.record.exporting.streams import GIVE_WAY
    from localcare.foundation.record.linked_dataset import export_dataset
    from localcare.kernel.access.readers import system_reader

    settings.EXPORT_GIVES_WAY = GIVE_WAY  # as a running site's, not as in tests
    summary = export_dataset(
        out, as_of=pages.TODAY, by=system_reader("benchmark of the export"), purpose="direct-care",
        pseudonymous=True, since=since,
    )  # fmt: skip
    found = {"seconds": round(summary.seconds, 1), "rows": summary.total, "rows_read": summary.rows_read,
             "rows_per_second": round(summary.total / summary.seconds), "why_whole": summary.why_whole}  # fmt: skip
    print(json.dumps(found))


class Exporting:
    """A process that exports: what it says in the end, and the most memory it held."""

    def __init__(self, out: Path, since: Path | None, home: Path) -> None:
        command = [
            sys.executable,
            __file__,
            "--export",
            str(out),
            *(["--since", str(since)] if since else []),
        ]
        environment = {
            **os.environ,
            "DATABASE_URL": served_site.database_address(),
            "LOCALCARE_HOME": str(home),
        }
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self.peak = 0
        self.watcher = threading.Thread(target=self._watch)
        self.watcher.start()

    def _watch(self) -> None:
        watched = psutil.Process(self.process.pid)
        while self.process.poll() is None:
            try:
                self.peak = max(self.peak, watched.memory_info().rss)
            except psutil.Error:
                return
            time.sleep(0.05)

    @property
    def goes_on(self) -> bool:
        return self.process.poll() is None

    def finish(self) -> dict[str, Any]:
        printed, _ = self.process.communicate()
        self.watcher.join()
        if self.process.returncode:
            raise SystemExit("The export failed.")
        return {**json.loads(printed.splitlines()[-1]), "peak_mb": round(self.peak / 2**20)}


def latencies(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    return {kind: person_search.summary(times[kind]) for kind in ("list", "person", "search")}


def pages_during(port: int, sessions: dict[str, str], records: int, exporting: Exporting) -> tuple[dict[str, Any], dict[str, Any]]:  # fmt: skip
    """The export's figures, and those of the pages asked for while it ran."""
    times: dict[str, list[float]] = defaultdict(list)
    while exporting.goes_on:
        asked = pages.requests(BATCH_SECONDS * pages.RATE, records)
        for kind, values in pages.measure(port, asked, sessions).items():
            times[kind] += values
    return exporting.finish(), latencies(times)


def same_rows(one: Path, other: Path) -> bool:
    """Whether every table of the two datasets holds the same rows in the same order."""
    import duckdb

    engine = duckdb.connect()
    for file in sorted(one.glob("*.parquet")):
        counts = [
            engine.execute(
                f"SELECT count(*), sum(hash(t, n)) FROM (SELECT t, row_number() OVER () AS n FROM '{path}' AS t)"
            ).fetchone()
            for path in (file, other / file.name)
        ]
        if counts[0] != counts[1]:
            return False
    return True


def run(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Fill, serve, and measure the pages alone, during a whole export and while one goes on."""
    from django.db import connection

    started = time.perf_counter()
    fill(arguments.people, arguments.facts, arguments.records)
    found: dict[str, Any] = {"fill_seconds": round(time.perf_counter() - started)}
    sessions, records = pages.readers(), arguments.records
    with served_site.served() as (port, _):
        pages.measure(port, pages.requests(40, records), sessions)  # a running site's caches are warm
        alone = pages.measure(port, pages.requests(arguments.seconds * pages.RATE, records), sessions)
        found["pages_alone_ms"] = latencies(alone)
        whole = Exporting(folder / "whole", None, folder)
        found["whole"], found["pages_during_whole_ms"] = pages_during(port, sessions, records, whole)
        with connection.cursor() as cursor:
            for statement in A_DAY:
                cursor.execute(statement)
        onto = Exporting(folder / "onto", folder / "whole", folder)
        found["going_on"], found["pages_during_going_on_ms"] = pages_during(port, sessions, records, onto)
    found["whole_without_pages"] = Exporting(folder / "again", None, folder).finish()
    found["going_on_equals_whole"] = same_rows(folder / "onto", folder / "again")
    found["dataset_mb"] = round(
        sum(file.stat().st_size for file in (folder / "again").glob("*.parquet")) / 2**20
    )
    return found


def main() -> int:
    """Measure, print, drop."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_800_000)
    parser.add_argument("--facts", type=int, default=10_000_000)
    parser.add_argument("--records", type=int, default=100_000, help="people with full records")
    parser.add_argument("--seconds", type=int, default=40, help="of pages before the export")
    parser.add_argument("--export", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--since", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.export:
        export(arguments.export, arguments.since)
        return 0
    with served_site.scratch_database(), tempfile.TemporaryDirectory() as folder:
        found = run(arguments, Path(folder))
    slowest = max(
        page["p95"]
        for name in ("pages_during_whole_ms", "pages_during_going_on_ms")
        for page in found[name].values()
    )
    passes = (
        found["whole"]["seconds"] < BAR_SECONDS and slowest < BAR_P95_MS and found["going_on_equals_whole"]
    )
    print(json.dumps({
        "benchmark": "export", "people": arguments.people, "facts": arguments.facts, **found,
        "slowest_p95_during_exports_ms": slowest, "load_average": round(os.getloadavg()[0], 1),
        "bar_seconds": BAR_SECONDS, "bar_p95_ms": BAR_P95_MS, "passes": passes,
    }))  # fmt: skip
    return 0 if passes else 1


if __name__ == "__main__":
    raise SystemExit(main())
