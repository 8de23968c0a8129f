"""The board: whom to see next, and one press each on the way."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.changes import record_change
from localcare.foundation.pathways.models import ClockState, JournalEntry, Notice, TaskState
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.services.models import Capacity
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import registered_person, user_with_role
from tests.people.together import at_the_same_time
from tests.rapid_response.conftest import service

BOARD = "/rapid-response/"


def press(client, task, point, **sent):
    return client.post(reverse("rapid-response-press", args=[task.reference, point]), {"key": "k1", **sent})


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.trace("T096", "T097", "T099")
def test_the_board_says_who_is_next_by_clock_and_by_need(ask, nurse, signed_in, vera, team):
    calm = registered_person(given_name="Calm", family_name="Later")
    late = registered_person(given_name="Long", family_name="Overdue")
    ask(calm, ago=timedelta(minutes=5), answers={"alone": False, "needs": ["equipment"], "scene-safety": ""})
    ask(vera, ago=timedelta(minutes=4))
    ask(late, ago=timedelta(hours=2, minutes=20))
    page = signed_in(nurse).get(BOARD)
    said = text_of(page)
    assert said.index("OVERDUE, Long") < said.index("MARSHFIELD, Vera") < said.index("LATER, Calm")
    assert "20 minutes overdue" in said
    assert "Fall without apparent serious injury" in said
    assert "CT14" in said
    assert "12 Harbour Street" not in said  # the door is on the page of the request, not on the board
    assert "Key safe 4 numbers" in said
    assert "Overdue first" in said
    assert "From memory: to be checked" in said
    entry = AuditEntry.objects.filter(action="rapid-response.board").latest("pk")
    assert entry.subjects.filter(reference=vera.reference).exists()
    assert entry.detail["services"] == [team.code]


def test_people_of_other_teams_are_not_on_the_board(ask, vera, works_in, signed_in):
    journey = ask(vera)
    other = works_in(service("rapid-response", "other-team", title="Thanet rapid response"))
    page = signed_in(other).get(BOARD)
    assert "MARSHFIELD" not in text_of(page)
    assert "Nobody waits to be seen" in text_of(page)
    task = TaskState.objects.get(journey=journey).task
    assert signed_in(other).get(reverse("rapid-response-case", args=[task.reference])).status_code == 404
    assert press(signed_in(other), task, "accept").status_code == 404
    assert not JournalEntry.objects.filter(event="accepted").exists()


def test_somebody_in_no_team_is_told_so_and_a_desk_of_another_kind_is_not_offered(
    db, access, works_in, signed_in
):
    nobody = user_with_role("rapid-response-clinician", everywhere=True)
    client = signed_in(works_in(access, "community-professional"))
    assert "You are in no rapid response team" in text_of(client.get(BOARD))
    assert "/rapid-response/" not in text_of(client.get("/"))
    client.force_login(nobody, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("rapid-response-packages", "rapid-response-numbers", "rapid-response-day-sheet"):
        assert "You are in no rapid response team" in text_of(client.get(reverse(name)))


@pytest.mark.trace("T096")
def test_accept_set_off_arrived_and_seen_are_one_press_each(ask, nurse, signed_in, vera, task_of, team):
    journey = ask(vera, ago=timedelta(minutes=30))
    task, client = task_of(journey), signed_in(nurse)
    for point in ("accept", "set-off", "arrived", "seen"):
        answer = press(client, task, point)
        assert (answer.status_code, answer.url) == (302, BOARD)
    state = TaskState.objects.get(task=task)
    assert (state.state, state.milestone, state.assigned_to) == ("started", "seen", nurse.user)
    assert ClockState.objects.get(task=task, code="two-hour").is_met
    assert "Seen: finish the record" in text_of(client.get(BOARD))
    assert Capacity.objects.get(service=team).promised == 1


def test_pressing_twice_is_harmless_and_a_colleague_is_told_who_was_first(
    ask, nurse, colleague, signed_in, vera, task_of
):
    task = task_of(ask(vera))
    mine, theirs = signed_in(nurse), signed_in(colleague)
    assert press(mine, task, "accept").status_code == 302
    assert press(mine, task, "accept").status_code == 302
    assert JournalEntry.objects.filter(task=task, event="accepted").count() == 1
    second = press(theirs, task, "accept", key="k2")
    assert second.status_code == 409
    assert "it is accepted, by Nia Okafor" in text_of(second)
    assert TaskState.objects.get(task=task).assigned_to == nurse.user
    assert press(mine, task, "seen").status_code == 302
    again = press(theirs, task, "seen", key="k3")
    assert again.status_code == 409
    assert "has been recorded already, by Nia Okafor" in text_of(again)


def test_the_keys_of_two_readers_differ_so_that_the_second_is_told(ask, nurse, colleague, signed_in, vera):
    ask(vera)
    first, second = (
        re.findall(r'name="key" value="([^"]+)"', signed_in(who).get(BOARD).content.decode())[0]
        for who in (nurse, colleague)
    )
    assert first != second


@pytest.mark.trace("T096")
def test_a_team_without_room_is_told_what_it_can_do(ask, nurse, signed_in, vera, task_of, team):
    Capacity.objects.filter(service=team).update(total=0)
    task, client = task_of(ask(vera)), signed_in(nurse)
    full = press(client, task, "accept")
    assert full.status_code == 409
    said = text_of(full)
    assert "no visits left" in said
    assert "Decline: not available in time" in said
    assert "Hand it on to another team" in said
    assert TaskState.objects.get(task=task).state == "requested"
    Capacity.objects.filter(service=team).update(total=1)
    assert press(client, task, "accept").status_code == 302


def test_a_refusal_reaches_who_asked_and_the_request_leaves_the_board(
    ask, nurse, signed_in, vera, task_of, access
):
    task, client = task_of(ask(vera)), signed_in(nurse)
    page = client.get(reverse("rapid-response-case", args=[task.reference]))
    assert reverse("task-act", args=[task.reference, "decline"]) in text_of(page)
    sent = {
        "code": "not-available-in-time",
        "reason": "Both cars are in Thanet",
        "next": BOARD,
        "key": "0123456789",
    }
    answer = client.post(reverse("task-act", args=[task.reference, "decline"]), sent)
    assert (answer.status_code, answer.url) == (302, BOARD)
    assert "MARSHFIELD" not in text_of(client.get("/rapid-response/rows/"))
    told = Notice.objects.get(service=access, kind="declined")
    assert "Both cars are in Thanet" in told.text


def test_a_death_takes_the_request_off_the_board_and_tells_the_team(
    ask, nurse, signed_in, vera, task_of, team
):
    task = task_of(ask(vera))
    actions.accept(task=task, by=nurse)
    vera.death_date = timezone.localdate()
    vera.save()
    feed = system_reader("a feed")
    record_change(person=vera, change="death", at=timezone.now(), what="Died at home", key="death-1", by=feed)
    page = text_of(signed_in(nurse).get("/rapid-response/rows/"))
    assert "MARSHFIELD" not in page
    assert Notice.objects.filter(service=team, person=vera).exists()
    refused = press(signed_in(nurse), task, "set-off")
    assert refused.status_code in (404, 409)


def test_the_board_is_renewed_only_when_it_has_changed_and_audited_only_for_new_people(
    ask, nurse, signed_in, vera, task_of
):
    journey, client = ask(vera, ago=timedelta(minutes=10)), signed_in(nurse)
    first = client.get("/rapid-response/rows/")
    reads = AuditEntry.objects.filter(action="rapid-response.board").count()
    tag = first.headers["ETag"]
    same = client.get("/rapid-response/rows/", headers={"if-none-match": tag})
    assert (same.status_code, same.content) == (304, b"")
    actions.accept(task=task_of(journey), by=nurse)
    changed = client.get("/rapid-response/rows/", headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    assert AuditEntry.objects.filter(action="rapid-response.board").count() == reads
    ask(registered_person(given_name="New", family_name="Caller"))
    client.get("/rapid-response/rows/", headers={"if-none-match": changed.headers["ETag"]})
    assert AuditEntry.objects.filter(action="rapid-response.board").count() == reads + 1


def test_the_board_takes_as_many_queries_for_twelve_people_as_for_two(ask, nurse, signed_in):
    client = signed_in(nurse)
    for number in range(2):
        ask(registered_person(given_name=f"Person{number}"))
    client.get(BOARD)
    with CaptureQueriesContext(connection) as few:
        client.get("/rapid-response/rows/")
    for number in range(10):
        ask(registered_person(given_name=f"More{number}"))
    with CaptureQueriesContext(connection) as many:
        client.get("/rapid-response/rows/")
    assert len(many) <= len(few) + 1


@pytest.mark.trace("T098")
def test_out_of_hours_is_said_plainly_with_what_the_pathway_does_then(
    ask, nurse, signed_in, vera, monkeypatch
):
    ask(vera, ago=timedelta(days=2))
    client, yesterday = signed_in(nurse), timezone.localtime() - timedelta(days=1)
    with as_if_at(yesterday.replace(hour=22, minute=10)):
        said = text_of(client.get(BOARD))
    assert "Out of hours: the team opens" in said
    assert "runs on day and night" in said
    assert "the single point of access hears when nobody answers" in said
    with as_if_at(yesterday.replace(hour=11, minute=0)):
        assert "Out of hours" not in text_of(client.get(BOARD))


def test_an_earlier_time_is_entered_with_its_reason(ask, nurse, signed_in, vera, task_of):
    journey = ask(vera, ago=timedelta(hours=2, minutes=30))
    task, client = task_of(journey), signed_in(nurse)
    with as_if_at(timezone.now() - timedelta(hours=2)):
        actions.accept(task=task, by=nurse)
    page = unescape(client.get(reverse("rapid-response-case", args=[task.reference])).content.decode())
    links = re.findall(r'href="([^"]*/milestone/[^"]*)"', page)
    assert ["milestone=set-off" in links[0], "milestone=seen" in links[-1]] == [True, True]
    seen = links[-1]
    earlier = timezone.localtime() - timedelta(minutes=55)
    assert client.get(seen).status_code == 200
    when = {
        "on_day": earlier.day,
        "on_month": earlier.month,
        "on_year": earlier.year,
        "at": f"{earlier:%H:%M}",
    }
    address = reverse("task-act", args=[task.reference, "milestone"])
    sent = {"milestone": "seen", "next": BOARD, "key": "0123456789", **when}
    assert client.post(address, sent).status_code in (409, 422)  # a time in the past needs a reason
    assert client.post(address, {**sent, "reason": "No signal in the valley"}).url == BOARD
    clock = ClockState.objects.get(task=task, code="two-hour")
    assert clock.is_met


def test_somebody_who_is_not_at_home_is_looked_for_where_the_caller_said(
    ask, nurse, signed_in, vera, task_of
):
    task = task_of(ask(vera, answers={"address": "At her sister's, 3 Cliff Walk, Margate, CT9 1AA"}))
    client = signed_in(nurse)
    board = text_of(client.get(BOARD))
    assert "CT9" in board
    assert "CT14" not in board
    assert "Not at the address of the register" in board
    page = text_of(client.get(reverse("rapid-response-case", args=[task.reference])))
    assert "3 Cliff Walk" in page
    assert "12 Harbour Street" in page


def test_a_place_without_a_postcode_is_not_taken_for_home(ask, nurse, signed_in, vera):
    ask(vera, answers={"address": "In the car park behind the library"})
    board = text_of(signed_in(nurse).get(BOARD))
    assert "Elsewhere: see the request" in board
    assert "CT14" not in board


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_pressing_in_the_same_moment_are_told_apart(
    ask, nurse, colleague, signed_in, vera, task_of
):
    task = task_of(ask(vera))
    clients = [signed_in(nurse), signed_in(colleague)]
    first, second = (
        lambda client=client, key=key: press(client, task, "accept", key=key)
        for client, key in zip(clients, ("k1", "k2"), strict=True)
    )
    answers = at_the_same_time(2, first, second)
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert "it is accepted, by" in text_of(refused)
    assert JournalEntry.objects.filter(task=task, event="accepted").count() == 1
