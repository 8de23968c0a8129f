"""Taking calls: the contact, its journey and its clocks; nothing twice, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.care.single_point_of_access import actions, queries
from localcare.care.single_point_of_access.actions import Arrival, Finish
from localcare.care.single_point_of_access.models import Contact, Identification
from localcare.foundation.pathways.errors import AlreadyDone
from localcare.foundation.pathways.models import ClockState, Journey, TaskState
from localcare.kernel.audit.models import AuditEntry
from tests.single_point_of_access.makers import ANSWERS, ENDED, call, desk, posted

pytestmark = pytest.mark.django_db


@pytest.mark.trace("T090")
def test_a_call_for_a_known_person_stands_in_the_queue_with_its_clock_running_since_it_arrived():
    place = desk()
    contact = call(place, minutes_ago=4)
    journey = Journey.objects.get(arrived_as__contact=contact)
    states = {state.step: state for state in TaskState.objects.filter(journey=journey)}
    assert states["answer"].state == "done" and states["triage"].state == "requested"
    assert states["triage"].priority == "two-hour" and states["triage"].service == place.service
    answered = ClockState.objects.get(task=states["answer"].task)
    assert abs(answered.started_at - contact.arrived_at) < timedelta(seconds=1)
    assert answered.is_met


def test_the_same_call_sent_twice_is_one_contact_and_one_journey():
    place = desk()
    first, second = call(place, key="once"), call(place, key="once")
    assert first == second
    assert Contact.objects.count() == Journey.objects.count() == 1


def test_the_second_of_two_handlers_who_take_a_contact_is_told_who_was_first():
    place = desk()
    contact = call(place, outcome="")
    journey = contact.identification.journey
    actions.take(journey=journey, by=place.reader("handler"))
    with pytest.raises(AlreadyDone, match="Hana Handler"):
        actions.take(journey=journey, by=place.reader("colleague"))
    assert TaskState.objects.get(journey=journey).assigned_to == place.handler


def test_the_second_who_says_whom_a_message_is_about_is_told_who_did():
    place = desk()
    contact = message(place)
    actions.identify(contact=contact, person=place.person, by=place.reader("handler"))
    with pytest.raises(AlreadyDone, match="Hana Handler"):
        actions.identify(contact=contact, person=place.person, by=place.reader("colleague"))
    assert Identification.objects.count() == 1


def message(place) -> Contact:
    arrival = Arrival(
        "m1", timezone.now() - timedelta(minutes=10), "message", "carer", "Bert", telephone="1", says="Help"
    )
    return actions.arrive(arrival, service=place.service, by=place.reader("handler"))


def test_red_flags_raise_the_urgency_and_999_needs_no_complete_form():
    place = desk()
    contact = call(place, outcome="", minutes_ago=1)
    journey = contact.identification.journey
    finish = Finish("emergency", answers={"red-flags": ["chest-pain"], "reason": "Chest pain"})
    actions.end_call(journey=journey, finish=finish, by=place.reader("handler"))
    told = TaskState.objects.get(journey=journey, step="tell_caller")
    assert (told.state, told.priority) == ("requested", "emergency")


def test_a_caller_who_rings_off_unknown_stays_to_be_rung_back_until_somebody_gives_up():
    place = desk()
    by = place.reader("handler")
    contact = message(place)
    actions.ring_off(contact=contact, by=by)
    assert list(queries.abandoned(by)) == [contact] and not queries.not_identified(by)
    actions.attempt(contact=contact, by=by, text="No reply", is_last=False, key="a")
    actions.attempt(contact=contact, by=by, text="No reply", is_last=False, key="a")
    assert contact.attempts.count() == 1 and queries.abandoned(by).exists()
    actions.attempt(contact=contact, by=by, text="Gave up", is_last=True, key="b")
    assert not queries.abandoned(by).exists()


def test_a_caller_who_rings_off_known_is_rung_back_and_answered_anew():
    place = desk()
    contact = call(place, outcome="")
    journey = contact.identification.journey
    actions.end_call(
        journey=journey, finish=Finish("abandoned", answers={"reason": "Rang"}), by=place.reader("handler")
    )
    assert TaskState.objects.get(journey=journey, is_open=True).step == "ring_back"


@pytest.mark.trace("T094")
def test_a_second_contact_for_the_same_need_is_added_to_what_is_open():
    place = desk()
    first = call(place)
    open_task = TaskState.objects.get(journey=first.identification.journey, step="triage").task
    second = call(place, outcome="", key="again")
    journey = second.identification.journey
    finish = Finish("already_open", answers=ANSWERS, add_to=open_task, reason="Rang again, worried.")
    actions.end_call(journey=journey, finish=finish, by=place.reader("handler"))
    journey.state.refresh_from_db()
    assert (journey.state.is_open, journey.state.outcome) == (False, "joined")
    notes = first.identification.journey.entries.filter(event="noted")
    assert "Rang again, worried." in notes.get().reason


@pytest.mark.trace("T089")
@pytest.mark.parametrize(
    "caller", ["person", "carer", "gp", "community", "acute", "ambulance", "nhs-111", "care-home"]
)
def test_every_kind_of_caller_can_be_taken(caller, client):
    place = desk()
    client.force_login(place.handler)
    page = client.get(reverse("access-new"))
    assert page.status_code == 200
    data = posted(
        ANSWERS | {"caller-type": caller},
        call=f"c-{caller}",
        person=str(place.person.reference),
        **ENDED,
        action="finish",
    )
    answer = client.post(reverse("access-new"), data)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert Contact.objects.get().caller_type == caller
    queue = client.get(reverse("access")).content.decode()
    assert "VALE, Vera" in queue and "In triage" in queue
    assert AuditEntry.objects.filter(action="contact.queue").exists()
