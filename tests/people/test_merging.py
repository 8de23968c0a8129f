"""Two records are merged by a person with every row, and taken apart again exactly."""

from __future__ import annotations

from datetime import date

import pytest
from django.core import serializers
from django.db import connection, transaction

from localcare.foundation.people import actions
from localcare.foundation.people.duplicates import duplicates_for, find_duplicates, merges_for
from localcare.foundation.people.merging import MergeRefused, merge_people, unmerge
from localcare.foundation.people.models import (
    CommunicationNeed,
    LocalIdentifier,
    Merge,
    Person,
    PersonChange,
    Registration,
    Relationship,
)
from localcare.foundation.people.ownership import person_owned
from localcare.foundation.people.queries import PersonNotVisible, find_person, visible_people
from localcare.foundation.record.models import Fact, Source
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import PersonFactory, practice, reader_with_role, registered_person
from tests.people.together import at_the_same_time

BY = system_reader("test")
SAME = "Same person: confirmed by telephone"
pytestmark = pytest.mark.django_db


def everything():
    """Each row that belongs to people as it is, without what merging itself writes."""
    models = (Person, Registration, CommunicationNeed, Relationship, LocalIdentifier, PersonChange, Fact)
    return {model: serializers.serialize("json", model.objects.order_by("pk")) for model in models}


def fact(person, key):
    source, _ = Source.objects.get_or_create(code="test", defaults={"name": "Test"})
    return Fact.objects.create(
        person=person, source=source, source_key=key, kind="condition", system="SNOMED-CT", code="248279007",
        occurred_on=date(2026, 1, 1),
    )  # fmt: skip


@pytest.fixture
def two_records():
    """Vera twice: the first without number and telephone; rows of every kind, some of them on both."""
    kept = registered_person(
        family_name="Vale", telephone="", nhs_number=None, sex="unknown", until=date(2020, 5, 1)
    )
    removed = registered_person(
        family_name="Vail", telephone="01632 960001", national_data_opt_out=True, title="Mrs",
        preferred_name="Vee", email="vera@example.org",
    )  # fmt: skip
    Registration.objects.create(person=removed, practice=practice("SYN-DOVR-A"), started_on=date(2001, 1, 1),
                                ended_on=date(2010, 1, 1))  # fmt: skip
    daughter = registered_person(family_name="Vale", given_name="June")
    for person in (kept, removed):
        actions.relate(person=person, related_person=daughter, kind="unpaid-carer", by=BY)
        actions.relate(person=person, name="Neighbour Ted", kind="next-of-kin", by=BY)
        actions.relate(person=daughter, related_person=person, kind="parent", by=BY)
        actions.add_communication_need(person=person, need="Large print", on=date(2026, 1, 1), by=BY)
        LocalIdentifier.objects.create(person=person, system="hospital", value=f"A{person.pk}")
        fact(person, str(person.pk))
    actions.relate(person=kept, related_person=removed, kind="sibling", by=BY)
    actions.relate(person=removed, related_person=kept, kind="sibling", by=BY)
    actions.amend(person=removed, details={"town": "Walmer"}, reason="Moved", by=BY)
    kept.refresh_from_db()
    removed.refresh_from_db()
    return kept, removed


def test_a_merge_moves_every_row_and_fills_in_what_was_missing(two_records):
    kept, removed = two_records
    number = removed.nhs_number
    merge = merge_people(kept=kept, removed=removed, reason=SAME, by=BY)
    kept.refresh_from_db()
    removed.refresh_from_db()
    assert (kept.nhs_number, removed.nhs_number, removed.merged_into) == (number, None, kept)
    assert (kept.telephone, kept.title, kept.sex, kept.national_data_opt_out) == (
        "01632 960001", "Mrs", "female", True,
    )  # fmt: skip
    assert (kept.family_name, kept.town) == ("Vale", "Deal"), "what was there stays"
    assert kept.local_identifiers.count() == 2 and Fact.objects.filter(person=kept).count() == 2
    assert merge.moved["record.fact.person"] == [Fact.objects.get(source_key=str(removed.pk)).pk]
    starts = list(kept.registrations.order_by("started_on").values_list("started_on", "ended_on"))
    assert starts == [(date(2001, 1, 1), date(2010, 1, 1)), (date(2010, 1, 1), None)], "the later end holds"
    assert not kept.relationships.filter(related_person=kept).exists(), "nobody is their own sibling"
    assert kept.relationships.filter(kind="unpaid-carer").count() == 1
    assert kept.relationships.filter(kind="next-of-kin").count() == 2
    assert not visible_people(BY).filter(pk=removed.pk).exists()
    assert find_person(BY, removed.reference) == kept, "the old address leads to the one kept"


def test_taking_a_merge_back_restores_every_row(two_records):
    kept, removed = two_records
    before = everything()
    merge = merge_people(kept=kept, removed=removed, reason=SAME, by=BY)
    assert everything() != before
    unmerge(merge=merge, reason="Two people after all", by=BY)
    assert everything() == before
    merge.refresh_from_db()
    assert (merge.undone_by, merge.undone_reason) == (BY.name, "Two people after all")
    with pytest.raises(MergeRefused, match="taken back already by system: test"):
        unmerge(merge=merge, reason="Again", by=BY)
    again = merge_people(kept=removed, removed=kept, reason="The other way round", by=BY)
    unmerge(merge=again, reason="No", by=BY)
    assert everything() == before


def test_what_came_since_the_merge_stays_with_the_one_kept(two_records):
    kept, removed = two_records
    merge = merge_people(kept=kept, removed=removed, reason=SAME, by=BY)
    learnt = actions.add_communication_need(person=kept, need="Speaks Polish", on=date(2026, 2, 1), by=BY)
    actions.amend(person=kept, details={"telephone": "01632 960009"}, reason="New telephone", by=BY)
    unmerge(merge=merge, reason="No", by=BY)
    learnt.refresh_from_db()
    kept.refresh_from_db()
    removed.refresh_from_db()
    assert learnt.person == kept
    assert (kept.telephone, kept.title) == ("01632 960009", ""), "an amendment is not lost"
    assert removed.telephone == "01632 960001"


def test_a_chain_of_merges_leads_to_the_last_and_is_taken_back_in_order(two_records):
    kept, removed = two_records
    third = registered_person(family_name="Vale")
    Person.objects.filter(pk=third.pk).update(nhs_number=None)
    before = everything()
    first = merge_people(kept=kept, removed=removed, reason=SAME, by=BY)
    second = merge_people(kept=third, removed=kept, reason=SAME, by=BY)
    assert find_person(BY, removed.reference) == find_person(BY, kept.reference) == third
    assert Fact.objects.filter(person=third).count() == 2
    with pytest.raises(MergeRefused, match="later merge first"):
        unmerge(merge=first, reason="No", by=BY)
    unmerge(merge=second, reason="No", by=BY)
    unmerge(merge=first, reason="No", by=BY)
    assert everything() == before


def test_two_different_numbers_ask_for_a_choice_and_change_places():
    kept, removed = registered_person(), registered_person()
    numbers = kept.nhs_number, removed.nhs_number
    before = everything()
    with pytest.raises(MergeRefused, match="Choose which number is right"):
        merge_people(kept=kept, removed=removed, reason=SAME, by=BY)
    with pytest.raises(MergeRefused, match="Choose which number is right"):
        merge_people(kept=kept, removed=removed, reason=SAME, by=BY, nhs_number="9990000018")
    for number in numbers:
        merge = merge_people(kept=kept, removed=removed, reason=SAME, by=BY, nhs_number=number)
        kept.refresh_from_db()
        removed.refresh_from_db()
        assert kept.nhs_number == number and {kept.nhs_number, removed.nhs_number} == set(numbers)
        unmerge(merge=merge, reason="No", by=BY)
        assert everything() == before


def test_a_number_that_somebody_else_has_by_now_does_not_go_back():
    kept, removed = registered_person(nhs_number=None), registered_person()
    number = removed.nhs_number
    merge = merge_people(kept=kept, removed=removed, reason=SAME, by=BY)
    actions.amend(person=kept, details={"nhs_number": None}, reason="Wrong number", by=BY)
    other = registered_person(nhs_number=number)
    with pytest.raises(MergeRefused, match="belongs to somebody else"):
        unmerge(merge=merge, reason="No", by=BY)
    assert Person.objects.get(pk=removed.pk).merged_into == kept, "nothing was taken back by half"
    actions.amend(person=other, details={"nhs_number": None}, reason="Wrong number", by=BY)
    unmerge(merge=merge, reason="No", by=BY)
    assert Person.objects.get(pk=removed.pk).nhs_number == number


def test_what_cannot_be_merged_is_refused_with_what_to_do():
    one, other = registered_person(), registered_person(nhs_number=None)
    with pytest.raises(MergeRefused, match="Choose two"):
        merge_people(kept=one, removed=one, reason=SAME, by=BY)
    with pytest.raises(MergeRefused, match="Say why"):
        merge_people(kept=one, removed=other, reason=" ", by=BY)
    with pytest.raises(PersonNotVisible):
        merge_people(kept=one, removed=other, reason=SAME, by=reader_with_role("gp", everywhere=True))
    merge_people(kept=one, removed=other, reason=SAME, by=BY)
    third = registered_person(nhs_number=None)
    with pytest.raises(MergeRefused, match="Already merged by system: test on"):
        merge_people(kept=other, removed=third, reason=SAME, by=BY)
    assert Merge.objects.count() == 1


def test_a_merge_and_its_way_back_are_audited_once_with_both_people(two_records):
    kept, removed = two_records
    find_duplicates(by=BY)
    assert duplicates_for(BY).filter(first=kept, second=removed).exists()
    merge = merge_people(kept=kept, removed=removed, reason=SAME, by=BY)
    assert merges_for(BY).get() == merge and not duplicates_for(BY).filter(first=kept).exists()
    unmerge(merge=merge, reason="No", by=BY)
    assert duplicates_for(BY).filter(first=kept, second=removed).exists()
    entries = AuditEntry.objects.filter(action__in=("person.merge", "person.unmerge")).order_by("sequence")
    assert [(entry.action, entry.basis) for entry in entries] == [
        ("person.merge", SAME),
        ("person.unmerge", "No"),
    ]
    for entry in entries:
        assert set(entry.subjects.values_list("reference", flat=True)) == {
            str(kept.reference), str(removed.reference),
        }  # fmt: skip


def test_rows_of_every_room_follow_unless_they_are_said_to_stay():
    keys = {owned.key for owned in person_owned()}
    assert {"record.fact.person", "record.stay.person", "stratification.decision.person"} <= keys
    assert {"people.relationship.person", "people.relationship.related_person"} <= keys
    assert not keys & {"people.merge.kept", "people.merge.removed", "people.person.merged_into"}
    assert "stratification.listentry.person" not in keys, "a summary that is made anew is not moved"


@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_one_pair_in_one_moment_have_one_effect():
    one, other = registered_person(), registered_person(nhs_number=None)
    fact(other, "1")
    asha, ben = system_reader("Asha"), system_reader("Ben")
    outcomes = at_the_same_time(
        2,
        lambda: merge_people(kept=one, removed=other, reason=SAME, by=asha),
        lambda: merge_people(kept=other, removed=one, reason=SAME, by=ben),
    )
    (made,) = [outcome for outcome in outcomes if isinstance(outcome, Merge)]
    (refused,) = [outcome for outcome in outcomes if not isinstance(outcome, Merge)]
    assert isinstance(refused, MergeRefused) and f"Already merged by {made.merged_by} on" in str(refused)
    assert Merge.objects.count() == 1 and Person.objects.filter(merged_into=None).count() == 1
    assert AuditEntry.objects.filter(action="person.merge", outcome="success").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_take_one_merge_back_in_one_moment_do_it_once():
    one, other = registered_person(), registered_person(nhs_number=None)
    merge = merge_people(kept=one, removed=other, reason=SAME, by=BY)
    outcomes = at_the_same_time(2, lambda: unmerge(merge=merge, reason="No", by=BY))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["MergeRefused", "NoneType"]


@pytest.mark.django_db(transaction=True)
def test_a_merge_does_not_wait_for_a_long_load():
    one, other = registered_person(), PersonFactory(nhs_number=None)

    def merge():
        try:
            return merge_people(kept=one, removed=other, reason=SAME, by=BY)
        except MergeRefused as refused:
            return refused

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM people_person WHERE id = %s FOR KEY SHARE", [other.pk])
        (outcome,) = at_the_same_time(1, merge)
    assert "Try again in a few minutes" in str(outcome)
    assert not Merge.objects.exists()
