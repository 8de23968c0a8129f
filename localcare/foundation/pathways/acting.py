"""The frame of every act: one lock, one check, its entries, who is told, its audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import following, refusals
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible
from localcare.foundation.pathways.ledger import Ledger, whole
from localcare.foundation.pathways.models import JournalEntry, Task
from localcare.foundation.pathways.notices import key_of, tell
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access


def do(
    task: Task,
    by: Reader,
    audited: str,
    act: Callable[[Ledger], JournalEntry],
    *,
    key: str | None = None,
    settles: bool = True,
    needs_open: bool = True,
) -> JournalEntry:
    """Lock, look whether it was done before, act, lead on, project, audit."""
    with whole():
        ledger = Ledger.of_journey(task.journey_id)
        known = known_entry(ledger, key)
        if known is not None:
            return known
        if needs_open and not ledger.standing.is_open:
            raise AlreadyDone("This pathway has ended, so nothing more can be done on it.")
        entry = act(ledger)
        if settles and ledger.standing.is_open:
            following.settle(ledger, by=by, at=entry.effective_at, because=entry)
        ledger.project()
        detail = {"pathway": ledger.pathway.code, "step": task.step, "code": entry.code}
        audit(by, audited, ledger, detail)
    return entry


def move(
    task: Task,
    by: Reader,
    event: str,
    *,
    at: datetime | None = None,
    code: str = "",
    reason: str = "",
    response: FormResponse | None = None,
    detail: Mapping[str, Any] | None = None,
    key: str | None = None,
    tells_asker: bool = False,
    check: Callable[[Ledger], None] | None = None,
) -> JournalEntry:
    """One plain move by the service that has the task."""

    def act(ledger: Ledger) -> JournalEntry:
        standing = ledger.of(task)
        refusals.check_move(ledger, task, event)
        refusals.check_owner(by, ledger, standing)
        if check is not None:
            check(ledger)
        moment = ledger.check_time(at, reason, not_before=standing.last_transition_at)
        entry = ledger.append(
            event,
            by=by,
            task=task,
            at=moment,
            code=code,
            reason=reason,
            response=response,
            detail=detail,
            key=key,
        )
        if tells_asker:
            tell_asker(ledger, task, entry)
        return entry

    return do(task, by, f"task.{event}", act, key=key, settles=event in ("declined",))


def known_entry(ledger: Ledger, key: str | None) -> JournalEntry | None:
    """The entry that the same act wrote before; the lock is held, so nobody writes it now."""
    if key is None:
        return None
    known = next((entry for entry in ledger.entries if entry.key == key), None)
    if known is None and JournalEntry.objects.filter(key=key).exists():
        raise NotPossible("The same request was sent for other work. Open the page again.")
    return known


def tell_asker(ledger: Ledger, task: Task, entry: JournalEntry) -> None:
    """The loop closes: who asked hears the answer and the end, unless they did it themselves."""
    standing = ledger.of(task)
    if standing.asked_by_id in (None, standing.service_id):
        return
    step = ledger.pathway.steps[task.step]
    service = ledger.service(standing.service_id)
    words = {"accepted": "was accepted by", "declined": "was declined by", "done": "was finished by"}
    text = f"“{step.title}” {words[entry.event]} {service.title if service else 'nobody'}."
    if entry.event == "done":
        text += f" Outcome: {step.outcomes[entry.code].title}."
    elif entry.event == "declined":
        text += f" {step.decline_reasons.get(entry.code, '')}"
    text = f"{text} {entry.reason}".strip()
    tell(
        [standing.asked_by_id],
        journey=ledger.journey,
        task=task,
        kind=entry.event,
        text=text,
        key=key_of(entry),
    )


def audit(by: Reader, action: str, ledger: Ledger, detail: Mapping[str, Any]) -> None:
    """Write an act on a journey into the audit trail; call last."""
    record_access(
        reader=by,
        action=action,
        subjects=(ledger.whom,),
        basis="direct care",
        detail={"journey": str(ledger.journey.reference), **detail},
    )
