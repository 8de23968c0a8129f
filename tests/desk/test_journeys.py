"""The story of a journey, the story of a person, opening and stopping, and the panel on the person's page."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import JournalEntry, Journey
from localcare.kernel.access.readers import reader_for

KEY = "a-key-of-one-page"


@pytest.fixture
def opening(vera):
    return f"{reverse('journey-new')}?person={vera.reference}&team=single-point-of-access&pathway=community-service-request"


def asked(**changed: str) -> dict[str, str]:
    said = {
        "key": KEY,
        "priority": "routine",
        "service-serve": "district-nursing",
        "reason": "Dress the wound.",
    }
    return {**said, **changed}


def test_the_story_shows_every_clock_and_what_was_taken_back(signed_in, nurse, handler, urgent):
    reader = reader_for(nurse)
    entry = actions.accept(task=urgent, by=reader)
    actions.undo(entry=entry, by=reader, reason="Not me")
    actions.accept(task=urgent, by=reader)
    actions.milestone(task=urgent, by=reader, code="seen")
    shown = signed_in(handler).get(reverse("journey", args=[urgent.journey.reference]))
    for words in (
        "Urgent community response",
        "Seen within two hours",
        "Met",
        "Taken back later",
        "Not me",
        "Nia Nurse",
    ):
        assert words in shown.text


def test_all_journeys_of_a_person_are_on_one_page(signed_in, handler, ask, urgent, vera):
    ask("district-nursing", priority="routine", reason="A wound")
    shown = signed_in(handler).get(reverse("person-journeys", args=[vera.reference]))
    assert "Urgent community response" in shown.text and "Ask a service for one thing" in shown.text


def test_the_record_of_a_person_shows_care_now_with_what_is_due_next(signed_in, handler, urgent, vera):
    shown = signed_in(handler).get(reverse("person", args=[vera.reference]))
    assert "Care now and before" in shown.text and "See the person at home" in shown.text


def test_a_request_is_opened_once_however_often_it_is_sent(signed_in, handler, vera, opening):
    client = signed_in(handler)
    for _ in range(2):
        answered = client.post(opening, asked())
        assert answered.status_code == 302
    journey = Journey.objects.get(person=vera)
    assert answered["Location"] == reverse("journey", args=[journey.reference])
    assert journey.tasks.get().state.service.code == "district-nursing"


@pytest.mark.trace("T094")
def test_nobody_is_referred_twice_for_the_same_need_by_oversight(signed_in, handler, vera, opening):
    client = signed_in(handler)
    client.post(opening, asked())
    shown = client.get(opening)
    assert "Open for the same need already" in shown.text and "District nursing Deal" in shown.text
    refused = client.post(opening, asked(key="another-key"))
    assert refused.status_code == 422 and Journey.objects.count() == 1
    client.post(opening, asked(key="another-key", sure="on"))
    assert Journey.objects.count() == 2


def test_what_a_team_cannot_open_is_not_offered(signed_in, worker, vera):
    client = signed_in(worker("carers-support"))
    shown = client.get(f"{reverse('journey-new')}?person={vera.reference}")
    assert "Ask a service for one thing" in shown.text and "Fast-track" not in shown.text
    other = client.get(
        f"{reverse('journey-new')}?person={vera.reference}&team=carers-support&pathway=discharge-to-assess"
    )
    assert "Ask now" not in other.text


def test_stopping_tells_everybody_and_asks_why(signed_in, nurse, handler, urgent):
    actions.accept(task=urgent, by=reader_for(nurse))
    client, address = signed_in(handler), reverse("journey-stop", args=[urgent.journey.reference])
    assert "This cancels all open work" in client.get(address).text
    assert client.post(address, {"key": KEY, "outcome": "settled"}).status_code == 422
    client.post(address, {"key": KEY, "outcome": "settled", "reason": "Called the wrong number"})
    urgent.state.refresh_from_db()
    assert urgent.state.state == "cancelled"
    assert "Called the wrong number" in signed_in(nurse).get(reverse("inbox")).text


def test_finishing_asks_the_service_chosen_for_what_follows(signed_in, nurse, ask, services):
    task = ask()
    client = signed_in(nurse)
    client.post(reverse("task-act", args=[task.reference, "accept"]), {"key": KEY})
    page = client.get(reverse("task-act", args=[task.reference, "done"]))
    assert "First fill in the form" in page.text
    finished(client, task, page)
    chosen = client.get(reverse("task-act", args=[task.reference, "done"]))
    assert "Another service is needed" in chosen.text and "Find the right service" in chosen.text
    vague = client.post(
        reverse("task-act", args=[task.reference, "done"]), {"key": KEY, "outcome": "handed_on"}
    )
    assert vague.status_code == 422 and "needs a reason" in vague.text
    said = {
        "key": KEY, "outcome": "handed_on", "reason": "Needs a podiatrist.",
        "service-handed_on-hand_on": "single-point-of-access",
    }  # fmt: skip
    for _ in range(2):
        assert client.post(reverse("task-act", args=[task.reference, "done"]), said).status_code == 302
    assert JournalEntry.objects.filter(task=task, event="done").count() == 1
    assert Journey.objects.get().tasks.get(step="hand_on").state.service == services["single-point-of-access"]


def finished(client, task, page) -> None:
    """Complete the form of the step."""
    books = dict(re.findall(r'name="(reference|revision|after)" value="([^"]*)"', page.text))
    answers = {
        "seen": "not-seen", "why-not-seen": "no-answer", "done": "Called three times.",
        "result": "handed-on", "handed-to": "The single point of access",
    }  # fmt: skip
    done = client.post(
        reverse("task-act", args=[task.reference, "done"]), {"action": "complete", **books, **answers}
    )
    assert done.status_code == 302, done.text
