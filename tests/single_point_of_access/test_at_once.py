"""Two handlers in one moment, on connections of their own: one effect, and words for the second."""

from __future__ import annotations

import pytest

from localcare.care.single_point_of_access import actions, arranging, queries
from localcare.care.single_point_of_access.arranging import Request
from localcare.care.single_point_of_access.models import Contact, Identification
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible
from localcare.foundation.pathways.models import JournalEntry, Journey
from localcare.foundation.services.models import Capacity
from tests.people.together import at_the_same_time
from tests.single_point_of_access.makers import call, desk
from tests.single_point_of_access.test_arranging import triaged
from tests.single_point_of_access.test_calls import message

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_handlers_take_one_contact():
    place = desk()
    journey = call(place, outcome="").identification.journey
    readers = [place.reader("handler"), place.reader("colleague")]
    found = at_the_same_time(2, *(lambda by=by: actions.take(journey=journey, by=by) for by in readers))
    refused = [one for one in found if isinstance(one, AlreadyDone)]
    assert len(refused) == 1
    taken = JournalEntry.objects.get(journey=journey, event="accepted")
    assert taken.actor_name in str(refused[0])


def test_one_call_posted_four_times_at_once_is_one_contact():
    place = desk()
    found = at_the_same_time(4, lambda: call(place, key="same"))
    assert all(isinstance(one, Contact) for one in found), found
    assert Contact.objects.count() == Journey.objects.count() == 1
    assert JournalEntry.objects.filter(event="done").count() == 1


def test_two_say_whom_one_message_is_about():
    place = desk()
    contact = message(place)
    readers = [place.reader("handler"), place.reader("colleague")]
    found = at_the_same_time(
        2, *(lambda by=by: actions.identify(contact=contact, person=place.person, by=by) for by in readers)
    )
    assert sum(isinstance(one, AlreadyDone) for one in found) == 1, found
    assert Identification.objects.count() == Journey.objects.count() == 1


def test_two_promise_the_last_room_and_one_is_told_that_it_is_gone():
    place = desk()
    tasks = [
        queries.open_task_of(triaged(place, call(place, key=key)), "arrange") for key in ("first", "second")
    ]
    room = Capacity.objects.filter(service=place.rapid).earliest("day")
    Capacity.objects.filter(pk=room.pk).update(total=1)
    by = place.reader("handler")

    def promise(task):
        request = Request(place.rapid, "urgent-community-response", "Please", f"ask:{task.pk}", room.day)
        return arranging.ask(task=task, request=request, by=by)

    found = at_the_same_time(2, *(lambda task=task: promise(task) for task in tasks))
    assert sum(isinstance(one, NotPossible) for one in found) == 1, found
    room.refresh_from_db()
    assert room.promised == 1
    assert Journey.objects.filter(version__pathway="urgent-community-response").count() == 1
