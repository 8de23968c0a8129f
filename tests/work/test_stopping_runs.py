"""A run that is under way is stopped from its page by whoever may start one; what was in force before it stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from localcare.care.stratification import actions as lists
from localcare.care.stratification.models import ListEntry
from localcare.care.stratification.models import Run as ListRun
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.work import carrying_out
from localcare.system.insight.actions import refresh_indicators
from localcare.system.insight.models import Run as Measuring
from tests.factories import user_with_role
from tests.insight.conftest import few
from tests.stratification.population import TODAY, small_place

BY = system_reader("tests of stopping")
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def looked_at_every_step(monkeypatch):
    monkeypatch.setattr(carrying_out, "TELL_EVERY_SECONDS", 0)


@pytest.fixture
def analyst(client, db):
    user = user_with_role("analyst", everywhere=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def stopped_from_its_page(client, analyst, name: str, kind, stage: str):
    """A progress that presses the button of the page when this stage is told, and says what came after."""
    after: list[str] = []

    def told(_done: int, _total: int, what: str) -> None:
        if after:
            after.append(what)
        elif what.startswith(stage):
            run = kind.objects.latest("pk")
            page = client.get(reverse(name, args=[run.pk])).content.decode()
            assert f'action="{reverse(f"{name}-stop", args=[run.pk])}"' in page and "Look again" in page
            answer = client.post(reverse(f"{name}-stop", args=[run.pk]), follow=True).content.decode()
            assert "It stops at its next step. Nothing of it is kept." in answer
            assert f"{analyst.get_full_name()} asked it to stop" in answer
            after.append(what)

    return told, after


@pytest.mark.parametrize("stage", ["Exporting", "Assessing", "Scoring", "Copying"])
def test_a_run_of_the_list_is_stopped_in_each_stage(client, analyst, stage):
    place = small_place()
    lists.run_stratification(as_of=TODAY, by=BY, export=place.write, today=TODAY)
    before = list(ListEntry.objects.order_by("pk").values())
    place.fact("Vera", "HOME-VISIT", kind="other")
    told, after = stopped_from_its_page(client, analyst, "list-run", ListRun, stage)

    run = lists.run_stratification(as_of=TOMORROW, by=BY, export=place.write, today=TOMORROW, progress=told)

    assert (run.status, run.stop_asked_by) == ("stopped", analyst.get_full_name())
    assert len(after) <= 2, after
    assert list(ListEntry.objects.order_by("pk").values()) == before
    page = client.get(reverse("list-run", args=[run.pk])).content.decode()
    assert f"Stopped by {analyst.get_full_name()}" in page and "that was in force before it stays" in page
    assert "Run it again" in page and "Stop this run" not in page
    assert AuditEntry.objects.get(action="list.stop").detail["run"] == run.pk
    again = lists.run_stratification(as_of=TOMORROW, by=BY, export=place.write, today=TOMORROW)
    assert (again.status, again.attempts) == ("published", 1)


def test_a_measuring_is_stopped_between_two_indicators(client, analyst):
    told, after = stopped_from_its_page(client, analyst, "insight-run", Measuring, "Measuring")

    run = refresh_indicators(until=TODAY, by=BY, progress=told, indicators=few())

    assert (run.status, len(after)) == ("stopped", 1)
    page = client.get(reverse("insight-run", args=[run.pk])).content.decode()
    assert f"Stopped by {analyst.get_full_name()}" in page and "the numbers that were in force" in page


def test_who_may_not_start_one_stops_none(client, db):
    run = ListRun.objects.create(as_of=TODAY, definitions_version="d", requested_by="tests")
    client.force_login(
        user_with_role("gp", everywhere=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.post(reverse("list-run-stop", args=[run.pk])).status_code == 403
    run.refresh_from_db()
    assert run.stop_asked_at is None


def test_what_is_over_stays_as_it_is(client, analyst):
    run = ListRun.objects.create(as_of=TODAY, definitions_version="d", requested_by="t", status="published")
    answer = client.post(reverse("list-run-stop", args=[run.pk]), follow=True).content.decode()
    assert "It was over already." in answer and "Stopped by" not in answer
    assert not AuditEntry.objects.filter(action="list.stop").exists()
