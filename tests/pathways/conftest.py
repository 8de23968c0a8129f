"""A small place with the services of Vera's story, and people who work in them."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from localcare.foundation.forms.models import FormResponse, FormVersion
from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.services.models import Membership, Service
from localcare.kernel.access.readers import Reader, reader_for
from tests.factories import UserFactory, registered_person, user_with_role

LONG_AGO = date(2020, 1, 1)
KINDS = (
    *("acute-discharge", "single-point-of-access", "rapid-response", "integrated-discharge-team"),
    *("domiciliary-care", "district-nursing", "case-management", "carers-support", "social-care"),
    "community-hospital",
)


@pytest.fixture
def services(db) -> dict[str, Service]:
    """One service of each kind, by kind."""
    return {
        kind: Service.objects.create(code=kind, title=kind.replace("-", " ").capitalize(), kind=kind)
        for kind in KINDS
    }


@pytest.fixture
def member(services):
    """Make somebody who works in the service of a kind; the same name is the same person."""

    def make(kind: str, *, role: str = "community-professional", lead: bool = False, **names) -> Reader:
        user = user_with_role(role, everywhere=True, **names)
        Membership.objects.create(user=user, service=services[kind], starts_on=LONG_AGO, is_lead=lead)
        return reader_for(user)

    return make


@pytest.fixture
def vera(db) -> Person:
    return registered_person(given_name="Vera", family_name="Marshfield")


@pytest.fixture
def husband(vera) -> Person:
    husband = registered_person(given_name="Ernest", family_name="Marshfield")
    Relationship.objects.create(person=vera, related_person=husband, kind="unpaid-carer")
    return husband


@pytest.fixture
def completed(db):
    """A completed form for a person, as the forms room leaves it."""

    def make(form: str, person: Person) -> FormResponse:
        from django.utils import timezone

        version, _ = FormVersion.objects.get_or_create(
            form=form, number=1, defaults={"digest": form, "title": form, "content": {}}
        )
        with transaction.atomic():
            return FormResponse.objects.create(
                person=person,
                version=version,
                state="completed",
                completed_at=timezone.now(),
                author=UserFactory(),
                author_name="A tester",
            )

    return make
