"""An embedded server ends with the last who serves from it, unless it ran before them; a killed one is not counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psycopg
import pytest

from localcare.kernel.database import in_use as ending
from localcare.kernel.database.embedded import EmbeddedServer
from localcare.kernel.database.in_use import in_use, keep
from tests.platform.conftest import clean_environment

SERVE = """
import sys
from pathlib import Path
from localcare.kernel.database.embedded import EmbeddedServer
from localcare.kernel.database.in_use import in_use

with in_use(EmbeddedServer(Path(sys.argv[1]))):
    print("serves", flush=True)
    sys.stdin.read()
"""


def another(server: EmbeddedServer) -> subprocess.Popen[str]:
    """A program that serves until its input ends."""
    program = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(server.home)],
        env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout and program.stdout.readline() == "serves\n"
    return program


def ended(program: subprocess.Popen[str]) -> int:
    program.communicate(timeout=30)
    return program.returncode


def test_the_last_of_two_stops_what_one_of_them_started(new_server: EmbeddedServer) -> None:
    with in_use(new_server):
        other = another(new_server)
    assert new_server.answers()
    assert ended(other) == 0
    assert new_server.process() is None


def test_a_killed_one_is_not_counted(new_server: EmbeddedServer) -> None:
    with in_use(new_server):
        other = another(new_server)
        other.send_signal(signal.SIGKILL)
        assert ended(other) == -signal.SIGKILL
    assert new_server.process() is None


def test_what_ran_before_or_is_to_be_kept_stays(server: EmbeddedServer, new_server: EmbeddedServer) -> None:
    with in_use(server):
        pass
    assert server.answers()
    with in_use(new_server):
        keep(new_server)
    assert new_server.answers()


def test_somebody_who_is_connected_keeps_it(
    new_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "NOTICED_SECONDS", 0.3)
    with in_use(new_server):
        command = psycopg.connect(new_server.url())
    assert command.execute("select 1").fetchone() == (1,)
    command.close()
    with in_use(new_server):
        pass
    assert new_server.process() is None


def test_what_a_killed_program_asked_for_ends_soon_and_with_it_the_server(new_server: EmbeddedServer) -> None:
    with in_use(new_server):
        asked = subprocess.Popen(
            [sys.executable, "-c", "import psycopg, sys; psycopg.connect(sys.argv[1]).execute('select pg_sleep(120)')",
             new_server.url()], env=clean_environment(),
        )  # fmt: skip
        with psycopg.connect(new_server.url()) as connection:
            sleeping = "select count(*) from pg_stat_activity where query like '%pg_sleep(120)%' and pid <> pg_backend_pid()"
            while connection.execute(sleeping).fetchone() != (1,):
                connection.rollback()
                assert asked.poll() is None
        os.kill(asked.pid, signal.SIGKILL)
        asked.wait()
    assert new_server.process() is None


def test_a_start_that_fails_leaves_nothing_behind(new_server: EmbeddedServer) -> None:
    with pytest.raises(ZeroDivisionError), in_use(new_server):
        raise ZeroDivisionError
    assert new_server.process() is None
