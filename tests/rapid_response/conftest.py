"""A rapid response team, the single point of access that asks it, and somebody who has fallen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from localcare.foundation.forms.actions import complete
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import Journey, Task, TaskState
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Capacity, Membership, Service
from localcare.kernel.access.readers import Reader, reader_for
from tests.factories import registered_person, user_with_role
from tests.rapid_response.ground import CONTACT

LONG_AGO = date(2020, 1, 1)


def service(kind: str, code: str = "", **more: Any) -> Service:
    """A service of a kind that is always open."""
    title = more.pop("title", kind.replace("-", " ").capitalize())
    return Service.objects.create(code=code or kind, title=title, kind=kind, **more)


@pytest.fixture
def access(db) -> Service:
    return service("single-point-of-access")


@pytest.fixture
def team(db) -> Service:
    made = service(
        "rapid-response", title="Deal rapid response", capacity_unit="visits", hours="every-day-8-to-20"
    )
    Capacity.objects.create(service=made, day=timezone.localdate(), total=5)
    return made


@pytest.fixture
def works_in():
    """Make somebody who works in a service."""

    def make(
        where: Service, role: str = "rapid-response-clinician", *, lead: bool = False, **names: Any
    ) -> Reader:
        where_people_are = {"everywhere": True} if role == "call-handler" else {"practice": "SYN-ELSEWHERE"}
        user = user_with_role(role, **where_people_are, **names)
        Membership.objects.create(user=user, service=where, starts_on=LONG_AGO, is_lead=lead)
        return reader_for(user)

    return make


@pytest.fixture
def nurse(team, works_in) -> Reader:
    return works_in(team, first_name="Nia", last_name="Okafor")


@pytest.fixture
def colleague(team, works_in) -> Reader:
    return works_in(team, first_name="Col", last_name="League")


@pytest.fixture
def handler(access, works_in) -> Reader:
    return works_in(access, "call-handler", first_name="Hana", last_name="Handler")


@pytest.fixture
def vera(db) -> Person:
    return registered_person(
        given_name="Vera",
        family_name="Marshfield",
        telephone="01632 960011",
        address_line="12 Harbour Street",
    )


@pytest.fixture
def ask(access, team, handler):
    """Ask the team to see somebody, some time ago; what the caller said comes with it."""

    def make(
        person: Person,
        *,
        ago: timedelta = timedelta(),
        at: datetime | None = None,
        priority: str = "two-hour",
        answers: dict | None = None,
    ) -> Journey:
        moment = at or timezone.now() - ago
        said = complete(
            person=person,
            form="single-point-of-access-contact",
            answers=CONTACT
            | {"address": f"{person.address_line}, {person.town}, {person.postcode}"}
            | (answers or {}),
            by=handler,
            at=moment,
        )
        with as_if_at(moment):
            return actions.open_journey(
                person=person,
                pathway="urgent-community-response",
                by=handler,
                asked_by=access,
                priority=priority,
                answers=said,
                services={"respond": team},
                reason="Fell, cannot get up",
            )

    return make


@pytest.fixture
def task_of():
    """The open task of a step of a journey."""

    def find(journey: Journey, step: str = "respond") -> Task:
        state = TaskState.objects.select_related("task").filter(journey=journey, step=step, is_open=True)
        return state.get().task

    return find


@pytest.fixture
def signed_in():
    """A client in which a reader is signed in."""

    def make(reader: Reader) -> Client:
        client = Client()
        client.force_login(reader.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make
