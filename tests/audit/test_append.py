"""Entries are appended in sequence, each chained to the one before."""

import pytest
from django.db import transaction

from localcare.kernel.access.readers import ANONYMOUS, system_reader
from localcare.kernel.audit.actions import Access, AnonymousActor, record_access, record_accesses
from localcare.kernel.audit.models import AuditEntry, AuditHead
from localcare.kernel.audit.verification import verify

pytestmark = pytest.mark.django_db


def test_entries_follow_one_another_and_the_head_names_the_last():
    first = record_access(reader=system_reader("nightly run"), action="list.run", subjects=["b", "c"])
    second = record_access(reader=system_reader("nightly run"), action="list.run", detail={"people": 2})

    entries = list(AuditEntry.objects.order_by("sequence"))
    assert [entry.sequence for entry in entries] == [first, second]
    assert bytes(entries[1].previous_hash) == bytes(entries[0].hash)
    assert [subject.reference for subject in entries[0].subjects.order_by("position")] == ["b", "c"]
    head = AuditHead.objects.get()
    assert (head.sequence, bytes(head.hash)) == (second, bytes(entries[1].hash))


def test_nobody_cannot_be_audited():
    with pytest.raises(AnonymousActor, match="without an actor"):
        record_access(reader=ANONYMOUS, action="person.read")
    assert not AuditEntry.objects.exists()


def test_entries_that_go_together_are_chained_like_others_with_one_lock(django_assert_num_queries):
    reader = system_reader("a page that names three people")
    record_access(reader=reader, action="person.read", subjects=["a"])

    with django_assert_num_queries(3):  # the head is locked once; each entry moves it
        sequences = record_accesses(
            reader, [Access("person.read", ["b"]), Access("person.named-as-related", ["c", "d"], "Family")]
        )
    last = record_access(reader=reader, action="person.read", subjects=["e"])

    entries = list(AuditEntry.objects.order_by("sequence"))
    assert [entry.sequence for entry in entries[1:]] == [*sequences, last]
    assert (entries[2].action, entries[2].basis) == ("person.named-as-related", "Family")
    assert [subject.reference for subject in entries[2].subjects.order_by("position")] == ["c", "d"]
    assert verify().is_sound


def test_of_entries_that_go_together_all_are_written_or_none():
    class Unwritable:
        """Something whose words cannot be had."""

        def __str__(self) -> str:
            raise ValueError("no words")

    with pytest.raises(ValueError, match="no words"), transaction.atomic():
        record_accesses(
            system_reader("test"),
            [Access("person.read", ["a"]), Access("person.read", detail={"x": Unwritable()})],
        )
    assert not AuditEntry.objects.exists()
