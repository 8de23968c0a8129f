"""Writing to the register: each change is permitted, kept and audited."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from localcare.foundation.people import actions, moving
from localcare.foundation.people.models import Person
from localcare.foundation.people.presenters import banner_of
from localcare.foundation.people.queries import PersonNotVisible, current_registration, registered_on
from localcare.foundation.people.rules import DetailRefused
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import PersonFactory, practice, reader_with_role, registered_person
from tests.people.together import at_the_same_time

pytestmark = pytest.mark.django_db

BY = system_reader("test")
TODAY = date.today()
DETAILS = {
    "family_name": "Vale",
    "given_name": "Vera",
    "birth_date": date(1947, 3, 12),
    "postcode": "ct146ab",
}


def register(**changed):
    given = {"details": DETAILS, "practice": practice(), "on": date(2020, 1, 1), "by": BY}
    return actions.register_person(**(given | changed))


def test_a_registered_person_is_kept_in_one_spelling_with_a_practice_and_an_audit_entry():
    person = register(details=DETAILS | {"nhs_number": "999 000 0018"})
    assert (person.nhs_number, person.postcode) == ("9990000018", "CT14 6AB")
    assert current_registration(person).practice.code == "SYN-DEAL-A"
    entry = AuditEntry.objects.get(action="person.register")
    assert str(person.reference) in str(list(entry.subjects.values_list("reference", flat=True)))
    assert "9990000018" not in str(entry.detail)


@pytest.mark.parametrize(
    ("details", "says"),
    [
        ({"nhs_number": "999 123 4560"}, "check digit"),
        ({"birth_date": TODAY + timedelta(days=1)}, "in the future"),
        ({"birth_date": date(1700, 1, 1)}, "Check the year"),
        ({"favourite_colour": "blue"}, "cannot be set here"),
    ],
)
def test_details_that_cannot_be_right_are_refused(details, says):
    with pytest.raises(DetailRefused, match=says):
        register(details=DETAILS | details)
    assert not Person.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, 1, 9, 10, 11])
@pytest.mark.parametrize("length", [None, 0, 10])
def test_a_registration_covers_the_days_that_the_database_says(days, length):
    since = date(2020, 1, 1)
    until = None if length is None else since + timedelta(days=length)
    person, day = registered_person(since=since, until=until), since + timedelta(days=days)
    registration = person.registrations.get()
    assert registration.covers(day) is person.registrations.filter(registered_on(day)).exists()
    assert (banner_of(person, day).practice == registration.practice.name) is registration.covers(day)


def test_a_number_somebody_else_has_is_refused_with_the_way_to_merge():
    other = PersonFactory()
    with pytest.raises(DetailRefused, match="ask the MDT co-ordinator to merge them"):
        register(details=DETAILS | {"nhs_number": other.nhs_number})


def test_only_an_editor_of_the_practice_may_register_or_amend():
    reader = reader_with_role("gp", practice="SYN-OTHER-A")
    with pytest.raises(PermissionDenied):
        register(by=reader)
    person = registered_person()
    with pytest.raises(PersonNotVisible):
        actions.amend(person=person, details={"telephone": "1"}, reason="x", by=reader)
    assert AuditEntry.objects.filter(outcome="denied", action="person.edit").count() == 2


def test_an_amendment_keeps_what_was_before():
    person = registered_person(family_name="Vale", telephone="")
    change = actions.amend(
        person=person, details={"family_name": "Smith", "telephone": "01632 960001"}, reason="Married", by=BY
    )
    person.refresh_from_db()
    assert (person.family_name, change.before["family_name"], change.after["family_name"]) == (
        "Smith",
        "Vale",
        "Smith",
    )
    assert actions.amend(person=person, details={"family_name": "Smith"}, reason="", by=BY) is None
    with pytest.raises(DetailRefused, match="Say why"):
        actions.amend(person=person, details={"family_name": "Vale"}, reason=" ", by=BY)


def test_a_new_registration_ends_the_former_one():
    person = registered_person(at="SYN-DEAL-A", since=date(2010, 1, 1))
    actions.register_with_practice(person=person, practice=practice("SYN-DOVR-A"), on=date(2024, 5, 1), by=BY)
    history = list(
        person.registrations.order_by("started_on").values_list("practice__code", "started_on", "ended_on")
    )
    assert history == [
        ("SYN-DEAL-A", date(2010, 1, 1), date(2024, 5, 1)),
        ("SYN-DOVR-A", date(2024, 5, 1), None),
    ]
    with pytest.raises(DetailRefused, match="already"):
        actions.register_with_practice(person=person, practice=practice("SYN-DOVR-A"), on=TODAY, by=BY)
    with pytest.raises(DetailRefused, match="Choose a later day"):
        actions.register_with_practice(
            person=person, practice=practice("SYN-DEAL-A"), on=date(2024, 5, 1), by=BY
        )


def test_a_death_ends_the_registration_and_shows_in_the_banner():
    person = registered_person(birth_date=date(1947, 3, 12))
    actions.record_death(person=person, on=date(2026, 1, 2), by=BY, basis="Told by the hospital")
    person.refresh_from_db()
    assert person.registrations.get().ended_on == date(2026, 1, 3)
    shown = banner_of(person)
    assert "died 2 January 2026 aged 78" in shown.age
    assert shown.flags[0].words == "Deceased"
    for day, says in (
        (date(1940, 1, 1), "before the date of birth"),
        (TODAY + timedelta(days=1), "in the future"),
    ):
        with pytest.raises(DetailRefused, match=says):
            actions.record_death(person=person, on=day, by=BY)


def test_needs_carers_and_opt_out_are_flags():
    person = registered_person(
        family_name="Vale", given_name="Vera", nhs_number=None, national_data_opt_out=True
    )
    husband = registered_person(family_name="Vale", given_name="Ted")
    for _ in range(2):
        need = actions.add_communication_need(person=person, need="Large print", on=TODAY, by=BY)
        actions.relate(person=husband, related_person=person, kind="unpaid-carer", by=BY)
    words = [flag.words for flag in banner_of(person).flags]
    assert words == [
        "NHS number not known", "Communication need: Large print", "Unpaid carer", "National data opt-out",
    ]  # fmt: skip
    assert (banner_of(person).name, banner_of(person).nhs_number) == ("VALE, Vera", "NHS number not known")
    actions.end_communication_need(need=need, on=TODAY, by=BY)
    assert not any("Large print" in flag.words for flag in banner_of(person).flags)
    with pytest.raises(DetailRefused, match="related to themselves"):
        actions.relate(person=person, related_person=person, kind="spouse-or-partner", by=BY)


def test_a_death_is_taken_back_by_an_amendment_and_the_registration_stands_again():
    person = registered_person(birth_date=date(1947, 3, 12), since=date(2010, 1, 1))
    actions.record_death(person=person, on=date(2026, 1, 2), by=BY)
    actions.amend(person=person, details={"death_date": date(2026, 1, 4)}, reason="Certificate", by=BY)
    assert person.registrations.get().ended_on == date(2026, 1, 5)
    with pytest.raises(DetailRefused, match="Amend it first"):
        actions.register_with_practice(person=person, practice=practice("SYN-DOVR-A"), on=TODAY, by=BY)
    change = actions.amend(person=person, details={"death_date": None}, reason="Another person", by=BY)
    person.refresh_from_db()
    assert person.death_date is None and person.registrations.get().ended_on is None
    assert (change.before, change.after) == ({"death_date": "2026-01-04"}, {"death_date": None})
    with pytest.raises(DetailRefused, match="before the date of birth"):
        actions.amend(person=person, details={"death_date": date(1940, 1, 1)}, reason="x", by=BY)


def test_the_history_says_who_when_and_what_newest_first_and_each_change_is_audited_once():
    person = registered_person(family_name="Vale")
    for name in ("Smith", "Jones"):
        actions.amend(person=person, details={"family_name": name}, reason="Deed poll", by=BY)
    history = list(person.changes.values_list("before__family_name", "after__family_name", "changed_by"))
    assert history == [("Smith", "Jones", BY.name), ("Vale", "Smith", BY.name)]
    assert person.changes.first().changed_at.date() >= TODAY - timedelta(days=1)
    entries = AuditEntry.objects.filter(action="person.amend")
    assert [entry.detail for entry in entries] == [{"fields": ["family_name"]}] * 2
    assert not any("Jones" in str(entry.detail) for entry in entries)


def test_a_number_of_somebody_else_is_refused_when_amending_too():
    one, other = registered_person(), registered_person()
    with pytest.raises(DetailRefused, match="ask the MDT co-ordinator"):
        actions.amend(person=one, details={"nhs_number": other.nhs_number}, reason="Letter", by=BY)


def household(size=2, **fields):
    return [
        registered_person(household="H1", address_line="1 Harbour Street", lsoa_code="E01", **fields)
        for _ in range(size)
    ]


NEW_ADDRESS = {"address_line": "9 Mill Lane", "town": "Dover", "postcode": "ct162aa"}


def test_a_household_moves_together_and_stays_one():
    vera, ted = household()
    registered_person(postcode="CT16 2AA", lsoa_code="E02", imd_decile=3, address_line="2 Mill Lane")
    moved = moving.change_address(person=vera, **NEW_ADDRESS, with_household=True, reason="Moved", by=BY)
    assert len(moved) == 2
    for person in (vera, ted):
        person.refresh_from_db()
        assert (person.address_line, person.postcode, person.household) == ("9 Mill Lane", "CT16 2AA", "H1")
        assert (person.lsoa_code, person.imd_decile) == ("E02", 3), "the small area follows the postcode"
    entry = AuditEntry.objects.get(action="person.change-address")
    assert entry.subjects.count() == 2


def test_who_moves_alone_leaves_the_household_and_joins_the_one_at_the_new_address():
    vera, ted = household()
    daughter = registered_person(household="H2", address_line="9 Mill Lane", postcode="CT16 2AA")
    moving.change_address(person=vera, **NEW_ADDRESS, with_household=False, reason="Moved in", by=BY)
    for person in (vera, ted, daughter):
        person.refresh_from_db()
    assert (vera.household, ted.household, ted.address_line) == ("H2", "H1", "1 Harbour Street")
    assert vera.lsoa_code == "", "an area that is not known is left empty"
    elsewhere = NEW_ADDRESS | {"address_line": "1 New Road"}
    moving.change_address(person=vera, **elsewhere, with_household=False, reason="Moved", by=BY)
    vera.refresh_from_db()
    assert vera.household not in ("", "H1", "H2")


def test_a_household_of_two_practices_is_not_moved_by_one_of_them():
    vera, _ = household(at="SYN-DEAL-A")
    household(1, at="SYN-DOVR-A")
    reader = reader_with_role("gp", practice="SYN-DEAL-A")
    with pytest.raises(DetailRefused, match="1 of the household"):
        moving.change_address(person=vera, **NEW_ADDRESS, with_household=True, reason="Moved", by=reader)


def test_relationships_end_are_kept_and_stand_again():
    vera, ted = registered_person(), registered_person()
    made = actions.relate(person=vera, related_person=ted, kind="unpaid-carer", on=date(2020, 1, 1), by=BY)
    with pytest.raises(DetailRefused, match="It began on 1 January 2020"):
        actions.end_relationship(relationship=made, on=date(2019, 1, 1), by=BY)
    actions.end_relationship(relationship=made, on=date(2021, 1, 1), by=BY)
    made.refresh_from_db()
    assert made.ended_on == date(2021, 1, 1)
    again = actions.relate(person=vera, related_person=ted, kind="unpaid-carer", on=date(2022, 1, 1), by=BY)
    assert (again.pk, again.ended_on, again.started_on) == (made.pk, None, date(2022, 1, 1))
    entry = AuditEntry.objects.filter(action="person.relate").first()
    assert entry.subjects.count() == 2, "both are named"


@pytest.mark.django_db(transaction=True)
def test_two_who_register_one_number_in_one_moment_register_it_once():
    at = practice()
    outcomes = at_the_same_time(
        2, lambda: register(practice=at, details=DETAILS | {"nhs_number": "999 000 0018"})
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, DetailRefused)]
    assert len(refused) == 1 and Person.objects.count() == 1
