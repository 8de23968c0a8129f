"""Triage and arranging: the reason kept, several services at once, refusals, room held once, warnings before promises."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.care.single_point_of_access import actions, arranging, deciding, queries
from localcare.care.single_point_of_access.arranging import Request
from localcare.foundation.forms import actions as forms
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions as journeys
from localcare.foundation.pathways.errors import NotPossible, NotYours
from localcare.foundation.pathways.models import JournalEntry, Task, TaskState
from localcare.foundation.services.actions import close_service
from localcare.foundation.services.models import Capacity, Service
from localcare.kernel.access.readers import reader_for, system_reader
from tests.single_point_of_access.makers import TRIAGED, Desk, _works, call, desk, posted

pytestmark = pytest.mark.django_db


def triaged(place: Desk, contact=None, **changed):
    """A call that a clinician has triaged; gives the journey."""
    journey = (contact or call(place)).identification.journey
    task = queries.open_task_of(journey, "triage")
    by = place.reader("triager")
    answers = {**TRIAGED, **changed}
    response = forms.complete(
        person=place.person, form="clinical-triage", answers=answers, by=by, context=str(task.reference)
    )
    deciding.triage(task=task, by=by, response=response)
    return journey


def asked(place: Desk, journey, *services, room_on=None, key="k") -> list[Task]:
    task = queries.open_task_of(journey, "arrange")
    found = []
    for service in services:
        way = arranging.ways_to_ask(service, ["fall"])[0]
        request = Request(
            service, way, "Please see", f"{key}:{service.code}", room_on if service == place.rapid else None
        )
        found.append(arranging.ask(task=task, request=request, by=place.reader("handler")).tasks.get())
    return found


def test_triage_keeps_the_reason_and_sets_the_urgency():
    place = desk()
    journey = triaged(place, **{"response-class": "two-days", "response-reason": "Has a neighbour tonight"})
    entry = JournalEntry.objects.get(journey=journey, event="done", task__step="triage")
    assert (entry.code, entry.reason) == ("arrange", "Has a neighbour tonight")
    assert TaskState.objects.get(journey=journey, step="arrange").priority == "two-day"


def test_only_a_clinician_triages_even_on_the_page_of_any_team():
    place = desk()
    task = queries.open_task_of(call(place).identification.journey, "triage")
    by = place.reader("handler")
    with pytest.raises(NotYours):
        deciding.triage(task=task, by=by, response=None, more_needed=True, reason="?")
    journeys.accept(task=task, by=by)
    with pytest.raises(NotYours, match="role allows it"):
        journeys.done(task=task, by=by, outcome="more_needed", reason="?")


@pytest.mark.trace("T093")
def test_a_mental_health_contact_goes_to_the_clinically_led_screening_queue(client):
    place = desk()
    contact = call(place, needs=["mental-health"])
    client.force_login(place.triager)
    page = client.get(reverse("access")).content.decode()
    assert "Mental health: send to screening" in page
    journey = triaged(place, contact, **{"response-class": "mental-health"})
    state = TaskState.objects.get(journey=journey, is_open=True)
    assert (state.step, state.service) == ("mental_health_screening", place.screening)
    page = client.get(reverse("access")).content.decode()
    assert "With mental health screening" in page and "Clinically led screening, day and night" in page


@pytest.mark.trace("T091", "T092")
def test_one_contact_is_sent_to_several_services_and_each_answers_for_itself():
    place = desk()
    journey = triaged(place)
    visit, nurse = asked(place, journey, place.rapid, place.nursing)
    assert visit.journey.version.pathway == "urgent-community-response"
    assert nurse.journey.version.pathway == "community-service-request"
    assert visit.journey.opened_from.journey == nurse.journey.opened_from.journey == journey
    journeys.accept(task=visit, by=place.reader("responder"))
    journeys.decline(task=nurse, by=place.reader("nurse"), code="no-room", reason="Until Monday")
    assert sorted(arranging.latest_states(journey)) == ["accepted", "declined"]
    with pytest.raises(NotPossible, match="Not every service"):
        arranging.finish(
            task=queries.open_task_of(journey, "arrange"), by=place.reader("handler"), outcome="arranged"
        )
    other = Service.objects.create(
        code="other-nurses", kind="district-nursing", title="Other nurses", needs=["fall"]
    )
    arranging.ask_another(
        task=nurse, to=other, by=place.reader("handler"), reason="First had no room", key="again"
    )
    assert sorted(arranging.latest_states(journey)) == ["accepted", "requested"]


def test_room_is_held_when_it_is_promised_once_and_given_back_when_another_is_asked():
    place = desk()
    today = timezone.localdate()
    journey = triaged(place)
    (visit,) = asked(place, journey, place.rapid, room_on=today)
    asked(place, journey, place.rapid, room_on=today)
    room = Capacity.objects.get(service=place.rapid, day=today)
    assert room.promised == 1
    journeys.decline(task=visit, by=place.reader("responder"), code="other", reason="Full")
    arranging.ask_another(
        task=visit, to=place.rapid, by=place.reader("handler"), reason="Try again", key="again"
    )
    room.refresh_from_db()
    assert room.promised == 0


def test_nothing_is_asked_where_the_last_room_went_to_somebody_else():
    place = desk()
    journey = triaged(place)
    Capacity.objects.filter(service=place.rapid).update(promised=2)
    with pytest.raises(NotPossible, match="left on"):
        asked(place, journey, place.rapid, room_on=timezone.localdate())
    assert not queries.requests_from(journey).exists()


def test_a_promise_that_cannot_be_met_is_warned_of_and_needs_a_reason(client):
    place = desk()
    journey = triaged(place)
    reference = journey.arrived_as.contact.reference
    tomorrow = timezone.now() + timedelta(days=1)
    close_service(service=place.rapid, reason="Snow", by=system_reader("test"), ends_at=tomorrow)
    client.force_login(place.handler)
    page = client.get(reverse("access-arrange", args=[reference])).content.decode()
    assert "Before you promise it" in page and "Snow" in page
    data = {"action": "ask", "service": place.rapid.code, "text": "Please see", "key": "x"}
    refused = client.post(reverse("access-arrange", args=[reference]), data)
    assert refused.status_code == 400 and "Say why you ask although" in refused.content.decode()
    asked_now = client.post(
        reverse("access-arrange", args=[reference]), data | {"anyway": "They said they come"}
    )
    assert asked_now.status_code == 302 and queries.requests_from(journey).count() == 1
    client.post(reverse("access-arrange", args=[reference]), data | {"anyway": "They said they come"})
    assert queries.requests_from(journey).count() == 1


@pytest.mark.trace("T094")
def test_nobody_is_referred_twice_without_a_reason(client):
    place = desk()
    first = triaged(place)
    asked(place, first, place.rapid)
    second = triaged(place, call(place, key="second"))
    reference = second.arrived_as.contact.reference
    client.force_login(place.handler)
    page = client.get(reverse("access-arrange", args=[reference])).content.decode()
    assert "The same is open already" in page
    data = {"action": "ask", "service": place.nursing.code, "text": "Please see", "key": "y"}
    refused = client.post(reverse("access-arrange", args=[reference]), data)
    assert refused.status_code == 400 and not queries.requests_from(second).exists()


def test_nothing_is_shared_against_the_wish_of_the_person_without_a_reason(client):
    place = desk()
    said = {"consent": "refuses", "consent-note": "She says so herself"}
    journey = triaged(place, call(place, **said))
    address = reverse("access-arrange", args=[journey.arrived_as.contact.reference])
    client.force_login(place.handler)
    assert "No agreement to share" in client.get(address).content.decode()
    data = {"action": "ask", "service": place.nursing.code, "text": "Please see", "key": "z"}
    assert client.post(address, data).status_code == 400
    assert client.post(address, data | {"anyway": "Danger to life"}).status_code == 302


def test_the_caller_is_told_what_happens_by_when_and_the_advice_is_kept(client):
    place = desk()
    journey = triaged(place)
    (visit,) = asked(place, journey, place.rapid)
    journeys.accept(task=visit, by=place.reader("responder"))
    arrange = queries.open_task_of(journey, "arrange")
    arranging.finish(task=arrange, by=place.reader("handler"), outcome="arranged")
    client.force_login(place.handler)
    address = reverse("access-tell", args=[journey.arrived_as.contact.reference])
    page = client.get(address).content.decode()
    assert "Rapid response test has accepted" in page and "ring 999" in page
    said = {
        "words": "A nurse comes by noon",
        "advice": "Ring again if worse",
        "result": "told",
        "helped": "yes",
    }
    assert client.post(address, said).status_code == 302
    journey.state.refresh_from_db()
    assert (journey.state.is_open, journey.state.outcome) == (False, "helped")
    reasons = list(journey.entries.values_list("reason", flat=True))
    assert "A nurse comes by noon" in reasons and "Safety-net advice: Ring again if worse" in reasons


def test_triage_on_its_page_with_a_draft_that_survives(client):
    place = desk()
    contact = call(place)
    client.force_login(place.triager)
    address = reverse("access-triage", args=[contact.reference])
    sent = posted(TRIAGED, **books_of(client.get(address)))
    assert client.post(address, sent | {"action": "save"}).status_code == 200
    again = client.get(address)
    assert "Fell in the bathroom" in again.content.decode()
    sent = posted(TRIAGED, **books_of(again))
    answer = client.post(address, sent | {"action": "complete", "also_screening": "on"})
    assert answer.status_code == 302, answer.content.decode()[:4000]
    steps = TaskState.objects.filter(journey=contact.identification.journey, is_open=True).values_list(
        "step", flat=True
    )
    assert set(steps) == {"arrange", "mental_health_screening"}


def books_of(page) -> dict[str, str]:
    """What the page of a form sends back besides the answers."""
    found = re.findall(r'name="(reference|revision|after)" value="([^"]*)"', page.content.decode())
    return dict(found)


def test_a_refused_triage_keeps_the_draft_and_sent_again_there_is_one_form(client):
    place = desk()
    contact = call(place)
    task = queries.open_task_of(contact.identification.journey, "triage")
    colleague = _works("clinical-triager", place.service, first_name="Una")
    actions.hold(task=task, by=reader_for(colleague))
    client.force_login(place.triager)
    address = reverse("access-triage", args=[contact.reference])
    sent = posted(TRIAGED, action="complete")
    refused = client.post(address, sent)
    assert refused.status_code == 409 and "Una" in refused.content.decode()
    assert "Cannot be left alone tonight" in refused.content.decode()
    assert [one.state for one in FormResponse.objects.filter(version__form="clinical-triage")] == ["draft"]
    journeys.take(task=task, by=place.reader("triager"))
    assert client.post(address, {**sent, **books_of(refused)}).status_code == 302
    assert [one.state for one in FormResponse.objects.filter(version__form="clinical-triage")] == [
        "completed"
    ]
    assert TaskState.objects.get(task=task).outcome == "arrange"
