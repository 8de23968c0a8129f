"""How often the pages that are opened most ask the database: the number does not grow with rows or panels."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.care.stratification.models import Decision, ListEvent, Run
from localcare.foundation.forms.definitions import current_version
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions
from localcare.foundation.people.models import CommunicationNeed, Person, Relationship
from localcare.foundation.record.models import (
    Attendance,
    Contact,
    Diagnosis,
    Fact,
    Package,
    Source,
    Stay,
)
from localcare.foundation.services.models import Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import system_reader
from tests.asked import asked
from tests.factories import user_with_role
from tests.stratification.population import MODERATE

pytestmark = pytest.mark.django_db
MOST_FOR_A_PERSON = 31
MOST_FOR_THE_LIST = 23
DAY = date(2026, 1, 1)


@pytest.fixture
def gp(client) -> User:
    user = user_with_role("gp", practice="P1")
    client.force_login(user)
    return user


@pytest.fixture
def vera(place, run) -> Person:
    run(place)
    return Person.objects.get(pk=place.keys["Vera"])


@pytest.fixture
def filled(place, vera, gp):
    """Make Vera's record, forms, journeys, decisions and family grow by so many of each."""
    source = Source.objects.create(code="many", name="A system with much to say")
    service = Service.objects.create(
        code="district-nursing", title="District nursing", kind="district-nursing"
    )
    version, last = current_version("clinical-triage"), iter(range(1000))

    def fill(number: int) -> None:
        for _ in range(number):
            key = str(next(last))
            row = {"person": vera, "source": source, "source_key": key}
            for kind in ("condition", "allergy", "medicine", "observation"):
                Fact.objects.create(
                    **row | {"source_key": f"{kind}{key}"},
                    kind=kind,
                    system="LOCAL",
                    code=key,
                    occurred_on=DAY,
                )
            stay = Stay.objects.create(**row, admission_type="emergency", admitted_on=DAY, discharged_on=DAY)
            Diagnosis.objects.create(**row, stay=stay, position=1, code="J44.9", occurred_on=DAY)
            Attendance.objects.create(**row, arrived_on=DAY)
            Contact.objects.create(**row, setting="community", occurred_on=DAY)
            Package.objects.create(**row, package_type="reablement", started_on=DAY)
            for state in FormResponse.State.values:
                FormResponse.objects.create(
                    person=vera,
                    version=version,
                    state=state,
                    completed_at=timezone.now(),
                    author=gp,
                    author_name="Asha",
                )
            actions.open_journey(
                person=vera,
                pathway="community-service-request",
                by=system_reader("tests"),
                asked_by=service,
                services={"serve": service},
                reason="A wound",
                priority="routine",
            )
            Decision.objects.create(
                person=vera,
                practice_code="P1",
                kind=Decision.Kind.KNOWN,
                team="The team",
                decided_by=gp,
                decided_at=timezone.now(),
                decided_on=DAY,
            )
            ListEvent.objects.create(
                person=vera,
                practice_code="P1",
                run=Run.objects.get(),
                kind=ListEvent.Kind.JOINED,
                happened_on=DAY,
            )
            CommunicationNeed.objects.create(person=vera, need=f"Need {key}", recorded_on=DAY)
            Relationship.objects.create(
                person=vera, related_person_id=place.add(f"Spouse{key}"), kind="spouse"
            )

    return fill  # fmt: skip


def test_the_page_of_a_person_asks_no_more_for_twenty_of_everything_than_for_two(client, vera, filled):
    address = reverse("person", args=[vera.reference])
    filled(2)
    few = asked(client, address)
    filled(18)

    many = asked(client, address)

    assert len(many) == len(few) <= MOST_FOR_A_PERSON, "\n".join(many)
    tables = ("places_organisation", "services_service", "record_fact", "record_stay", "record_diagnosis")
    about = Counter(table for sql in many for table in tables if f'FROM "{table}"' in sql)
    assert all(about[table] <= 1 for table in tables), "\n".join(many)


def test_the_list_asks_no_more_for_many_than_for_few(place, run, client, gp):
    place.add("Edna", age=80, deficits=MODERATE)
    run(place)
    address = reverse("list") + "?state=review"
    few = asked(client, address)
    for number in range(20):
        place.add(f"More{number}", age=80, deficits=MODERATE)
    run(place)

    many = asked(client, address)

    assert len(many) == len(few) <= MOST_FOR_THE_LIST, "\n".join(many)
