"""How fast linked datasets and FHIR go into a real database, and a dataset comes out of it.

    python bench/loading.py                                  100,000 people as a dataset, 1,000 as FHIR
    python bench/loading.py --people 20000 --fhir-people 300

Works in a database of its own on the configured server, which it drops in the end. Prints JSON lines. Bars on 2 cores:
at least 100,000 dataset rows and 3,000 FHIR resources a second into the database.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

DATABASE = "localcare_bench_loading"
AS_OF = date(2026, 11, 1)
BAR_ROWS, BAR_RESOURCES = 100_000, 3_000
BAR_EXPORT = 83_000  # 15 million rows of a county in three minutes, resting for the desks in between


def own_database(server: str) -> str:
    """An empty database beside the configured one; its address."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))


def drop_database(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def prepare(folder: Path, people: int, fhir_people: int) -> tuple[Path, Path]:
    """A dataset in the practices that the definitions name, and the first of its people as one NDJSON file."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from localcare.foundation.places.actions import load_place_definitions
    from localcare.kernel.access.readers import system_reader
    from localcare.synthetic.fhir_files import write_fhir
    from localcare.synthetic.population import synthesise
    from localcare.synthetic.practices import kent_and_medway_practices

    load_place_definitions(by=system_reader("benchmark of loading"))
    practices = kent_and_medway_practices()
    dataset = synthesise(people=people, seed=1, as_of=AS_OF, practices=practices, out=folder / "dataset")
    write_fhir(dataset, folder / "fhir.ndjson.gz", people=fhir_people)
    return dataset, folder / "fhir.ndjson.gz"


def measure(folder: Path, people: int, fhir_people: int) -> None:
    dataset, fhir = prepare(folder, people, fhir_people)
    from localcare.exchange.extracts.load import load_dataset
    from localcare.exchange.fhir.load import load_fhir
    from localcare.foundation.record.linked_dataset import export_dataset
    from localcare.kernel.access.readers import system_reader

    by = system_reader("benchmark of loading")
    summary, seconds = timed(lambda: load_dataset(dataset, by=by))
    report("dataset", summary.received, seconds, BAR_ROWS, quarantined=summary.quarantined)
    again, seconds = timed(lambda: load_dataset(dataset, by=by))
    report("dataset again, nothing new", again.received, seconds, BAR_ROWS)
    exported, seconds = timed(
        lambda: export_dataset(folder / "out", as_of=AS_OF, by=by, purpose="direct-care")
    )
    report("export of the dataset", exported.total, seconds, BAR_EXPORT)
    summary, seconds = timed(lambda: load_fhir([fhir], by=by))
    report("FHIR", summary.received, seconds, BAR_RESOURCES, quarantined=summary.quarantined)


def report(benchmark: str, rows: int, seconds: float, bar: int, **more: Any) -> None:
    rate = rows / seconds
    line = {"benchmark": benchmark, "rows": rows, "seconds": round(seconds, 2), "rows_per_second": round(rate),
            "bar": bar, "times_the_bar": round(rate / bar, 2), "bar_is_met": rate >= bar,
            "other_work_on_the_machine": round(os.getloadavg()[0], 1)}  # fmt: skip
    print(json.dumps(line | more), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--fhir-people", type=int, default=1_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings.development")
    from localcare.kernel.database.embedded import EmbeddedServer

    home = Path(os.environ.get("LOCALCARE_HOME", Path(__file__).parents[1] / "var"))
    server = os.environ.get("DATABASE_URL") or EmbeddedServer(home / "postgres").ensure_running()
    os.environ["DATABASE_URL"] = own_database(server)
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), options.people, options.fhir_people)
    finally:
        from django.db import connection

        connection.close()
        drop_database(server)


if __name__ == "__main__":
    main()
