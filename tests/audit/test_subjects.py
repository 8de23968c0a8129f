"""The audit trail is asked about a person by NHS number or reference, under every reference they ever had."""

from __future__ import annotations

import pytest
from django.urls import reverse

from localcare.kernel.access.readers import reader_for, system_reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.audit.subjects import find_subject
from tests.factories import PersonFactory, UserFactory, user_with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return reader_for(user_with_role("information-governance-lead", everywhere=True))


def test_the_number_is_found_with_and_without_spaces_and_names_the_person(lead):
    person = PersonFactory(given_name="Vera", family_name="Lynn")
    number = person.nhs_number
    for typed in (number, f"{number[:3]} {number[3:6]} {number[6:]}", f" {number} ", str(person.reference)):
        subject = find_subject(typed, lead)
        assert subject.reference == str(person.reference)
        assert subject.label.startswith("Vera Lynn ")


def test_a_merged_entry_leads_to_the_person_and_all_their_references(lead):
    person = PersonFactory()
    merged = PersonFactory(merged_into=person)
    merged_before = PersonFactory(merged_into=merged)
    subject = find_subject(str(merged_before.reference), lead)
    assert subject.reference == str(person.reference)
    assert set(subject.also) == {str(merged.reference), str(merged_before.reference)}


def test_who_looked_before_and_after_the_merge_stands_in_one_answer(client, lead):
    person = PersonFactory()
    merged = PersonFactory(merged_into=person)
    for each in (person, merged):
        record_access(
            reader=system_reader("load"),
            action="person.read",
            subjects=[str(each.reference)],
            basis=f"load {each.pk}",
        )
    client.force_login(lead.user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("audit"), {"person": person.nhs_number}).content.decode()
    assert f"load {person.pk}" in page
    assert f"load {merged.pk}" in page


@pytest.mark.parametrize("typed", ["", "   ", "999 000 0000", "Lynn", "0" * 40])
def test_what_is_neither_number_nor_reference_names_nobody(lead, typed):
    assert find_subject(typed, lead) is None


def test_somebody_erased_from_the_register_was_still_looked_at(lead):
    reference = "9f0c6a2e-2f5c-4f3c-8f6e-0a3f6a1b2c3d"
    assert find_subject(reference, lead).references == (reference,)


def test_who_may_not_read_the_trail_learns_no_name():
    person = PersonFactory(given_name="Vera", family_name="Lynn")
    reader = reader_for(UserFactory())
    assert "Lynn" not in str(find_subject(str(person.reference), reader))
    assert find_subject(person.nhs_number, reader) is None
