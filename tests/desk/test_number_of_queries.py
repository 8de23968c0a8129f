"""How often the pages about journeys ask the database: not more often for many journeys, clocks and entries."""

from __future__ import annotations

import pytest
from django.urls import reverse

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import JournalEntry, Journey
from localcare.foundation.pathways.sight import whole_story, whole_story_about
from localcare.kernel.access.readers import reader_for
from tests.asked import asked
from tests.factories import reader_with_role

pytestmark = pytest.mark.django_db
MOST_FOR_A_PERSONS_JOURNEYS = 21
MOST_FOR_A_JOURNEY = 22


@pytest.fixture
def lived(ask, nurse):
    """Journeys of Vera on which something was answered, taken back, answered again and noted."""

    def make(number: int) -> list[Journey]:
        by, journeys = reader_for(nurse), []
        for place in range(number):
            task = ask(pathway="urgent-community-response", step="respond", reason=f"Fell, time {place}")
            entry = actions.accept(task=task, by=by)
            if place % 2:
                actions.undo(entry=entry, by=by, reason="Not me")
                actions.decline(task=task, by=by, code="no-capacity", reason="No room")
            else:
                actions.milestone(task=task, by=by, code="seen")
            actions.note(task=task, by=by, text="The key is next door.")
            journeys.append(task.journey)
        return journeys

    return make


def test_all_journeys_of_a_person_ask_no_more_for_twenty_than_for_two(signed_in, handler, lived, vera):
    client, address = signed_in(handler), reverse("person-journeys", args=[vera.reference])
    lived(2)
    few = asked(client, address)
    lived(18)

    many = asked(client, address)

    assert len(many) == len(few) <= MOST_FOR_A_PERSONS_JOURNEYS, "\n".join(many)
    assert not any('"pathways_pathwayversion"."content",' in sql for sql in many), "\n".join(many)


def test_one_journey_asks_no_more_the_longer_its_story(signed_in, handler, nurse, lived):
    (journey, _) = lived(2)
    client, address = signed_in(handler), reverse("journey", args=[journey.reference])
    few = asked(client, address)
    for _ in range(9):
        entry = actions.pause(task=journey.tasks.get(), by=reader_for(nurse), reason="Asleep")
        actions.undo(entry=entry, by=reader_for(nurse), reason="Not yet")

    many = asked(client, address)

    assert JournalEntry.objects.filter(journey=journey).count() > 20
    assert len(many) == len(few) <= MOST_FOR_A_JOURNEY, "\n".join(many)


def test_what_is_known_of_one_person_opens_the_same_journeys_as_the_question_about_all(lived, handler, vera):
    lived(2)
    readers = [
        reader_for(handler),
        reader_with_role("gp", practice="SYN-DEAL-A"),
        reader_with_role("gp", practice="SYN-ELSEWHERE"),
        reader_with_role("administrator", everywhere=True),
    ]
    for reader in readers:
        one = set(Journey.objects.filter(whole_story_about(vera, reader, journey="pk"), person=vera))
        every = set(Journey.objects.filter(whole_story(reader, journey="pk"), person=vera))
        assert one == every, reader.role_codes
