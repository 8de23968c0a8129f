"""The numbers of a team, from the journal alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.care.rapid_response.numbers import days_of
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.services.models import Service
from localcare.kernel.audit.models import AuditEntry
from tests.factories import registered_person
from tests.rapid_response.test_board import text_of

NUMBERS = "/rapid-response/numbers/"


@pytest.fixture
def yesterday_at():
    """A moment of yesterday in London: far from midnight and in the past whenever the tests run."""

    def at(hour: int, minute: int = 0) -> datetime:
        return (timezone.localtime() - timedelta(days=1)).replace(
            hour=hour, minute=minute, second=0, microsecond=0
        )

    return at


@pytest.fixture
def respond(ask, nurse, task_of):
    """Ask at one moment, arrive at another and see five minutes later."""

    def do(name: str, asked: datetime, arrived: datetime | None, *, priority: str = "two-hour"):
        person = registered_person(given_name=name, family_name="Referral")
        task = task_of(ask(person, at=asked, priority=priority))
        if arrived is not None:
            with as_if_at(asked + timedelta(minutes=2)):
                actions.accept(task=task, by=nurse)
            with as_if_at(arrived):
                actions.milestone(task=task, by=nurse, code="arrived")
            with as_if_at(arrived + timedelta(minutes=5)):
                actions.milestone(task=task, by=nurse, code="seen")
        return task

    return do


@pytest.fixture
def a_day(respond, yesterday_at, nurse):
    """Two seen in time, one late, one moved to two days, one moved too late, one not seen."""
    respond("Prompt", yesterday_at(9), yesterday_at(9, 40))
    respond("Next", yesterday_at(10), yesterday_at(11, 20))
    late = respond("Late", yesterday_at(11), yesterday_at(13, 30))
    moved = respond("Moved", yesterday_at(12), None)
    with as_if_at(yesterday_at(12, 30)):
        actions.accept(task=moved, by=nurse)
        actions.prioritise(task=moved, by=nurse, priority="two-day", reason="Can wait until tomorrow")
    with as_if_at(yesterday_at(17)):
        actions.milestone(task=moved, by=nurse, code="seen")
    too_late = respond("Slipped", yesterday_at(8), None)
    with as_if_at(yesterday_at(14)):
        actions.accept(task=too_late, by=nurse)
        actions.prioritise(
            task=too_late, by=nurse, priority="two-day", reason="Moved after the time had passed"
        )
    respond("Unseen", yesterday_at(15), None)
    return late


@pytest.mark.trace("T096", "T098")
def test_the_numbers_of_a_day_come_from_the_journal(a_day, team):
    (day,) = days_of([team], timezone.localdate() - timedelta(days=1), 1)
    numbers = day.numbers
    assert (numbers.asked, numbers.seen, numbers.counted, numbers.met) == (6, 4, 3, 2)
    assert numbers.minutes_to_door == 80
    assert (numbers.moved_out, numbers.moved_out_late) == (2, 1)
    assert [breach.late_by for breach in numbers.breaches] == ["35 minutes"]


def test_what_was_taken_back_does_not_count(respond, yesterday_at, team, nurse):
    task = respond("Mistaken", yesterday_at(9), yesterday_at(9, 30))
    wrong = task.entries.get(event="milestone", code="seen")
    actions.undo(entry=wrong, by=nurse, reason="The wrong person")
    (day,) = days_of([team], timezone.localdate() - timedelta(days=1), 1)
    assert (day.numbers.seen, day.numbers.counted) == (0, 0)


def test_another_team_has_its_own_numbers(a_day, db):
    other = Service.objects.create(code="other", title="Other", kind="rapid-response")
    (day,) = days_of([other], timezone.localdate() - timedelta(days=1), 1)
    assert (day.numbers.asked, day.numbers.counted) == (0, 0)


@pytest.mark.trace("T096")
def test_the_page_shows_the_day_the_week_a_picture_and_why_somebody_was_late(a_day, nurse, signed_in):
    client = signed_in(nurse)
    yesterday = timezone.localdate() - timedelta(days=1)
    said = text_of(client.get(NUMBERS, {"day": yesterday.isoformat()}))
    assert "2 of 3 (67%)" in said
    assert "80 minutes" in said
    assert "1 of them after the two hours had passed" in said
    assert "late by 35 minutes" in said
    assert 'role="img"' in said
    assert "From memory: to be checked" in said
    assert "At least 70%" in said
    address = reverse("rapid-response-late", args=[a_day.reference])
    assert client.post(address, {"reason": " ", "key": "k1"}).status_code == 422
    for _ in range(2):
        assert client.post(address, {"reason": "Both cars were out", "key": "k2"}).url == NUMBERS
    assert a_day.entries.filter(event="noted", code="late").count() == 1
    said = text_of(client.get(NUMBERS))
    assert "Both cars were out" in said
    assert re.search(
        r"Not seen yet and overdue now</dt> <dd[^>]*> ?1 ?<", said
    )  # not counted before they are seen, so shown
    entry = AuditEntry.objects.filter(action="rapid-response.numbers").latest("pk")
    assert entry.subjects.count() == 1  # only the person who is named on the page


def test_a_day_that_cannot_be_read_or_lies_ahead_is_today(nurse, signed_in):
    client, today = signed_in(nurse), timezone.localdate()
    for day in ("rubbish", "", (today + timedelta(days=3)).isoformat()):
        assert f"{today.day} {today:%B %Y}" in text_of(client.get(NUMBERS, {"day": day}))
