"""Taking an act back by a new entry, with all that it led to."""

from __future__ import annotations

from localcare.analysis.journal.timeline import open_tasks, standing_entries
from localcare.foundation.pathways import following, refusals
from localcare.foundation.pathways.acting import audit, do
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.ledger import Ledger
from localcare.foundation.pathways.models import JournalEntry, Journey
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
        refusals.check_permission(by, "task.work")
        held = [found for found in standing_entries(ledger.entries) if found.task_id == task.pk]
        last = next((found for found in reversed(held) if found.event in UNDOABLE | {"requested"}), None)
        if last is None or last.pk != entry.pk:
            raise NotPossible("Something has happened since. Undo that first.")
        refusals.check_owner_or_asker(by, ledger, ledger.of(task), of_entry=entry)
        refusals.check_not_asked_anew(ledger, task)
        _take_back_consequences(ledger, entry, by, reason)
        _take_back_opened(ledger, entry, by, reason)
        _take_back_of_journey(ledger, entry, by, reason)
        undone = ledger.append("undone", by=by, task=task, reason=reason, undoes=entry)
        if not ledger.standing.is_open and any(open_tasks(ledger.standing)):
            raise NotPossible("The pathway has ended since. Take the work up again instead, and say why.")
        return undone

    return do(task, by, "task.undone", act, needs_open=False)


def _take_back_of_journey(ledger: Ledger, entry: JournalEntry, by: Reader, reason: str) -> None:
    """What the act said of the journey as a whole: that it goes on, or how urgent it is."""
    of_journey = entry.detail.get("of_journey")
    held = standing_entries(ledger.entries)
    found = next((one for one in held if one.pk == of_journey), None)
    if found is None:
        return
    others = any(one.pk > found.pk and one.task_id not in (None, entry.task_id) for one in held)
    if found.event == "reopened" and others:
        return  # work went on meanwhile: the journey ends anew, once nothing is left to do
    ledger.append("undone", by=by, reason=reason, undoes=found)


def _take_back_opened(ledger: Ledger, entry: JournalEntry, by: Reader, reason: str) -> None:
    """End the pathways that the outcome opened; refused once somebody has answered there."""
    opened = Journey.objects.filter(opened_from=entry.task, key__startswith=f"entry:{entry.pk}:")
    for key in opened.order_by("pk").values_list("pk", flat=True):
        other = Ledger.of_journey(key)
        if not other.standing.is_open:
            continue
        if any(task.state != "requested" for task in other.standing.tasks.values()):
            raise NotPossible(f"“{other.pathway.title}” has been answered already: ask that service first.")
        following.end(other, "taken-back", by=by, at=other.now, reason=f"Taken back: {reason}")
        other.project()
        audit(by, "journey.taken-back", other, {"reason": reason})


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
                ledger.append(
                    "cancelled",
                    by=by,
                    task=found.task,
                    reason=f"Taken back: {reason}",
                    detail={"takes_back": found.pk},
                )
            _take_back_consequences(ledger, found, by, reason)
