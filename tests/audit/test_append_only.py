"""The database itself refuses to change, delete or empty the trail."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.actions import AuditHeadLost, record_access
from localcare.kernel.audit.beginning import begin_chain
from localcare.kernel.audit.models import AuditEntry, AuditHead

pytestmark = pytest.mark.django_db

FORBIDDEN = [
    "UPDATE audit_auditentry SET actor = 'somebody else'",
    "DELETE FROM audit_auditentry",
    "TRUNCATE audit_auditentry CASCADE",
    "UPDATE audit_auditsubject SET reference = 'somebody else'",
    "DELETE FROM audit_auditsubject",
    "TRUNCATE audit_auditsubject",
    "DELETE FROM audit_audithead",
    "TRUNCATE audit_audithead",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_history_cannot_be_rewritten(statement):
    record_access(reader=system_reader("test"), action="test", subjects=["p1"])
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL localcare.audit_sealed = 'on'")  # as in a database that is no test's
        cursor.execute(statement)
    entry = AuditEntry.objects.get()
    assert entry.actor == "system: test"
    assert entry.subjects.get().reference == "p1"


@pytest.mark.parametrize("sequence", [0, 1, 3, 100])
def test_the_head_only_advances_by_one(sequence):
    record_access(reader=system_reader("test"), action="test")
    with pytest.raises(DatabaseError, match="only advances"), transaction.atomic():
        AuditHead.objects.update(sequence=sequence)


def test_the_orm_cannot_change_an_entry_either():
    record_access(reader=system_reader("test"), action="test")
    entry = AuditEntry.objects.get()
    entry.actor = "somebody else"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_a_lost_head_stops_all_auditing_and_is_not_quietly_replaced():
    record_access(reader=system_reader("test"), action="test")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_audithead DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_audithead")
        cursor.execute("ALTER TABLE audit_audithead ENABLE TRIGGER USER")
    begin_chain()
    with pytest.raises(AuditHeadLost, match="audit verify"):
        record_access(reader=system_reader("test"), action="test")
