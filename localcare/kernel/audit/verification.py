"""Recomputing the whole audit trail: what was changed, taken out, put in, moved or cut off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from localcare.kernel.audit.chain import GENESIS, Entry, chain_hash, chain_key

Progress = Callable[[int, int, str], None]

BATCH = 5_000
MOVES_SOUGHT = 200  # among so many faulty entries at most, each place is tried for each entry
COLUMNS = "occurred_at, actor, actor_role, organisation, action, basis, outcome, address, detail"
ENTRY_PARTS = ("sequence", *COLUMNS.split(", "))
READ_BATCH = f"""
    SELECT sequence, {COLUMNS}, previous_hash, hash FROM audit_auditentry
    WHERE sequence > %s AND sequence <= %s ORDER BY sequence LIMIT {BATCH}
"""
READ_SUBJECTS = """
    SELECT entry_id, reference FROM audit_auditsubject
    WHERE entry_id BETWEEN %s AND %s ORDER BY entry_id, position
"""
BEYOND_HEAD = """
    SELECT min(sequence), max(sequence) FROM audit_auditentry
    WHERE sequence > (SELECT sequence FROM audit_audithead)
"""


@dataclass(frozen=True)
class Finding:
    """One thing wrong with the trail: changed, missing, inserted, reordered or truncated."""

    kind: str
    first: int
    last: int
    explanation: str

    def __str__(self) -> str:
        where = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.kind} {where}: {self.explanation}"


@dataclass
class Report:
    """What a verification found, and the end of the chain to keep as an anchor elsewhere."""

    checked: int = 0
    head_sequence: int = 0
    head_hash: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Nothing was found."""
        return not self.findings


@dataclass(frozen=True)
class _Row:
    entry: Entry
    previous_hash: bytes
    hash: bytes


def verify(
    progress: Progress | None = None,
    *,
    anchor: tuple[int, str] | None = None,
    anchors: Sequence[tuple[int, str]] = (),
) -> Report:
    """Recompute every hash up to the head; an anchor is a sequence and hash (hex) noted at an earlier time.

    Entries appended while this runs are left to the next run.
    """
    key, report = chain_key(), Report()
    noted: dict[int, set[str]] = {}
    for sequence, digest in [*anchors, *([anchor] if anchor else [])]:
        noted.setdefault(sequence, set()).add(digest)
    head = end_of_chain()
    if head is None:
        report.findings.append(Finding("truncated", 0, 0, "the head of the chain is missing"))
        return report
    report.head_sequence, report.head_hash = head[0], head[1].hex()
    last_sequence, last_hash, faulty = 0, GENESIS, []
    for row in _rows(head[0], report, progress):
        report.findings += _gap(last_sequence, row.entry.sequence)
        if chain_hash(key, row.previous_hash, row.entry) != row.hash:
            faulty.append(row)
        elif row.previous_hash != last_hash and row.entry.sequence == last_sequence + 1:
            report.findings += _broken_link(row, faulty)
        if noted.get(row.entry.sequence, {row.hash.hex()}) != {row.hash.hex()}:
            report.findings.append(_differs_from_anchor(row.entry.sequence))
        last_sequence, last_hash = row.entry.sequence, row.hash
    report.findings += _faults(key, faulty)
    report.findings += _end(last_sequence, last_hash, head, max(noted, default=0))
    report.findings.sort(key=lambda finding: (finding.first, finding.kind))
    return report


def end_of_chain() -> tuple[int, bytes] | None:
    """The sequence and hash of the end of the chain; None when the head itself is missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence, hash FROM audit_audithead")
        found = cursor.fetchone()
    return (found[0], bytes(found[1])) if found else None


def _rows(until: int, report: Report, progress: Progress | None) -> Iterator[_Row]:
    """Every entry up to a sequence, in order, read in batches."""
    last = -(2**62)  # a forged entry may stand before the first
    while batch := _batch(last, until):
        yield from batch
        report.checked += len(batch)
        last = batch[-1].entry.sequence
        if progress:
            progress(min(last, until), until, "audit entries checked")


def _batch(after: int, until: int) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(READ_BATCH, [after, until])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        if not rows:
            return []
        cursor.execute(READ_SUBJECTS, [rows[0][0], rows[-1][0]])
        subjects = {
            sequence: tuple(reference for _, reference in pairs)
            for sequence, pairs in groupby(cursor.fetchall(), key=itemgetter(0))
        }
    return [_row(row, subjects.get(row[0], ())) for row in rows]


def _row(row: tuple[Any, ...], subjects: tuple[str, ...]) -> _Row:
    *parts, previous_hash, digest = row
    named = dict(zip(ENTRY_PARTS, parts, strict=True))
    named["detail"] = json.loads(named["detail"])  # the framework hands jsonb out as text
    entry = Entry(**named, subjects=subjects)
    return _Row(entry, bytes(previous_hash), bytes(digest))


def _differs_from_anchor(sequence: int) -> Finding:
    return Finding("changed", sequence, sequence, "it is not the entry that the anchor was taken of")


def _gap(last: int, found: int) -> list[Finding]:
    if found < 1:
        return [Finding("inserted", found, found, "it stands before the first entry")]
    if found <= last + 1:
        return []
    return [
        Finding("missing", max(last, 0) + 1, found - 1, "the entry that follows them proves they were here")
    ]


def _broken_link(row: _Row, faulty: list[_Row]) -> list[Finding]:
    """A sound entry that does not follow the one before it: that one was replaced, unless already found."""
    before = row.entry.sequence - 1
    if faulty and faulty[-1].entry.sequence == before:
        return []
    return [Finding("changed", before, before, "the next entry follows another one than this")]


def _faults(key: bytes, faulty: list[_Row]) -> list[Finding]:
    """Tell entries that were moved from those that were changed."""
    places = [row.entry.sequence for row in faulty[:MOVES_SOUGHT]]
    return [_fault(key, row, places) for row in faulty]


def _fault(key: bytes, row: _Row, places: list[int]) -> Finding:
    here = row.entry.sequence
    for place in places:
        moved = replace(row.entry, sequence=place)
        if place != here and chain_hash(key, row.previous_hash, moved) == row.hash:
            return Finding("reordered", here, here, f"this entry was written as {place}")
    return Finding("changed", here, here, "it is not what was written, or was not written by this program")


def _end(last: int, last_hash: bytes, head: tuple[int, bytes], furthest_anchor: int) -> list[Finding]:
    """Compare the last entry with the head, and the head with the last anchor."""
    findings = []
    if last < head[0]:
        findings.append(Finding("truncated", max(last, 0) + 1, head[0], "the end of the trail was cut off"))
    elif last_hash != head[1]:
        findings.append(Finding("changed", last, last, "the head of the chain holds another hash"))
    if head[0] < furthest_anchor:
        findings.append(
            Finding("truncated", head[0] + 1, furthest_anchor, "the anchor proves that they were here")
        )
    with connection.cursor() as cursor:
        cursor.execute(BEYOND_HEAD)
        first, final = cursor.fetchone()
    if first is not None:
        findings.append(Finding("inserted", first, final, "they stand after the head of the chain"))
    return findings
