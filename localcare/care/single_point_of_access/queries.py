"""Reading contacts: always of the reader's own single points of access, or of journeys that they may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import Http404

from localcare.care.single_point_of_access.definitions import CONTACT
from localcare.care.single_point_of_access.models import Contact, HandOver, Identification
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.models import JournalEntry, Journey, Task, TaskState
from localcare.foundation.pathways.queries import journey_for, may_see
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

DESK = "single-point-of-access"
SCREENING = "mental-health-screening"


@dataclass(frozen=True)
class Case:
    """One contact from its arrival on: the fact, and the journey once the person is known."""

    contact: Contact | None
    journey: Journey | None

    @property
    def reference(self) -> UUID:
        """What its address is made of: the contact's reference, or the journey's where no contact was written."""
        found = self.contact or self.journey
        if found is None:
            raise ValueError("A case is a contact, a journey or both.")
        return found.reference

    @property
    def arrived_at(self) -> datetime:
        """When the contact arrived."""
        if self.contact is not None:
            return self.contact.arrived_at
        assert self.journey is not None
        return self.journey.state.opened_at


def desks(reader: Reader) -> QuerySet[Service]:
    """The single points of access in which the reader works."""
    return services_of(reader).filter(kind=DESK)


def own_services(reader: Reader) -> QuerySet[Service]:
    """The desks of the reader and the mental health screening that they work in."""
    return services_of(reader).filter(kind__in=(DESK, SCREENING))


def not_identified(reader: Reader) -> QuerySet[Contact]:
    """Contacts of the reader's desks that wait for somebody to say whom they are about."""
    return Contact.objects.filter(
        service__in=desks(reader), identification=None, abandonment=None
    ).select_related("service")


def abandoned(reader: Reader) -> QuerySet[Contact]:
    """Callers who rang off unknown and are still to be rung back."""
    contacts = Contact.objects.filter(
        service__in=desks(reader), identification=None, abandonment__isnull=False
    ).exclude(telephone="")
    ended = Contact.objects.filter(attempts__is_last=True)
    return (
        contacts.exclude(pk__in=ended).select_related("service", "abandonment").prefetch_related("attempts")
    )


def open_tasks(reader: Reader) -> QuerySet[TaskState]:
    """Open steps of contacts in the reader's queues, and those that their desks asked of mental health screening."""
    own = list(own_services(reader).values_list("pk", flat=True))
    mine = Q(service__in=own) | Q(asked_by__in=own) | Q(service=None, journey__opened_by_service__in=own)
    tasks = TaskState.objects.filter(mine, pathway=CONTACT, is_open=True)
    return tasks.select_related(
        "task", "person", "service", "assigned_to", "journey__version", "journey__state",
        "journey__arrived_as__contact",
    ).order_by("due_at", "task")  # fmt: skip


def other_work(reader: Reader) -> QuerySet[TaskState]:
    """What other pathways ask of the reader's desks, such as arranging a discharge."""
    tasks = TaskState.objects.filter(service__in=desks(reader), is_open=True).exclude(pathway=CONTACT)
    related = ("task", "person", "service", "assigned_to", "asked_by", "journey__version")
    return tasks.select_related(*related).order_by(F("due_at").asc(nulls_last=True), "task")


def open_count(reader: Reader) -> int:
    """How many contacts of the reader's desks are open."""
    return open_tasks(reader).values("journey").distinct().count() + not_identified(reader).count()


def case_for(reader: Reader, reference: UUID) -> Case:
    """The contact (or the journey) at a reference; Http404, audited as denied, when it is not the reader's to see."""
    contact = (
        Contact.objects.filter(reference=reference)
        .select_related("service", "identification__journey", "abandonment")
        .first()
    )
    if contact is None:
        journey = journey_for(reader, reference)
        if journey.version.pathway != CONTACT:
            raise Http404("There is no contact at this address.")
        arrived = Identification.objects.filter(journey=journey).select_related("contact").first()
        return Case(arrived.contact if arrived else None, journey)
    identified = getattr(contact, "identification", None)
    if identified is not None:
        return Case(contact, journey_for(reader, identified.journey.reference))
    if not desks(reader).filter(pk=contact.service_id).exists():
        record_access(
            reader=reader, action="contact.read", outcome="denied", detail={"asked for": str(reference)}
        )
        raise Http404("There is no contact at this address that you may see.")
    return Case(contact, None)


def previous_contacts(reader: Reader, person: Person, *, without: Journey | None = None) -> list[Case]:
    """What was said before about a person, the latest first."""
    arrived = Identification.objects.filter(journey__person=person).select_related(
        "contact", "journey__version", "journey__state", "journey__person"
    )
    if without is not None:
        arrived = arrived.exclude(journey=without)
    found = arrived.order_by("-contact__arrived_at")[:10]
    return [Case(one.contact, one.journey) for one in found if may_see(reader, one.journey)]


def responses_of(journeys: list[int], step: str = "answer") -> dict[int, FormResponse]:
    """The last form completed in a step of each journey, by the journey's key: one query."""
    entries = JournalEntry.objects.filter(
        journey__in=journeys, event="done", task__step=step, undone_by=None
    ).exclude(response=None)
    rows = entries.select_related("response__version").order_by("pk")
    return {entry.journey_id: entry.response for entry in rows if entry.response is not None}


def open_task_of(journey: Journey, *steps: str) -> Task | None:
    """The open task of a journey in one of the steps; None when there is none."""
    state = TaskState.objects.filter(journey=journey, step__in=steps, is_open=True).select_related("task")
    found = state.order_by("-task").first()
    return found.task if found else None


def requests_from(journey: Journey) -> QuerySet[TaskState]:
    """What was asked of services from this contact: each service's answer stands in its own journey."""
    return (
        TaskState.objects.filter(journey__opened_from__journey=journey)
        .select_related("task", "service", "journey__version", "journey__state", "person")
        .order_by("journey", "task")
    )


def hand_overs(reader: Reader) -> QuerySet[HandOver]:
    """The hand-overs of the reader's desks, the latest first."""
    return HandOver.objects.filter(service__in=desks(reader)).select_related("service", "receipt")
