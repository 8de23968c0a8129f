"""A run whose data were refused: a state of its own, a page that says what to do next, and counted apart from failures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from localcare.care.stratification import history, jobs
from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.models import Run
from localcare.config.command_line import exits
from localcare.config.command_line.application import application
from localcare.config.examination.database import nightly_list
from localcare.foundation.data_quality.actions import DataRefused, accept
from localcare.foundation.data_quality.models import Finding, Report
from localcare.foundation.data_quality.presenters import reasons_for
from localcare.kernel.access.readers import reader_for, system_reader
from tests.factories import reader_with_role, user_with_role
from tests.quality.conftest import AS_OF, Damage
from tests.quality.test_findings import GROSS

pytestmark = pytest.mark.django_db
IN_A_WEEK = timezone.localdate() + timedelta(days=7)


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path / "home"


@pytest.fixture
def bad(damaged: Damage) -> Callable[[Path], None]:
    """What stands for the database's export of refused data."""
    source = damaged(**GROSS["fact-system-unknown"])
    return lambda out: shutil.copytree(source, out)


@pytest.fixture
def refused(bad: Callable[[Path], None]) -> Run:
    with pytest.raises(DataRefused):
        run_stratification(as_of=AS_OF, by=system_reader("tests"), export=bad)
    return Run.objects.get()


@pytest.fixture
def analyst(client):
    user = user_with_role("analyst", everywhere=True)
    client.force_login(user)
    return reader_for(user)


def page_of(client, run: Run) -> str:
    return client.get(reverse("list-run", args=[run.pk])).content.decode()


def older(**changes) -> Run:
    return Run.objects.create(
        as_of=AS_OF, definitions_version="d", requested_by="tests", started_at=timezone.now(), **changes
    )


@pytest.mark.trace("T188")
def test_a_refused_run_is_neither_failed_nor_under_way_and_leaves_no_file_behind(refused, settings):
    assert (refused.status, refused.get_status_display(), refused.is_over) == ("refused", "Refused", True)
    assert refused.message.startswith("The data of ") and refused.data_version and refused.finished_at
    assert not list((settings.HOME / "stratification").glob("*"))


def test_its_page_says_what_to_do_next_and_a_finding_can_be_accepted_there(client, analyst, refused):
    text = page_of(client, refused)

    report, finding = Report.objects.get(), Finding.objects.filter(severity="refuse").first()
    for words in ("no list was made", "What to do next", "Mend the data at their source", "Run it again"):
        assert words in text
    assert reverse("data-quality-report", args=[report.pk]) in text
    assert reverse("data-quality-accept", args=[finding.pk]) in text
    reasons = reasons_for(analyst, report)
    assert reasons and all(reason in text for reason in reasons)


def test_once_everything_is_accepted_it_says_to_run_it_again(client, analyst, refused, bad):
    for finding in Finding.objects.filter(severity="refuse"):
        accept(finding=finding, reason="The supplier mends it", until=IN_A_WEEK, by=analyst)

    text = page_of(client, refused)
    assert "has been accepted since. Run it again." in text and "The supplier mends it" in text

    published = run_stratification(as_of=AS_OF, by=system_reader("tests"), export=bad)
    text = page_of(client, refused)
    assert published.status == "published"
    assert f"run {published.pk}</a> has put a list" in text and "Run it again" not in text


def test_whoever_may_not_read_the_reports_gets_none_of_it(refused):
    found = history.refusal(reader_with_role("administrator", everywhere=True), refused)

    assert (found["report"], found["may_read"], found["may_accept"]) == (None, False, False)
    assert not {"rows", "reasons"} & set(found)


def test_where_the_report_is_no_longer_kept_the_page_says_to_have_the_data_assessed_again(client, analyst):
    text = page_of(client, older(status="refused", message="The data of 3 October 2024 were refused."))

    assert "no longer kept" in text and "The data of 3 October 2024 were refused." in text


def test_the_runs_of_one_state_can_be_looked_at(client, analyst, refused):
    published, failed = older(status="published"), older(status="failed")

    def shown(state: str) -> list[int]:
        answer = client.get(reverse("list-runs"), {"state": state})
        return [
            run.pk for run in (published, failed, refused) if f">Run {run.pk}<" in answer.content.decode()
        ]

    assert shown("") == shown("nonsense") == [published.pk, failed.pk, refused.pk]
    assert (shown("refused"), shown("failed"), shown("unchanged")) == ([refused.pk], [failed.pk], [])
    text = client.get(reverse("list-runs")).content.decode()
    assert "All (3)" in text and "Refused (1)" in text and "Nothing had changed (" not in text


def test_metrics_and_doctor_count_it_apart_from_failures(client, refused):
    told = client.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    assert 'localcare_work{kind="stratification.run",state="refused"} 1.0' in told
    assert 'localcare_work{kind="stratification.run",state="failed"} 0.0' in told
    assert 'localcare_work_ended_seconds{kind="stratification.run",state="refused"}' in told
    found = nightly_list()
    assert found.state == "worth knowing" and "refused" in found.text and "Data quality" in found.remedy


def test_the_doctor_knows_a_list_that_failed_and_one_that_is_well():
    assert "No run" in nightly_list().text
    run = older(status="failed", message="OSError: the disk is full")
    assert "the disk is full" in nightly_list().remedy
    Run.objects.filter(pk=run.pk).update(status="published")
    assert nightly_list().state == "well"


def test_the_shell_ends_with_the_code_for_problems_and_the_job_does_not_try_again(bad, monkeypatch):
    monkeypatch.setattr("localcare.care.stratification.stages.exporter", lambda **_: bad)

    told = CliRunner().invoke(application, ["stratify", "--as-of", AS_OF.isoformat()])
    assert told.exit_code == exits.FOUND_PROBLEMS and "The list in force stays" in told.output

    jobs.run.func(AS_OF.isoformat(), "tests")
    assert [run.status for run in Run.objects.all()] == ["refused", "refused"]


def test_runs_that_were_refused_before_this_state_was_there_get_it_and_give_it_back():
    migration = import_module("localcare.care.stratification.migrations.0003_refused_runs")
    said = "The data of 3 October 2026 were refused: 100%."
    before, full = (
        older(status="failed", message=f"DataRefused: {said}"),
        older(status="failed", message="OSError"),
    )

    with connection.cursor() as cursor:
        cursor.execute(migration.REFUSED)
        before.refresh_from_db()
        assert (before.status, before.message) == ("refused", said)
        cursor.execute(migration.FAILED)
    before.refresh_from_db()
    full.refresh_from_db()
    assert (before.status, before.message) == ("failed", f"DataRefused: {said}")
    assert (full.status, full.message) == ("failed", "OSError")
