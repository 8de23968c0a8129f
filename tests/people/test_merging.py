"""Possible duplicates are proposed with reasons, merged by a person, and taken back exactly."""

from datetime import date

import pytest
from django.core import serializers

from localcare.foundation.people import actions
from localcare.foundation.people.duplicates import duplicates_to_decide, find_possible_duplicates
from localcare.foundation.people.merging import MergeRefused, decide_not_same, merge_people, unmerge
from localcare.foundation.people.models import (
    CommunicationNeed,
    LocalIdentifier,
    Merge,
    Person,
    PersonChange,
    PossibleDuplicate,
    Registration,
    Relationship,
)
from localcare.foundation.people.ownership import person_owned
from localcare.foundation.people.queries import PersonNotVisible, visible_people
from localcare.foundation.people.rules import Details, likeness
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import PersonFactory, reader_with_role, registered_person

BY = system_reader("test")
VERA = Details("9990000018", "Vale", "Vera", date(1947, 3, 12), "female", "1 Harbour Street", "CT14 6AB")


def changed(**fields):
    return Details(**(vars(VERA) | fields))


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (
            changed(nhs_number=""),
            {"same family name", "same date of birth", "same address", "no NHS number on one"},
        ),
        (
            changed(nhs_number="", family_name="Vail"),
            {"similar family name: Vale and Vail", "same given name"},
        ),
        (changed(nhs_number="", birth_date=date(1947, 12, 3)), {"day and month of birth exchanged"}),
        (changed(nhs_number="", birth_date=date(1948, 3, 12)), {"date of birth differs in one part"}),
        (changed(nhs_number="", family_name="Jones"), {"same address", "same given name"}),
    ],
)
def test_alike_enough_to_look_at_with_reasons(other, reasons):
    found = likeness(VERA, other)
    assert found.is_enough and reasons <= set(found.reasons)


@pytest.mark.parametrize(
    "other",
    [
        changed(given_name="Dorothy", nhs_number="9990000026"),  # a twin at the same address
        changed(
            nhs_number="9990000026",
            address_line="9 Hill Road",
            postcode="ME4 1AA",
            birth_date=date(1950, 1, 1),
        ),
        changed(nhs_number="", given_name="Bert", sex="male", birth_date=date(1944, 1, 2)),  # the husband
    ],
)
def test_not_alike_enough(other):
    assert not likeness(VERA, other).is_enough


def pair(**fields):
    one = registered_person(family_name="Vale", address_line="1 Harbour Street", **fields)
    other = registered_person(family_name="Vail", address_line="1 Harbour Street", nhs_number=None)
    return one, other


@pytest.mark.django_db
def test_pairs_are_found_once_and_a_decision_is_kept():
    one, other = pair()
    registered_person(
        family_name="Okafor", given_name="Ada", birth_date=date(1980, 1, 1), address_line="2 Mill Lane"
    )
    assert find_possible_duplicates(by=BY) == 1
    assert find_possible_duplicates(by=BY) == 0
    (proposed,) = duplicates_to_decide(BY)
    assert {proposed.first, proposed.second} == {one, other}
    assert "similar family name: Vale and Vail" in proposed.reasons
    decide_not_same(duplicate=proposed, reason="Cousins", by=BY)
    assert not duplicates_to_decide(BY).exists() and find_possible_duplicates(by=BY) == 0


@pytest.mark.django_db
def test_pairs_with_day_and_month_exchanged_are_found():
    registered_person(family_name="Vale", birth_date=date(1947, 3, 12), address_line="1 Harbour Street")
    registered_person(
        family_name="Vale", birth_date=date(1947, 12, 3), address_line="1 Harbour Street", nhs_number=None
    )
    assert find_possible_duplicates(by=BY) == 1
    assert "day and month of birth exchanged" in PossibleDuplicate.objects.get().reasons


@pytest.mark.django_db
def test_a_pair_is_shown_only_to_those_who_may_see_both():
    one = registered_person(at="SYN-DEAL-A", address_line="1 Harbour Street", family_name="Vale")
    registered_person(at="SYN-DOVR-A", address_line="1 Harbour Street", family_name="Vale", nhs_number=None)
    find_possible_duplicates(by=BY)
    assert not duplicates_to_decide(reader_with_role("mdt-co-ordinator", practice="SYN-DEAL-A")).exists()
    assert duplicates_to_decide(BY).count() == 1
    with pytest.raises(PersonNotVisible):
        merge_people(
            kept=one,
            removed=Person.objects.exclude(pk=one.pk).get(),
            reason="x",
            by=reader_with_role("analyst"),
        )


def everything():
    """Each row of the room as it is, without what merging itself writes."""
    models = (Person, Registration, CommunicationNeed, Relationship, LocalIdentifier, PersonChange)
    return {model: serializers.serialize("json", model.objects.order_by("pk")) for model in models}


@pytest.fixture
def two_records(db):
    kept, removed = pair(telephone="")
    kept.nhs_number, removed.nhs_number = None, kept.nhs_number
    kept.save()
    Person.objects.filter(pk=removed.pk).update(nhs_number=removed.nhs_number, telephone="01632 960001")
    removed.refresh_from_db()
    daughter = registered_person(family_name="Vale", given_name="June", address_line="1 Harbour Street")
    for person in (kept, removed):
        actions.relate(person=person, related_person=daughter, kind="unpaid-carer", by=BY)
        actions.add_communication_need(
            person=person, need=f"Need of {person.family_name}", on=date(2026, 1, 1), by=BY
        )
    actions.relate(person=daughter, related_person=removed, kind="parent", by=BY)
    LocalIdentifier.objects.create(person=removed, system="hospital", value="A1")
    actions.amend(person=removed, details={"town": "Walmer"}, reason="Moved", by=BY)
    removed.refresh_from_db()
    return kept, removed


def test_a_merge_moves_every_row_and_unmerging_restores_exactly(two_records):
    kept, removed = two_records
    before = everything()
    merge = merge_people(kept=kept, removed=removed, reason="Same person: confirmed by telephone", by=BY)
    number = removed.nhs_number
    kept.refresh_from_db()
    removed.refresh_from_db()
    assert (kept.nhs_number, kept.telephone, removed.nhs_number, removed.merged_into) == (
        number,
        "01632 960001",
        None,
        kept,
    )
    assert LocalIdentifier.objects.get().person == kept
    assert kept.communication_needs.count() == 2 and kept.changes.count() == 1
    assert kept.registrations.count() == 1 and removed.registrations.count() == 1, (
        "the same registration stays behind"
    )
    assert kept.relationships.count() == 1 and kept.related_to.count() == 1
    assert list(visible_people(BY).filter(pk=removed.pk)) == []
    later = actions.add_communication_need(person=kept, need="Learnt since", on=date(2026, 2, 1), by=BY)

    unmerge(merge=merge, reason="Two people after all", by=BY)
    later.refresh_from_db()
    assert later.person == kept, "what came since stays"
    later.delete()
    assert everything() == before
    with pytest.raises(MergeRefused, match="taken back already"):
        unmerge(merge=merge, reason="Again", by=BY)
    actions_audited = list(
        AuditEntry.objects.filter(action__in=("person.merge", "person.unmerge")).order_by("sequence")
    )
    assert [entry.action for entry in actions_audited] == ["person.merge", "person.unmerge"]


def test_a_merge_under_a_later_one_is_taken_back_after_it(two_records):
    kept, removed = two_records
    third = PersonFactory()
    before = everything()
    first = merge_people(kept=kept, removed=removed, reason="Same", by=BY)
    second = merge_people(kept=third, removed=kept, reason="Same", by=BY)
    with pytest.raises(MergeRefused, match="later merge first"):
        unmerge(merge=first, reason="No", by=BY)
    unmerge(merge=second, reason="No", by=BY)
    unmerge(merge=first, reason="No", by=BY)
    assert everything() == before


@pytest.mark.django_db
def test_nobody_is_merged_into_themselves_or_without_a_reason():
    one, other = pair()
    with pytest.raises(MergeRefused, match="one person already"):
        merge_people(kept=one, removed=one, reason="x", by=BY)
    with pytest.raises(MergeRefused, match="Say why"):
        merge_people(kept=one, removed=other, reason=" ", by=BY)
    assert not Merge.objects.exists()


def test_rows_of_every_room_follow_a_merge_unless_it_is_said_that_they_stay():
    keys = {owned.key for owned in person_owned()}
    assert {"record.fact.person", "record.stay.person", "people.registration.person"} <= keys
    assert {"people.relationship.person", "people.relationship.related_person"} <= keys
    assert not keys & {"people.merge.kept", "people.merge.removed", "people.person.merged_into"}


@pytest.mark.django_db
def test_facts_of_the_record_follow_and_return():
    from localcare.foundation.record.models import Fact, Source

    kept, removed = pair()
    source = Source.objects.create(code="test", name="Test")
    fact = Fact.objects.create(
        person=removed, source=source, source_key="1", kind="condition", system="SNOMED-CT", code="248279007",
        occurred_on=date(2026, 1, 1),
    )  # fmt: skip
    merge = merge_people(kept=kept, removed=removed, reason="Same", by=BY)
    assert Fact.objects.get(pk=fact.pk).person == kept
    assert merge.moved["record.fact.person"] == [fact.pk]
    unmerge(merge=merge, reason="Not the same", by=BY)
    assert Fact.objects.get(pk=fact.pk).person == removed
