"""Vera's story when something goes otherwise, through the real actions on the real database."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.changes import look_for_changes
from localcare.foundation.pathways.models import JournalEntry, JourneyState, Notice, TaskState
from localcare.foundation.pathways.timers import fire_due
from localcare.foundation.people.models import Person
from tests.stories.place import (
    ASSESSED,
    SUPPORT,
    accept_and_start,
    admitted,
    at,
    open_task,
    written,
)

START = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=6)


class Story:
    """Vera's journey, brought as far as a test needs it."""

    def __init__(self, place, vera) -> None:
        self.place, self.vera, self.moment = place, vera, START
        self.discharger = place.works_in("acute-discharge", role="acute-discharger", first_name="Dana")
        self.handler = place.works_in("single-point-of-access", role="call-handler", first_name="Callum")
        self.nurse = place.works_in(
            *("rapid-response", "integrated-discharge-team", "domiciliary-care", "district-nursing"),
            *("community-hospital",),
            first_name="Nadia",
        )
        self.manager = place.works_in("case-management", role="case-manager", first_name="Marta")
        with at(self.moment):
            self.journey = actions.open_journey(
                person=vera,
                pathway="discharge-to-assess",
                by=self.discharger,
                asked_by=place.services["acute-discharge"],
                answers=written("discharge-support", vera, self.discharger, SUPPORT),
            )

    def after(self, **span: float) -> datetime:
        """Move on."""
        self.moment += timedelta(**span)
        return self.moment

    def step(self, code: str, by, outcome: str, *, minutes: float = 5, **more) -> None:
        """Accept, start and finish a step."""
        with at(self.after(minutes=minutes)):
            task = accept_and_start(open_task(self.journey, code), by)
            actions.done(task=task, by=by, outcome=outcome, **more)

    def to_home(self) -> None:
        """As far as the front door."""
        self.step("coordinate", self.handler, "home_with_support")
        self.step("settle_at_home", self.nurse, "settled")

    def to_package(self, outcome: str = "care_and_nursing", **more) -> None:
        """As far as the package."""
        self.to_home()
        form = written("home-assessment", self.vera, self.nurse, ASSESSED)
        self.step("assess", self.nurse, "package", minutes=60, response=form)
        self.step("arrange_package", self.handler, outcome, **more)

    @property
    def state(self) -> JourneyState:
        """Where the journey stands."""
        return JourneyState.objects.get(journey=self.journey)


@pytest.fixture
def story(place, couple) -> Story:
    return Story(place, couple[0])


def news(kind: str) -> set[str]:
    """Who was told what, by the kind of their service."""
    return set(Notice.objects.filter(kind=kind).values_list("service__kind", flat=True))


def page_of(reader, name: str, *args) -> str:
    """A page as somebody sees it."""
    client = Client()
    client.force_login(reader.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.trace("T100", "T101")
def test_without_room_at_home_care_rapid_response_bridges(story):
    # Given home care has no room
    story.to_package("no_home_care_yet", reason="Home care is full until Thursday")
    # Then rapid response is asked to bridge for five days, beside the nursing
    bridge = open_task(story.journey, "bridge")
    assert bridge.state.service.kind == "rapid-response"
    assert open_task(story.journey, "district_nursing").state.service.kind == "district-nursing"
    with at(story.after(minutes=5)):
        accept_and_start(bridge, story.nurse)
    length = TaskState.objects.get(task=bridge).lasts_until - story.moment
    assert timedelta(days=4) < length <= timedelta(days=6)
    # When home care has room, it takes over
    with at(story.after(days=2)):
        actions.done(task=bridge, by=story.nurse, outcome="home_care_found")
    assert open_task(story.journey, "home_care").state.asked_by.kind == "rapid-response"


def test_a_refusal_goes_back_to_whoever_asked_and_is_asked_again(story):
    # Given home care was asked, and declines
    story.to_package()
    with at(story.after(minutes=5)):
        task = open_task(story.journey, "home_care")
        actions.decline(task=task, by=story.nurse, code="no-room", reason="Full until Thursday.")
    # Then the call handler is told, and everybody sees that nobody has it
    assert "single-point-of-access" in news("declined")
    page = page_of(story.discharger, "discharge-person", story.vera.reference)
    assert "It was declined and nobody else has been asked." in page
    # When another service is asked, the story goes on
    with at(story.after(minutes=5)):
        actions.ask_again(task=task, by=story.handler, to=story.place.services["reablement"], reason="Bridge")
    page = page_of(story.discharger, "discharge-person", story.vera.reference)
    assert "It was declined and nobody else has been asked." not in page
    assert story.place.services["reablement"].title in page


@pytest.mark.trace("T104")
def test_a_readmission_on_the_third_day_reaches_the_team_and_ends_the_package(story):
    # Given Vera is at home with a package
    story.to_package()
    with at(story.after(minutes=10)):
        home_care = accept_and_start(open_task(story.journey, "home_care"), story.nurse)
    # When an admission arrives in the record on day 3
    with at(story.after(days=3)):
        admitted(story.vera, days_ago=(timezone.now() - story.moment).days)
        look_for_changes(story.moment)
        look_for_changes(story.moment)
    # Then each team that holds her is told once, with what changed
    assert {"domiciliary-care", "district-nursing", "acute-discharge"} <= news("admission")
    told = Notice.objects.filter(kind="admission", service__kind="domiciliary-care")
    assert told.count() == 1 and "Fell at home" in told.get().text
    assert story.vera.family_name.upper() in page_of(story.discharger, "discharge")
    # And the team ends the package with its outcome, which stops the journey and tells the others
    with at(story.after(hours=1)):
        form = written("package-end", story.vera, story.nurse, {"outcome": "hospital"})
        actions.done(
            task=home_care, by=story.nurse, outcome="readmitted", response=form, reason="Chest infection"
        )
    assert (story.state.is_open, story.state.outcome) == (False, "readmitted")
    assert {"district-nursing", "acute-discharge"} <= news("ended")


@pytest.mark.trace("T109")
def test_an_assessment_that_is_missed_asks_for_help_once(story):
    # Given Vera is home and nobody has assessed her
    story.to_home()
    # When 24 hours pass
    with at(story.after(hours=25)):
        fire_due(story.moment)
    # Then help is asked of the single point of access, once, and the board shows it as late
    assess = open_task(story.journey, "assess")
    breaches = JournalEntry.objects.filter(task=assess, event="escalated", detail__why="clock")
    assert breaches.count() == 1 and breaches.get().code == "ask_for_help"
    assert assess.state.help_asked_of == "single-point-of-access"
    assert "single-point-of-access" in news("ask_for_help")
    assert "overdue" in page_of(story.nurse, "discharge-home")
    assert "Nobody has answered in time." in page_of(story.nurse, "discharge-person", story.vera.reference)
    # And the clock stays missed when she is assessed after all
    with at(story.after(hours=1)):
        accept_and_start(assess, story.nurse)
    assert assess.clocks.get(code="assessed-in-24-hours").is_met is False


def test_a_death_stops_the_journey_and_tells_everybody_who_has_a_part(story):
    # Given Vera has a package at home
    story.to_package()
    with at(story.after(minutes=10)):
        accept_and_start(open_task(story.journey, "home_care"), story.nurse)
    # When her death arrives in the record
    Person.objects.filter(pk=story.vera.pk).update(death_date=story.moment.date())
    with at(story.after(hours=3)):
        look_for_changes(story.moment)
    # Then the journey ends, nothing is left to do, and each party is told
    assert (story.state.is_open, story.state.outcome) == (False, "died")
    assert not TaskState.objects.filter(journey=story.journey, is_open=True).exists()
    assert {"domiciliary-care", "district-nursing", "acute-discharge"} <= news("death")
    assert "The person died" in page_of(story.discharger, "discharge-person", story.vera.reference)


@pytest.mark.django_db(transaction=True)
@pytest.mark.trace("T090")
def test_of_two_handlers_taking_the_same_call_one_gets_it_and_the_other_is_told_who(place, couple):
    # Given two call handlers look at the same request
    story = Story(place, couple[0])
    other = place.works_in("single-point-of-access", role="call-handler", first_name="Olu")
    task = open_task(story.journey, "coordinate")
    ready, answers = threading.Barrier(2), {}

    def accepts(name: str, reader) -> None:
        try:
            client = Client()
            client.force_login(reader.user, backend="django.contrib.auth.backends.ModelBackend")
            ready.wait()
            answers[name] = client.post(
                reverse("task-act", args=[task.reference, "accept"]), {"key": f"key-of-{name}"}
            )
        finally:
            connection.close()

    # When both accept at the same moment, each over a connection of their own
    threads = [
        threading.Thread(target=accepts, args=pair) for pair in (("callum", story.handler), ("olu", other))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    # Then one has it, and the other reads who was first
    assert sorted(answer.status_code for answer in answers.values()) == [302, 409]
    assert JournalEntry.objects.filter(task=task, event="accepted").count() == 1
    refused = next(answer for answer in answers.values() if answer.status_code == 409).content.decode()
    assert "This has not been done" in refused
    first = JournalEntry.objects.get(task=task, event="accepted").actor_name
    assert f"by {first}" in refused
