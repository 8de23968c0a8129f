"""The real worker is killed with SIGKILL while it fires timers; the next one finishes, and each fired once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import JournalEntry, Timer
from localcare.foundation.pathways.moment import as_if_at, now
from localcare.foundation.pathways.rebuild import differences
from localcare.foundation.pathways.timers import wake_at
from tests.factories import registered_person
from tests.stratification.test_kill import database_address

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = 60


def worker(home: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "LOCALCARE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings.test",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    command = [sys.executable, "-m", "localcare", "worker"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until(condition, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.02)
    return False


def fired() -> int:
    return JournalEntry.objects.filter(event="escalated").count()


def test_a_killed_worker_loses_no_timer_and_fires_none_twice(services, member, tmp_path):
    reader = member("single-point-of-access", role="call-handler")
    with as_if_at(now() - timedelta(hours=20)):
        for _ in range(WAITING):
            actions.open_journey(
                person=registered_person(),
                pathway="discharge-to-assess",
                by=reader,
                asked_by=services["single-point-of-access"],
            )
    waiting = sorted(Timer.objects.filter(fires_at__lte=now()).values_list("key", flat=True))
    wake_at(now())
    first = worker(tmp_path)
    try:
        assert until(lambda: fired() > 0, 60), "the first worker fired nothing"
    finally:
        first.kill()
        first.wait(timeout=30)
    wake_at(now() + timedelta(seconds=1))
    second = worker(tmp_path)
    try:
        assert until(lambda: not Timer.objects.filter(fires_at__lte=now()).exists(), 90)
    finally:
        second.terminate()
        second.wait(timeout=60)
    keys = JournalEntry.objects.filter(event="escalated").values_list("key", flat=True)
    assert sorted(keys) == [f"timer:{key}" for key in waiting]
    assert differences() == []
