"""Writing to a person's record: within scope, audited, and honoured by what goes out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection
from django.http import Http404
from django.utils import timezone

from localcare.foundation.people.models import Person
from localcare.foundation.record.actions import (
    CodedValue,
    NotRecorded,
    add_document,
    add_fact,
    end_fact,
    record_consent,
    record_opt_out,
    withdraw_opt_out,
)
from localcare.foundation.record.models import Consent, Fact
from localcare.kernel.audit.models import AuditEntry
from tests.factories import reader_with_role, registered_person

pytestmark = pytest.mark.django_db
DAY = date(2024, 5, 6)
FRAIL = CodedValue("SNOMED-CT", "248279007", "Frailty")


@pytest.fixture
def person() -> Person:
    return registered_person(at="SYN-DEAL-A")


@pytest.fixture
def by():
    return reader_with_role("mdt-co-ordinator", practice="SYN-DEAL-A")


def test_a_fact_is_kept_with_who_recorded_it_and_audited(person, by):
    fact = add_fact(person=person, kind="condition", says=FRAIL, occurred_on=DAY, by=by, basis="review")
    assert (fact.recorded_by, fact.source.code) == (by.name, "local-care")
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.subjects.get().reference) == ("record.add-fact", str(person.reference))
    end_fact(fact=fact, on=DAY + timedelta(days=9), by=by)
    assert Fact.objects.get().ended_on == date(2024, 5, 15)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "rumour"}, "no kind of fact"),
        ({"says": CodedValue("", "")}, "a code and its system"),
        ({"occurred_on": date(1900, 1, 1)}, "before the person's date of birth"),
        ({"occurred_on": date(2190, 1, 1)}, "in the future"),
        ({"ended_on": DAY - timedelta(days=1)}, "end before it began"),
    ],
)
def test_a_fact_that_cannot_be_right_is_refused(person, by, changes, says):
    given = {"person": person, "kind": "condition", "says": FRAIL, "occurred_on": DAY, "by": by} | changes
    with pytest.raises(NotRecorded, match=says):
        add_fact(**given)
    assert not Fact.objects.exists()


def test_nobody_writes_to_a_person_outside_the_scope(person):
    other = reader_with_role("mdt-co-ordinator", practice="SYN-OTHER")
    with pytest.raises(Http404):
        add_fact(person=person, kind="condition", says=FRAIL, occurred_on=DAY, by=other)
    assert not Fact.objects.exists()


def test_an_opt_out_stands_until_it_is_taken_back(person, by):
    first = record_opt_out(person=person, starts_on=DAY, by=by)
    assert record_opt_out(person=person, starts_on=DAY, by=by) == first
    person.refresh_from_db()
    assert person.national_data_opt_out
    assert withdraw_opt_out(person=person, on=timezone.localdate(), by=by) == 1
    person.refresh_from_db()
    assert not person.national_data_opt_out
    assert Consent.objects.get().ends_on == timezone.localdate()


def test_a_consent_needs_a_known_kind(person, by):
    with pytest.raises(NotRecorded, match="no kind of consent"):
        record_consent(person=person, kind="perhaps", starts_on=DAY, by=by)


def test_a_document_needs_a_title_and_content_or_place(person, by):
    with pytest.raises(NotRecorded, match="title"):
        add_document(person=person, title=" ", document_type="letter", occurred_on=DAY, by=by, content=b"x")
    with pytest.raises(NotRecorded, match="where it is kept"):
        add_document(person=person, title="Letter", document_type="letter", occurred_on=DAY, by=by)
    kept = add_document(
        person=person, title="Letter", document_type="letter", occurred_on=DAY, by=by, content=b"x"
    )
    assert bytes(kept.content) == b"x"


def test_nobody_with_a_record_is_deleted_even_by_hand(person, by):
    add_fact(person=person, kind="condition", says=FRAIL, occurred_on=DAY, by=by)
    person.registrations.all().delete()
    with (
        pytest.raises(IntegrityError, match="has a record and cannot be deleted"),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM people_person WHERE id = %s", [person.pk])
