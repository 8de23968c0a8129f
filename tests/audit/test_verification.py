"""Each kind of tampering, done for real by somebody who owns the database, is found with its place."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone

from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit import anchors, verification
from localcare.kernel.audit.actions import record_access
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.audit.verification import verify

pytestmark = pytest.mark.django_db

TABLES = ("audit_auditentry", "audit_auditsubject", "audit_audithead")


@pytest.fixture
def trail():
    """Ten entries about one person each."""
    for number in range(1, 11):
        record_access(
            reader=system_reader("test"), action="person.read", subjects=[f"p{number}"], detail={"n": number}
        )


@contextmanager
def tampering():
    """A cursor of somebody who switched the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found(report=None):
    return [(finding.kind, finding.first, finding.last) for finding in (report or verify()).findings]


def remove(cursor, condition):
    cursor.execute(
        f"DELETE FROM audit_auditsubject WHERE entry_id IN (SELECT sequence FROM audit_auditentry WHERE {condition})"
    )
    cursor.execute(f"DELETE FROM audit_auditentry WHERE {condition}")


def test_an_untouched_trail_is_sound(trail):
    report = verify()
    assert report.is_sound
    assert (report.checked, report.head_sequence) == (10, 10)
    assert report.head_hash == bytes(AuditEntry.objects.get(sequence=10).hash).hex()


def test_an_empty_trail_is_sound():
    assert verify().is_sound


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody else'",
        "actor_role = 'gp'",
        "organisation = 'Elm'",
        "action = 'person.edit'",
        "basis = 'because'",
        "outcome = 'denied'",
        "address = '10.0.0.9'",
        "detail = '{\"n\": 50}'",
        "occurred_at = occurred_at + interval '1 microsecond'",
        "hash = decode(repeat('00', 32), 'hex')",
        "previous_hash = decode(repeat('00', 32), 'hex')",
    ],
)
def test_a_changed_row_is_found(trail, change):
    with tampering() as cursor:
        cursor.execute(f"UPDATE audit_auditentry SET {change} WHERE sequence = 5")
    assert ("changed", 5, 5) in found()
    assert {sequence for _, sequence, _ in found()} <= {5, 6}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_auditsubject SET reference = 'p99' WHERE entry_id = 5",
        "DELETE FROM audit_auditsubject WHERE entry_id = 5",
        "INSERT INTO audit_auditsubject (entry_id, position, reference) VALUES (5, 2, 'p99')",
    ],
)
def test_a_changed_removed_or_added_subject_is_found(trail, change):
    with tampering() as cursor:
        cursor.execute(change)
    assert found() == [("changed", 5, 5)]


def test_missing_rows_are_found_with_their_range(trail):
    with tampering() as cursor:
        remove(cursor, "sequence BETWEEN 4 AND 6")
    assert found() == [("missing", 4, 6)]


def test_a_missing_beginning_is_found(trail):
    with tampering() as cursor:
        remove(cursor, "sequence <= 2")
    assert found() == [("missing", 1, 2)]


def test_a_cut_off_end_is_found(trail):
    with tampering() as cursor:
        remove(cursor, "sequence >= 9")
    assert found() == [("truncated", 9, 10)]


def test_an_emptied_trail_is_found(trail):
    with tampering() as cursor:
        remove(cursor, "true")
    assert found() == [("truncated", 1, 10)]


def test_a_lost_head_is_found(trail):
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_audithead")
    assert found() == [("truncated", 0, 0)]


COPY = """
    INSERT INTO audit_auditentry
    SELECT %s, occurred_at, actor, actor_role, organisation, action, basis, outcome, address, detail,
        previous_hash, hash FROM audit_auditentry WHERE sequence = 5
"""


@pytest.mark.parametrize("place", [0, -3, 11, 50])
def test_a_row_inserted_before_or_after_the_chain_is_found(trail, place):
    with tampering() as cursor:
        cursor.execute(COPY, [place])
    assert ("inserted", place, place) in found()


def test_a_row_inserted_in_place_of_a_deleted_one_is_found(trail):
    with tampering() as cursor:
        remove(cursor, "sequence = 7")
        cursor.execute(COPY, [7])
    assert 7 in {sequence for _, sequence, _ in found()}


def test_swapped_rows_are_found_as_reordered(trail):
    with tampering() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for before, after in ((3, 1003), (8, 3), (1003, 8)):
            cursor.execute("UPDATE audit_auditentry SET sequence = %s WHERE sequence = %s", [after, before])
            cursor.execute("UPDATE audit_auditsubject SET entry_id = %s WHERE entry_id = %s", [after, before])
    report = verify()
    assert [finding for finding in found(report) if finding[0] == "reordered"] == [
        ("reordered", 3, 3),
        ("reordered", 8, 8),
    ]
    assert "written as 8" in str(report.findings[0])


def test_a_head_moved_back_over_a_cut_is_found_by_the_anchor(trail):
    anchor = (verify().head_sequence, verify().head_hash)
    with tampering() as cursor:
        remove(cursor, "sequence >= 9")
        cursor.execute(
            "UPDATE audit_audithead SET sequence = 8, hash = (SELECT hash FROM audit_auditentry WHERE sequence = 8)"
        )
    assert verify().is_sound  # by itself such a trail looks whole: that is why the anchor is kept elsewhere
    assert found(verify(anchor=anchor)) == [("truncated", 9, 10)]


def test_a_file_of_anchors_finds_a_cut_tail_and_an_entry_put_in_its_place(trail, tmp_path):
    file = tmp_path / "anchors.txt"
    anchors.note(file)
    noted = anchors.read(file)
    record_access(reader=system_reader("test"), action="person.read")
    anchors.note(file)
    assert [anchor.sequence for anchor in anchors.read(file)] == [10, 11]
    assert verify(anchors=[(a.sequence, a.digest) for a in anchors.read(file)]).is_sound

    with tampering() as cursor:
        remove(cursor, "sequence >= 10")
        cursor.execute(
            "UPDATE audit_audithead SET sequence = 9, hash = (SELECT hash FROM audit_auditentry WHERE sequence = 9)"
        )
    assert found(verify(anchors=[(a.sequence, a.digest) for a in anchors.read(file)])) == [
        ("truncated", 10, 11)
    ]
    record_access(reader=system_reader("test"), action="person.read")
    assert found(verify(anchors=[(a.sequence, a.digest) for a in noted])) == [("changed", 10, 10)]


@pytest.mark.parametrize(
    ("text", "said"), [("", "holds no anchor"), ("12:ab 2026\nwhat\n", "line 2: An anchor is a number")]
)
def test_a_file_that_holds_no_anchor_says_so(tmp_path, text, said):
    file = tmp_path / "anchors.txt"
    file.write_text(text)
    with pytest.raises(anchors.AnchorError, match=said):
        anchors.read(file)


def test_a_trail_written_with_another_key_is_not_ours(trail, settings):
    settings.AUDIT_KEY = "a-key-that-somebody-guessed-wrongly"
    assert found() == [("changed", number, number) for number in range(1, 11)]


def test_entries_are_checked_in_batches_with_progress(trail, monkeypatch):
    monkeypatch.setattr(verification, "READ_BATCH", verification.READ_BATCH.replace("LIMIT 5000", "LIMIT 3"))
    told = []
    report = verify(lambda done, total, what: told.append((done, total)))
    assert report.is_sound
    assert told == [(3, 10), (6, 10), (9, 10), (10, 10)]


def test_a_clock_that_goes_backwards_breaks_nothing(trail, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2020, 1, 1, tzinfo=UTC))
    record_access(reader=system_reader("test"), action="person.read")
    assert AuditEntry.objects.get(sequence=11).occurred_at.year == 2020
    assert verify().is_sound
