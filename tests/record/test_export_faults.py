"""An export that is killed, runs out of disk or loses the database leaves what was there, and can be done again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.foundation.people.models import Person
from localcare.foundation.record.exporting.giving_way import GIVE_WAY
from localcare.foundation.record.models import Source
from tests.record.exports import export, fact, rows_of, with_full_record
from tests.stratification.test_kill import database_address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_home")]
FACTS = 20_000
PROGRAM = """
import os, resource, signal, sys
from datetime import date
from pathlib import Path
import django
django.setup()
from django.db import connections
import psycopg
from localcare.foundation.record.exporting import folder
from localcare.foundation.record.linked_dataset import ExportFailed, export_dataset
from localcare.kernel.access.readers import system_reader

out, fault, since = sys.argv[1], sys.argv[2], sys.argv[3] or None
interrupted = []

def progress(done, total, what):
    if what != "rows read":
        return
    if fault == "killed while reading":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "interrupted" and not interrupted:
        interrupted.append(True)
        os.kill(os.getpid(), signal.SIGINT)
    if fault == "database lost":
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                          " AND pid <> pg_backend_pid() AND state <> 'idle'")

if fault == "killed while putting in place":
    whole = Path.replace
    def replace(self, target):
        whole(self, target)
        if self.suffix == ".parquet":
            os.kill(os.getpid(), signal.SIGKILL)
    Path.replace = replace
if fault == "disk full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    export_dataset(out, as_of=date(2026, 11, 1), by=system_reader("test"), purpose="direct-care", progress=progress,
                   pseudonymous=True, since=since)
except ExportFailed as failed:
    print(failed)
    sys.exit(7)
"""


@pytest.fixture
def many_facts() -> Person:
    """Somebody with so many facts, each with words of its own, that an export takes a while and some disk."""
    person = with_full_record()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_fact (person_id, source_id, source_key, kind, system, code, text, value_text, unit,"
            " occurred_on, recorded_by) SELECT %s, %s, 'many' || n, 'condition', 'LOCAL', n, md5(n::text), '', '',"
            " '2025-01-01', '' FROM generate_series(1, %s) AS n",
            [person.pk, Source.objects.get(code="test").pk, FACTS],
        )
    return person


def export_apart(
    out: Path, fault: str, home: Path, since: Path | str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "DATABASE_URL": database_address(), "LOCALCARE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings.test", "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(out), fault, str(since)], env=environment, capture_output=True,
        text=True, timeout=180, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("fault", ["killed while reading", "interrupted", "disk full", "database lost"])
def test_what_was_there_stands_until_the_next_is_whole(tmp_path, own_home, many_facts, fault):
    out = tmp_path / "out"
    export(out, pseudonymous=True)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    fact(many_facts, "new")
    ended = export_apart(out, fault, own_home)
    if fault == "killed while reading":
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    elif fault == "interrupted":
        assert ended.returncode == -signal.SIGINT, ended.stderr
        assert not (out / ".unfinished").exists()
    else:
        assert ended.returncode == 7, ended.stderr
        assert ("The database went away" if fault == "database lost" else "Free some space") in ended.stdout
        assert "no half-written table was left" in ended.stdout
        assert not (out / ".unfinished").exists()
    assert {file.name: file.read_bytes() for file in out.iterdir() if file.is_file()} == before
    again = export(out, pseudonymous=True, since=out)
    assert again.since
    assert again.rows["facts"] == FACTS + 2
    assert not (out / ".unfinished").exists()


def test_killed_between_two_files_it_says_that_it_is_not_finished_and_is_not_gone_on_from(
    tmp_path, own_home, many_facts
):
    out = tmp_path / "out"
    export(out, pseudonymous=True)
    fact(many_facts, "new")
    ended = export_apart(out, "killed while putting in place", own_home)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not (out / "dataset.json").exists()
    summary = export(tmp_path / "two", pseudonymous=True, since=out)
    assert "holds no finished export" in summary.why_whole
    assert summary.rows["facts"] == FACTS + 2
    export(out, pseudonymous=True)
    with LinkedDataset.open(out) as dataset:
        assert dataset.table("facts").count().execute() == FACTS + 2
    assert json.loads((out / "dataset.json").read_text())["as_of"] == "2026-11-01"


def test_an_export_gives_way_to_the_desks(tmp_path, settings, many_facts):
    """Its threads and the database's process that serves it want the processor only when nobody else does."""
    settings.EXPORT_GIVES_WAY = GIVE_WAY
    seen: set[int] = set()

    def look(done: int, total: int, what: str) -> None:
        if what == "rows read":
            seen.add(os.getpriority(os.PRIO_PROCESS, 0))
            if connection.connection.info.host.startswith("/"):
                seen.add(os.getpriority(os.PRIO_PROCESS, connection.connection.info.backend_pid))

    export(tmp_path / "out", pseudonymous=True, progress=look)
    assert seen == {GIVE_WAY}
    assert os.getpriority(os.PRIO_PROCESS, 0) == 0
    assert len(rows_of(tmp_path / "out", "facts")) == FACTS + 1
