"""The one mechanism by which a worker carries work out: begun, told of, stopped, ended, broken off, taken up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from localcare.care.stratification.models import RiskModel
from localcare.kernel.database.one_at_a_time import InProgress, only_one
from localcare.kernel.work import carrying_out
from localcare.kernel.work.carrying_out import CarryingOut, ask_to_stop, begin, end, taken_up
from localcare.kernel.work.files import work_folder
from localcare.kernel.work.models import AskedWork, Work
from localcare.system.insight.models import Run
from tests.stratification.test_kill import database_address

TODAY = timezone.localdate()


def kept(work: Work) -> Work:
    """As the database has it."""
    return type(work)._base_manager.get(pk=work.pk)


def test_whatever_a_worker_carries_out_is_work_and_has_a_word_for_each_of_its_states():
    kinds = [model for model in apps.get_models() if issubclass(model, Work)]
    assert {model._meta.label for model in kinds} == {
        "insight.Run", "people.LikenessSearch", "planning.Run", "stratification.ListEvaluation",
        "stratification.RiskModel", "stratification.Run"}  # fmt: skip
    for model in apps.get_models():
        names = {field.name for field in model._meta.get_fields()}
        assert issubclass(model, Work) or not {"attempts", "stage", "finished_at"} <= names, model
    for kind in kinds:
        states = {kind.WORKING, kind.FAILED, kind.STOPPED}
        states |= {kind.WAITING} if issubclass(kind, AskedWork) else set()
        assert states <= {value for value, _ in kind._meta.get_field("status").flatchoices}, kind


def test_work_is_begun_as_often_as_it_takes_and_keeps_when_that_was_first(work):
    assert begin(work)
    first = kept(work)
    assert (first.status, first.attempts, first.stage, first.is_over) == (work.WORKING, 1, "Starting", False)
    type(work)._base_manager.update(stage="Half way", done=5, total=10)
    assert kept(work).share == 50

    assert begin(work)

    again = kept(work)
    assert (again.attempts, again.stage, again.share) == (2, "Starting", 0)
    assert again.started_at == first.started_at


def test_what_is_over_is_not_begun_whoever_ended_it(training):
    stale = kept(training)
    assert ask_to_stop(training, by="Asha")

    assert not begin(stale)
    assert (stale.status, kept(training).attempts) == ("stopped", 0)


def test_each_stage_is_told_at_once_and_the_rest_a_few_times_a_second(work):
    begin(work)
    heard: list[tuple[int, int, str]] = []
    with CarryingOut(work, also=lambda *told: heard.append(told)) as carrying:
        carrying.tell(1, 9, "Reading")
        carrying.tell(2, 9, "Reading")
        assert (kept(work).done, kept(work).stage) == (1, "Reading")
        carrying.tell(3, 9, "Writing")
        assert (kept(work).done, kept(work).stage) == (3, "Writing")
        carrying.tell(9, 9, "Writing")
        assert kept(work).share == 100
    assert [done for done, _, _ in heard] == [1, 2, 3, 9]


def test_after_a_moment_the_same_stage_is_told_again(work, monkeypatch):
    begin(work)
    monkeypatch.setattr(carrying_out, "TELL_EVERY_SECONDS", 0)
    with CarryingOut(work) as carrying:
        for done in (1, 2):
            carrying.tell(done, 9, "Reading")
    assert kept(work).done == 2


def test_a_stop_ends_it_at_its_next_step_and_nothing_found_is_kept(training):
    begin(training)
    called: list[str] = []
    with CarryingOut(training, broken_off=lambda work: called.append(work.status)) as carrying:
        training.version = "found half"
        ask_to_stop(kept(training), by="Asha")
        carrying.tell(1, 9, "Reading")
        pytest.fail("it went on")

    now = kept(training)
    assert (now.status, now.version, called) == ("stopped", "", ["stopped"])
    assert now.was_stopped and now.stop_asked_at and now.finished_at and now.stop_asked_by == "Asha"


def test_a_stop_in_the_last_moment_is_heeded_too(training):
    begin(training)
    with CarryingOut(training):
        training.version = "found whole"
        ask_to_stop(kept(training), by="Asha")
        end(training, RiskModel.Status.EVALUATED)

    assert (kept(training).status, kept(training).version) == ("stopped", "")


def test_stopping_what_waits_works_or_is_over(training):
    assert ask_to_stop(training, by="Asha") and training.status == "stopped"
    asked_at = training.stop_asked_at
    assert not ask_to_stop(training, by="Asha") and kept(training).stop_asked_at == asked_at
    RiskModel.objects.update(status="training", stop_asked_at=None)
    assert ask_to_stop(training, by="Asha")
    assert (kept(training).status, kept(training).is_over) == ("training", False)


def test_a_fault_is_kept_in_words_with_nothing_that_was_found_and_raised_again(work):
    begin(work)
    with pytest.raises(OSError, match="full"), CarryingOut(work):
        work.definitions_version = "found half"
        raise OSError("the disk is full")

    now = kept(work)
    assert (now.status, now.message) == ("failed", "OSError: the disk is full")
    assert now.finished_at and now.definitions_version != "found half"


def test_a_fault_of_what_was_given_ends_it_as_said_with_its_own_words(training):
    begin(training)
    with (
        pytest.raises(LookupError),
        CarryingOut(training, answer=(LookupError, RiskModel.Status.REFUSED)),
    ):
        raise LookupError("Too few people.")

    assert (kept(training).status, kept(training).message) == ("refused", "Too few people.")


def test_how_it_broke_off_and_what_is_done_about_it_are_kept_together_or_not_at_all(work):
    begin(work)

    def broken(_work: Work) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), CarryingOut(work, broken_off=broken):
        raise OSError("the disk is full")

    assert kept(work).status == work.WORKING


def test_an_end_is_kept_with_what_was_found_or_not_at_all(work):
    begin(work)
    with pytest.raises(OSError, match="full"), CarryingOut(work), transaction.atomic():
        end(work, "published")
        raise OSError("the disk is full")
    assert kept(work).status == "failed"

    begin_again = type(work)._base_manager.filter(pk=work.pk)
    begin_again.update(status=work.WORKING, finished_at=None, total=9)
    work.refresh_from_db()
    end(work, "published", stage="In force", message="So be it.")
    now = kept(work)
    assert (now.status, now.stage, now.message, now.share) == ("published", "In force", "So be it.", 100)
    assert now.is_over and now.finished_at


def test_what_is_as_sudden_as_a_kill_leaves_it_under_way(work):
    begin(work)
    with pytest.raises(KeyboardInterrupt), CarryingOut(work):
        raise KeyboardInterrupt

    assert kept(work).status == work.WORKING


def unfinished(days_ago: int = 0, **changes: object) -> Run:
    run = Run(until=TODAY - timedelta(days=days_ago), definitions_version="d", requested_by="tests")
    begin(run)
    (work_folder(run) / "export").touch()
    Run.objects.filter(pk=run.pk).update(**changes)
    return run


@pytest.mark.django_db
def test_the_latest_killed_work_on_the_same_thing_is_taken_up_and_the_rest_is_closed_and_cleared():
    earlier, other, same = unfinished(), unfinished(days_ago=1), unfinished()

    found = taken_up(Run, until=TODAY, definitions_version="d")

    assert found == same and begin(found) and found.attempts == 2
    assert (work_folder(same) / "export").exists()
    for closed in (earlier, other):
        assert kept(closed).status == "failed" and "another took its place" in kept(closed).message
        assert not (work_folder(closed) / "export").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"started_at": timezone.now() - timedelta(hours=13)},
        {"definitions_version": "others"},
        {"started_at": None},
    ],
)
def test_files_that_are_too_old_or_of_something_else_are_not_gone_on_with(changes):
    dead = unfinished(**changes)

    assert taken_up(Run, until=TODAY, definitions_version="d") is None
    assert kept(dead).status == "failed" and not (work_folder(dead) / "export").exists()


@pytest.mark.django_db
def test_young_files_are_gone_on_with():
    assert taken_up(Run, until=TODAY) is None
    dead = unfinished(started_at=timezone.now() - timedelta(hours=11))
    assert taken_up(Run, until=TODAY, definitions_version="d") == dead


@pytest.mark.django_db
def test_of_two_at_once_the_second_is_told_so():
    lock = 8_999_999
    with psycopg.connect(database_address(), autocommit=True) as another:
        another.execute("SELECT pg_advisory_lock(%s)", [lock])
        with (
            pytest.raises(InProgress, match="wait until it has ended"),
            only_one(lock, "wait until it has ended"),
        ):
            pytest.fail("both work")
        another.execute("SELECT pg_advisory_unlock(%s)", [lock])
    with only_one(lock, "nobody works now"):
        pass


PROGRAM = """
import os, signal
from datetime import date
import django
django.setup()
from localcare.kernel.work.carrying_out import CarryingOut, begin
from localcare.kernel.work.files import cleared, work_folder
from localcare.system.insight.models import Run

run = Run(until=date.today(), definitions_version="d", requested_by="killed")
begin(run)
with CarryingOut(run) as carrying, cleared(work_folder(run)) as folder:
    (folder / "export").touch()
    carrying.tell(3, 4, "Half way")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.django_db(transaction=True)
def test_after_kill_nine_it_stands_where_it_was_and_is_taken_up_with_its_files(home):
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "LOCALCARE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings.test",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    dead = Run.objects.get()
    assert (dead.status, dead.stage, dead.share, dead.attempts) == ("running", "Half way", 75, 1)

    found = taken_up(Run, definitions_version="d")

    assert found == dead and begin(found) and found.attempts == 2
    assert (work_folder(found) / "export").exists()
    end(found, "published")
    assert taken_up(Run, definitions_version="d") is None
