"""What the pages of one person say, without a browser."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from localcare.foundation.people.merging import merge_people
from localcare.foundation.people.models import CommunicationNeed
from localcare.foundation.record import queries
from localcare.foundation.record.models import Fact, Package, Source, Stay
from localcare.foundation.record.person_page import presenters
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.actions import record_access
from tests.factories import reader_with_role, registered_person

pytestmark = pytest.mark.django_db


def test_who_looked_follows_every_merge():
    first, second, third = (registered_person(at="P1", nhs_number=None) for _ in range(3))
    gp, register = reader_with_role("gp", practice="P1"), system_reader("tests of the register")
    record_access(reader=gp, action="person.read", subjects=[str(first.reference)])
    merge_people(kept=second, removed=first, reason="The same", by=register)
    merge_people(kept=third, removed=second, reason="The same", by=register)

    assert "person.read" in {entry.action for entry in presenters.looks(third, gp)}


def test_a_need_that_ended_is_not_shown_among_the_details():
    person, today = registered_person(), timezone.localdate()
    CommunicationNeed.objects.create(person=person, need="Interpreter", recorded_on=today - timedelta(days=9))
    CommunicationNeed.objects.create(
        person=person, need="Braille", recorded_on=today - timedelta(days=9), ended_on=today
    )

    assert dict(presenters.details(person))["Communication needs"] == "Interpreter"


@pytest.mark.parametrize(
    ("kind", "question"), [("allergy", queries.allergies), ("condition", queries.problems)]
)
def test_what_ends_on_a_later_day_still_stands(kind, question):
    person, today = registered_person(), timezone.localdate()
    source = Source.objects.create(code="practice", name="Practice")
    for code, ended_on in (("ENDED", today), ("ENDS", today + timedelta(days=1)), ("STANDS", None)):
        Fact.objects.create(
            person=person, source=source, source_key=code, kind=kind, system="LOCAL", code=code, text=code,
            occurred_on=today - timedelta(days=9), ended_on=ended_on,
        )  # fmt: skip

    found = question(person, reader_with_role("gp", everywhere=True))

    assert {item.code for item in found} == {"ENDS", "STANDS"}


def test_the_timeline_counts_one_night_and_writes_days_as_the_page_does():
    person = registered_person()
    source = Source.objects.create(code="practice", name="Practice")
    Stay.objects.create(
        person=person, source=source, source_key="s", admission_type="emergency",
        admitted_on=date(2024, 5, 6), discharged_on=date(2024, 5, 7),
    )  # fmt: skip
    Package.objects.create(
        person=person, source=source, source_key="p", package_type="home-care",
        started_on=date(2024, 5, 8), ended_on=date(2024, 6, 9),
    )  # fmt: skip

    events = queries.timeline(person, reader_with_role("gp", everywhere=True))

    assert [event.detail for event in events] == ["until 9 Jun 2024", "1 night"]
