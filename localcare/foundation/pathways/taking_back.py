"""Taking an act back by a new entry, with all that it led to."""

from __future__ import annotations

from localcare.foundation.pathways import refusals
from localcare.foundation.pathways.acting import do
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.ledger import Ledger
from localcare.foundation.pathways.models import JournalEntry
from localcare.foundation.pathways.timeline import standing_entries
from localcare.kernel.access.readers import Reader

UNDOABLE = frozenset(
    {"accepted", "declined", "taken", "started", "paused", "resumed", "milestone", "booked", "reviewed"}
    | {"done", "cancelled", "transferred", "prioritised", "extended", "reopened"}
)


def undo(*, entry: JournalEntry, by: Reader, reason: str) -> JournalEntry:
    """Take back the last thing that happened to a task, by a new entry; what it led to is taken back with it."""
    if entry.task is None or entry.event not in UNDOABLE:
        raise NotPossible("This entry cannot be undone. Write a note, or do the opposite.")
    if not reason.strip():
        raise NotPossible("Say why it is undone.")
    task = entry.task

    def act(ledger: Ledger) -> JournalEntry:
        refusals.check_permission(by, "task.work", None)
        held = [found for found in standing_entries(ledger.entries) if found.task_id == task.pk]
        last = next((found for found in reversed(held) if found.event in UNDOABLE | {"requested"}), None)
        if last is None or last.pk != entry.pk:
            raise NotPossible("Something has happened since. Undo that first.")
        refusals.check_owner_or_asker(by, ledger, ledger.of(task), of_entry=entry)
        _take_back_consequences(ledger, entry, by, reason)
        return ledger.append("undone", by=by, task=task, reason=reason, undoes=entry)

    return do(task, by, "task.undone", act, settles=False, needs_open=False)


def _take_back_consequences(ledger: Ledger, entry: JournalEntry, by: Reader, reason: str) -> None:
    followed = [
        found for found in standing_entries(ledger.entries) if found.detail.get("because") == entry.pk
    ]
    for found in followed:
        if found.event == "requested" and found.task is not None:
            standing = ledger.of(ledger.tasks[found.task.pk])
            if standing.state not in ("requested", "cancelled"):
                title = ledger.pathway.steps[standing.step].title
                raise NotPossible(f"“{title}” has been answered already: ask that service first.")
    for found in followed:
        if found.event == "ended":
            ledger.append("undone", by=by, reason=reason, undoes=found)
        elif found.event == "cancelled" and found.task is not None:
            ledger.append("undone", by=by, task=found.task, reason=reason, undoes=found)
        elif found.event == "requested" and found.task is not None:
            if ledger.of(ledger.tasks[found.task.pk]).state == "requested":
                ledger.append("cancelled", by=by, task=found.task, reason=f"Taken back: {reason}")
            _take_back_consequences(ledger, found, by, reason)
