"""A worker is killed with SIGKILL in the middle of a run: nothing of it is kept, and the run done again finds the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from localcare.system.planning.actions import ask_for_run
from localcare.system.planning.journals import has_journal
from localcare.system.planning.models import Run
from localcare.system.planning.running import carry_out
from tests.planning.small import content
from tests.stratification.test_kill import database_address

PROGRAM = """
import os, signal, sys
import django
django.setup()
from localcare.system.planning import running

reference, when = sys.argv[1], sys.argv[2]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def progress(done, total, what):
    if when == "simulating" and done == 2:
        die()

if when == "ending":
    running._ended = die
running.carry_out(reference, progress=progress)
"""


def killed(reference: str, when: str, home: Path) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "LOCALCARE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings.test",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, reference, when],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_is_done_again_and_finds_the_same(by, settings):
    untouched = carry_out(str(ask_for_run(content=content(), by=by).reference))
    Run.objects.update(status="failed")  # so that the same is done anew
    run = ask_for_run(content=content(), by=by)
    for attempt, when in enumerate(("simulating", "ending"), 1):
        killed(str(run.reference), when, settings.HOME)
        dead = Run.objects.get(pk=run.pk)
        assert (dead.status, dead.attempts, dead.lines) == ("running", attempt, [])

    again = carry_out(str(run.reference))

    assert (again.status, again.attempts) == ("done", 3)
    assert again.result_digest == untouched.result_digest
    assert has_journal(again)
    assert not list((settings.HOME / "planning").glob("*.begun"))
