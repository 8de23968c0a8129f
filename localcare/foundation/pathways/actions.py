"""The verbs of a journey. Each is one transaction: one lock, one check, its entries, its audit.

All take `by` (who acts), most take `at` (when it happened; now when not given) and `key` (the same act twice has one
effect, and the first entry comes back). A refusal is NotPossible with words for whoever tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import definitions, following, refusals
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible
from localcare.foundation.pathways.following import Services
from localcare.foundation.pathways.ledger import Ledger
from localcare.foundation.pathways.models import JournalEntry, Journey, Task
from localcare.foundation.pathways.moment import now
from localcare.foundation.pathways.notices import key_of, tell
from localcare.foundation.pathways.timeline import standing_entries
from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.people.presenters import CARER
from localcare.foundation.services.models import Membership, Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

UNDOABLE = frozenset(
    {"accepted", "declined", "taken", "started", "paused", "resumed", "milestone", "booked", "reviewed"}
    | {"done", "cancelled", "transferred", "prioritised", "extended", "reopened"}
)


def open_journey(
    *,
    person: Person,
    pathway: str,
    by: Reader,
    asked_by: Service | None = None,
    priority: str = "",
    opened_from: Task | None = None,
    answers: FormResponse | None = None,
    services: Services | None = None,
    reason: str = "",
    at: datetime | None = None,
    key: str | None = None,
) -> Journey:
    """Begin a journey: its first steps are asked of the services named, or of those that cover the person."""
    refusals.check_permission(by, "journey.open", asked_by)
    version = definitions.current_version(pathway)
    try:
        with transaction.atomic():
            journey = Journey.objects.create(
                person=person,
                version=version,
                opened_from=opened_from,
                opened_by_service=asked_by,
                priority=priority,
                key=key,
            )
            _begin(journey, by=by, answers=answers, services=services, reason=reason, at=at)
            _audit(by, "journey.opened", journey, {"pathway": pathway, "reason": reason})
    except IntegrityError as error:
        known = Journey.objects.filter(key=key).first() if key else None
        if known is None:
            raise
        if known.person_id != person.pk:
            raise NotPossible("The same request was sent for somebody else. Begin again.") from error
        return known
    return journey


def _begin(
    journey: Journey,
    *,
    by: Reader,
    answers: FormResponse | None,
    services: Services | None,
    reason: str,
    at: datetime | None,
) -> None:
    ledger = Ledger.of_journey(journey.pk)
    if journey.person.death_date is not None and "death" in ledger.pathway.stops_on:
        raise NotPossible("This person has died. A pathway cannot be opened for them.")
    priority = journey.priority
    if priority and priority not in ledger.pathway.priorities:
        known = ", ".join(ledger.pathway.priorities.values()) or "none"
        raise NotPossible(f"{ledger.pathway.title} knows no priority {priority!r}. Choose one of: {known}.")
    moment = ledger.check_time(at, reason or "entered afterwards", not_before=None)
    detail = {"priority": priority}
    opened = ledger.append("opened", by=by, at=moment, reason=reason, response=answers, detail=detail)
    for step in ledger.pathway.starts_with:
        following.ask(
            ledger,
            step,
            by=by,
            asked_by=journey.opened_by_service_id,
            service=(services or {}).get(step),
            because=opened,
            at=moment,
            reason=reason,
        )
    ledger.project()


def ask_again(
    *, task: Task, by: Reader, to: Service, reason: str = "", key: str | None = None
) -> JournalEntry:
    """After a refusal or a cancellation: ask another service for the same step."""

    def act(ledger: Ledger) -> JournalEntry:
        standing = ledger.of(task)
        if standing.state not in ("declined", "cancelled"):
            raise NotPossible("This request is still open: hand it on instead.")
        latest = max(ledger.standing.of_step(task.step), key=lambda other: other.task_id)
        if latest.task_id != task.pk:
            raise AlreadyDone("Another service has been asked already.")
        refusals.check_asker(by, ledger, standing)
        new = following.ask(
            ledger, task.step, by=by, asked_by=standing.asked_by_id, service=to, reason=reason
        )
        return _entry_of(ledger, new, "requested")

    return _do(task, by, "task.asked-again", act, key=key, settles=False)


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
    return _move(task, by, "accepted", at=at, reason=reason, detail=detail, key=key, tells_asker=True)


def decline(
    *, task: Task, by: Reader, code: str, reason: str = "", at: datetime | None = None, key: str | None = None
) -> JournalEntry:
    """Decline a request with a reason; the asker is told, and has it back."""
    if not code and not reason.strip():
        raise NotPossible("Say why the request is declined: the service that asked sees the reason.")
    return _move(task, by, "declined", at=at, code=code, reason=reason, key=key, tells_asker=True)


def take(*, task: Task, by: Reader, user: User | None = None, key: str | None = None) -> JournalEntry:
    """Take a task of the team for oneself, or give it to a colleague."""
    person = user or (by.user if isinstance(by.user, User) else None)
    if person is None:
        raise NotPossible("Say who takes it.")
    return _move(task, by, "taken", detail={"assigned_to": person.pk}, key=key)


def start(
    *, task: Task, by: Reader, at: datetime | None = None, reason: str = "", key: str | None = None
) -> JournalEntry:
    """Begin the work."""
    return _move(task, by, "started", at=at, reason=reason, key=key)


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
    return _move(task, by, "paused", at=at, code=code, reason=reason, detail=detail, key=key)


def resume(
    *, task: Task, by: Reader, at: datetime | None = None, reason: str = "", key: str | None = None
) -> JournalEntry:
    """Go on after a pause."""
    return _move(task, by, "resumed", at=at, reason=reason, key=key)


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
            raise AlreadyDone(f"“{known[code]}” has been recorded already{refusals.by_whom(ledger, task, code)}.")

    return _move(
        task, by, "milestone", at=at, code=code, reason=reason, response=response, key=key, check=check
    )


def book(
    *, task: Task, by: Reader, at_time: datetime, reason: str = "", key: str | None = None
) -> JournalEntry:
    """Hold the task against a time."""
    return _move(task, by, "booked", reason=reason, detail={"for": at_time.isoformat()}, key=key)


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

    return _move(task, by, "reviewed", at=at, reason=note, response=response, key=key, check=check)


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
        _open_others(ledger, task, entry, by)
        _tell_asker(ledger, task, entry)
        return entry

    return _do(task, by, "task.done", act, key=key)


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

    return _do(task, by, "task.cancelled", act, key=key)


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
        return following.hand_on(ledger, task, to=to, by=by, reason=reason)

    return _do(task, by, "task.transferred", act, key=key, settles=False)


def reopen(*, task: Task, by: Reader, reason: str, key: str | None = None) -> JournalEntry:
    """Take up again what was done, declined or cancelled; the journey goes on."""
    if not reason.strip():
        raise NotPossible("Say why it is taken up again.")

    def act(ledger: Ledger) -> JournalEntry:
        standing = ledger.of(task)
        refusals.check_move(ledger, task, "reopened")
        refusals.check_owner_or_asker(by, ledger, standing)
        if not ledger.standing.is_open:
            ledger.append("reopened", by=by, reason=reason)
        return ledger.append("reopened", by=by, task=task, reason=reason, key=key)

    return _do(task, by, "task.reopened", act, key=key, settles=False, needs_open=False)


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
    return _move(task, by, "extended", reason=reason, detail=detail, key=key, check=check)


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
        ledger.append("prioritised", by=by, code=priority, reason=reason)
        return ledger.append("prioritised", by=by, task=task, code=priority, reason=reason, key=key)

    return _do(task, by, "task.prioritised", act, key=key, settles=False)


def note(*, task: Task, by: Reader, text: str, code: str = "", key: str | None = None) -> JournalEntry:
    """Write something down beside the work; it moves no clock. `code` says what kind of note it is."""
    if not text.strip():
        raise NotPossible("Write something in the note.")

    def act(ledger: Ledger) -> JournalEntry:
        refusals.check_party(by, ledger)
        return ledger.append("noted", by=by, task=task, code=code, reason=text, key=key)

    return _do(task, by, "task.noted", act, key=key, settles=False, needs_open=False)


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

    return _do(task, by, "task.undone", act, settles=False, needs_open=False)


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


def reassign(*, tasks: Iterable[Task], by: Reader, to_user: User, reason: str) -> list[JournalEntry]:
    """Give the work of a team to one of its members, many tasks at once: all or none."""
    if not reason.strip():
        raise NotPossible("Say why the work changes hands.")
    refusals.check_permission(by, "task.reassign", None)
    with transaction.atomic():
        return [
            _reassign(task, by=by, to_user=to_user, reason=reason)
            for task in sorted(tasks, key=lambda found: (found.journey_id, found.pk))
        ]


def _reassign(task: Task, *, by: Reader, to_user: User, reason: str) -> JournalEntry:
    def check(ledger: Ledger) -> None:
        service = ledger.of(task).service_id
        today = timezone.localdate()
        member = Membership.objects.filter(user=to_user, service=service, starts_on__lte=today)
        if not member.exclude(ends_on__lte=today).exists():
            raise NotPossible(f"{to_user.get_full_name() or to_user} is not in the team that has this work.")

    detail = {"assigned_to": to_user.pk}
    return _move(task, by, "taken", reason=reason, detail=detail, check=check)


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
    with transaction.atomic():
        ledger = Ledger.of_journey(journey.pk)
        known = _known(ledger, key)
        if known is not None:
            return known
        if not ledger.standing.is_open:
            raise AlreadyDone("This pathway has ended already.")
        refusals.check_party(by, ledger)
        moment = ledger.check_time(at, reason, not_before=ledger.standing.opened_at)
        entry = following.end(ledger, outcome, by=by, at=moment, reason=reason)
        ledger.project()
        _audit(by, "journey.stopped", journey, {"outcome": outcome, "reason": reason})
    return entry


def _move(
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
            _tell_asker(ledger, task, entry)
        return entry

    return _do(task, by, f"task.{event}", act, key=key, settles=event in ("declined",))


def _do(
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
    with transaction.atomic():
        ledger = Ledger.of_journey(task.journey_id)
        known = _known(ledger, key)
        if known is not None:
            return known
        if needs_open and not ledger.standing.is_open:
            raise AlreadyDone("This pathway has ended, so nothing more can be done on it.")
        entry = act(ledger)
        if settles and ledger.standing.is_open:
            following.settle(ledger, by=by, at=entry.effective_at, because=entry)
        ledger.project()
        detail = {"pathway": ledger.pathway.code, "step": task.step, "code": entry.code}
        _audit(by, audited, ledger.journey, detail)
    return entry


def _known(ledger: Ledger, key: str | None) -> JournalEntry | None:
    """The entry that the same act wrote before; the lock is held, so nobody writes it now."""
    if key is None:
        return None
    known = next((entry for entry in ledger.entries if entry.key == key), None)
    if known is None and JournalEntry.objects.filter(key=key).exists():
        raise NotPossible("The same request was sent for other work. Open the page again.")
    return known


def _tell_asker(ledger: Ledger, task: Task, entry: JournalEntry) -> None:
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


def _open_others(ledger: Ledger, task: Task, entry: JournalEntry, by: Reader) -> None:
    """Open the pathways that an outcome opens, for the person or for who cares for them."""
    service = ledger.service(ledger.of(task).service_id)
    for opening in ledger.pathway.steps[task.step].outcomes[entry.code].opens:
        for person in _whom(ledger.journey.person, opening.whom):
            open_journey(
                person=person,
                pathway=opening.pathway,
                by=by,
                asked_by=service,
                opened_from=task,
                reason=f"From {ledger.pathway.title}.",
                key=f"entry:{entry.pk}:{opening.pathway}:{person.reference}",
            )


def _whom(person: Person, whom: str) -> list[Person]:
    if whom == "person":
        return [person]
    today = timezone.localdate(now())
    carers = Relationship.objects.filter(person=person, kind=CARER).exclude(ended_on__lte=today)
    known = carers.exclude(related_person=None).select_related("related_person")
    return [found.related_person for found in known if found.related_person is not None]


def _entry_of(ledger: Ledger, task: Task, event: str) -> JournalEntry:
    return next(
        entry for entry in reversed(ledger.entries) if entry.task_id == task.pk and entry.event == event
    )


def _audit(by: Reader, action: str, journey: Journey, detail: Mapping[str, Any]) -> None:
    record_access(
        reader=by,
        action=action,
        subjects=(str(journey.person.reference),),
        basis="direct care",
        detail={"journey": str(journey.reference), **detail},
    )
