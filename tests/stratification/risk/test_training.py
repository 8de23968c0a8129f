"""Asking for a training, carrying it out, stopping it; two at once; data that do not allow it; killed in the middle."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from localcare.analysis import risk
from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.risk import actions, jobs
from localcare.care.stratification.risk.files import checked_files, folder_of
from localcare.care.stratification.risk.training import TRAIN_LOCK, carry_out, work_folder
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.database.one_at_a_time import InProgress
from tests.factories import reader_with_role
from tests.stratification.risk.county import OUTCOME, TODAY, TOO_FEW, YESTERDAY
from tests.stratification.test_kill import database_address

pytestmark = pytest.mark.django_db


def asked_for(by, **changes) -> RiskModel:
    wanted = {"outcome_code": OUTCOME, "method": "logistic", "as_of": YESTERDAY, "seed": 1} | changes
    return actions.ask_for_training(**wanted, by=by)


def about_people() -> list[Path]:
    """Files that a training left behind."""
    return list(folder_of().glob("*"))


@pytest.mark.trace("T052")
def test_a_training_waits_for_the_worker_and_is_written_down(by):
    model = asked_for(by)

    assert (model.status, model.asked_by_name) == ("waiting", "ana.lyst")
    job = ProcrastinateJob.objects.get(task_name=jobs.TASK)
    assert job.args == {"reference": str(model.reference), "publish_because": ""}
    entry = AuditEntry.objects.filter(action="risk.train").latest("sequence")
    assert (entry.actor, entry.detail["method"], entry.detail["seed"]) == ("ana.lyst", "logistic", 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"as_of": TODAY + timedelta(days=1)}, "up to today"),
        ({"outcome_code": "who-wins"}, "no outcome"),
        ({"method": "oracle"}, "logistic or lightgbm"),
    ],
)
def test_what_cannot_be_trained_is_refused_with_what_to_change(by, changes, words):
    with pytest.raises(actions.CannotBeTrained, match=words):
        asked_for(by, **changes)

    assert not RiskModel.objects.exists()


def test_only_those_who_may_train_ask_and_stop(by):
    model = asked_for(by)
    reader = reader_with_role("gp", practice="P1")

    with pytest.raises(NotAllowed):
        asked_for(reader)
    with pytest.raises(NotAllowed):
        actions.stop_training(model=model, by=reader)


def test_no_more_than_a_few_trainings_wait(by):
    for seed in range(actions.MOST_UNDER_WAY):
        asked_for(by, seed=seed)

    with pytest.raises(actions.TooManyTrainings, match="Stop one"):
        asked_for(by, seed=99)


@pytest.mark.trace("T052")
def test_a_training_keeps_model_and_card_as_text_and_leaves_no_file_about_people(by, county):
    model = asked_for(by)
    seen: dict[str, int] = {}

    def export(out: Path) -> None:
        county.export(TOO_FEW)(out)
        seen["training"] = stat.S_IMODE(out.parent.stat().st_mode)
        seen["all"] = stat.S_IMODE(out.parent.parent.stat().st_mode)

    done = carry_out(str(model.reference), export=export)

    assert seen == {"training": 0o700, "all": 0o700}
    assert about_people() == []
    kept = RiskModel.objects.get(pk=model.pk)
    assert (done.status, kept.status, kept.attempts) == ("refused", "refused", 1)
    assert kept.reasons and not kept.may_be_published
    files = checked_files(kept)
    assert {"model.json", "card.json", "card.md"} <= set(files)
    assert kept.version == risk.load(county.trained(TOO_FEW)).version
    assert kept.figures["people"] > 0 and 0.5 < kept.figures["auc"] < 1
    entry = AuditEntry.objects.filter(action="risk.train-ended").latest("sequence")
    assert entry.detail["files"] == kept.files_digest


def test_data_that_reach_back_too_little_say_so_and_are_not_tried_again(by, county):
    model = asked_for(by, as_of=YESTERDAY - timedelta(days=800))

    ended = carry_out(str(model.reference), export=county.export(TOO_FEW))

    assert ended.status == "failed"
    assert "Add earlier stays, or train when the data reach back far enough" in ended.message
    assert about_people() == []
    assert carry_out(str(model.reference), export=county.export(TOO_FEW)).attempts == 1


def test_a_failing_export_is_kept_as_the_reason_and_raised(by):
    model = asked_for(by)

    def broken(out: Path) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        carry_out(str(model.reference), export=broken)

    model.refresh_from_db()
    assert (model.status, model.message) == ("failed", "OSError: the disk is full")
    assert about_people() == []


def test_one_that_waits_is_stopped_at_once_and_never_begins(by, county):
    model = asked_for(by)

    assert actions.stop_training(model=model, by=by) == "It was stopped before it began."
    assert carry_out(str(model.reference), export=county.export(TOO_FEW)).status == "stopped"
    assert RiskModel.objects.get(pk=model.pk).attempts == 0


def test_one_that_works_stops_at_its_next_step_and_keeps_nothing(by, county):
    model = asked_for(by)

    def ask_to_stop(done: int, total: int, what: str) -> None:
        if done == 2:
            actions.stop_training(model=model, by=by)

    ended = carry_out(str(model.reference), progress=ask_to_stop, export=county.export(TOO_FEW))

    assert ended.status == "stopped"
    assert RiskModel.objects.get(pk=model.pk).stop_asked_at is not None
    assert not ended.files.exists() and about_people() == []


def test_a_second_training_waits_while_one_works(by, county):
    model = asked_for(by)
    with psycopg.connect(database_address(), autocommit=True) as another:
        another.execute("SELECT pg_advisory_lock(%s)", [TRAIN_LOCK])
        with pytest.raises(InProgress):
            carry_out(str(model.reference), export=county.export(TOO_FEW))
        jobs.train(str(model.reference))

    model.refresh_from_db()
    assert model.status == "waiting"
    again = ProcrastinateJob.objects.filter(task_name=jobs.TASK, args__reference=str(model.reference))
    assert again.exclude(scheduled_at=None).count() == 1, "it comes back in a minute"


PROGRAM = """
import os, shutil, signal, sys
import django
django.setup()
from localcare.care.stratification.risk import training

reference, source, when = sys.argv[1], sys.argv[2], sys.argv[3]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def progress(done, total, what):
    if when == what:
        die()

training.carry_out(reference, progress=progress, export=lambda out: shutil.copytree(source, out))
"""


def killed(reference: str, source: Path, when: str, home: Path) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "LOCALCARE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings.test",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    command = [sys.executable, "-c", PROGRAM, reference, str(source), when]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.django_db(transaction=True)
def test_a_killed_training_keeps_nothing_and_done_again_finds_the_same(by, county, settings):
    model = asked_for(by)
    source = county.dataset(TOO_FEW)
    killed(str(model.reference), source, "Judging", settings.HOME)
    dead = RiskModel.objects.get(pk=model.pk)
    assert (dead.status, dead.attempts, dead.files.count()) == ("training", 1, 0)
    assert len(about_people()) == 1

    exported: list[Path] = []
    again = carry_out(str(model.reference), export=exported.append)

    assert (again.status, again.attempts) == ("refused", 2)
    assert again.version == risk.load(county.trained(TOO_FEW)).version
    assert exported == [], "it went on with the export of the one that was killed"
    assert about_people() == []


def test_files_of_a_training_that_will_not_go_on_are_removed_by_the_next(by, county):
    dead = asked_for(by, seed=7)
    county.export(TOO_FEW)(work_folder(dead))
    actions.stop_training(model=dead, by=by)
    model = asked_for(by, as_of=YESTERDAY - timedelta(days=800))

    carry_out(str(model.reference), export=county.export(TOO_FEW))

    assert about_people() == []
    assert carry_out(str(dead.reference)).status == "stopped"


def test_every_night_what_a_killed_program_left_is_removed_but_not_what_is_under_way(by, county):
    over, works = asked_for(by, seed=7), asked_for(by, seed=8)
    for model in (over, works):
        county.export(TOO_FEW)(work_folder(model))
    actions.stop_training(model=over, by=by)
    dead = folder_of("loaded-by-a-program-that-died")
    os.utime(dead, (0, 0))
    folder_of("loaded-just-now")

    jobs.tidy(0)

    assert {folder.name for folder in about_people()} == {work_folder(works).name, "loaded-just-now"}


def test_only_a_demonstration_publishes_without_a_person_and_only_what_may_be(county, analyst):
    because = "Demonstration on synthetic people"
    good, bad, persons = county.kept(), county.kept(TOO_FEW), county.kept(seed=2)
    RiskModel.objects.filter(pk=persons.pk).update(asked_by=analyst)

    for model in (persons, bad, good):
        jobs.train(str(model.reference), publish_because=because)

    found = {model.pk: model.status for model in RiskModel.objects.all()}
    assert found == {good.pk: "published", bad.pk: "refused", persons.pk: "evaluated"}
    assert good.decisions.get().why == because


def test_what_a_person_asks_for_is_never_published_by_itself(by):
    model = asked_for(by, publish_because="I would rather not read the card")

    assert ProcrastinateJob.objects.get(task_name=jobs.TASK).args["publish_because"] == ""
    assert model.asked_by == by.user
