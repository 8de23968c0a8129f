"""A session ends after a working day, however busy it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from localcare.config.session_expiry import STARTED, is_over
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("hours", "over"), [(0, False), (11.9, False), (12, False), (12.01, True), (100, True)]
)
def test_twelve_hours_are_the_longest(hours: float, over: bool) -> None:
    assert is_over(started=0, now=hours * 3600, longest_minutes=12 * 60) is over


@pytest.mark.django_db
def test_whoever_signed_in_yesterday_signs_in_again(client: Client) -> None:
    client.force_login(UserFactory())
    client.get("/")
    session = client.session
    assert session[STARTED] == pytest.approx(timezone.now().timestamp(), abs=60)
    assert "_auth_user_id" in session
    session[STARTED] = (timezone.now() - timedelta(hours=13)).timestamp()
    session.save()
    client.get("/")
    assert "_auth_user_id" not in client.session
