"""A scenario fitted to what was lived: asked for once, kept without small numbers, run, and laid over the lived journal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from localcare.config.demonstration.steps import _fit_what_was_lived
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.audit.models import AuditEntry
from localcare.system.insight.models import Run as Measuring
from localcare.system.insight.models import Value
from localcare.system.planning import lived as scenarios
from localcare.system.planning.models import Run, SavedScenario
from localcare.system.planning.running import carry_out
from localcare.system.planning.texts import kept_content
from tests.demonstration_week.conftest import reader

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path


@pytest.fixture
def analyst(lived) -> Client:
    client = Client()
    client.force_login(
        User.objects.get(username="analyst"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def fits():
    return ProcrastinateJob.objects.filter(task_name="planning.fit")


@pytest.mark.trace("T219")
def test_the_demonstration_asks_once_and_the_worker_does_the_rest(analyst, tmp_path) -> None:
    _fit_what_was_lived()
    _fit_what_was_lived()
    (job,) = fits()
    assert scenarios.latest().is_waiting
    assert "is being fitted" in analyst.get("/planning/").content.decode()

    run = scenarios.fit(**{"user_id": job.args["user"], "since": timezone.localdate() - timedelta(days=7)})
    fits().delete()
    assert not list((tmp_path / "planning-fits").iterdir())  # nothing of the journal is left behind
    assert SavedScenario.objects.get().owner.username == "analyst"
    carry_out(str(run.reference))
    assert scenarios.latest().can_be_laid_over
    _fit_what_was_lived()
    assert not fits().exists()

    content = kept_content(run.content.text)
    assert content["starts_on"] == str(timezone.localdate() - timedelta(days=7))
    assert all(group["count"] >= 5 for group in content.get("initial", ()))
    assert "journeys in" not in run.content.text

    page = analyst.get(f"/planning/runs/{run.reference}/lived/").content.decode()
    overlay = f"{reverse('insight-indicator', args=['mean-time-to-answer'])}?overlay=planning-{run.reference}#overlay"
    assert "In the simulation" in page and overlay in page
    assert reverse("planning-lived", args=[run.reference]) in analyst.get("/planning/").content.decode()
    made = Measuring.objects.create(until=timezone.localdate(), status="published", started_at=timezone.now())
    Value.objects.create(
        indicator="mean-time-to-answer", place="all", period="day", numerator=40, denominator=50, value=80.0,
        starts_on=timezone.localdate() - timedelta(days=3), is_hidden=False, from_run=made,
    )  # fmt: skip
    shown = analyst.get(overlay.partition("#")[0]).content.decode()
    assert "As lived," in shown and "what its assumptions lead to" in shown


def test_a_fit_is_asked_for_on_the_page_and_told_in_the_trail(analyst) -> None:
    page = analyst.post("/planning/lived/", {"weeks": "4"}, follow=True).content.decode()
    assert "is being fitted" in page
    assert fits().count() == 1
    assert AuditEntry.objects.get(action="planning.fit").actor == "analyst"
    again = analyst.post("/planning/lived/", {"weeks": "a year"}, follow=True).content.decode()
    assert "Choose how far back" in again and fits().count() == 1


def test_a_fit_that_failed_is_said(analyst) -> None:
    scenarios.ask_to_fit(weeks=4, by=reader("analyst"))
    fits().update(status="failed")
    assert "The latest fit failed" in analyst.get("/planning/").content.decode()


def test_who_may_not_run_may_not_fit(lived) -> None:
    with pytest.raises(NotAllowed):
        scenarios.ask_to_fit(weeks=1, by=reader("gp"))


def test_fitting_again_makes_a_version_and_no_second_name(analyst) -> None:
    user, since = User.objects.get(username="analyst"), timezone.localdate() - timedelta(days=7)
    scenarios.fit(user.pk, since)
    scenarios.fit(user.pk, since)
    assert SavedScenario.objects.count() == 1 and Run.objects.count() >= 1
