"""Time waited in an acute bed, from the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from localcare.analysis.journal.timeline import TaskStanding
from localcare.care.discharge.rules import nights, read_review, wait_in_bed
from localcare.foundation.pathways.definitions import pathways

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
VERA = pathways()["discharge-to-assess"]


def hours(number: float) -> datetime:
    return MONDAY + timedelta(hours=number)


def task(number, step, asked, finished=None, *, state="requested", **moments):
    found = TaskStanding(number, step, state=state, requested_at=hours(asked))
    found.finished_at = None if finished is None else hours(finished)
    found.started_at = moments.pop("started", None)
    found.moments = {("milestone", code.replace("_", "-")): moment for code, moment in moments.items()}
    return found


def waited(*tasks, at=48.0, **ends):
    return wait_in_bed(VERA, tasks, now=hours(at), **ends) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        ([task(1, "coordinate", 0)], 48),
        ([task(1, "coordinate", 0, 3, state="done")], 3),
        ([task(1, "coordinate", 0, 3, state="done"), task(2, "settle_at_home", 3)], 48),
        (
            [task(1, "coordinate", 0, 3, state="done"), task(2, "settle_at_home", 3, left_hospital=hours(8))],
            8,
        ),
        ([task(1, "coordinate", 0, 2, state="declined")], 48),
        ([task(1, "coordinate", 0, 2, state="declined"), task(2, "coordinate", 6, 7, state="done")], 7),
        ([task(1, "coordinate", 0, 2, state="cancelled")], 2),
        ([task(1, "community_bed", 0, started=hours(20), state="started")], 20),
        ([task(1, "home_care", 0)], 0),
        ([task(1, "coordinate", 0, 9, state="done"), task(2, "settle_at_home", 4, 6, state="done")], 9),
    ],
)
def test_waiting_is_the_time_in_which_a_step_was_owed_to_somebody_in_bed(tasks, expected):
    assert waited(*tasks) == expected


def test_waiting_stops_when_the_record_or_the_journal_says_so():
    assert waited(task(1, "coordinate", 0), left_at=hours(5)) == 5
    assert waited(task(1, "coordinate", 0), ended_at=hours(6)) == 6


def test_a_review_reads_what_the_form_says_and_is_due_twice_a_day():
    review = read_review(
        {"criteria-to-reside": False, "discharge-ready-on": "2026-11-14"}, at=MONDAY, who="A"
    )
    assert (review.fitness, review.ready_on.day) == ("ready", 14)
    assert not review.is_due(hours(12)) and review.is_due(hours(12.1))
    assert read_review({}, at=MONDAY, who="A").fitness == "unknown"
    assert nights(MONDAY.date(), hours(48).date()) == 2
