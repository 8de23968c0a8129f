"""The pages of the register: registering, amending, family and carers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.people.models import Person, PersonChange, Relationship
from localcare.kernel.audit.models import AuditEntry
from tests.factories import practice, registered_person, user_with_role

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def parts(name: str, day: date) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def details(**changed: str) -> dict[str, str]:
    typed = {
        "family_name": "Marshfield", "given_name": "Vera", "sex": "female", "practice": "P1",
        "postcode": "ct146ab", **parts("birth_date", date(1947, 3, 12)), **parts("on", TODAY),
    }  # fmt: skip
    return typed | changed


@pytest.fixture
def desk(client):
    practice("P1")
    practice("P2")
    client.force_login(user_with_role("call-handler", practice="P1"))
    return client


@pytest.fixture
def office(client):
    client.force_login(user_with_role("mdt-co-ordinator", practice="P1"))
    return client


def page_of(response) -> str:
    return response.content.decode()


def test_somebody_new_is_registered_and_written_down(desk):
    response = desk.post(reverse("person-new"), details())

    person = Person.objects.get()
    assert response.headers["Location"] == reverse("person", args=[person.reference])
    assert (person.postcode, person.registrations.get().practice.code) == ("CT14 6AB", "P1")
    assert AuditEntry.objects.filter(
        action="person.register", subjects__reference=str(person.reference)
    ).exists()


@pytest.mark.parametrize(
    "typed", [{}, {"family_name": "Marshfeild"}, {"given_name": "Veera"}], ids=["same", "family", "given"]
)
def test_who_is_like_them_is_shown_before_anybody_is_registered(desk, typed):
    known = registered_person(
        at="P1", family_name="Marshfield", given_name="Vera", birth_date=date(1947, 3, 12)
    )

    shown = page_of(desk.post(reverse("person-new"), details(**typed)))

    assert "Is it one of these people?" in shown and str(known.reference) in shown
    assert Person.objects.count() == 1
    compared = AuditEntry.objects.get(action="person.register-compared")
    assert [subject.reference for subject in compared.subjects.all()] == [str(known.reference)]
    desk.post(reverse("person-new"), details(is_none_of_them="on", **typed))
    assert Person.objects.count() == 2


def test_who_is_like_them_elsewhere_is_not_named(desk):
    registered_person(at="P2", family_name="Marshfield", given_name="Vera", birth_date=date(1947, 3, 12))

    assert desk.post(reverse("person-new"), details()).status_code == 302


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"practice": "P2"}, "Choose the practice"),
        ({"nhs_number": "9990000019"}, "nhs_number"),
        (parts("birth_date", TODAY + timedelta(days=1)), "The date of birth is in the future"),
        ({"family_name": ""}, "Enter the family name"),
    ],
)
def test_what_cannot_be_right_is_told_and_nobody_is_registered(desk, typed, told):
    assert told in page_of(desk.post(reverse("person-new"), details(**typed)))
    assert not Person.objects.exists()


def amended(person, **changed):
    names = ("family_name", "given_name", "sex", "postcode", "telephone", "town", "address_line")
    typed = {name: getattr(person, name) for name in names}
    return {
        **typed, "nhs_number": person.nhs_number, **parts("birth_date", person.birth_date), "reason": "Letter",
        **changed,
    }  # fmt: skip


def test_an_amendment_keeps_what_was_there_with_the_reason(office):
    person = registered_person(at="P1", telephone="01304 000000")

    office.post(reverse("person-edit", args=[person.reference]), amended(person, telephone="01304 111111"))

    change = PersonChange.objects.get(person=person)
    assert (change.before, change.after) == ({"telephone": "01304 000000"}, {"telephone": "01304 111111"})
    assert change.reason == "Letter"


def test_an_amendment_needs_a_reason(office):
    person = registered_person(at="P1")

    page = page_of(office.post(reverse("person-edit", args=[person.reference]), amended(person, reason="")))

    assert "Enter the reason for the change" in page
    assert not PersonChange.objects.exists()


@pytest.mark.parametrize("name", ["person-edit", "person-relationships"])
def test_nobody_of_another_practice_can_be_amended(office, name):
    stranger = registered_person(at="P2")

    assert office.get(reverse(name, args=[stranger.reference])).status_code == 404


@pytest.mark.parametrize("name", ["person-edit", "person-relationships"])
def test_who_only_reads_may_not_amend(client, name):
    person = registered_person(at="P1")
    client.force_login(user_with_role("call-handler", practice="P1"))

    assert client.get(reverse(name, args=[person.reference])).status_code == 403


def test_a_carer_by_name_and_one_by_number_are_added_and_ended(office):
    person, carer = registered_person(at="P1"), registered_person(at="P1", given_name="June")
    address = reverse("person-relationships", args=[person.reference])

    office.post(address, {"kind": "friend", "name": "Harold Next Door"})
    office.post(address, {"kind": "unpaid-carer", "nhs_number": carer.nhs_number})

    page = page_of(office.get(address))
    assert "Harold Next Door" in page and "June" in page
    kept = Relationship.objects.get(related_person=carer)
    office.post(reverse("person-relationship-end", args=[person.reference, kept.pk]), parts("on", TODAY))
    kept.refresh_from_db()
    assert kept.ended_on == TODAY
    assert "June" not in page_of(office.get(address))


@pytest.mark.parametrize("typed", [{}, {"name": "Both", "nhs_number": "9990000018"}])
def test_a_relationship_is_by_name_or_by_number(office, typed):
    person = registered_person(at="P1")
    address = reverse("person-relationships", args=[person.reference])

    assert "Enter an NHS number or a name" in page_of(office.post(address, {"kind": "friend", **typed}))
    assert not Relationship.objects.exists()


def test_the_number_of_somebody_out_of_scope_names_nobody(office):
    person, stranger = registered_person(at="P1"), registered_person(at="P2")
    address = reverse("person-relationships", args=[person.reference])

    page = page_of(office.post(address, {"kind": "child", "nhs_number": stranger.nhs_number}))

    assert "Nobody whom you may see has this number" in page
    assert not Relationship.objects.exists()
