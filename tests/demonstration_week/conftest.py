"""A small Kent and Medway with the demonstration's services and logins, and a week lived in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from localcare.config.demonstration.logins import open_logins
from localcare.config.demonstration.teams import join_teams
from localcare.config.demonstration.week.making import make_week
from localcare.config.demonstration.week.world import World
from localcare.foundation.people.models import Person, Registration, Relationship
from localcare.foundation.places.actions import load_place_definitions
from localcare.foundation.places.queries import practices_in
from localcare.foundation.services.actions import load_service_definitions
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader, reader_for, system_reader
from tests.factories import PersonFactory

BY = "demonstration"
PEOPLE = {
    "south-kent-coast": 70,
    "ashford": 12,
    "thanet": 12,
    "encompass": 12,
    "medway": 12,
    "dgs": 8,
    "west-kent": 8,
}


def populate() -> None:
    """Old people in every area, Vera, Ernest and Dorothy among them, with services and logins."""
    by, today = system_reader(BY), timezone.localdate()
    load_place_definitions(by=by)
    load_service_definitions(by=by)
    open_logins(by)
    join_teams(by)
    for area, count in PEOPLE.items():
        practices = list(practices_in(area, today))
        for number in range(count):
            person = PersonFactory(
                given_name="Hazel", birth_date=today.replace(year=today.year - 70 - number % 25, day=1)
            )
            _register(person, practices[number % len(practices)])
    practice = next(iter(practices_in("dover", today)))
    named = {
        given: PersonFactory(given_name=given, family_name=family)
        for given, family in (("Dorothy", "Oakhollow"), ("Vera", "Marshfield"), ("Ernest", "Marshfield"))
    }
    for person in named.values():
        _register(person, practice)
    Relationship.objects.create(person=named["Vera"], related_person=named["Ernest"], kind="unpaid-carer")


def _register(person: Person, practice) -> None:
    Registration.objects.create(
        person=person, practice=practice, started_on=timezone.localdate() - timedelta(days=900)
    )


def reader(username: str) -> Reader:
    """One of the demonstration's logins."""
    return reader_for(User.objects.get(username=username))


@pytest.fixture(scope="module")
def lived(django_db_setup, django_db_blocker) -> World:
    """A week, lived once for the tests of a module, and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        populate()
        world = make_week(by=system_reader(BY), seed=1)
        assert world is not None
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def at_noon() -> datetime:
    """A Wednesday noon that has passed."""
    day = timezone.now() - timedelta(days=2)
    return datetime(day.year, day.month, day.day, 12, 0, tzinfo=UTC)
