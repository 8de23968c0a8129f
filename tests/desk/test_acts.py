"""What can be done on the page of a task, by whom, and what happens when it is sent twice or too late."""

from __future__ import annotations

import pytest
from django.urls import reverse

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.desk.acts import TaskActs
from localcare.foundation.pathways.models import JournalEntry, Task
from localcare.foundation.pathways.queries import task_for
from localcare.kernel.access.readers import reader_for

KEY = "a-key-of-one-page"


def page(task: Task, act: str = "") -> str:
    if act:
        return reverse("task-act", args=[task.reference, act])
    return reverse("task", args=[task.reference])


def codes(task: Task, user) -> list[str]:
    reader = reader_for(user)
    return [act.code for act in TaskActs(task_for(reader, task.reference), reader).possible]


def test_the_team_that_is_asked_may_answer_and_the_asker_may_steer(urgent, nurse, handler):
    assert {"accept", "decline", "hand-on", "cancel", "note"} <= set(codes(urgent, nurse))
    assert "start" not in codes(urgent, nurse)
    assert {"hand-on", "cancel", "note", "priority"} <= set(codes(urgent, handler))
    assert not {"accept", "decline", "start", "done"} & set(codes(urgent, handler))


def test_the_next_act_follows_the_work(urgent, nurse):
    reader = reader_for(nurse)

    def following():
        return TaskActs(task_for(reader, urgent.reference), reader).main

    assert following().code == "accept"
    actions.accept(task=urgent, by=reader)
    assert following().title == "Set off"
    for code in ("set-off", "arrived", "seen"):
        actions.milestone(task=urgent, by=reader, code=code)
    assert following().code == "done"
    actions.pause(task=urgent, by=reader, reason="Asleep")
    assert following().code == "resume"


@pytest.mark.trace("T096")
def test_accepting_from_the_page(signed_in, nurse, urgent):
    client = signed_in(nurse)
    shown = client.get(page(urgent))
    assert (
        "Accept" in shown.text
        and "Seen within two hours" in shown.text
        and "Fell in the kitchen" in shown.text
    )
    answered = client.post(page(urgent, "accept"), {"key": KEY, "mine": "on"}, follow=True)
    assert answered.status_code == 200 and "Accepted." in answered.text
    urgent.state.refresh_from_db()
    assert (urgent.state.state, urgent.state.assigned_to) == ("accepted", nurse)


def test_the_same_page_sent_twice_has_one_effect(signed_in, nurse, urgent):
    client = signed_in(nurse)
    for _ in range(2):
        assert client.post(page(urgent, "accept"), {"key": KEY}).status_code == 302
    assert JournalEntry.objects.filter(task=urgent, event="accepted").count() == 1


def test_who_comes_second_is_told_who_was_first(signed_in, worker, nurse, urgent):
    signed_in(nurse).post(page(urgent, "accept"), {"key": KEY})
    late = signed_in(worker("rapid-response")).post(
        page(urgent, "decline"), {"key": KEY, "code": "other", "reason": "x"}
    )
    assert late.status_code == 409
    assert "Nia Nurse" in late.text and "accepted" in late.text


def test_declining_asks_why(signed_in, nurse, urgent):
    client = signed_in(nurse)
    unanswered = client.post(page(urgent, "decline"), {"key": KEY})
    assert unanswered.status_code == 422 and "There is a problem" in unanswered.text
    vague = client.post(page(urgent, "decline"), {"key": KEY, "code": "other"})
    assert "Say what the other reason is" in vague.text
    client.post(page(urgent, "decline"), {"key": KEY, "code": "outside-area", "reason": "Lives in Dover."})
    urgent.state.refresh_from_db()
    assert urgent.state.state == "declined"


def test_a_time_in_the_past_needs_a_reason(signed_in, nurse, urgent):
    client = signed_in(nurse)
    client.post(page(urgent, "accept"), {"key": KEY})
    wrong = client.post(page(urgent, "start"), {"key": KEY, "at": "25:10"})
    assert "must be a time like 14:05" in wrong.text
    early = client.post(
        page(urgent, "start"), {"key": KEY, "on_day": "1", "on_month": "2", "on_year": "2020", "at": "10:00"}
    )
    assert early.status_code == 409 and "There is a problem" in early.text


def test_another_team_sees_nothing(signed_in, worker, urgent):
    stranger = worker("district-nursing")
    stranger.role_grants.all().update(scope_code="SYN-ELSEWHERE")
    assert signed_in(stranger).get(page(urgent)).status_code == 404
    assert signed_in(stranger).post(page(urgent, "accept"), {"key": KEY}).status_code == 404


def test_the_asker_cannot_accept_for_the_other_team(signed_in, handler, urgent):
    refused = signed_in(handler).post(page(urgent, "accept"), {"key": KEY})
    assert refused.status_code == 409 and "not your team" in refused.text
    urgent.state.refresh_from_db()
    assert urgent.state.state == "requested"


def test_undoing_the_last_step(signed_in, nurse, urgent):
    client = signed_in(nurse)
    client.post(page(urgent, "accept"), {"key": KEY})
    shown = client.get(page(urgent, "undo"))
    assert "This is taken back: Accepted." in shown.text
    entry = JournalEntry.objects.get(task=urgent, event="accepted")
    client.post(page(urgent, "undo"), {"key": KEY, "entry": entry.pk, "reason": "Wrong person"})
    urgent.state.refresh_from_db()
    assert urgent.state.state == "requested"
    again = client.post(page(urgent, "undo"), {"key": KEY, "entry": entry.pk, "reason": "Wrong person"})
    assert again.status_code == 409
