"""What follows an act: steps that are asked for, journeys that end, parties that are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from localcare.analysis.journal.timeline import (
    ends_now,
    latest_end,
    open_tasks,
    steps_now_free,
    steps_to_ask_for,
)
from localcare.foundation.pathways.ledger import Ledger
from localcare.foundation.pathways.models import JournalEntry, Task
from localcare.foundation.pathways.notices import key_of, tell
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import default_service
from localcare.kernel.access.readers import Reader

Services = Mapping[str, Service]


def ask(
    ledger: Ledger,
    step: str,
    *,
    by: Reader,
    asked_by: int | None,
    service: Service | None = None,
    because: JournalEntry | None = None,
    instead_of: Task | None = None,
    at: datetime | None = None,
    reason: str = "",
    key: str | None = None,
) -> Task:
    """Ask a service for a step: a new round of it, in the service's queue; `instead_of` names the refusal it answers."""
    found = service or service_for(ledger, ledger.pathway.steps[step].by)
    detail = {"asked_by": asked_by, "priority": ledger.standing.priority}
    if because is not None:
        detail["because"] = because.pk
    if instead_of is not None:
        detail["instead_of"] = instead_of.pk
    task = ledger.add_task(step)
    entry = ledger.append(
        "requested",
        by=by,
        task=task,
        at=at,
        service_id=found.pk if found else None,
        reason=reason,
        detail=detail,
        key=key,
    )
    if found is None:
        text = f"{ledger.pathway.title}: nobody was found for “{ledger.pathway.steps[step].title}”. Choose a service."
        tell([asked_by], journey=ledger.journey, task=task, kind="nobody", text=text, key=key_of(entry))
    return task


def service_for(ledger: Ledger, kind: str) -> Service | None:
    """The service of a kind: the one that already works on this journey, else the one that covers the person."""
    keys = [ledger.journey.opened_by_service_id]
    keys += [task.service_id for task in reversed(ledger.standing.tasks.values())]
    ledger.directory.read(keys)
    working = (ledger.service(key) for key in keys)
    found = next((one for one in working if one is not None and one.kind == kind and one.is_active), None)
    return found or default_service(kind, ledger.journey.person, ledger.now)


def lead_on(
    ledger: Ledger, task: Task, entry: JournalEntry, *, by: Reader, services: Services | None = None
) -> None:
    """After an outcome: ask for the steps it leads to, open what it opens, stop the journey where it says so."""
    standing = ledger.of(task)
    outcome = ledger.pathway.steps[task.step].outcomes[standing.outcome]
    if outcome.stop:
        end(ledger, outcome.stop, by=by, at=entry.effective_at, because=entry, reason=entry.reason)
        return
    for step in steps_to_ask_for(ledger.pathway, ledger.standing, standing):
        ask(
            ledger,
            step,
            by=by,
            asked_by=standing.service_id,
            service=(services or {}).get(step),
            because=entry,
            at=entry.effective_at,
        )


def settle(ledger: Ledger, *, by: Reader, at: datetime, because: JournalEntry) -> None:
    """Ask for the steps that waited for all branches; end the journey when nothing is left."""
    at = latest_end(ledger.standing, at)
    for step in steps_now_free(ledger.standing):
        ask(ledger, step, by=by, asked_by=ledger.journey.opened_by_service_id, because=because, at=at)
    if ends_now(ledger.standing):
        end(ledger, ledger.standing.branch_end or "cancelled", by=by, at=at, because=because)


def end(
    ledger: Ledger,
    outcome: str,
    *,
    by: Reader,
    at: datetime,
    because: JournalEntry | None = None,
    reason: str = "",
) -> JournalEntry:
    """End the journey: whatever is open is cancelled, and each open party and the asker are told."""
    words = ledger.pathway.ends.get(outcome, outcome.replace("-", " "))
    detail = {"because": because.pk} if because is not None else {}
    parties: list[int | None] = []
    for task in list(open_tasks(ledger.standing)):
        parties += [task.service_id, task.asked_by_id]
        ledger.append(
            "cancelled",
            by=by,
            task=ledger.tasks[task.task_id],
            at=max(at, task.last_transition_at or at),
            reason=reason or f"The journey ended: {words}.",
            detail=detail,
        )
    at = latest_end(ledger.standing, at)
    entry = ledger.append("ended", by=by, at=at, code=outcome, reason=reason, detail=detail)
    text = f"{ledger.pathway.title} has ended: {words}."
    if reason:
        text = f"{text} {reason}"
    parties.append(ledger.journey.opened_by_service_id)
    tell(parties, journey=ledger.journey, kind="ended", text=text, key=key_of(entry))
    return entry


def hand_on(
    ledger: Ledger, task: Task, *, to: Service, by: Reader, reason: str, at: datetime | None = None
) -> JournalEntry:
    """Put a task in the queue of another service; it is theirs once they accept."""
    from_service = ledger.of(task).service_id
    entry = ledger.append(
        "transferred",
        by=by,
        task=task,
        at=at,
        service_id=to.pk,
        reason=reason,
        detail={"from": from_service, "to": to.pk},
    )
    title = ledger.pathway.steps[task.step].title
    text = f"“{title}” was handed on to {to.title}. {reason}".strip()
    asker = ledger.of(task).asked_by_id
    tell(
        [party for party in (from_service, asker) if party != to.pk],
        journey=ledger.journey,
        task=task,
        kind="transferred",
        text=text,
        key=key_of(entry),
    )
    return entry
