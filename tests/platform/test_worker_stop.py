"""A worker that is told to stop ends in its time; a job that is still at work is given back and runs again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from localcare.kernel.database.embedded import EmbeddedServer
from tests.platform.conftest import clean_environment

ASLEEP = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "localcare.config.settings.development"
import django
django.setup()
import time
from procrastinate.contrib.django import app
from localcare.config.serving.worker import run_worker

@app.task(name="tests.asleep", queueing_lock="tests-asleep")
def asleep():
    print("asleep", flush=True)
    time.sleep(120)

run_worker(concurrency=1, stop_seconds=1)
"""
ASK = """insert into procrastinate_jobs (queue_name, task_name, queueing_lock, priority, args, status, attempts)
    values ('default', 'tests.asleep', 'tests-asleep', 0, '{}', 'todo', 0)"""


@pytest.mark.parametrize(("number", "waits_again"), [(signal.SIGTERM, False), (signal.SIGHUP, True)])
def test_a_job_that_takes_too_long_is_given_back(
    home: Path, number: signal.Signals, waits_again: bool
) -> None:
    server = EmbeddedServer(home / "postgres")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("delete from procrastinate_jobs where task_name = 'tests.asleep'")
        connection.execute(ASK)
        worker = subprocess.Popen(
            [sys.executable, "-c", ASLEEP], env=clean_environment(LOCALCARE_HOME=str(home)),
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert worker.stdout and worker.stdout.readline() == "asleep\n"
        if waits_again:
            connection.execute(ASK)
        began = time.monotonic()
        worker.send_signal(number)
        assert worker.wait(timeout=30) == 0 and time.monotonic() - began < 10
        states = connection.execute(
            "select status::text from procrastinate_jobs where task_name = 'tests.asleep' order by id"
        ).fetchall()
        signs = connection.execute("select count(*) from procrastinate_workers").fetchone()
        connection.execute("delete from procrastinate_jobs where task_name = 'tests.asleep'")
    assert signs == (0,), "it still passes for alive"
    assert states == ([("aborted",), ("todo",)] if waits_again else [("todo",)])
