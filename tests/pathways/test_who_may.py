"""Who may do what: only in one's own team, to a service that does such work and takes people, and not after leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.errors import NotPossible, NotYours
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.services.models import Closure, Membership, Service
from tests.factories import user_with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(services, member, vera):
    handler = member("single-point-of-access", role="call-handler")
    journey = actions.open_journey(
        person=vera, pathway="urgent-community-response", by=handler,
        asked_by=services["single-point-of-access"], priority="two-hour",
    )  # fmt: skip
    return TaskState.objects.select_related("task", "journey").get(journey=journey).task


@pytest.fixture
def other_team(services) -> Service:
    return Service.objects.create(code="rapid-2", title="Rapid response 2", kind="rapid-response")


def test_work_is_given_to_colleagues_only(asked, member):
    nurse, colleague = member("rapid-response"), member("rapid-response")
    outsider = user_with_role(
        "community-professional", everywhere=True, first_name="Otto", last_name="Outside"
    )
    with pytest.raises(NotPossible, match="Otto Outside is not in the team"):
        actions.accept(task=asked, by=nurse, to_user=outsider)
    actions.accept(task=asked, by=nurse, to_user=nurse.user)
    with pytest.raises(NotPossible, match="is not in the team"):
        actions.take(task=asked, by=nurse, user=outsider)
    actions.take(task=asked, by=nurse, user=colleague.user)
    assert TaskState.objects.get(task=asked).assigned_to == colleague.user


def test_work_is_handed_on_to_a_service_that_does_such_work_and_takes_people(
    asked, member, services, other_team
):
    nurse = member("rapid-response")
    with pytest.raises(NotPossible, match="does not do “See the person at home”"):
        actions.transfer(task=asked, by=nurse, to=services["district-nursing"], reason="Too far.")
    now = timezone.now()
    closed = Closure.objects.create(
        service=other_team,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        reason="Flood",
    )
    with pytest.raises(NotPossible, match="takes nobody now \\(Flood\\)"):
        actions.transfer(task=asked, by=nurse, to=other_team, reason="Too far.")
    closed.withdrawn_at = now
    closed.save()
    Service.objects.filter(pk=other_team.pk).update(is_active=False)
    with pytest.raises(NotPossible, match="no longer in the directory"):
        actions.transfer(task=asked, by=nurse, to=other_team, reason="Too far.")
    Service.objects.filter(pk=other_team.pk).update(is_active=True)
    actions.transfer(task=asked, by=nurse, to=other_team, reason="Too far.")
    assert TaskState.objects.get(task=asked).service == other_team


def test_after_a_refusal_only_a_service_that_takes_people_is_asked(asked, member, services, other_team):
    handler = member("single-point-of-access", role="call-handler")
    actions.decline(task=asked, by=member("rapid-response"), code="other", reason="Nobody is free.")
    Service.objects.filter(pk=other_team.pk).update(is_active=False)
    with pytest.raises(NotPossible, match="no longer in the directory"):
        actions.ask_again(task=asked, by=handler, to=other_team)
    Service.objects.filter(pk=other_team.pk).update(is_active=True)
    actions.ask_again(task=asked, by=handler, to=other_team)


def test_a_journey_is_stopped_with_an_end_it_knows_by_who_works_on_it(asked, member):
    journey, nurse = asked.journey, member("rapid-response")
    with pytest.raises(NotPossible, match="cannot end with 'vanished'"):
        actions.stop(journey=journey, by=nurse, outcome="vanished", reason="x")
    with pytest.raises(NotYours):
        actions.stop(journey=journey, by=member("district-nursing"), outcome="settled", reason="x")
    actions.decline(task=asked, by=nurse, code="other", reason="Nobody is free.")
    with pytest.raises(NotYours, match="no work on this pathway"):
        actions.stop(journey=journey, by=nurse, outcome="settled", reason="x")
    actions.stop(
        journey=journey, by=member("single-point-of-access"), outcome="settled", reason="She is well."
    )
    with pytest.raises(NotPossible, match="has ended already"):
        actions.stop(journey=journey, by=member("single-point-of-access"), outcome="settled", reason="Again")


def test_who_has_left_the_team_undoes_nothing_of_it(asked, member):
    nurse = member("rapid-response")
    entry = actions.accept(task=asked, by=nurse)
    Membership.objects.filter(user=nurse.user).update(ends_on=timezone.localdate())
    with pytest.raises(NotYours):
        actions.undo(entry=entry, by=nurse, reason="Wrong person.")
    actions.undo(entry=entry, by=member("rapid-response"), reason="Wrong person.")
    assert TaskState.objects.get(task=asked).state == "requested"
