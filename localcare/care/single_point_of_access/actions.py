"""What call handlers do with a contact until a clinician has it. Each is one transaction; a repeat has no second effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from localcare.care.single_point_of_access.definitions import CONTACT, definitions
from localcare.care.single_point_of_access.models import Abandonment, Attempt, Contact, Identification
from localcare.care.single_point_of_access.queries import DESK, open_task_of
from localcare.care.single_point_of_access.rules import urgency_of
from localcare.foundation.forms import actions as form_actions
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.queries import open_draft
from localcare.foundation.pathways import actions as journeys
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible, NotYours
from localcare.foundation.pathways.models import Journey, Task, TaskState
from localcare.foundation.pathways.moment import now
from localcare.foundation.pathways.notices import tell
from localcare.foundation.pathways.rules import NEEDS_REASON_AFTER
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.formatting import format_moment

TAKE = "contact.take"
SEND = "journey.open"
TYPED_LATER = "Written down after it arrived."


@dataclass(frozen=True)
class Arrival:
    """What is known of a contact when it arrives. `key` names the post, so that sent twice it is one contact."""

    key: str
    arrived_at: datetime
    channel: str
    caller_type: str
    caller_name: str = ""
    caller_organisation: str = ""
    telephone: str = ""
    about: str = ""
    says: str = ""


@dataclass(frozen=True)
class Finish:
    """How a call ended: the outcome, the answers (a draft unless they are complete), and why where that is needed.

    Without an outcome the call goes on: what was typed is kept.
    """

    outcome: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    is_complete: bool = False
    reason: str = ""
    add_to: Task | None = None


def arrive(arrival: Arrival, *, service: Service, by: Reader) -> Contact:
    """A contact arrives at a single point of access. The same key again gives the first one back."""
    _must_be_able(by, service if by.may(TAKE) else None)
    with transaction.atomic():
        contact, is_new = Contact.objects.get_or_create(
            key=arrival.key,
            defaults={
                "service": service,
                "arrived_at": min(arrival.arrived_at, now()),
                "recorded_at": now(),
                "channel": arrival.channel,
                "caller_type": arrival.caller_type,
                "caller_name": arrival.caller_name.strip()[:120],
                "caller_organisation": arrival.caller_organisation.strip()[:120],
                "telephone": arrival.telephone.strip()[:40],
                "about": arrival.about.strip()[:200],
                "says": arrival.says.strip(),
                "received_by": by.user,
                "received_by_name": _name(by),
            },
        )
        if is_new:
            detail = {
                "contact": str(contact.reference),
                "channel": contact.channel,
                "caller": contact.caller_type,
            }
            record_access(reader=by, action="contact.arrived", detail=detail)
    return contact


def identify(
    *, contact: Contact, person: Person, by: Reader, priority: str = "", asked_by: Service | None = None
) -> Journey:
    """Say whom a contact is about: its journey opens, with its clocks running since it arrived."""
    with transaction.atomic():
        locked = Contact.objects.select_for_update().select_related("service").get(pk=contact.pk)
        known = Identification.objects.filter(contact=locked).select_related("journey__person").first()
        if known is not None:
            if known.journey.person_id == person.pk and known.by_id == (by.user.pk if by.user else None):
                return known.journey
            raise AlreadyDone(
                f"{known.by_name} has said whom this contact is about, at {format_moment(known.at)}. Open it again."
            )
        journey = journeys.open_journey(
            person=person,
            pathway=CONTACT,
            by=by,
            asked_by=asked_by or locked.service,
            priority=priority or definitions().urgency_not_said,
            services={"answer": locked.service},
            reason=_if_late(locked.arrived_at),
            at=locked.arrived_at,
            key=f"contact:{locked.reference}",
        )
        Identification.objects.create(
            contact=locked, journey=journey, at=now(), by=by.user, by_name=_name(by)
        )
        detail = {"contact": str(locked.reference), "journey": str(journey.reference)}
        record_access(reader=by, action="contact.identified", subjects=[str(person.reference)], detail=detail)
    return journey


def take(*, journey: Journey, by: Reader, step: str = "answer", at: datetime | None = None) -> Task:
    """Begin a step of a contact, by default its answer. The second of two who try is told who was first."""
    task = open_task_of(journey, step)
    if task is None:
        raise AlreadyDone("This step has been done already. The page shows where the contact stands now.")
    hold(task=task, by=by, at=at)
    return task


def hold(*, task: Task, by: Reader, at: datetime | None = None) -> None:
    """Accept and begin a step of a contact, unless this reader has it already; refused while a colleague has it."""
    state = TaskState.objects.select_related("assigned_to").get(pk=task.pk)
    reason, standing = _if_late(at) if at is not None else "", state.state
    if standing == "requested":
        journeys.accept(task=task, by=by, to_user=by.user, at=at, reason=reason)
        standing = "accepted"
    elif state.is_open and state.assigned_to is None:
        journeys.take(task=task, by=by)
    elif state.is_open and state.assigned_to is not None and state.assigned_to != by.user:
        who = state.assigned_to.get_full_name() or state.assigned_to.get_username()
        raise AlreadyDone(
            f"{who} has had this since {format_moment(state.since)}. "
            "If they have gone, take it over on the page of the contact."
        )
    if standing == "paused":
        journeys.resume(task=task, by=by)
    elif standing == "accepted":
        journeys.start(task=task, by=by, at=at, reason=reason)


def take_call(
    arrival: Arrival, *, service: Service, person: Person | None, finish: Finish | None, by: Reader
) -> Contact:
    """A whole call: it arrives, the person is known, it is answered and ended; all or nothing, once however often sent."""
    with journeys.together():
        contact = arrive(arrival, service=service, by=by)
        if person is None or Identification.objects.filter(contact=contact).exists():
            return contact
        urgency = urgency_of(finish.answers, definitions()) if finish else ""
        journey = identify(contact=contact, person=person, by=by, priority=urgency)
        if finish is not None:
            task = _answer_of(journey)
            hold(task=task, by=by, at=contact.arrived_at)
            _end_call(journey, task, finish, by)
    return contact


def end_call(*, journey: Journey, finish: Finish, by: Reader) -> None:
    """End the call of a journey, or keep what was typed; the outcome leads on."""
    with journeys.together():
        task = _answer_of(journey)
        hold(task=task, by=by)
        _end_call(journey, task, finish, by)


def _end_call(journey: Journey, task: Task, finish: Finish, by: Reader) -> None:
    response = _keep_answers(journey, task, finish, by)
    _count_urgency(task, finish, by)
    if not finish.outcome:
        return
    reason = finish.reason
    if finish.outcome == "already_open":
        reason = _tell_holder(journey, finish, by)
    journeys.done(
        task=task,
        by=by,
        outcome=finish.outcome,
        response=response,
        reason=reason,
        key=f"answered:{task.reference}",
    )


def _keep_answers(journey: Journey, task: Task, finish: Finish, by: Reader) -> FormResponse | None:
    """Complete answers become record; anything less is kept as a draft."""
    given: dict[str, Any] = {
        "person": journey.person, "form": CONTACT, "answers": finish.answers, "by": by,
        "context": str(task.reference),
    }  # fmt: skip
    draft = open_draft(journey.person, CONTACT, str(task.reference))
    if draft is not None:
        given |= {"reference": draft.reference, "revision": draft.revision}
    if finish.is_complete and finish.outcome:
        return form_actions.complete(**given, key=f"answer:{task.reference}", at=now())
    if finish.answers:
        form_actions.save_draft(**given)
    return None


def _count_urgency(task: Task, finish: Finish, by: Reader) -> None:
    """The contact counts as urgent as the caller and the red flags say, until a clinician decides."""
    urgency = "emergency" if finish.outcome == "emergency" else urgency_of(finish.answers, definitions())
    if urgency and urgency != TaskState.objects.get(pk=task.pk).priority:
        journeys.prioritise(task=task, by=by, priority=urgency, reason="From what the caller said.")


def _tell_holder(journey: Journey, finish: Finish, by: Reader) -> str:
    """Nobody is asked twice: whoever has the open request hears that somebody rang again."""
    if finish.add_to is None:
        raise NotPossible("Choose the open request that this contact belongs to.")
    to = TaskState.objects.select_related("service", "journey__version", "task").get(pk=finish.add_to.pk)
    if to.person_id != journey.person_id:
        raise NotPossible("That request is for somebody else. Choose one of this person.")
    holder = to.service.title if to.service else "nobody yet"
    text = f"The single point of access was contacted again about this. {finish.reason}".strip()
    key = f"again:{journey.reference}:{to.task.reference}"
    tell([to.service_id], journey=to.journey, task=to.task, kind="contact", text=text, key=key)
    if _has_part(by, to.journey):  # otherwise the line in the inbox says it
        journeys.note(task=to.task, by=by, text=text, key=key)
    return f"Added to “{to.journey.version.title}”, which {holder} has. {finish.reason}".strip()


def _has_part(by: Reader, journey: Journey) -> bool:
    """Whether one of the reader's teams works on a journey or asked for something of it."""
    own = list(services_of(by).values_list("pk", flat=True))
    parts = TaskState.objects.filter(Q(service__in=own) | Q(asked_by__in=own), journey=journey)
    return journey.opened_by_service_id in own or parts.exists()


def ring_off(*, contact: Contact, by: Reader, note: str = "") -> None:
    """The caller rang off before anybody could say whom it was about."""
    _must_be_able(by, contact.service)
    with transaction.atomic():
        locked = Contact.objects.select_for_update().get(pk=contact.pk)
        if Identification.objects.filter(contact=locked).exists():
            raise AlreadyDone("The person is known by now. Open the contact to see where it stands.")
        _, is_new = Abandonment.objects.get_or_create(
            contact=locked,
            defaults={"at": now(), "by": by.user, "by_name": _name(by), "note": note.strip()},
        )
        if is_new:
            record_access(reader=by, action="contact.abandoned", detail={"contact": str(locked.reference)})


def attempt(*, contact: Contact, by: Reader, text: str, is_last: bool, key: str) -> Attempt:
    """Write down that a caller nobody knows was rung back; the last one ends the trying, with its reason."""
    _must_be_able(by, contact.service)
    if not text.strip():
        raise NotPossible("Say what happened when you rang.")
    with transaction.atomic():
        made, is_new = Attempt.objects.get_or_create(
            key=key,
            defaults={
                "contact": contact,
                "at": now(),
                "by": by.user,
                "by_name": _name(by),
                "text": text.strip(),
                "is_last": is_last,
            },
        )
        if is_new:
            record_access(reader=by, action="contact.attempt", detail={"contact": str(contact.reference)})
    return made


def _answer_of(journey: Journey) -> Task:
    task = open_task_of(journey, "answer")
    if task is None:
        raise AlreadyDone("This contact has been answered already. Open it to see where it stands.")
    return task


def _must_be_able(by: Reader, service: Service | None) -> None:
    """A desk's own staff, or (without a service) a professional who writes instead of ringing."""
    if service is None and not by.may(SEND):
        raise NotYours("You do not have the role for this. Ask an administrator if you should have it.")
    if (
        service is not None
        and not by.is_system
        and not (service.kind == DESK and journeys.works_in(by, service))
    ):
        raise NotYours(f"You do not work in {service.title}.")


def _if_late(at: datetime) -> str:
    """The reason with which the journal takes something that began some time ago."""
    return TYPED_LATER if now() - at > NEEDS_REASON_AFTER else ""


def _name(by: Reader) -> str:
    return (by.user.get_full_name() or by.name) if by.user is not None else by.name
