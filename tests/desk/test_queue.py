"""The desk of a team: its tabs, filters and order, what it costs, and that it renews itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.desk.queues import conditions
from localcare.foundation.pathways.models import TaskState
from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.models import AuditEntry
from tests.factories import registered_person, user_with_role


def test_the_inbox_shows_who_asks_for_what_by_when(signed_in, nurse, urgent):
    shown = signed_in(nurse).get(reverse("work"))
    for words in (
        "Rapid response Deal",
        "Vera",
        "See the person at home",
        "Single point of access",
        "left",
        "Within two hours",
    ):
        assert words in shown.text


@pytest.mark.parametrize(
    ("tab", "seen"),
    [("inbox", False), ("caseload", True), ("mine", True), ("overdue", False), ("reviews", False)],
)
def test_accepted_work_is_on_the_tabs_it_belongs_to(signed_in, nurse, ask, tab, seen):
    task = ask(priority="two-hour")
    actions.accept(task=task, by=reader_for(nurse), to_user=nurse)
    shown = signed_in(nurse).get(reverse("work"), {"tab": tab})
    assert ("MARSHFIELD" in shown.text) is seen


@pytest.mark.parametrize(
    ("now", "tab"),
    [("2026-10-25T20:00", "today"), ("2026-10-25T22:30", "today"), ("2026-10-25T23:31", "overdue")],
)
def test_today_ends_at_midnight_in_london_also_when_the_clocks_go_back(urgent, now, tab):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    TaskState.objects.update(due_at=datetime(2026, 10, 25, 23, 30, tzinfo=UTC))
    found = {
        code for code, condition in conditions(moment, None).items() if TaskState.objects.filter(condition)
    }
    assert {"today", "overdue"} & found == {tab}


def test_the_asker_sees_what_is_open_and_what_must_be_arranged_again(signed_in, nurse, handler, urgent):
    client = signed_in(handler)
    assert "MARSHFIELD" in client.get(reverse("work"), {"tab": "asked"}).text
    actions.decline(task=urgent, by=reader_for(nurse), code="outside-area", reason="Dover")
    shown = client.get(reverse("work"), {"tab": "refused"})
    assert "Ask another service" in shown.text


@pytest.mark.parametrize(
    ("chosen", "seen"),
    [
        ({"q": "marsh"}, True),
        ({"q": "Nobody"}, False),
        ({"priority": "two-hour"}, True),
        ({"priority": "two-day"}, False),
        ({"step": "urgent-community-response/respond"}, True),
        ({"who": "nobody"}, True),
    ],
)
def test_filters_narrow_the_list(signed_in, nurse, urgent, chosen, seen):
    shown = signed_in(nurse).get(reverse("work"), {"tab": "inbox", **chosen})
    assert ("MARSHFIELD" in shown.text) is seen


def test_somebody_without_a_team_is_told_what_to_do(signed_in, db):
    user = user_with_role("community-professional", everywhere=True)
    assert "You are in no team yet" in signed_in(user).get(reverse("work")).text


def test_one_read_of_a_list_is_one_audit_entry(signed_in, nurse, ask):
    for number in range(3):
        ask(person=registered_person(family_name=f"Person{number}"))
    before = AuditEntry.objects.filter(action="task.read").count()
    signed_in(nurse).get(reverse("work"))
    assert AuditEntry.objects.filter(action="task.read").count() == before + 1
    assert AuditEntry.objects.filter(action="task.read").latest("pk").subjects.count() == 3


def test_the_cost_does_not_grow_with_the_list(signed_in, nurse, ask, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(nurse)
    ask()
    client.get(reverse("work"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("work"))
    for number in range(8):
        ask(
            person=registered_person(family_name=f"Person{number}"),
            pathway="urgent-community-response",
            step="respond",
        )
    client.get(reverse("work"))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("work"))
    assert len(many) <= len(one) + 1
    assert len(many) < 40


def test_the_list_renews_itself_and_says_when_nothing_changed(signed_in, nurse, urgent):
    client = signed_in(nurse)
    first = client.get(reverse("work-rows"))
    audited = AuditEntry.objects.filter(action="task.read").count()
    same = client.get(reverse("work-rows"), headers={"if-none-match": first["ETag"]})
    assert same.status_code == 304
    actions.accept(task=urgent, by=reader_for(nurse))
    other = client.get(reverse("work-rows"), {"tab": "caseload"}, headers={"if-none-match": first["ETag"]})
    assert other.status_code == 200
    assert (
        AuditEntry.objects.filter(action="task.read").count() == audited
    )  # the same people, already written down


def test_a_made_up_tag_does_not_keep_a_read_out_of_the_audit_trail(signed_in, nurse, urgent):
    before = AuditEntry.objects.filter(action="task.read").count()
    signed_in(nurse).get(reverse("work-rows"), headers={"if-none-match": '"made-up"'})
    assert AuditEntry.objects.filter(action="task.read").count() == before + 1
