"""Who is in hospital, fit to leave or not, and what is planned."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.forms import actions as forms
from localcare.foundation.pathways import actions
from localcare.kernel.audit.models import AuditEntry
from tests.factories import registered_person, user_with_role
from tests.stories.pages import date_parts, sent_back
from tests.stories.place import SUPPORT, admitted, open_task, written

YESTERDAY = (timezone.localdate() - timedelta(days=1)).isoformat()


@pytest.fixture
def discharger(place):
    return place.works_in("acute-discharge", role="acute-discharger", first_name="Dana")


@pytest.fixture
def client(discharger):
    client = Client()
    client.force_login(discharger.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def reviewed(person, by, **answers):
    return forms.complete(person=person, form="criteria-to-reside", answers=answers, by=by)


@pytest.mark.trace("T102", "T104")
def test_people_in_a_bed_are_shown_the_fit_ones_first(client, discharger):
    names = ("Needing", "Waiting", "Unseen")
    people = {name: registered_person(family_name=name) for name in names}
    for person in people.values():
        admitted(person, days_ago=25)
    gone = registered_person(family_name="Gone")
    admitted(gone, days_ago=9, discharged_days_ago=2)
    reviewed(people["Needing"], discharger, **{"criteria-to-reside": True, "criteria": ["oxygen"]})
    ready = {"criteria-to-reside": False, "discharge-ready-on": YESTERDAY, "delay": "pathway-1"}
    reviewed(people["Waiting"], discharger, **ready)
    page = client.get(reverse("discharge")).content.decode()
    assert sorted(names, key=lambda one: page.index(one.upper())) == [
        "Waiting",
        "Unseen",
        "Needing",
    ]
    assert "GONE" not in page
    assert "Fit to leave" in page and "1 day in a bed no longer needed" in page
    assert "no resource yet to start care at home" in page
    assert "Long stay" in page and "25 nights" in page


def test_the_board_is_audited_once_and_does_not_ask_more_for_more_people(
    client, place, discharger, django_assert_max_num_queries
):
    def counted() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("discharge")).status_code == 200
        return len(queries)

    def somebody() -> None:
        person = registered_person()
        admitted(person)
        actions.open_journey(
            person=person,
            pathway="discharge-to-assess",
            by=discharger,
            asked_by=place.services["acute-discharge"],
        )

    somebody()
    counted()
    few = counted()
    for _ in range(6):
        somebody()
    before = AuditEntry.objects.filter(action="discharge.board").count()
    assert counted() == few
    assert AuditEntry.objects.filter(action="discharge.board").count() == before + 1


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        *(("q=Waiting", True), ("q=Other", False), ("fit=ready", True), ("fit=stays", False)),
        *(("plan=none", True), ("plan=open", False), ("hospital=HARBOUR", True)),
    ],
)
def test_the_board_is_narrowed(client, discharger, query, shown):
    person = registered_person(family_name="Waiting")
    admitted(person)
    reviewed(person, discharger, **{"criteria-to-reside": False, "discharge-ready-on": YESTERDAY})
    page = client.get(f"{reverse('discharge')}?{query}").content.decode()
    assert ("WAITING" in page) is shown


def test_nobody_sees_people_of_practices_that_are_not_theirs(place):
    person = registered_person(family_name="Elsewhere", at="SYN-OTHER")
    admitted(person)
    user = user_with_role("acute-discharger", practice="SYN-DEAL-A")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "ELSEWHERE" not in client.get(reverse("discharge")).content.decode()
    assert client.get(reverse("discharge-person", args=[person.reference])).status_code == 404


@pytest.mark.trace("T104", "T105")
def test_the_criteria_to_reside_are_reviewed_on_a_page(client, couple):
    vera, _ = couple
    admitted(vera)
    address = reverse("discharge-criteria", args=[vera.reference])
    page = client.get(address).content.decode()
    assert "Partly from memory" in page and "18 reasons" in page
    answers = {"action": "complete", "criteria-to-reside": "no"}
    refused = client.post(address, sent_back(client.get(address)) | answers)
    assert "Discharge ready date" in refused.content.decode() and refused.status_code == 200
    answers |= date_parts("discharge-ready-on", timezone.localdate())
    assert client.post(address, sent_back(refused) | answers).status_code == 302
    assert "Fit to leave" in client.get(reverse("discharge")).content.decode()


def test_what_to_ring_about_is_said(client, place, discharger, couple):
    vera, _ = couple
    admitted(vera)
    answers = written("discharge-support", vera, discharger, SUPPORT)
    journey = actions.open_journey(
        person=vera,
        pathway="discharge-to-assess",
        by=discharger,
        asked_by=place.services["acute-discharge"],
        answers=answers,
    )
    handler = place.works_in("single-point-of-access", role="call-handler")
    actions.decline(task=open_task(journey, "coordinate"), by=handler, code="no-room", reason="No line free.")
    page = client.get(reverse("discharge-person", args=[vera.reference])).content.decode()
    assert "It was declined and nobody else has been asked." in page
    assert place.services["single-point-of-access"].telephone in page
