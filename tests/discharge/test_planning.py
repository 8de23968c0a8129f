"""Planning a discharge through the pages: the form, its draft, the request, and what came of it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import Journey, TaskState
from tests.stories.pages import date_parts, sent_back
from tests.stories.place import SUPPORT, admitted, open_task


@pytest.fixture
def discharger(place):
    return place.works_in("acute-discharge", role="acute-discharger", first_name="Dana")


@pytest.fixture
def client(discharger):
    return signed_in(discharger)


def signed_in(reader) -> Client:
    client = Client()
    client.force_login(reader.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def typed(answers) -> dict[str, str]:
    """The answers of the discharge support form as a browser sends them."""
    from datetime import date

    found: dict[str, str] = {}
    for name, value in answers.items():
        if isinstance(value, list):
            found[f"{name}__count"] = str(len(value))
            for number, row in enumerate(value):
                found |= {f"{name}__{number}__{code}": str(one) for code, one in row.items()}
        elif isinstance(value, bool):
            found[name] = "yes" if value else "no"
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            found |= date_parts(name, date.fromisoformat(value))
        else:
            found[name] = value
    return found


def plan_address(person, pathway="discharge-to-assess"):
    return reverse("discharge-plan-pathway", args=[person.reference, pathway])


@pytest.mark.trace("T107", "T113", "T115")
def test_each_way_home_can_be_chosen(client, couple):
    vera, _ = couple
    address = reverse("discharge-plan", args=[vera.reference])
    page = client.get(address).content.decode()
    for code in ("discharge-to-assess", "home-to-settle", "home-to-decide", "non-weight-bearing-package"):
        assert f'value="{code}"' in page
    for code in ("challenging-behaviour-package", "fast-track-end-of-life"):
        assert f'value="{code}"' in page
    assert client.post(address, {}).status_code == 422
    chosen = client.post(address, {"pathway": "home-to-settle"})
    assert chosen["Location"] == plan_address(vera, "home-to-settle")


@pytest.mark.trace("T106", "T107")
def test_the_request_is_made_once_with_the_form(client, place, couple):
    vera, _ = couple
    admitted(vera)
    page = client.get(plan_address(vera))
    sent = sent_back(page) | typed(SUPPORT) | {"action": "complete", "asked_by": "acute-discharge"}
    sent["service"] = "single-point-of-access"
    answered = client.post(plan_address(vera), sent)
    assert answered.status_code == 302, re.findall("error-message.*", answered.content.decode())
    client.post(plan_address(vera), sent)
    journey = Journey.objects.get()
    task = TaskState.objects.get()
    assert (task.step, task.service.kind, task.asked_by.kind) == (
        "coordinate",
        "single-point-of-access",
        "acute-discharge",
    )
    assert journey.entries.get(event="opened").response.answers["carer-able"] == "unable"
    page = client.get(reverse("discharge-person", args=[vera.reference])).content.decode()
    assert "Waiting for an answer" in page and "Coast single point of access" in page


def test_a_draft_survives_and_asks_nobody(client, couple):
    vera, _ = couple
    admitted(vera)
    page = client.get(plan_address(vera))
    client.post(plan_address(vera), sent_back(page) | {"action": "save", "goals": "To go home"})
    assert not Journey.objects.exists()
    assert "To go home" in client.get(plan_address(vera)).content.decode()
    assert "Go on with it" in client.get(reverse("discharge-person", args=[vera.reference])).content.decode()
    assert "a draft is kept" in client.get(reverse("discharge")).content.decode()


def test_a_refused_request_keeps_what_was_typed(client, couple):
    vera, _ = couple
    vera.death_date = vera.birth_date.replace(year=2026)
    vera.save()
    page = client.get(plan_address(vera))
    sent = sent_back(page) | typed(SUPPORT) | {"action": "complete", "asked_by": "acute-discharge"}
    answered = client.post(plan_address(vera), sent | {"service": "single-point-of-access"})
    assert answered.status_code == 422  # nobody serves them any more
    answered = client.post(plan_address(vera), sent_back(answered) | sent | {"service": "", "revision": "1"})
    assert answered.status_code == 409
    assert "This person has died" in answered.content.decode()
    assert not Journey.objects.exists()
    assert FormResponse.objects.get().state == "draft"


def test_a_pathway_without_a_form_asks_why(client, place, couple):
    vera, _ = couple
    address = plan_address(vera, "challenging-behaviour-package")
    page = client.get(address)
    sent = sent_back(page) | {"asked_by": "acute-discharge", "service": "mental-health-screening"}
    assert client.post(address, sent).status_code == 422
    sent["reason"] = "Calls out at night, afraid of the ward"
    assert client.post(address, sent).status_code == 302
    client.post(address, sent)
    assert Journey.objects.get().entries.get(event="opened").reason.startswith("Calls out")


def test_only_a_team_that_discharges_can_plan(place, couple):
    vera, _ = couple
    nurse = signed_in(place.works_in("district-nursing"))
    assert nurse.get(plan_address(vera)).status_code == 404
    assert (
        "Plan discharge" not in nurse.get(reverse("discharge-person", args=[vera.reference])).content.decode()
    )


@pytest.mark.trace("T107")
def test_the_discharger_sees_the_answer_and_the_end(client, place, discharger, couple):
    vera, _ = couple
    journey = actions.open_journey(
        person=vera,
        pathway="discharge-to-assess",
        by=discharger,
        asked_by=place.services["acute-discharge"],
    )
    handler = place.works_in("single-point-of-access", role="call-handler")
    task = open_task(journey, "coordinate")
    actions.accept(task=task, by=handler)
    actions.done(task=task, by=handler, outcome="nothing_needed")
    page = client.get(reverse("discharge-person", args=[vera.reference])).content.decode()
    assert "Home, nothing more is needed" in page
    assert "Lives independently" in page
