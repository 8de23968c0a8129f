"""Beginning a journey, and asking again for a step that was refused."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.utils import timezone

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import definitions, following, refusals
from localcare.foundation.pathways.acting import audit, do
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible
from localcare.foundation.pathways.following import Services
from localcare.foundation.pathways.ledger import Ledger, directory_here, whole
from localcare.foundation.pathways.models import JournalEntry, Journey, Task
from localcare.foundation.pathways.moment import now
from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.people.presenters import CARER
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import Reader


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
    directory = directory_here()
    refusals.check_permission(by, "journey.open")
    refusals.check_acts_for(by, asked_by, directory)
    version = definitions.current_version(pathway)
    try:
        with whole():
            journey = Journey.objects.create(
                person=person,
                version=version,
                opened_from=opened_from,
                opened_by_service=asked_by,
                priority=priority,
                key=key,
            )
            ledger = Ledger.begun(journey, directory)
            _begin(ledger, by=by, answers=answers, services=services, reason=reason, at=at)
            audit(by, "journey.opened", ledger, {"pathway": pathway, "reason": reason})
    except IntegrityError as error:
        known = Journey.objects.filter(key=key).first() if key else None
        if known is None:
            raise
        if known.person_id != person.pk:
            raise NotPossible("The same request was sent for somebody else. Begin again.") from error
        return known
    return journey


def _begin(
    ledger: Ledger,
    *,
    by: Reader,
    answers: FormResponse | None,
    services: Services | None,
    reason: str,
    at: datetime | None,
) -> None:
    journey = ledger.journey
    if journey.person.death_date is not None and "death" in ledger.pathway.stops_on:
        raise NotPossible("This person has died. A pathway cannot be opened for them.")
    priority = journey.priority
    known = ", ".join(ledger.pathway.priorities.values()) or "none"
    if ledger.pathway.priorities and not priority:
        raise NotPossible(f"Say how urgent it is: {known}.")
    if priority and priority not in ledger.pathway.priorities:
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
        if standing.is_dealt_with:
            raise AlreadyDone("Another service has been asked already.")
        refusals.check_not_asked_anew(ledger, task)
        refusals.check_asker(by, ledger, standing)
        refusals.check_takes_people(ledger, to)  # the asker may judge that another kind can do it
        new = following.ask(
            ledger,
            task.step,
            by=by,
            asked_by=standing.asked_by_id,
            service=to,
            instead_of=task,
            reason=reason,
            key=key,
        )
        return _entry_of(ledger, new, "requested")

    return do(task, by, "task.asked-again", act, key=key, settles=False)


def _entry_of(ledger: Ledger, task: Task, event: str) -> JournalEntry:
    return next(
        entry for entry in reversed(ledger.entries) if entry.task_id == task.pk and entry.event == event
    )


def open_others(ledger: Ledger, task: Task, entry: JournalEntry, by: Reader) -> None:
    """Open the pathways that an outcome opens, for the person or for who cares for them."""
    service = ledger.service(ledger.of(task).service_id)
    for opening in ledger.pathway.steps[task.step].outcomes[entry.code].opens:
        for person in _whom(ledger.journey.person, opening.whom):
            open_journey(
                person=person,
                pathway=opening.pathway,
                by=by,
                asked_by=service,
                priority=_priority_of(opening.pathway, ledger.standing.priority),
                opened_from=task,
                reason=f"From {ledger.pathway.title}.",
                key=f"entry:{entry.pk}:{opening.pathway}:{person.reference}",
            )


def _priority_of(pathway: str, before: str) -> str:
    """The priority of a journey that an outcome opens: as before where it is known there, else the most urgent."""
    known = definitions.pathways()[pathway].priorities
    return before if before in known else next(iter(known), "")


def _whom(person: Person, whom: str) -> list[Person]:
    if whom == "person":
        return [person]
    today = timezone.localdate(now())
    carers = Relationship.objects.filter(person=person, kind=CARER).exclude(ended_on__lte=today)
    known = carers.filter(related_person__isnull=False, related_person__death_date=None).select_related(
        "related_person"
    )
    return [found.related_person for found in known if found.related_person is not None]
