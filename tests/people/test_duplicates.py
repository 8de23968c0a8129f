"""Possible duplicates are found by the database with reasons, and stay as a person decided them."""

from __future__ import annotations

from datetime import date

import pyarrow.parquet as pq
import pytest

from localcare.exchange.extracts.load import load_dataset
from localcare.exchange.extracts.models import DatasetPerson
from localcare.foundation.people.comparing import MOST_SHARING
from localcare.foundation.people.duplicates import duplicates_for, find_duplicates
from localcare.foundation.people.jobs import find_duplicates_nightly
from localcare.foundation.people.likeness import ENOUGH, FINDINGS, strength
from localcare.foundation.people.merging import MergeRefused, decide_not_same, propose_again
from localcare.foundation.people.models import Person, PossibleDuplicate
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares
from tests.factories import PersonFactory, practice, reader_with_role, registered_person
from tests.people.together import at_the_same_time

pytestmark = pytest.mark.django_db
BY = system_reader("test")
VERA = {
    "family_name": "Vale", "given_name": "Vera", "birth_date": date(1947, 3, 12), "sex": "female",
    "address_line": "1 Harbour Street", "postcode": "CT14 6AB", "telephone": "",
}  # fmt: skip


def vera_and(**other):
    """Vera, and somebody who is like her but for some details."""
    return PersonFactory(**VERA), PersonFactory(**(VERA | other))


@pytest.mark.parametrize(
    ("other", "codes"),
    [
        ({"nhs_number": None}, {"family-same", "given-same", "born-same", "address-same", "number-one"}),
        ({"nhs_number": None, "family_name": "Vail"}, {"family-sounds", "given-same"}),
        ({"nhs_number": None, "family_name": "VALLE"}, {"family-similar"}),
        (
            {"nhs_number": None, "family_name": "Vale-Jones", "address_line": ""},
            {"family-similar", "postcode-same"},
        ),
        ({"nhs_number": None, "birth_date": date(1947, 12, 3)}, {"born-exchanged"}),
        ({"nhs_number": None, "birth_date": date(1948, 3, 12)}, {"born-one-part", "address-same"}),
        ({"nhs_number": None, "family_name": "Jones"}, {"family-differs", "address-same", "given-same"}),
        ({"nhs_number": None, "given_name": "Vrea", "family_name": "Vaile"}, {"given-similar"}),
        (
            {"nhs_number": None, "given_name": "Vea", "family_name": "Vael"},
            {"given-similar", "family-similar"},
        ),
        ({"nhs_number": None, "family_name": "Vera", "given_name": "Vale"}, {"names-exchanged"}),
        ({"nhs_number": None, "given_name": "V", "postcode": "ME4 1AA"}, {"given-initial"}),
        ({"postcode": "ct146ab"}, {"number-differs", "address-same"}),
    ],
)
def test_alike_enough_to_look_at_with_reasons(other, codes):
    one, two = vera_and(**other)
    assert find_duplicates(by=BY).new == 1
    pair = PossibleDuplicate.objects.get()
    assert (pair.first, pair.second) == (one, two)
    assert codes <= set(pair.reasons) <= set(FINDINGS)
    assert pair.score == strength(pair.reasons) >= ENOUGH


def test_the_same_telephone_is_a_reason_however_it_is_written():
    vera = {**VERA, "telephone": "01632 960 001"}
    PersonFactory(**vera)
    moved = {"postcode": "ME4 1AA", "telephone": "+44 (1632) 960001", "birth_date": date(1947, 3, 13)}
    PersonFactory(**(vera | moved | {"nhs_number": None}))
    find_duplicates(by=BY)
    assert {"telephone-same", "born-one-part"} <= set(PossibleDuplicate.objects.get().reasons)


@pytest.mark.parametrize(
    "other",
    [
        {"given_name": "Dorothy"},  # a twin
        {"given_name": "Vela"},  # a twin with nearly the same name and a number of her own
        {"given_name": "Dorothy", "nhs_number": None},  # a twin without a number
        {"birth_date": date(1921, 7, 1), "nhs_number": None},  # a mother of the same name
        {
            "given_name": "Bert",
            "sex": "male",
            "birth_date": date(1944, 1, 2),
            "nhs_number": None,
        },  # the husband
        {"address_line": "9 Hill Road", "postcode": "ME4 1AA"},  # a namesake, born on one day
        {"family_name": "Okafor", "given_name": "Ada", "postcode": "ME4 1AA", "nhs_number": None},
    ],
)
def test_not_alike_enough(other):
    vera_and(**other)
    assert find_duplicates(by=BY).new == 0


def test_what_very_many_share_tells_nobody_apart():
    for _ in range(MOST_SHARING + 1):
        PersonFactory(**(VERA | {"birth_date": date(1900, 1, 1), "nhs_number": None, "address_line": ""}))
    assert find_duplicates(by=BY).compared == 0


def test_searching_again_changes_nothing_and_follows_corrections():
    one, _ = vera_and(nhs_number=None)
    assert vars(find_duplicates(by=BY)) == {"compared": 1, "new": 1, "changed": 0, "gone": 0}
    before = list(PossibleDuplicate.objects.values())
    told = []
    again = find_duplicates(by=BY, progress=lambda done, total, what: told.append((done, total, what)))
    assert vars(again) == {"compared": 1, "new": 0, "changed": 0, "gone": 0}
    assert list(PossibleDuplicate.objects.values()) == before
    assert told[0][0] == 0 and told[-1][0] == told[-1][1] and all(what for _, _, what in told)
    Person.objects.filter(pk=one.pk).update(family_name="Vail")
    assert find_duplicates(by=BY).changed == 1
    Person.objects.filter(pk=one.pk).update(birth_date=date(1921, 7, 1))
    assert find_duplicates(by=BY).gone == 1
    assert not PossibleDuplicate.objects.exists()
    assert find_duplicates_nightly(timestamp=0) == 0
    assert AuditEntry.objects.filter(action="person.find-duplicates").count() == 5


def test_a_pair_kept_apart_does_not_return_until_that_is_taken_back():
    one, two = vera_and(nhs_number=None)
    find_duplicates(by=BY)
    pair = duplicates_for(BY).get()
    with pytest.raises(MergeRefused, match="Say why"):
        decide_not_same(duplicate=pair, reason=" ", by=BY)
    decide_not_same(duplicate=pair, reason="Cousins", by=BY)
    Person.objects.filter(pk=two.pk).update(family_name="Vail")
    assert vars(find_duplicates(by=BY)) == {"compared": 1, "new": 0, "changed": 0, "gone": 0}
    assert not duplicates_for(BY).exists()
    kept = duplicates_for(BY, decision="not-same").get()
    assert (kept.decided_by, kept.decision_reason) == (BY.name, "Cousins")
    with pytest.raises(MergeRefused, match="decided already by system: test"):
        decide_not_same(duplicate=pair, reason="Twice", by=BY)
    propose_again(duplicate=kept, reason="The same after all", by=BY)
    assert duplicates_for(BY).get() == pair
    entries = AuditEntry.objects.filter(action__startswith="person.not-same").order_by("sequence")
    assert [entry.action for entry in entries] == ["person.not-same", "person.not-same-undone"]
    for entry in entries:
        references = set(entry.subjects.values_list("reference", flat=True))
        assert references == {str(one.reference), str(two.reference)}


def test_a_pair_is_shown_only_to_those_who_may_see_both():
    registered_person(at="SYN-DEAL-A", **VERA)
    registered_person(at="SYN-DOVR-A", **(VERA | {"nhs_number": None}))
    find_duplicates(by=BY)
    assert not duplicates_for(reader_with_role("mdt-co-ordinator", practice="SYN-DEAL-A")).exists()
    assert not duplicates_for(reader_with_role("gp", everywhere=True)).exists()
    assert duplicates_for(reader_with_role("mdt-co-ordinator", everywhere=True)).count() == 1
    assert duplicates_for(BY, at_least=90).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_searches_in_one_moment_find_each_pair_once():
    vera_and(nhs_number=None)
    found = at_the_same_time(2, lambda: find_duplicates(by=BY).new)
    assert sorted(found) == [0, 1]


RECALL_AT_LEAST = 0.9  # measured: 1.0 of 159 pairs among 40,000 people, and no pair too many
PRECISION_AT_LEAST = 0.9


def test_recall_and_precision_in_a_dirty_synthetic_population(tmp_path, record_property):
    people, as_of = 3000, date(2026, 9, 30)
    codes = {"SYN-DEAL-A": "Deal", "SYN-DOVR-A": "Dover", "SYN-DOVR-B": "Dover"}
    for code in codes:
        practice(code)
    shares = practice_shares((code, place, 1.0) for code, place in codes.items())
    path = synthesise(
        people=people,
        seed=7,
        as_of=as_of,
        practices=shares,
        out=tmp_path / "population",
        events_per_person=16,
    )
    truth = pq.read_table(path / "truth.parquet").to_pylist()
    load_dataset(path, by=BY)
    key_of = dict(DatasetPerson.objects.values_list("person_key", "person_id"))
    true = {
        tuple(sorted((key_of[row["person_id"]], key_of[row["duplicate_of"]])))
        for row in truth
        if row.get("duplicate_of")
    }
    assert len(true) >= 10
    find_duplicates(by=BY)
    listed = set(PossibleDuplicate.objects.values_list("first_id", "second_id"))
    recall, precision = len(true & listed) / len(true), len(true & listed) / len(listed)
    record_property("recall", recall)
    record_property("precision", precision)
    print(f"{len(true)} true pairs, {len(listed)} listed: recall {recall:.3f}, precision {precision:.3f}")
    assert recall >= RECALL_AT_LEAST and precision >= PRECISION_AT_LEAST
