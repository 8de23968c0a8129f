"""Files of work are private and go when it ends; the queue takes the same thing once; the night has one two o'clock."""

from __future__ import annotations

import stat
from datetime import date, datetime

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from localcare.care.stratification.jobs import NIGHTLY_HOUR
from localcare.kernel.work.files import cleared, private_folder, work_folder
from localcare.kernel.work.queue import day_when_it_is, is_waiting, put_once
from localcare.system.insight.jobs import TASK


def test_a_private_folder_is_its_owners_all_the_way(home):
    (home / "room").mkdir(parents=True, mode=0o755)

    folder = private_folder("room", "work")

    assert folder == home / "room" / "work"
    assert {stat.S_IMODE(one.stat().st_mode) for one in (folder, folder.parent)} == {0o700}


def test_each_work_has_a_folder_of_its_own_that_the_next_process_finds(training, measuring):
    measuring.save()
    assert work_folder(training) == work_folder(training) != work_folder(measuring)
    assert work_folder(measuring).parent.name == "insight"
    assert work_folder(measuring).name.endswith(f"-run-{measuring.pk}")


def test_files_go_when_it_ends_or_fails_and_stay_after_a_kill(home):
    with cleared(private_folder("ended")) as folder:
        (folder / "export").touch()
    with pytest.raises(OSError, match="full"), cleared(private_folder("failed")):
        raise OSError("the disk is full")
    with pytest.raises(KeyboardInterrupt), cleared(private_folder("killed")):
        raise KeyboardInterrupt
    assert [found.name for found in home.iterdir()] == ["killed"]


@pytest.mark.django_db
def test_the_same_is_put_in_the_queue_once_and_the_transaction_of_whoever_asks_goes_on():
    assert not is_waiting(TASK)
    with transaction.atomic():
        for day in ("2026-11-22", "2026-11-23"):
            put_once(TASK, "insight-refresh", until=day, asked_by="tests")
        put_once(TASK, "another", until="2026-11-24", asked_by="tests")

    found = ProcrastinateJob.objects.filter(task_name=TASK).order_by("id")
    assert [job.args["until"] for job in found] == ["2026-11-22", "2026-11-24"]
    assert is_waiting(TASK)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-01-15T02:00+00:00", date(2026, 1, 15)),
        ("2026-01-15T01:00+00:00", None),
        ("2026-07-15T01:00+00:00", date(2026, 7, 15)),
        ("2026-07-15T02:00+00:00", None),
    ],
)
def test_two_in_the_night_comes_once_in_london_in_winter_and_summer(moment, day):
    assert day_when_it_is(NIGHTLY_HOUR, int(datetime.fromisoformat(moment).timestamp())) == day
