"""The program is killed with SIGKILL in the middle of acts and of timers: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import JournalEntry, Notice, TaskState, Timer
from localcare.foundation.pathways.rebuild import rebuild
from localcare.foundation.pathways.timers import fire_due
from tests.factories import registered_person
from tests.stratification.test_kill import database_address

pytestmark = pytest.mark.django_db(transaction=True)

# Each statement that writes is counted; at the one asked for the process is gone, as if the plug were pulled.
PROGRAM = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from localcare.foundation.pathways import actions, timers
from localcare.foundation.pathways.models import Task
from localcare.kernel.access.readers import system_reader

what, fatal, reference = sys.argv[1], int(sys.argv[2]), sys.argv[3]
written = 0

def count(execute, sql, params, many, context):
    global written
    result = execute(sql, params, many, context)
    if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "WITH")):
        written += 1
        if written == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
    return result

with connection.execute_wrapper(count):
    if what == "act":
        task = Task.objects.get(reference=reference)
        actions.done(task=task, by=system_reader("killed"), outcome="package_now", key="act-1")
    else:
        timers.fire_due()
print(written)
"""


def run(what: str, fatal: int, reference: str = "-") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings.test",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    program = PROGRAM.replace("package_now", "home_with_support")
    command = [sys.executable, "-c", program, what, str(fatal), reference]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def open_discharge(services, reader):
    journey = actions.open_journey(
        person=registered_person(),
        pathway="discharge-to-assess",
        by=reader,
        asked_by=services["single-point-of-access"],
    )
    task = TaskState.objects.select_related("task").get(journey=journey).task
    actions.accept(task=task, by=reader)
    return journey, task


@pytest.mark.parametrize("fatal", [1, 2, 4, 5])
def test_an_act_is_whole_or_not_at_all(services, member, fatal):
    reader = member("single-point-of-access", role="call-handler")
    journey, task = open_discharge(services, reader)
    before = JournalEntry.objects.count()
    killed = run("act", fatal, str(task.reference))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert JournalEntry.objects.count() == before
    assert TaskState.objects.get(task=task).state == "accepted"
    actions.done(task=task, by=reader, outcome="home_with_support", key="act-1")
    actions.done(task=task, by=reader, outcome="home_with_support", key="act-1")
    assert TaskState.objects.filter(journey=journey, step="settle_at_home").count() == 1
    standing = list(TaskState.objects.order_by("task").values())
    rebuild()
    assert list(TaskState.objects.order_by("task").values()) == standing


@pytest.mark.parametrize("fatal", [3, 14])
def test_a_worker_killed_while_it_fires_timers_leaves_each_to_fire_once(services, member, fatal):
    from localcare.foundation.pathways.moment import as_if_at, now

    reader = member("single-point-of-access", role="call-handler")
    with as_if_at(now() - timedelta(hours=20)):
        for _ in range(4):
            actions.open_journey(
                person=registered_person(),
                pathway="discharge-to-assess",
                by=reader,
                asked_by=services["single-point-of-access"],
            )
    waiting = set(Timer.objects.filter(fires_at__lte=now()).values_list("key", flat=True))
    assert len(waiting) >= 8
    killed = run("timers", fatal)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    fire_due()
    keys = list(JournalEntry.objects.filter(event="escalated").values_list("key", flat=True))
    assert sorted(keys) == sorted(f"timer:{key}" for key in waiting)
    notices = Notice.objects.filter(kind__in=("inform", "ask_for_help"))
    assert notices.count() == len(set(notices.values_list("key", flat=True)))
