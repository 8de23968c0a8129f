"""The inbox of a team, and what it wants to be told."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.changes import record_change
from localcare.foundation.pathways.models import Notice
from localcare.kernel.access.readers import reader_for, system_reader


@pytest.fixture
def declined(urgent, nurse):
    actions.decline(task=urgent, by=reader_for(nurse), code="outside-area", reason="Lives in Dover.")
    return urgent


def test_a_refusal_is_unread_until_somebody_of_the_team_has_read_it(signed_in, handler, declined):
    client = signed_in(handler)
    shown = client.get(reverse("inbox"))
    assert "Lives in Dover." in shown.text and "1 unread notice" in shown.text
    client.post(reverse("inbox-read"), {"notice": Notice.objects.get().pk})
    assert "0 unread notice" in client.get(reverse("inbox")).text
    assert "Lives in Dover." not in client.get(reverse("inbox"), {"shown": "unread"}).text


def test_another_team_can_neither_see_nor_mark_it(signed_in, worker, declined):
    client = signed_in(worker("carers-support"))
    assert "Lives in Dover." not in client.get(reverse("inbox")).text
    client.post(reverse("inbox-read"), {"notice": Notice.objects.get().pk})
    assert Notice.objects.get().read_at is None


def test_a_team_chooses_what_it_is_told(signed_in, nurse, handler, urgent, vera):
    client = signed_in(nurse)
    client.post(reverse("inbox-settings", args=["rapid-response"]), {"changes": ["death"]})
    record_change(
        person=vera,
        change="admission",
        at=timezone.now(),
        what="Fell again.",
        key="admission:1",
        by=system_reader("t"),
    )
    assert "Fell again." not in client.get(reverse("inbox")).text
    assert "Fell again." in signed_in(handler).get(reverse("inbox")).text


def test_only_members_choose_for_a_team(signed_in, handler):
    assert signed_in(handler).get(reverse("inbox-settings", args=["rapid-response"])).status_code in (
        403,
        404,
    )
