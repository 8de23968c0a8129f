"""What people do with the quarantine: correct and replay, replay all of a reason, dismiss, open again."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from localcare.exchange.loads.feeds import feed_of
from localcare.exchange.loads.models import QuarantinedRow, QuarantineEvent
from localcare.exchange.loads.quarantine import Refused, storable
from localcare.exchange.loads.queries import visible_rows
from localcare.exchange.loads.reasons import reason
from localcare.foundation.people.queries import visible_people
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

BATCH_ROWS = 2_000
NOTE_NEEDED = "Say why, so that those who look later understand."


class NothingToDo(ValueError):
    """The row is not in a state for this, or a reason is missing; the message says which."""


@transaction.atomic
def replay_row(*, row: QuarantinedRow, content: Any, by: Reader, note: str = "") -> Refused | None:
    """Try a row again with this content; None when it went in, else the fault that keeps it out."""
    locked = _locked(row, QuarantinedRow.Status.OPEN, by)
    before, feed = locked.content, feed_of(locked.feed)
    (fault,) = feed.replay(locked.run, locked.table, [content])
    locked.content = storable(content)
    if fault is None:
        _close(locked, QuarantinedRow.Status.REPLAYED)
    else:
        _describe(locked, fault)
    people = feed.people_of(locked.source, locked.table, content)
    _must_see(by, people)
    kind = QuarantineEvent.Kind.REPLAYED if fault is None else QuarantineEvent.Kind.STILL_FAULTY
    _remember(locked, kind, by, note, before)
    record_access(
        reader=by, action="quarantine.replay", subjects=people,
        basis="correction of received data", outcome="success" if fault is None else "refused",
        detail={"row": locked.pk, "changed": before != locked.content},
    )  # fmt: skip
    return fault


def replay_reason(
    *, table: str, reason_code: str, by: Reader, source_id: int | None = None
) -> tuple[int, int]:
    """Try every open row of a table with this reason again as it is; how many went in, and how many did not.

    Only rows that `by` may correct are tried.
    """
    waiting = visible_rows(by, "quarantine.correct").filter(
        status=QuarantinedRow.Status.OPEN, table=table, reason=reason_code
    )
    if source_id is not None:
        waiting = waiting.filter(source_id=source_id)
    gone_in = kept_out = last = 0
    while rows := list(waiting.filter(pk__gt=last).order_by("pk")[:BATCH_ROWS]):
        rows = list(takewhile(lambda row: row.run_id == rows[0].run_id, rows))  # noqa: B023 - used at once
        last = rows[-1].pk
        in_now = _replay_batch(rows, by)
        gone_in, kept_out = gone_in + in_now, kept_out + len(rows) - in_now
    return gone_in, kept_out


@transaction.atomic
def dismiss_row(*, row: QuarantinedRow, by: Reader, note: str) -> None:
    """Leave a row out for good, with the reason in words."""
    if not note.strip():
        raise NothingToDo(NOTE_NEEDED)
    locked = _locked(row, QuarantinedRow.Status.OPEN, by)
    _close(locked, QuarantinedRow.Status.DISMISSED)
    _remember(locked, QuarantineEvent.Kind.DISMISSED, by, note, locked.content)
    record_access(
        reader=by, action="quarantine.dismiss", basis="correction of received data", detail={"row": locked.pk}
    )


@transaction.atomic
def reopen_row(*, row: QuarantinedRow, by: Reader, note: str = "") -> None:
    """Take a dismissal back."""
    locked = _locked(row, QuarantinedRow.Status.DISMISSED, by)
    locked.status, locked.closed_at = QuarantinedRow.Status.OPEN, None
    locked.save(update_fields=("status", "closed_at"))
    _remember(locked, QuarantineEvent.Kind.REOPENED, by, note, locked.content)
    record_access(
        reader=by, action="quarantine.reopen", basis="correction of received data", detail={"row": locked.pk}
    )


@transaction.atomic
def _replay_batch(rows: list[QuarantinedRow], by: Reader) -> int:
    feed, first = feed_of(rows[0].feed), rows[0]
    locked = list(
        QuarantinedRow.objects.select_for_update(of=("self",))
        .filter(pk__in=[row.pk for row in rows], status=QuarantinedRow.Status.OPEN)
        .select_related("source")
        .order_by("pk")
    )
    faults = feed.replay(first.run, first.table, [row.content for row in locked])
    people: set[str] = set()
    gone_in = 0
    for row, fault in zip(locked, faults, strict=True):
        if fault is None:
            _close(row, QuarantinedRow.Status.REPLAYED)
            _remember(row, QuarantineEvent.Kind.REPLAYED, by, "replayed with all of its reason", row.content)
            people.update(feed.people_of(row.source, row.table, row.content))
            gone_in += 1
        else:
            _describe(row, fault)
    record_access(
        reader=by, action="quarantine.replay-all", subjects=sorted(people), basis="correction of received data",
        detail={"table": first.table, "reason": first.reason, "tried": len(locked), "went_in": gone_in},
    )  # fmt: skip
    return gone_in


def _must_see(by: Reader, people: list[str]) -> None:
    """A correction may not make the row one about somebody outside the scope; raising undoes it."""
    seen = visible_people(by, "quarantine.correct").filter(reference__in=people).count()
    if seen < len(set(people)):
        raise PermissionDenied("The row would be about a person whom you may not see.")


def _locked(row: QuarantinedRow, status: str, by: Reader) -> QuarantinedRow:
    """The row, kept from others until the transaction ends. Raises PermissionDenied or NothingToDo."""
    if not visible_rows(by, "quarantine.correct").filter(pk=row.pk).exists():
        raise PermissionDenied(
            "To correct this row you need the permission quarantine.correct for its practice."
        )
    locked = (
        QuarantinedRow.objects.select_for_update(of=("self",))
        .select_related("run__source", "source")
        .get(pk=row.pk)
    )
    if locked.status != status:
        raise NothingToDo(f"The row has been dealt with: it is {locked.get_status_display().lower()}.")
    return locked


def _close(row: QuarantinedRow, status: str) -> None:
    row.status, row.closed_at = status, timezone.now()
    row.save(update_fields=("status", "closed_at", "content"))


def _describe(row: QuarantinedRow, fault: Refused) -> None:
    row.column, row.reason, row.message = fault.column[:200], fault.reason, fault.message
    row.remedy, row.row_key = reason(fault.reason).remedy, fault.row_key[:120]
    row.save(update_fields=("column", "reason", "message", "remedy", "row_key", "content"))


def _remember(row: QuarantinedRow, kind: str, by: Reader, note: str, before: Any) -> None:
    QuarantineEvent.objects.create(
        row=row, kind=kind, occurred_at=timezone.now(), by=by.name[:150], note=note.strip(),
        content_before=before, content_after=row.content,
    )  # fmt: skip
