"""The verbs of a journey. Each is one transaction: one lock, one check, its entries, its audit.

All take `by` (who acts), most take `at` (when it happened; now when not given) and `key` (the same act twice has one
effect, and the first entry comes back). A refusal is NotPossible with words for whoever tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import following, refusals
from localcare.foundation.pathways.acting import audit, do, known_entry, move, tell_asker
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible
from localcare.foundation.pathways.following import Services
from localcare.foundation.pathways.ledger import Ledger, together, whole, works_in
from localcare.foundation.pathways.models import JournalEntry, Journey, Task
from localcare.foundation.pathways.moment import now
from localcare.foundation.pathways.notices import key_of, tell
from localcare.foundation.pathways.opening import ask_again, open_journey, open_others
from localcare.foundation.pathways.taking_back import UNDOABLE, undo
from localcare.foundation.services.models import Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader

__all__ = [
    "UNDOABLE", "accept", "ask_again", "book", "cancel", "decline", "done", "extend", "milestone", "note", "open_journey",
    "pause", "prioritise", "reassign", "reopen", "resume", "review", "start", "stop", "take", "together", "transfer", "undo",
    "works_in",
]  # fmt: skip


def accept(
    *,
    task: Task,
    by: Reader,
    promise: datetime | None = None,
    to_user: User | None = None,
    at: datetime | None = None,
    reason: str = "",
    key: str | None = None,
) -> JournalEntry:
    """Accept a request: from now on the work is this service's."""
    detail: dict[str, Any] = {}
    if promise is not None:
        detail["promise"] = promise.isoformat()
    if to_user is not None:
        detail["assigned_to"] = to_user.pk
    given = _given_to(task, by, to_user)
    return move(
        task, by, "accepted", at=at, reason=reason, detail=detail, key=key, tells_asker=True, check=given
    )


def decline(
    *, task: Task, by: Reader, code: str, reason: str = "", at: datetime | None = None, key: str | None = None
) -> JournalEntry:
    """Decline a request with a reason; the asker is told, and has it back."""
    if not code and not reason.strip():
        raise NotPossible("Say why the request is declined: the service that asked sees the reason.")
    return move(task, by, "declined", at=at, code=code, reason=reason, key=key, tells_asker=True)


def take(*, task: Task, by: Reader, user: User | None = None, key: str | None = None) -> JournalEntry:
    """Take a task of the team for oneself, or give it to a colleague."""
    person = user or (by.user if isinstance(by.user, User) else None)
    if person is None:
        raise NotPossible("Say who takes it.")
    return move(
        task, by, "taken", detail={"assigned_to": person.pk}, key=key, check=_given_to(task, by, person)
    )


def start(
    *, task: Task, by: Reader, at: datetime | None = None, reason: str = "", key: str | None = None
) -> JournalEntry:
    """Begin the work."""
    return move(task, by, "started", at=at, reason=reason, key=key)


def pause(
    *,
    task: Task,
    by: Reader,
    reason: str,
    code: str = "",
    until: datetime | None = None,
    at: datetime | None = None,
    key: str | None = None,
) -> JournalEntry:
    """Stop for a while, with a reason; goes on by itself at `until`."""
    if not reason.strip():
        raise NotPossible("Say why the work is paused.")
    if until is not None and until <= now():
        raise NotPossible("The day until which it is paused lies in the past. Enter a later one.")
    detail = {"until": until.isoformat()} if until else {}
    return move(task, by, "paused", at=at, code=code, reason=reason, detail=detail, key=key)


def resume(
    *, task: Task, by: Reader, at: datetime | None = None, reason: str = "", key: str | None = None
) -> JournalEntry:
    """Go on after a pause."""
    return move(task, by, "resumed", at=at, reason=reason, key=key)


def milestone(
    *,
    task: Task,
    by: Reader,
    code: str,
    at: datetime | None = None,
    reason: str = "",
    response: FormResponse | None = None,
    key: str | None = None,
) -> JournalEntry:
    """Record a point passed on the way (set off, arrived, seen)."""

    def check(ledger: Ledger) -> None:
        known = ledger.pathway.steps[task.step].milestones
        if code not in known:
            raise NotPossible(f"This step has no point {code!r}. Choose one of: {', '.join(known.values())}.")
        if ("milestone", code) in ledger.of(task).moments:
            raise AlreadyDone(
                f"“{known[code]}” has been recorded already{refusals.by_whom(ledger, task, code)}."
            )

    return move(
        task, by, "milestone", at=at, code=code, reason=reason, response=response, key=key, check=check
    )


def book(
    *, task: Task, by: Reader, at_time: datetime, reason: str = "", key: str | None = None
) -> JournalEntry:
    """Hold the task against a time."""
    return move(task, by, "booked", reason=reason, detail={"for": at_time.isoformat()}, key=key)


def review(
    *,
    task: Task,
    by: Reader,
    response: FormResponse | None = None,
    note: str = "",
    at: datetime | None = None,
    key: str | None = None,
) -> JournalEntry:
    """Record a review of work that lasts; the next one is counted from here."""

    def check(ledger: Ledger) -> None:
        lasts = ledger.pathway.steps[task.step].lasts
        if lasts is None:
            raise NotPossible("This step has no reviews: write a note instead.")
        if lasts.review_form and response is None and not note.strip():
            raise NotPossible("Fill in the review form, or say in a note what the review found.")

    return move(task, by, "reviewed", at=at, reason=note, response=response, key=key, check=check)


def done(
    *,
    task: Task,
    by: Reader,
    outcome: str,
    response: FormResponse | None = None,
    reason: str = "",
    services: Services | None = None,
    at: datetime | None = None,
    key: str | None = None,
) -> JournalEntry:
    """Finish with an outcome; what it leads to is asked for at once (of `services` by step, where given)."""

    def act(ledger: Ledger) -> JournalEntry:
        standing = ledger.of(task)
        step = ledger.pathway.steps[task.step]
        refusals.check_move(ledger, task, "done")
        refusals.check_owner(by, ledger, standing)
        refusals.check_finisher(by, ledger, task)
        if outcome not in step.outcomes:
            known = ", ".join(found.title for found in step.outcomes.values())
            raise NotPossible(f"{step.title} cannot end with {outcome!r}. Choose one of: {known}.")
        if step.outcomes[outcome].needs_reason and not reason.strip():
            raise NotPossible(f"Say why: “{step.outcomes[outcome].title}” needs a reason.")
        if step.form and response is None and not step.outcomes[outcome].without_form:
            raise NotPossible(f"Complete the form first: {step.form.replace('-', ' ')}.")
        moment = ledger.check_time(at, reason, not_before=standing.last_transition_at)
        entry = ledger.append(
            "done", by=by, task=task, at=moment, code=outcome, reason=reason, response=response, key=key
        )
        following.lead_on(ledger, task, entry, by=by, services=services)
        open_others(ledger, task, entry, by)
        tell_asker(ledger, task, entry)
        return entry

    return do(task, by, "task.done", act, key=key)


def cancel(
    *, task: Task, by: Reader, reason: str, at: datetime | None = None, key: str | None = None
) -> JournalEntry:
    """Withdraw a request or stop the work: by the service that asked, or the one that has it."""
    if not reason.strip():
        raise NotPossible("Say why it is cancelled: everybody concerned sees the reason.")

    def act(ledger: Ledger) -> JournalEntry:
        standing = ledger.of(task)
        refusals.check_move(ledger, task, "cancelled")
        refusals.check_owner_or_asker(by, ledger, standing)
        moment = ledger.check_time(at, reason, not_before=standing.last_transition_at)
        entry = ledger.append("cancelled", by=by, task=task, at=moment, reason=reason, key=key)
        title = ledger.pathway.steps[task.step].title
        text = f"“{title}” was cancelled. {reason}"
        parties = [standing.service_id, standing.asked_by_id]
        tell(parties, journey=ledger.journey, task=task, kind="cancelled", text=text, key=key_of(entry))
        return entry

    return do(task, by, "task.cancelled", act, key=key)


def transfer(*, task: Task, by: Reader, to: Service, reason: str, key: str | None = None) -> JournalEntry:
    """Hand work on to another service; it stays visible here until they accept."""
    if not reason.strip():
        raise NotPossible("Say why it is handed on: the next service needs to know.")

    def act(ledger: Ledger) -> JournalEntry:
        standing = ledger.of(task)
        refusals.check_move(ledger, task, "transferred")
        if standing.service_id == to.pk:
            raise NotPossible(f"It is in the queue of {to.title} already. Choose another service.")
        if standing.service_id is None:
            refusals.check_asker(by, ledger, standing)
        else:
            refusals.check_owner_or_asker(by, ledger, standing)
        refusals.check_kind(ledger, task.step, to)
        refusals.check_takes_people(ledger, to)
        return following.hand_on(ledger, task, to=to, by=by, reason=reason)

    return do(task, by, "task.transferred", act, key=key, settles=False)


def reopen(*, task: Task, by: Reader, reason: str, key: str | None = None) -> JournalEntry:
    """Take up again what was done, declined or cancelled; the journey goes on."""
    if not reason.strip():
        raise NotPossible("Say why it is taken up again.")

    def act(ledger: Ledger) -> JournalEntry:
        standing = ledger.of(task)
        refusals.check_move(ledger, task, "reopened")
        refusals.check_owner_or_asker(by, ledger, standing)
        refusals.check_not_asked_anew(ledger, task)
        detail = {}
        if not ledger.standing.is_open:
            detail["of_journey"] = ledger.append("reopened", by=by, reason=reason).pk
        return ledger.append("reopened", by=by, task=task, reason=reason, detail=detail, key=key)

    return do(task, by, "task.reopened", act, key=key, settles=False, needs_open=False)


def extend(*, task: Task, by: Reader, until: datetime, reason: str, key: str | None = None) -> JournalEntry:
    """Let work that lasts go on beyond its planned end."""
    if not reason.strip():
        raise NotPossible("Say why it goes on longer.")

    def check(ledger: Ledger) -> None:
        if ledger.pathway.steps[task.step].lasts is None:
            raise NotPossible("This step has no planned end that could be extended.")
        if until <= ledger.now:
            raise NotPossible("The new end lies in the past. Enter a later one.")

    detail = {"until": until.isoformat()}
    return move(task, by, "extended", reason=reason, detail=detail, key=key, check=check)


def prioritise(*, task: Task, by: Reader, priority: str, reason: str, key: str | None = None) -> JournalEntry:
    """Change how urgent a task is; its clocks follow."""
    if not reason.strip():
        raise NotPossible("Say why the priority changes.")

    def act(ledger: Ledger) -> JournalEntry:
        refusals.check_move(ledger, task, "prioritised")
        refusals.check_owner_or_asker(by, ledger, ledger.of(task))
        if priority not in ledger.pathway.priorities:
            known = ", ".join(ledger.pathway.priorities.values()) or "none"
            raise NotPossible(f"There is no priority {priority!r} here. Choose one of: {known}.")
        detail = {"of_journey": ledger.append("prioritised", by=by, code=priority, reason=reason).pk}
        return ledger.append(
            "prioritised", by=by, task=task, code=priority, reason=reason, detail=detail, key=key
        )

    return do(task, by, "task.prioritised", act, key=key, settles=False)


def note(*, task: Task, by: Reader, text: str, code: str = "", key: str | None = None) -> JournalEntry:
    """Write something down beside the work; it moves no clock. `code` says what kind of note it is."""
    if not text.strip():
        raise NotPossible("Write something in the note.")

    def act(ledger: Ledger) -> JournalEntry:
        refusals.check_party(by, ledger)
        return ledger.append("noted", by=by, task=task, code=code, reason=text, key=key)

    entry = do(task, by, "task.noted", act, key=key, settles=False, needs_open=False)
    if entry.reason != text.strip():
        raise NotPossible("This page has kept another note already. Open it again, then write this one.")
    return entry


def reassign(*, tasks: Iterable[Task], by: Reader, to_user: User, reason: str) -> list[JournalEntry]:
    """Give the work of a team to one of its members, many tasks at once: all or none."""
    if not reason.strip():
        raise NotPossible("Say why the work changes hands.")
    refusals.check_permission(by, "task.reassign")
    with together():
        return [
            _reassign(task, by=by, to_user=to_user, reason=reason)
            for task in sorted(tasks, key=lambda found: (found.journey_id, found.pk))
        ]


def _reassign(task: Task, *, by: Reader, to_user: User, reason: str) -> JournalEntry:
    detail = {"assigned_to": to_user.pk}
    return move(task, by, "taken", reason=reason, detail=detail, check=_given_to(task, by, to_user))


def _given_to(task: Task, by: Reader, user: User | None) -> Callable[[Ledger], None]:
    """The check that whoever is given work is in its team; who takes it for themselves is checked as its owner."""

    def check(ledger: Ledger) -> None:
        if user is not None and user != by.user:
            refusals.check_colleague(user, ledger, ledger.of(task))

    return check


def stop(
    *,
    journey: Journey,
    by: Reader,
    outcome: str,
    reason: str,
    at: datetime | None = None,
    key: str | None = None,
) -> JournalEntry:
    """End a journey as a whole; every open party is told."""
    if not reason.strip():
        raise NotPossible("Say why the pathway is stopped.")
    with whole():
        ledger = Ledger.of_journey(journey.pk)
        known = known_entry(ledger, key)
        if known is not None:
            return known
        if not ledger.standing.is_open:
            raise AlreadyDone("This pathway has ended already.")
        refusals.check_may_stop(by, ledger, outcome)
        moment = ledger.check_time(at, reason, not_before=ledger.standing.opened_at)
        entry = following.end(ledger, outcome, by=by, at=moment, reason=reason)
        ledger.project()
        audit(by, "journey.stopped", ledger, {"outcome": outcome, "reason": reason})
    return entry
