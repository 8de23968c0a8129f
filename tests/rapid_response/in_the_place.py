"""Work of a rapid response team for the place whose every page is opened: asked, seen, late, and a package."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from localcare.care.rapid_response.actions import conclude, take_on
from localcare.foundation.forms.actions import complete
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import Journey, Task, TaskState
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.services.models import Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader, reader_for, system_reader
from tests.factories import registered_person
from tests.rapid_response.ground import CONTACT, ILL, visit


def work_of_a_team(team: Service, user: User) -> list[Task]:
    """A request, somebody seen late without a record yet, and somebody in a package, by one member of the team."""
    by = reader_for(user)
    seen = _seen(_asked(team, "Seen", timedelta(hours=3)), by, timedelta(minutes=20))
    visited = _asked(team, "Package", timedelta(days=2))
    _seen(visited, by, timedelta(days=2) - timedelta(minutes=30))
    with as_if_at(timezone.now() - timedelta(days=2) + timedelta(minutes=50)):
        record = complete(
            person=visited.person,
            form="urgent-response-visit",
            answers=visit(ILL),
            by=by,
            context="the visit",
        )
        conclude(task=_open(visited), by=by, outcome="package", response=record)
    return [_open(_asked(team, "Asked", timedelta(minutes=25))), seen, _open(visited)]


def _asked(team: Service, name: str, ago: timedelta) -> Journey:
    by, person = (
        system_reader("the browser tests"),
        registered_person(given_name=name, family_name="Response"),
    )
    with as_if_at(timezone.now() - ago):
        return actions.open_journey(
            person=person,
            pathway="urgent-community-response",
            by=by,
            priority="two-hour",
            answers=complete(person=person, form="single-point-of-access-contact", answers=CONTACT, by=by),
            services={"respond": team},
        )


def _seen(journey: Journey, by: Reader, ago: timedelta) -> Task:
    task = _open(journey)
    with as_if_at(timezone.now() - ago - timedelta(minutes=5)):
        take_on(task=task, by=by)
    with as_if_at(timezone.now() - ago):
        actions.milestone(task=task, by=by, code="seen")
    return task


def _open(journey: Journey) -> Task:
    return TaskState.objects.select_related("task__journey__version").get(journey=journey, is_open=True).task
