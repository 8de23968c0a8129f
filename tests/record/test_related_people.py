"""The page of a person names family and carers only to those who may see them, and writes that down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.people.models import Relationship
from localcare.kernel.audit.models import AuditEntry
from tests.factories import registered_person, user_with_role

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def vera():
    return registered_person(at="P1", given_name="Vera", family_name="Marshfield")


@pytest.fixture
def page_of(client):
    client.force_login(user_with_role("gp", practice="P1"))

    def page(person) -> str:
        return client.get(reverse("person", args=[person.reference])).content.decode()

    return page


def relate(person, other, kind="spouse", **days):
    return Relationship.objects.create(person=person, related_person=other, kind=kind, **days)


def named(person):
    return AuditEntry.objects.filter(
        action="person.named-as-related", subjects__reference=str(person.reference)
    )


def test_somebody_outside_the_scope_is_not_named(vera, page_of):
    stranger = registered_person(at="P2", given_name="Harold", family_name="Elsewhere")
    relate(vera, stranger)

    page = page_of(vera)

    assert "Spouse, not in your scope" in page
    assert "Elsewhere" not in page and "Harold" not in page
    assert not named(stranger).exists()


def test_somebody_in_scope_is_named_and_the_look_is_written_down(vera, page_of):
    carer = registered_person(at="P1", given_name="June", family_name="Marshfield")
    relate(vera, carer, kind="unpaid-carer")

    assert "June Marshfield (unpaid carer)" in page_of(vera)
    assert named(carer).count() == 1
    assert not named(vera).exists()


def test_a_relationship_stands_from_its_first_day_until_its_last(vera, page_of):
    for name, days in {
        "Ended": {"ended_on": TODAY},
        "Endslater": {"ended_on": TODAY + timedelta(days=1)},
        "Tocome": {"started_on": TODAY + timedelta(days=1)},
    }.items():
        relate(vera, registered_person(at="P1", given_name=name), **days)

    page = page_of(vera)

    assert "Endslater" in page
    assert "Ended " not in page and "Tocome" not in page
