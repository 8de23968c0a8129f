"""The run is killed with SIGKILL in each of its stages; yesterday's list stays, and the next run finishes the work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from localcare.care.stratification.actions import RUN_LOCK
from localcare.care.stratification.models import ListEntry, PersonScore, Run
from tests.stratification.population import TODAY, small_place

TOMORROW = TODAY + timedelta(days=1)
PROGRAM = """
import os, shutil, signal, sys
from datetime import date
from pathlib import Path
import django
django.setup()
from localcare.care.stratification.actions import run_stratification
from localcare.kernel.access.readers import system_reader

source, day, stage, step = sys.argv[1], date.fromisoformat(sys.argv[2]), sys.argv[3], int(sys.argv[4])

def progress(done, total, what):
    if what == stage and done >= step:
        os.kill(os.getpid(), signal.SIGKILL)

run_stratification(as_of=day, today=day, by=system_reader("killed"), progress=progress,
                   export=lambda out: shutil.copytree(source, out))
"""
STAGES = [
    ("Exporting the linked dataset", 0),
    ("Scoring everyone", 1),
    ("Copying the scores", 2),
    ("Putting the list in force", 3),  # before anything is written
    ("Putting the list in force", 6),  # scores are written, the list is not
    ("Putting the list in force", 10),  # the list is emptied and filled
    ("Putting the list in force", 13),  # earlier risks are closed, the new ones not yet written
    ("Putting the list in force", 15),  # everything is written but the commit
]


def database_address() -> str:
    found = connection.settings_dict
    host, port = quote(str(found["HOST"]), safe=""), found["PORT"]
    options = found.get("OPTIONS", {})
    if found["HOST"].startswith("/") or "host" in options:
        return (
            f"postgresql://{found['USER']}:{quote(found['PASSWORD'], safe='')}@/{found['NAME']}?host={found['HOST']}"
            + (f"&port={port}" if port else "")
        )
    return f"postgresql://{found['USER']}:{quote(found['PASSWORD'], safe='')}@{host}:{port}/{found['NAME']}"


def killed_run(source: Path, home: Path, stage: str, step: int) -> int:
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "LOCALCARE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings.test",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    command = [sys.executable, "-c", PROGRAM, str(source), TOMORROW.isoformat(), stage, str(step)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    _wait_until_the_server_has_noticed()
    return ended.returncode


def _wait_until_the_server_has_noticed() -> None:
    """The server ends the dead program's session, and with it the lock, when it next looks at the connection."""
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted"
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(held, [RUN_LOCK])
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the lock of the killed run is still held")


def everything() -> tuple[list, list]:
    scores = PersonScore.objects.order_by("pk").values_list("person_id", "from_run", "to_run", "priority")
    return list(scores), list(ListEntry.objects.order_by("pk").values())


@pytest.mark.parametrize(("stage", "step"), STAGES)
@pytest.mark.django_db(transaction=True)
def test_a_run_killed_anywhere_leaves_yesterdays_list_and_is_finished_by_the_next(
    run, settings, tmp_path, stage, step
):
    place = small_place()
    run(place)
    place.stay("Dorothy", ago=3, nights=2)
    place.write(tmp_path / "source")
    yesterday = everything()

    killed_run(tmp_path / "source", settings.HOME, stage, step)

    assert everything() == yesterday
    dead = Run.objects.latest("id")
    assert dead.status == "running"

    finished = run(place, TOMORROW)

    assert (finished, finished.status, finished.attempts) == (dead, "published", 2)
    assert ListEntry.objects.get(person_id=place.keys["Dorothy"]).tier == 2
    assert not list((settings.HOME / "stratification").glob("*"))
    assert PersonScore.objects.filter(to_run=None).count() == 5
