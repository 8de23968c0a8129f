"""Two people at once, the same post twice, many workers: one effect, and clear words for the second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.errors import AlreadyDone
from localcare.foundation.pathways.models import JournalEntry, Journey, JourneyState, TaskState, Timer
from localcare.foundation.pathways.timers import fire_due
from localcare.kernel.audit.models import AuditSubject
from tests.factories import registered_person

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Run each act on a connection of its own, all at the same moment; an exception is a result."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def asked(services, member, vera):
    handler = member("single-point-of-access", role="call-handler")
    journey = actions.open_journey(
        person=vera,
        pathway="urgent-community-response",
        by=handler,
        asked_by=services["single-point-of-access"],
        priority="two-hour",
    )
    return TaskState.objects.select_related("task").get(journey=journey).task


def test_two_colleagues_accept_at_once_and_one_has_it(asked, member):
    nurses = [member("rapid-response") for _ in range(4)]
    found = at_once([lambda nurse=nurse: actions.accept(task=asked, by=nurse) for nurse in nurses])
    accepted = [result for result in found if isinstance(result, JournalEntry)]
    refused = [result for result in found if isinstance(result, AlreadyDone)]
    assert (len(accepted), len(refused)) == (1, 3)
    assert all(accepted[0].actor_name in str(error) for error in refused)
    assert JournalEntry.objects.filter(task=asked, event="accepted").count() == 1


def test_the_same_post_four_times_at_once_is_one_entry(asked, member):
    nurse = member("rapid-response")
    found = at_once([lambda: actions.accept(task=asked, by=nurse, key="post-1")] * 4)
    assert len({result.pk for result in found if isinstance(result, JournalEntry)}) == 1
    assert not [result for result in found if isinstance(result, Exception)]


def test_the_same_call_sent_four_times_at_once_opens_one_journey(services, member, vera):
    handler = member("single-point-of-access", role="call-handler")
    found = at_once(
        [
            lambda: actions.open_journey(
                person=vera,
                pathway="urgent-community-response",
                by=handler,
                asked_by=services["single-point-of-access"],
                priority="two-hour",
                key="call-7",
            )
        ]
        * 4
    )
    assert not [result for result in found if isinstance(result, Exception)]
    assert Journey.objects.count() == 1


def test_many_workers_fire_each_timer_once(services, member):
    handler = member("single-point-of-access", role="call-handler")
    for _ in range(12):
        actions.open_journey(
            person=registered_person(),
            pathway="urgent-community-response",
            by=handler,
            asked_by=services["single-point-of-access"],
            priority="two-hour",
        )
    last = max(Timer.objects.values_list("fires_at", flat=True)) + timedelta(seconds=1)
    waiting = Timer.objects.count()
    found = at_once([lambda: fire_due(last)] * 4)
    assert sum(result for result in found if isinstance(result, int)) == waiting
    assert JournalEntry.objects.filter(event="escalated").count() == waiting
    assert not Timer.objects.exists()


def test_a_person_of_two_journeys_can_be_served_by_two_teams_at_once(services, member, vera, asked):
    handler = member("single-point-of-access", role="call-handler")
    nurse = member("rapid-response")
    other = actions.open_journey(
        person=vera,
        pathway="discharge-to-assess",
        by=handler,
        asked_by=services["single-point-of-access"],
    )
    coordinate = TaskState.objects.select_related("task").get(journey=other).task
    found = at_once(
        [
            lambda: actions.accept(task=asked, by=nurse),
            lambda: actions.accept(task=coordinate, by=handler),
        ]
    )
    assert [type(result) for result in found] == [JournalEntry, JournalEntry]


def test_an_act_while_the_person_is_merged_is_done_for_the_person_kept(asked, member, vera):
    nurse, kept = member("rapid-response"), registered_person(given_name="Vera", family_name="Marshfield")
    held, go = Barrier(2), Barrier(2)

    def merge() -> None:
        with transaction.atomic():
            for model in (Journey, JourneyState, TaskState):
                model.objects.filter(person=vera).update(person=kept)
            held.wait()
            go.wait()

    def accept() -> object:
        held.wait()
        threading.Timer(0.5, go.wait).start()  # the merge ends while this waits for its lock
        return actions.accept(task=asked, by=nurse)

    found = at_once([merge, accept])
    assert isinstance(found[1], JournalEntry), found
    assert TaskState.objects.get(task=asked).person == kept
    assert AuditSubject.objects.filter(reference=str(kept.reference), entry__action="task.accepted").exists()
