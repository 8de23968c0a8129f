"""The linked dataset out of a register of 1.8 million with 10 million facts, while desks go on working.

    python bench/export.py                    1.8 million people, 10 million facts (about 14 GB of disk, 20 minutes)
    python bench/export.py --people 90000     a twentieth of it: 500,000 facts, full records for 5,000 (a GB, 6 minutes)

Fills a scratch database, serves the site and asks for list, person and search pages at 10 requests a second: first alone,
then while everything is exported, then, after a day's changes (1 % of the facts corrected, 0.3 % new, some deleted), alone
and while an export goes on from the first. Exports are made again until each state was looked at for `--seconds`. Checks
that going on gives what a whole export gives. Prints one JSON line; the database and the files are removed in the end,
also after Ctrl-C. Bars: everything in under 3 minutes; p95 of each kind of page under 150 ms throughout.
"""

# ruff: noqa: E501 - tables of SQL read better in one piece
from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings.test")

import pages  # noqa: E402
import person_search  # noqa: E402
import psutil  # noqa: E402
import served_site  # noqa: E402
from export_and_desks import Desks, Exporter  # noqa: E402

os.environ["LOCALCARE_TEST_DATABASE"] = "bench_export"

BAR_SECONDS, BAR_P95_MS = 180, 150
PEOPLE, FACTS, RECORDS = 1_800_000, 10_000_000, 100_000
DISK_BYTES_FOR_A_PERSON = 8_000  # rows, indexes, log and exports
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


def export(out: Path, since: Path | None, percent: int) -> None:
    """What the process that exports does; it works for this part of the time, or for what the settings say."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from localcare.config.settings import base
    from localcare.foundation.record.exporting import states
    from localcare.foundation.record.exporting.giving_way import GIVE_WAY, give_way
    from localcare.foundation.record.linked_dataset import export_dataset
    from localcare.kernel.access.readers import system_reader

    settings.EXPORT_GIVES_WAY = GIVE_WAY  # as a site's, not as in tests
    settings.EXPORT_WORKS_PERCENT = percent or base.EXPORT_WORKS_PERCENT
    states.KEPT = 1000  # all go on from the same one
    give_way()  # as the command does
    used, started = {}, time.process_time()

    def look(*_: Any) -> None:
        server = psutil.Process(connection.connection.info.backend_pid).cpu_times()
        used["server"], used["program"] = server.user + server.system, time.process_time() - started

    summary = export_dataset(
        out, as_of=pages.TODAY, by=system_reader("benchmark of the export"), purpose="direct-care",
        pseudonymous=True, since=since, progress=look,
    )  # fmt: skip
    print(json.dumps({
        "seconds": round(summary.seconds, 1), "rows": summary.total, "rows_read": summary.rows_read, "works_percent": settings.EXPORT_WORKS_PERCENT,
        "processor_seconds": round(used["server"] + used["program"], 1),
        "processors_used": round((used["server"] + used["program"]) / summary.seconds, 2),
        "rows_per_second": round(summary.total / summary.seconds), "why_whole": summary.why_whole,
    }))  # fmt: skip


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
    say(f"filling a database with {arguments.people:,} people and {arguments.facts:,} facts")
    fill(arguments.people, arguments.facts, arguments.records)
    found: dict[str, Any] = {"fill_seconds": round(time.perf_counter() - started)}
    with served_site.served() as (port, _):
        desks = Desks(port, pages.readers(), arguments)
        pages.measure(
            port, pages.requests(40, arguments.records), desks.sessions
        )  # a running site's caches are warm
        say("pages alone")
        found["pages_alone_ms"] = desks.alone()
        say("pages during whole exports")
        found["whole"], found["pages_during_whole_ms"] = desks.during(
            Exporter(arguments, folder / "whole", None)
        )
        with connection.cursor() as cursor:
            for statement in (*A_DAY, "CHECKPOINT"):  # in life a day's changes come in a day
                cursor.execute(statement)
        say("pages alone after a day's changes")
        found["pages_alone_after_a_day_ms"] = desks.alone()
        say("pages while exports go on")
        found["going_on"], found["pages_during_going_on_ms"] = desks.during(
            Exporter(arguments, folder / "onto", folder / "whole")
        )
    say("a whole export without pages")
    for name, since in (("whole_without_pages", None), ("going_on_without_pages", folder / "whole")):
        exporter = Exporter(arguments, folder / name, since)
        exporter.enough.set()
        exporter.start().join()
        found[name] = exporter.figures()
    found["going_on_equals_whole"] = same_rows(folder / "onto", folder / "whole_without_pages")
    found["dataset_mb"] = megabytes(folder / "whole_without_pages")
    return found


def megabytes(dataset: Path) -> int:
    return round(sum(file.stat().st_size for file in dataset.glob("*.parquet")) / 2**20)


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def asked() -> argparse.Namespace:
    """What the command line asks for; facts and full records are in proportion to people unless they are given."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--facts", type=int)
    parser.add_argument("--records", type=int, help="people with full records")
    parser.add_argument("--seconds", type=int, default=60, help="of pages in each state, at least")
    parser.add_argument("--longest", type=int, default=900, help="seconds after which an export is given up")
    parser.add_argument("--percent", type=int, default=0, help="of the time in which an export works")
    parser.add_argument("--export", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--since", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.facts = arguments.facts or arguments.people * FACTS // PEOPLE
    arguments.records = arguments.records or arguments.people * RECORDS // PEOPLE
    return arguments


def main() -> int:
    """Measure, print, drop."""
    arguments = asked()
    if arguments.export:
        export(arguments.export, arguments.since, arguments.percent)
        return 0
    needed, free = arguments.people * DISK_BYTES_FOR_A_PERSON, shutil.disk_usage(tempfile.gettempdir()).free
    if free < needed:
        raise SystemExit(f"{needed >> 30} GB of disk are needed, {free >> 30} GB are free.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # what was made is removed all the same
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
        "benchmark": "export", "people": arguments.people, "facts": arguments.facts,
        **found, "slowest_p95_during_exports_ms": slowest, "load_average": round(os.getloadavg()[0], 1),
        "bar_seconds": BAR_SECONDS, "bar_p95_ms": BAR_P95_MS, "passes": passes,
    }))  # fmt: skip
    return 0 if passes else 1


if __name__ == "__main__":
    raise SystemExit(main())
