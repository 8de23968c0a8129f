"""What follows from an answer, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from localcare.care.single_point_of_access import rules
from localcare.care.single_point_of_access.definitions import definitions
from localcare.foundation.services.matching import Match
from localcare.foundation.services.models import Service

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
DUE = NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("flags", "does"),
    [
        (["none"], None),
        (["head-injury"], "urgent"),
        (["head-injury", "self-harm"], "mental-health"),
        (["self-harm", "bleeding"], "emergency"),
    ],
)
def test_the_gravest_red_flag_says_what_to_do(flags, does):
    alarm = rules.alarm_of(flags, definitions())
    assert (alarm and alarm.does) == does


@pytest.mark.parametrize(
    ("answers", "urgency"),
    [
        ({"urgency": "routine"}, "routine"),
        ({"urgency": "same-day"}, "two-hour"),
        ({"urgency": "routine", "red-flags": ["head-injury"]}, "two-hour"),
        ({"urgency": "routine", "red-flags": ["chest-pain"]}, "emergency"),
        ({}, ""),
    ],
)
def test_red_flags_only_ever_raise_the_urgency(answers, urgency):
    assert rules.urgency_of(answers, definitions()) == urgency


def test_mental_health_is_seen_in_the_need_or_in_the_danger():
    known = definitions()
    assert rules.is_mental_health({"needs": ["fall", "mental-health"]}, known)
    assert rules.is_mental_health({"red-flags": ["self-harm"]}, known)
    assert not rules.is_mental_health({"needs": ["fall"], "red-flags": ["bleeding"]}, known)


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ({}, None),
        ({"open_now": False, "opens_at": NOW + timedelta(hours=1)}, None),
        ({"open_now": False, "opens_at": NOW + timedelta(hours=3)}, "opens only after"),
        ({"room_left": 0, "next_room_on": date(2026, 11, 24)}, "next room is after"),
        ({"time_to_answer": timedelta(hours=3)}, "usually answers only after"),
        ({"time_to_answer": timedelta(hours=2)}, None),
    ],
)
def test_a_promise_that_cannot_be_met_is_warned_of(match, words):
    given = {"open_now": True, "opens_at": None, "room_left": None} | match
    said = rules.promise_warnings(
        Match(Service(), **given), due_at=DUE, due_on=DUE.date(), now=NOW, today=NOW.date()
    )
    assert bool(said) == bool(words) and (not words or words in said[0])


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        (["accepted", "done"], "arranged"),
        (["accepted", "cancelled"], "arranged"),
        (["accepted", "requested"], "partly_arranged"),
        (["declined"], "not_available"),
        ([], "not_available"),
    ],
)
def test_arranged_means_that_every_service_has_accepted(states, outcome):
    assert rules.arranging_outcome(states) == outcome
