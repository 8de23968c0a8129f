"""How often an act asks the database: the week of the demonstration and every desk live on it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.ledger import Ledger
from localcare.foundation.pathways.models import JournalEntry, TaskState
from localcare.foundation.pathways.rebuild import differences

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(services, member, vera):
    discharger, handler = member("acute-discharge"), member("single-point-of-access")
    given = {
        "person": vera, "pathway": "discharge-to-assess", "by": discharger,
        "asked_by": services["acute-discharge"],
    }  # fmt: skip
    actions.open_journey(**given)  # what is read once for good is read
    with CaptureQueriesContext(connection) as counted:
        journey = actions.open_journey(**given)
    assert len(counted) <= 14
    return TaskState.objects.select_related("task").get(journey=journey).task, handler


def test_acts_ask_little(asked):
    task, by = asked
    acts = {
        "accept": (lambda: actions.accept(task=task, by=by), 10),
        "start": (lambda: actions.start(task=task, by=by), 9),
        "note": (lambda: actions.note(task=task, by=by, text="The key is next door."), 9),
        "done": (lambda: actions.done(task=task, by=by, outcome="home_with_support"), 18),
    }
    for name, (act, most) in acts.items():
        with CaptureQueriesContext(connection) as counted:
            act()
        assert len(counted) <= most, name
    assert differences() == []


def test_acts_that_go_together_read_the_journal_once(asked):
    task, by = asked
    with CaptureQueriesContext(connection) as counted, actions.together():
        actions.accept(task=task, by=by)
        actions.start(task=task, by=by)
        actions.note(task=task, by=by, text="One")
    assert sum("FOR UPDATE" in query["sql"] and "journey" in query["sql"] for query in counted) == 1
    assert [entry.event for entry in JournalEntry.objects.filter(task=task)][1:] == [
        "accepted",
        "started",
        "noted",
    ]
    assert differences() == []


def test_after_a_refusal_what_goes_together_is_read_anew(asked):
    task, by = asked
    with actions.together():
        actions.accept(task=task, by=by)
        with pytest.raises(actions.NotPossible):
            actions.done(task=task, by=by, outcome="not an outcome")
        actions.start(task=task, by=by)
        assert [one.event for one in Ledger.of_journey(task.journey_id).entries][-2:] == [
            "accepted",
            "started",
        ]
    assert differences() == []
