"""The pages around a call: the person found or registered while what is typed stays; queue, ring-back, shifts, wall, form."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from localcare.care.single_point_of_access import actions
from localcare.care.single_point_of_access.models import Contact, HandOver
from localcare.foundation.pathways import actions as journeys
from localcare.foundation.pathways.models import Journey, TaskState
from localcare.foundation.people.actions import register_person
from localcare.foundation.people.models import Person
from localcare.kernel.audit.models import AuditEntry
from tests.factories import registered_person
from tests.single_point_of_access.makers import ANSWERS, ENDED, call, desk, posted
from tests.single_point_of_access.test_calls import message

pytestmark = pytest.mark.django_db
NEW = "/access/new/"


def text_of(answer) -> str:
    return answer.content.decode()


def test_looking_for_the_person_keeps_what_was_typed_and_is_written_down(client):
    place = desk()
    client.force_login(place.handler)
    typed = posted(ANSWERS, call="c1", find="vale vera", action="find")
    page = text_of(client.post(NEW, typed))
    assert "VALE, Vera" in page and "cannot manage the stairs" in page and "Dr Ann Example" in page
    searched = AuditEntry.objects.filter(action="contact.search").latest("pk")
    assert str(place.person.reference) in str(list(searched.subjects.values_list("reference", flat=True)))
    chosen = text_of(client.post(NEW, typed | {"choose": str(place.person.reference)}))
    assert "First contact." in chosen and "cannot manage the stairs" in chosen
    assert not Contact.objects.exists()


def test_what_is_open_and_what_was_said_before_stand_beside_the_call(client):
    place = desk()
    call(place)
    client.force_login(place.colleague)
    page = text_of(client.post(NEW, {"call": "c2", "choose": str(place.person.reference)}))
    assert "Do not ask twice" in page and "cannot manage the stairs" in page


def test_somebody_new_is_registered_on_the_page_after_those_alike_were_shown(client):
    place = desk()
    registered_person(family_name="Newman", given_name="Noah", birth_date=date(1950, 5, 1))
    client.force_login(place.handler)
    new = {
        "call": "c3", "action": "register", "given_name": "Norah", "family_name": "Newman", "sex": "female",
        "birth_date_day": "1", "birth_date_month": "5", "birth_date_year": "1950",
    }  # fmt: skip
    page = text_of(client.post(NEW, posted(ANSWERS, **new)))
    assert "This may be somebody who is on the register" in page and "NEWMAN, Noah" in page
    page = text_of(client.post(NEW, posted(ANSWERS, **new, none_of_these="1")))
    assert "NEWMAN, Norah" in page
    person = Person.objects.get(given_name="Norah")
    data = posted(ANSWERS, call="c3", person=str(person.reference), **ENDED, action="finish")
    assert client.post(NEW, data).status_code == 302
    assert TaskState.objects.get(person=person, is_open=True).step == "triage"


def test_only_who_registers_may_add_somebody_whose_practice_nobody_knows():
    place = desk()
    details = {"family_name": "Newman", "given_name": "Nora", "birth_date": date(1950, 5, 1)}
    person = register_person(details=details, practice=None, on=date(2026, 1, 1), by=place.reader("handler"))
    assert not person.registrations.exists()
    with pytest.raises(PermissionDenied):
        register_person(details=details, practice=None, on=date(2026, 1, 1), by=place.reader("nurse"))


def test_a_call_cannot_end_without_person_answers_or_outcome(client):
    place = desk()
    client.force_login(place.handler)
    answer = client.post(NEW, {"call": "c4", "action": "finish"})
    page = text_of(answer)
    assert answer.status_code == 400 and "Find the person first" in page and "Choose what happens now" in page
    assert not Contact.objects.exists()


def test_a_red_flag_is_never_closed_with_advice_by_a_call_handler(client):
    place = desk()
    client.force_login(place.handler)
    said = posted(
        ANSWERS | {"red-flags": ["chest-pain"]},
        call="c6",
        person=str(place.person.reference),
        action="finish",
    )
    answer = client.post(NEW, said | {"end-outcome": "advice_given", "end-reason": "Rest"})
    assert answer.status_code == 400 and "advice is not enough" in text_of(answer)
    assert "ring 999 now" in text_of(answer) and not Contact.objects.exists()
    assert client.post(NEW, said | {"end-outcome": "emergency"}).status_code == 302


def test_the_queue_renews_itself_and_says_when_nothing_has_changed(client):
    place = desk()
    call(place)
    client.force_login(place.handler)
    first = client.get(reverse("access-rows"))
    reads = AuditEntry.objects.filter(action="contact.queue").count()
    again = client.get(reverse("access-rows"), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert AuditEntry.objects.filter(action="contact.queue").count() == reads == 1


def test_the_queue_asks_the_database_as_often_for_six_contacts_as_for_one(client):
    place = desk()
    client.force_login(place.handler)
    call(place, key="0")
    client.get(reverse("access-rows"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("access-rows"))
    for number in range(1, 6):
        call(place, key=str(number))
    with CaptureQueriesContext(connection) as six:
        client.get(reverse("access-rows"))
    assert len(six) == len(one)


def test_a_message_is_answered_later_and_a_caller_is_rung_back(client):
    place = desk()
    client.force_login(place.handler)
    sent = {
        "caller_type": "carer",
        "caller_name": "Bert",
        "telephone": "01632 960002",
        "says": "She fell",
        "key": "m",
    }
    assert client.post(reverse("access-message"), sent).status_code == 302
    assert client.post(reverse("access-message"), sent).status_code == 302
    contact = Contact.objects.get()
    assert "Not known yet whom it is about" in text_of(client.get(reverse("access")))
    ring = reverse("access-ring", args=[contact.reference])
    client.post(ring, {"result": "again", "text": "Engaged", "key": "r1"})
    actions.ring_off(contact=contact, by=place.reader("handler"))
    listed = text_of(client.get(reverse("access-ring-back")))
    assert "01632 960002" in listed and "Once" in listed
    answer = reverse("access-answer", args=[contact.reference])
    assert "She fell" in text_of(client.get(answer))
    data = posted(ANSWERS, call="c5", person=str(place.person.reference), **ENDED, action="finish")
    assert client.post(answer, data).status_code == 302
    assert Journey.objects.get().arrived_as.contact == contact


def test_the_second_who_takes_a_contact_on_its_page_reads_who_was_first(client):
    place = desk()
    contact = call(place, outcome="")
    take = reverse("access-take", args=[contact.reference])
    client.force_login(place.handler)
    assert client.post(take).status_code == 302
    client.force_login(place.colleague)
    second = client.post(take)
    assert second.status_code == 409 and "Hana Handler" in text_of(second)
    step = contact.identification.journey.tasks.get().reference
    client.post(reverse("access-take-over", args=[contact.reference, step]))
    assert TaskState.objects.get(is_open=True).assigned_to == place.colleague


@pytest.mark.trace("T089", "T095")
def test_a_professional_writes_instead_of_ringing_and_sees_what_becomes_of_it(client):
    place = desk()
    client.force_login(place.nurse)
    data = {
        "service": place.service.code, "as_team": place.nursing.code, "nhs_number": place.person.nhs_number,
        "birth_date_day": "12", "birth_date_month": "3", "birth_date_year": "1947", "about": "Vera Vale",
        "caller_type": "community", "telephone": "01632 960003", "says": "Needs a visit today", "key": "f1",
    }  # fmt: skip
    assert client.post(reverse("access-send"), data).status_code == 302
    assert client.post(reverse("access-send"), data).status_code == 302
    journey = Journey.objects.get()
    assert journey.person == place.person and journey.opened_by_service == place.nursing
    assert "Answer and find out what has happened" in text_of(client.get(reverse("access-send")))
    client.force_login(place.handler)
    assert "Waiting to be answered" in text_of(client.get(reverse("access")))


def test_a_wrong_birth_date_never_leads_to_a_person(client):
    place = desk()
    client.force_login(place.nurse)
    data = {
        "service": place.service.code, "as_team": place.nursing.code, "nhs_number": place.person.nhs_number,
        "birth_date_day": "13", "birth_date_month": "3", "birth_date_year": "1947", "about": "Vera Vale",
        "caller_type": "community", "telephone": "01632 960003", "says": "Needs a visit today", "key": "f2",
    }  # fmt: skip
    client.post(reverse("access-send"), data)
    assert Contact.objects.exists() and not Journey.objects.exists()


def test_a_shift_is_signed_over_by_name_and_taken_over_once_by_somebody_else(client):
    place = desk()
    call(place)
    client.force_login(place.handler)
    data = {
        "to_name": "Cole Colleague",
        "note": "Quiet evening",
        "note-0": "Daughter rings at nine",
        "key": "h",
    }
    assert client.post(reverse("access-hand-over"), data).status_code == 302
    made = HandOver.objects.get()
    receive = reverse("access-receive", args=[made.reference])
    client.post(receive)
    assert not hasattr(HandOver.objects.get(), "receipt")
    client.force_login(place.colleague)
    page = text_of(client.get(reverse("access-hand-over")))
    assert "Daughter rings at nine" in page and "VALE, Vera" in page
    client.post(receive)
    client.force_login(place.supervisor)
    client.post(receive)
    assert HandOver.objects.get().receipt.by == place.colleague


def test_the_supervisor_sees_who_waits_and_the_wall_shows_no_name(client):
    place = desk()
    call(place, minutes_ago=40)
    message(place)
    client.force_login(place.supervisor)
    page = text_of(client.get(reverse("access-supervise")))
    assert "Hana Handler" in page and "General practice" in page and "Clocks today" in page
    wall = text_of(client.get(reverse("access-wall")))
    assert "In triage" in wall and "VALE" not in wall.split("</header>")[-1] and "Vera" not in wall
    rows = client.get(reverse("access-wall-rows"))
    assert client.get(reverse("access-wall-rows"), headers={"If-None-Match": rows["ETag"]}).status_code == 304
    client.force_login(place.handler)
    assert client.get(reverse("access-supervise")).status_code == 403


def test_another_desk_sees_nothing_of_it(client):
    place = desk()
    contact = message(place)
    client.force_login(place.responder)
    assert client.get(reverse("access")).status_code == 403
    place.service.memberships.filter(user=place.colleague).delete()
    client.force_login(place.colleague)
    assert client.get(reverse("access-contact", args=[contact.reference])).status_code == 404
    assert client.get(reverse("access")).status_code == 403


def test_a_long_queue_has_pages_with_counts_of_everything_that_stay_while_it_renews_itself(client):
    place = desk()
    client.force_login(place.handler)
    begun = timezone.now() - timedelta(hours=2)
    Contact.objects.bulk_create(
        Contact(
            key=f"m{number}", service=place.service, arrived_at=begun + timedelta(minutes=number),
            recorded_at=begun, channel="message", caller_type="gp", about=f"Caller {number:02}.",
        )
        for number in range(27)
    )  # fmt: skip
    first = text_of(client.get(reverse("access")))
    assert "Caller 00." in first and "Caller 24." in first and "Caller 25." not in first
    assert "Showing 1 to 25 of 27 contacts" in first
    assert re.search(r'lc-counts__number--late">27</span>', first)
    address = re.search(r'href="([^"]*\?waiting=2[^"]*)"', first)[1]
    second = text_of(client.get(address.partition("#")[0]))
    assert "Caller 26." in second and "Caller 24." not in second and "27 overdue" in second
    live = re.search(r'data-live="([^"]*)"', second)[1]
    assert live.endswith("waiting=2")
    renewed = client.get(live)
    assert "Caller 26." in text_of(renewed) and "Caller 24." not in text_of(renewed)
    assert client.get(live, headers={"if-none-match": renewed["ETag"]}).status_code == 304
    actions.ring_off(contact=Contact.objects.get(key="m0"), by=place.reader("handler"))  # on the page before
    assert client.get(live, headers={"if-none-match": renewed["ETag"]}).status_code == 200


def test_what_other_pathways_ask_of_the_desk_has_pages_too(client):
    place = desk()
    for number in range(26):
        journeys.open_journey(
            person=place.person, pathway="community-service-request", by=place.reader("handler"),
            asked_by=place.service, priority="routine", services={"serve": place.service}, reason=f"Reason {number:02}.",
        )  # fmt: skip
    client.force_login(place.handler)
    first = text_of(client.get(reverse("access")))
    assert '<span class="lc-tab-count">26</span>' in first and "Showing 1 to 25 of 26 entries" in first
    second = text_of(client.get(reverse("access"), {"others": "2", "waiting": "1"}))
    assert "Showing 26 to 26 of 26 entries" in second and "waiting=1" in second
    every = text_of(client.get(reverse("person-journeys", args=[place.person.reference])))
    assert "Showing 1 to 25 of 26 pathways" in every


def test_the_page_of_a_call_asks_in_the_order_of_a_conversation_and_folds_away_what_may_stay_empty(client):
    place = desk()
    client.force_login(place.handler)
    page = text_of(client.get(NEW))
    order = [
        page.index(f'id="section-{code}"') for code in ("caller", "need", "red-flags", "urgency", "agreement")
    ]
    assert order == sorted(order) and page.index('id="whom"') < order[0] < page.index('id="ends"')
    assert re.search(r'<details class="nhsuk-details">\s*<summary[^>]*>\s*<span[^>]*>More: danger now', page)
    typed = posted(ANSWERS, call="c9", action="find") | {"infection": "Norovirus in the home"}
    again = text_of(client.post(NEW, typed))
    assert "Norovirus in the home" in again
    assert re.search(
        r'<details class="nhsuk-details" open>\s*<summary[^>]*>\s*<span[^>]*>More: danger now', again
    )


def test_finishing_a_call_asks_the_database_half_as_often_as_it_once_did(client):
    place = desk()
    client.force_login(place.handler)
    sent = {"person": str(place.person.reference), "action": "finish", **{"end-outcome": "taken"}}
    client.post(NEW, posted(ANSWERS, call="w1", **sent))  # what is read once for good is read
    with CaptureQueriesContext(connection) as counted:
        assert client.post(NEW, posted(ANSWERS, call="w2", **sent)).status_code == 302
    assert len(counted) <= 86
