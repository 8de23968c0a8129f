"""Nobody reads or does what is not theirs by knowing an address, and no read of a person goes unwritten."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from localcare.foundation.forms.models import FormResponse, FormVersion
from localcare.foundation.pathways import actions, queries
from localcare.foundation.pathways.desk.acts import KINDS
from localcare.foundation.pathways.models import JournalEntry, Notice
from localcare.foundation.people.queries import PersonNotVisible, find_person
from localcare.foundation.services.models import Membership
from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.models import AuditSubject
from tests.factories import user_with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def outsider(services):
    """Somebody of another team and another practice, who leads there and may do everything a role allows."""
    user = user_with_role("community-professional", practice="SYN-ELSEWHERE")
    Membership.objects.create(
        user=user, service=services["carers-support"], starts_on="2020-01-01", is_lead=True
    )
    return user


def read(person) -> int:
    """How often reads of a person were written down."""
    return AuditSubject.objects.filter(reference=str(person.reference), entry__outcome="success").count()


def test_nothing_of_another_team_opens_by_its_address(urgent, nurse, outsider, signed_in, vera, services):
    by = reader_for(nurse)
    actions.accept(task=urgent, by=by)
    actions.note(task=urgent, by=by, text="The door is on the latch.")
    version = FormVersion.objects.create(
        form="discharge-support", number=1, digest="d", title="d", content={}
    )
    form = FormResponse.objects.create(
        person=vera, version=version, state="completed", completed_at="2026-01-01T00:00Z", author_name="x"
    )
    task, journey, person = urgent.reference, urgent.journey.reference, vera.reference
    addresses = [
        reverse("task", args=[task]),
        *(reverse("task-act", args=[task, act]) for act in KINDS),
        reverse("journey", args=[journey]),
        reverse("journey-stop", args=[journey]),
        reverse("person-journeys", args=[person]),
        f"{reverse('journey-new')}?person={person}",
        reverse("form-response", args=[form.reference]),
        reverse("form-response-amend", args=[form.reference]),
        reverse("rapid-response-case", args=[task]),
        reverse("rapid-response-visit", args=[task]),
        reverse("rapid-response-outcome", args=[task]),
        reverse("rapid-response-late", args=[task]),
        reverse("rapid-response-press", args=[task, "accept"]),
        reverse("access-contact", args=[journey]),
        reverse("discharge-person", args=[person]),
        reverse("discharge-criteria", args=[person]),
        reverse("discharge-plan", args=[person]),
        reverse("navigation-person", args=[person]),
    ]
    client, entries = signed_in(outsider), JournalEntry.objects.count()
    for address in addresses:
        for answer in (
            client.get(address),
            client.post(address, {"reason": "x", "text": "x", "key": "k" * 12}),
        ):
            assert answer.status_code in (403, 404, 405), f"{address}: {answer.status_code}"
            assert "MARSHFIELD" not in answer.content.decode().upper(), address
    assert JournalEntry.objects.count() == entries


@pytest.mark.parametrize(
    "address",
    [
        "work", "work-rows", "work-export", "inbox", "rapid-response", "rapid-response-rows",
        "rapid-response-packages", "rapid-response-day-sheet", "rapid-response-numbers", "discharge",
        "discharge-home", "navigation", "navigation-carers",
    ],
)  # fmt: skip
def test_no_list_shows_the_people_of_another_team(urgent, outsider, signed_in, address, services):
    answer = signed_in(outsider).get(reverse(address), {"team": "rapid-response"})
    shown = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"MARSHFIELD" not in shown.upper()
    assert str(urgent.reference).encode() not in shown


def test_a_notice_of_another_team_is_not_marked_read(urgent, outsider, signed_in, services, nurse):
    actions.decline(task=urgent, by=reader_for(nurse), code="other", reason="Nobody free.")
    notice = Notice.objects.filter(kind="declined").get()
    signed_in(outsider).post(reverse("inbox-read"), {"notice": notice.pk})
    notice.refresh_from_db()
    assert notice.read_at is None


@pytest.mark.parametrize("act", [act for act in KINDS if act != "ask-again"])
def test_a_post_that_does_nothing_but_shows_the_person_is_written_down(urgent, nurse, signed_in, vera, act):
    if act not in ("accept", "decline"):
        actions.accept(task=urgent, by=reader_for(nurse))
    before = read(vera)
    answer = signed_in(nurse).post(reverse("task-act", args=[urgent.reference, act]), {"action": "nothing"})
    assert answer.status_code == 302 or read(vera) > before


def test_stopping_and_opening_pages_shown_after_a_bad_post_are_written_down(urgent, nurse, signed_in, vera):
    client = signed_in(nurse)
    for address, posted in (
        (reverse("journey-stop", args=[urgent.journey.reference]), {}),
        (f"{reverse('journey-new')}?person={vera.reference}", {}),
        (
            f"{reverse('journey-new')}?person={vera.reference}&team=rapid-response&pathway=community-service-request",
            {},
        ),
        (reverse("rapid-response-press", args=[urgent.reference, "seen"]), {}),
    ):
        before = read(vera)
        answer = client.post(address, posted)
        assert answer.status_code in (200, 409, 422), address
        assert read(vera) > before, address


def test_a_case_page_shown_because_its_work_is_over_is_written_down(urgent, nurse, signed_in, vera):
    actions.cancel(task=urgent, by=reader_for(nurse), reason="Not needed.")
    for name in ("rapid-response-visit", "rapid-response-outcome"):
        before = read(vera)
        answer = signed_in(nurse).get(reverse(name, args=[urgent.reference]))
        assert answer.status_code == 409 and "MARSHFIELD" in answer.content.decode()
        assert read(vera) > before


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_leads_nowhere_else(urgent, nurse, signed_in, wanted):
    address = reverse("task-act", args=[urgent.reference, "note"])
    answer = signed_in(nurse).post(address, {"reason": "Rang the door.", "next": wanted, "key": uuid4().hex})
    assert answer.status_code == 302 and answer["Location"] == reverse("task", args=[urgent.reference])


def test_a_renewed_list_is_unchanged_only_for_whom_it_was_shown(urgent, nurse, worker, signed_in, vera):
    first = signed_in(nurse).get(reverse("work-rows"))
    assert (
        signed_in(nurse).get(reverse("work-rows"), headers={"if-none-match": first["ETag"]}).status_code
        == 304
    )
    other = worker("rapid-response", first_name="Col", last_name="League")
    before = read(vera)
    answer = signed_in(other).get(reverse("work-rows"), headers={"if-none-match": first["ETag"]})
    assert answer.status_code == 200 and read(vera) > before


def test_who_declined_sees_the_person_no_longer_though_the_journey_goes_on(urgent, services, vera):
    user = user_with_role("rapid-response-clinician", practice="SYN-ELSEWHERE")
    Membership.objects.create(user=user, service=services["rapid-response"], starts_on="2020-01-01")
    assert find_person(reader_for(user), vera.reference) == vera
    actions.decline(task=urgent, by=reader_for(user), code="other", reason="Nobody free.")
    with pytest.raises(PersonNotVisible):
        find_person(reader_for(user), vera.reference)


def test_the_journeys_of_a_person_are_found_in_the_same_queries_however_many(
    ask, handler, outsider, vera, django_assert_max_num_queries
):
    for _ in range(4):
        ask()
    with django_assert_max_num_queries(12):
        assert len(queries.journeys_of(reader_for(handler), vera)) == 4
    assert queries.journeys_of(reader_for(outsider), vera) == []
