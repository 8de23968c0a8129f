"""Carers: who they are, what was asked and arranged for them, and whether it happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import Journey, TaskState
from localcare.foundation.people.models import Relationship
from localcare.kernel.audit.models import AuditEntry
from tests.factories import registered_person
from tests.stories.pages import sent_back
from tests.stories.place import CARER, accept_and_start, open_task, written


@pytest.fixture
def navigator(place):
    return place.works_in("care-navigation", "carers-support", role="care-navigator", first_name="Nia")


@pytest.fixture
def client(navigator):
    return signed_in(navigator)


def signed_in(reader) -> Client:
    client = Client()
    client.force_login(reader.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(client, name, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def asked(place, couple):
    """The assessment of Ernest, asked for by the single point of access."""
    handler = place.works_in("single-point-of-access", role="call-handler")
    return actions.open_journey(
        person=couple[1],
        pathway="carers-assessment",
        by=handler,
        asked_by=place.services["single-point-of-access"],
    )


@pytest.mark.trace("T137", "T138")
def test_a_request_for_a_carer_is_a_task_that_a_navigator_accepts(client, navigator, asked, couple):
    vera, _ = couple
    page = page_of(client, "navigation")
    assert "MARSHFIELD, Ernest" in page and "MARSHFIELD, Vera" in page and "Accept or decline" in page
    accept_and_start(open_task(asked, "assess"), navigator)
    assert TaskState.objects.get(journey=asked).state == "started"
    assert str(vera.reference) in page_of(client, "navigation-person", asked.person.reference)


@pytest.mark.trace("T138", "T139")
def test_what_was_arranged_is_shown_with_whether_it_happened(client, place, navigator, asked, couple):
    _, ernest = couple
    task = accept_and_start(open_task(asked, "assess"), navigator)
    actions.done(
        task=task,
        by=navigator,
        outcome="eligible",
        response=written("carers-assessment", ernest, navigator, CARER),
    )
    support = open_task(asked, "support")
    actions.decline(task=support, by=navigator, code="no-room", reason="Next week.")
    page = page_of(client, "navigation-person", ernest.reference)
    assert "A few hours a week for himself" in page and "A break from caring" in page
    assert "Happened" in page and "Refused" in page and "Next week." in page


def test_a_carer_nobody_has_assessed_comes_first_and_can_be_asked_for_once(client, place, couple, asked):
    alone = registered_person(family_name="Zuletzt")
    Relationship.objects.create(person=couple[0], related_person=alone, kind="unpaid-carer")
    page = page_of(client, "navigation-carers")
    assert page.index("ZULETZT") < page.index("MARSHFIELD, Ernest")
    assert "Never assessed" in page and "Assessment or support open" in page
    assert "MARSHFIELD, Ernest" not in page_of_query(client, "state=never")
    address = reverse("navigation-ask", args=[alone.reference])
    sent = sent_back(client.get(address)) | {"asked_by": "care-navigation", "service": "care-navigation"}
    assert client.post(address, sent).status_code == 422
    sent |= {"reason": "Has not slept for a week", "agrees": "on"}
    assert client.post(address, sent).status_code == 302
    client.post(address, sent)
    assert Journey.objects.filter(person=alone).count() == 1


def page_of_query(client, query) -> str:
    return client.get(f"{reverse('navigation-carers')}?{query}").content.decode()


@pytest.mark.trace("T139")
def test_the_person_cared_for_is_linked_only_where_the_reader_may_open_them(place, couple, asked):
    vera, ernest = couple
    vera.registrations.all().delete()
    elsewhere = registered_person(family_name="Elsewhere", at="SYN-OTHER")
    Relationship.objects.create(person=elsewhere, related_person=ernest, kind="unpaid-carer")
    from tests.factories import reader_with_role

    near = signed_in(reader_with_role("care-navigator", practice="SYN-DEAL-A"))
    page = page_of(near, "navigation-person", ernest.reference)
    assert "ELSEWHERE" not in page and str(elsewhere.reference) not in page
    assert "somebody whose record you may not open" in page


def test_an_ended_caring_is_history(client, couple):
    Relationship.objects.update(ended_on=timezone.localdate() - timedelta(days=1))
    assert "MARSHFIELD" not in page_of(client, "navigation-carers")


def test_the_pages_are_audited_and_ask_no_more_for_more_carers(client, place, couple, asked):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted(name) -> int:
        with CaptureQueriesContext(connection) as queries:
            page_of(client, name)
        return len(queries)

    names = ("navigation", "navigation-carers")
    [counted(name) for name in names]
    few = [counted(name) for name in names]
    handler = place.works_in("single-point-of-access", role="call-handler")
    for _ in range(5):
        carer = registered_person()
        Relationship.objects.create(person=couple[0], related_person=carer, kind="unpaid-carer")
        service = place.services["single-point-of-access"]
        actions.open_journey(person=carer, pathway="carers-assessment", by=handler, asked_by=service)
    assert [counted(name) for name in names] == few
    assert AuditEntry.objects.filter(action="navigation.board").count() == 3
