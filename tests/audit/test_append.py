"""Entries are appended in sequence, each chained to the one before."""

import pytest

from localcare.kernel.access.readers import ANONYMOUS, system_reader
from localcare.kernel.audit.actions import AnonymousActor, record_access
from localcare.kernel.audit.models import AuditEntry, AuditHead

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
