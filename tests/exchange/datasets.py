"""Small linked datasets for the tests of the feeds, and what a database holds of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import quote

import duckdb
from django.db import connection

from localcare.analysis.dataset.writing import write_metadata, write_table
from localcare.exchange.extracts.load import load_dataset
from localcare.kernel.access.readers import system_reader
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import kent_and_medway_practices
from tests.factories import practice

AS_OF = date(2026, 11, 1)
SYSTEM = system_reader("test of the feeds")
TABLES = {
    "persons": "people_person",
    "registrations": "people_registration",
    "facts": "record_fact",
    "stays": "record_stay",
    "diagnoses": "record_diagnosis",
    "procedures": "record_procedure",
    "attendances": "record_attendance",
    "contacts": "record_contact",
    "packages": "record_package",
    "relationships": "people_relationship",
}


def synthetic_dataset(folder: Path, people: int = 150) -> Path:
    return synthesise(
        people=people, seed=7, as_of=AS_OF, practices=kent_and_medway_practices()[:2], out=folder, years=1
    )


def add_practices() -> None:
    for share in kent_and_medway_practices()[:2]:
        practice(share.code)


def load(folder: Path, **options):
    return load_dataset(folder, by=SYSTEM, **options)


def tiny_dataset(folder: Path, *, as_csv: bool = False, source: str = "tiny", **tables: list[dict]) -> Path:
    """One person (key 1) registered with SYN-DEAL-A, and the tables given."""
    rows = {
        "persons": [person_row(1)],
        "registrations": [
            {
                "registration_id": 1,
                "person_id": 1,
                "practice_code": "SYN-DEAL-A",
                "started_on": date(2015, 1, 1),
            }
        ],
    } | tables
    for name, content in rows.items():
        write_table(folder, name, content, as_csv=as_csv)
    write_metadata(folder, as_of=AS_OF, source=source)
    return folder


def person_row(key: int, **values) -> dict:
    return {"person_id": key, "birth_date": date(1950, 5, 4), "sex": "female", "family_name": "Marsh",
            "given_name": f"Ada{key}"} | values  # fmt: skip


def fact_row(key: int, person: int = 1, **values) -> dict:
    return {"fact_id": key, "person_id": person, "kind": "condition", "system": "SNOMED-CT", "code": "38341003",
            "text": "Hypertension", "occurred_on": date(2020, 2, 3)} | values  # fmt: skip


def rows_in_files(folder: Path) -> dict[str, int]:
    engine = duckdb.connect()
    return {
        name: engine.execute(f"SELECT count(*) FROM '{folder}/{name}.parquet'").fetchall()[0][0]
        for name in TABLES
    }


def rows_in_database() -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        for name, table in TABLES.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts[name] = cursor.fetchone()[0]
    return counts


def same_content(left: Path, right: Path, table: str, columns: list[str]) -> bool:
    engine, names = duckdb.connect(), ", ".join(columns)
    one, other = (f"SELECT {names} FROM '{folder}/{table}.parquet'" for folder in (left, right))
    differing = f"(({one}) EXCEPT ALL ({other})) UNION ALL (({other}) EXCEPT ALL ({one}))"
    return engine.execute(f"SELECT count(*) FROM ({differing})").fetchall() == [(0,)]


def database_address() -> str:
    found = connection.settings_dict
    host = str(found["HOST"])
    if host.startswith("/"):
        return (
            f"postgresql://{found['USER']}:{quote(found['PASSWORD'], safe='')}@/{found['NAME']}?host={host}"
        )
    return f"postgresql://{found['USER']}:{quote(found['PASSWORD'], safe='')}@{host}:{found['PORT']}/{found['NAME']}"


def started(program: str, *arguments: str) -> subprocess.Popen:
    """A Python program with the settings and the database of the test."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "localcare.config.settings.test"),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]),
    }
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], env=environment, stderr=subprocess.PIPE, text=True
    )


def killed(process: subprocess.Popen) -> bool:
    _, said = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, said
    return True
