"""Appending to the audit trail: the only way anything is written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg.types.json import Jsonb

from localcare.kernel.audit.chain import Entry, chain_hash, chain_key, plain
from localcare.kernel.audit.models import AuditEntry


class Actor(Protocol):
    """What an entry says about who acted; `access.readers.Reader` is one."""

    @property
    def name(self) -> str:
        """The user name, or the name of the job."""

    @property
    def role_codes(self) -> tuple[str, ...]:
        """The roles in force."""

    @property
    def organisation(self) -> str:
        """The organisation the actor works for."""

    @property
    def address(self) -> str:
        """The network address the request came from."""


class AnonymousActor(Exception):
    """Something was to be audited that nobody did."""


@dataclass(frozen=True)
class Refusal:
    """A refusal as it was written: its place in the chain and what to say again if that is lost."""

    sequence: int
    digest: bytes
    said: Mapping[str, Any]


class AuditHeadLost(Exception):
    """The row that ends the chain is gone, so nothing can be appended."""


# Refusals written inside a transaction that may be rolled back; the middleware writes the lost ones again.
unsettled_refusals: ContextVar[list[Refusal] | None] = ContextVar("unsettled_refusals", default=None)

LOCK_HEAD = "SELECT sequence + 1, hash FROM audit_audithead FOR UPDATE"
APPEND_ENTRY = """
    WITH head AS (UPDATE audit_audithead SET sequence = %(sequence)s, hash = %(hash)s),
    entry AS (
        INSERT INTO audit_auditentry (sequence, occurred_at, actor, actor_role, organisation, action, basis,
            outcome, address, detail, previous_hash, hash)
        VALUES (%(sequence)s, %(occurred_at)s, %(actor)s, %(actor_role)s, %(organisation)s, %(action)s,
            %(basis)s, %(outcome)s, %(address)s, %(detail)s, %(previous_hash)s, %(hash)s))
    INSERT INTO audit_auditsubject (entry_id, position, reference)
    SELECT %(sequence)s, position, reference
    FROM unnest(%(subjects)s::text[]) WITH ORDINALITY AS subject (reference, position)
"""


@dataclass(frozen=True)
class Access:
    """What somebody did, to whom and why, as it is to be written down."""

    action: str
    subjects: Sequence[str] = ()
    basis: str = ""
    outcome: str = "success"
    detail: Mapping[str, Any] = field(default_factory=dict)


def record_access(
    *,
    reader: Actor,
    action: str,
    subjects: Sequence[str] = (),
    basis: str = "",
    outcome: str = "success",
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Append one entry and return its sequence.

    Outside a transaction the entry is durable when this returns; inside one it stands or falls with it.
    Call it last: from here until the commit every other append waits.
    """
    return record_accesses(reader, [Access(action, subjects, basis, outcome, detail or {})])[0]


def record_accesses(reader: Actor, accesses: Sequence[Access]) -> list[int]:
    """Append entries in this order, all of them or none, and return their sequences: one lock and one commit."""
    if not reader.name:
        raise AnonymousActor(
            f"{accesses[0].action} was to be audited without an actor: sign in or use system_reader(name)."
        )
    # No savepoint of its own: what cannot be audited must not be done, so the act around it falls as well.
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(LOCK_HEAD)
        head = cursor.fetchone()
        if head is None:
            raise AuditHeadLost("The head of the audit trail is missing: run localcare audit verify.")
        sequence, previous_hash = head[0], bytes(head[1])
        written = []
        for access in accesses:
            entry = _entry(reader, access, sequence)
            previous_hash = _append(cursor, entry, previous_hash)
            written.append((entry, previous_hash))
            sequence += 1
    for entry, digest in written:
        _remember_refusal(entry, digest, reader=reader)
    return [entry.sequence for entry, _ in written]


def _entry(reader: Actor, access: Access, sequence: int) -> Entry:
    return Entry(
        sequence=sequence,
        occurred_at=timezone.now(),
        actor=reader.name,
        actor_role=", ".join(reader.role_codes),
        organisation=reader.organisation,
        action=access.action,
        basis=plain(access.basis),
        outcome=access.outcome,
        address=reader.address,
        detail=plain(dict(access.detail)),
        subjects=tuple(dict.fromkeys(str(subject) for subject in access.subjects)),
    )


def _append(cursor: CursorWrapper, entry: Entry, previous_hash: bytes) -> bytes:
    """Chain the entry to the one before; returns its hash, which the next is chained to."""
    digest = chain_hash(chain_key(), previous_hash, entry)
    row = {**vars(entry), "detail": Jsonb(entry.detail), "subjects": list(entry.subjects)}
    cursor.execute(APPEND_ENTRY, {**row, "previous_hash": previous_hash, "hash": digest})
    return digest


@contextmanager
def refusals_survive() -> Iterator[None]:
    """Keep refusals made within, even when the transaction they were made in is rolled back."""
    token = unsettled_refusals.set([])
    try:
        yield
    finally:
        refusals = unsettled_refusals.get() or []
        unsettled_refusals.reset(token)
        for refusal in refusals:
            if not AuditEntry.objects.filter(sequence=refusal.sequence, hash=refusal.digest).exists():
                record_access(**refusal.said)


def _remember_refusal(entry: Entry, digest: bytes, *, reader: Actor) -> None:
    refusals = unsettled_refusals.get()
    if entry.outcome != "denied" or refusals is None or not connection.in_atomic_block:
        return
    said = {name: getattr(entry, name) for name in ("action", "subjects", "basis", "outcome", "detail")}
    refusals.append(Refusal(entry.sequence, digest, {"reader": reader, **said}))
