"""The pages of one person: the overview, the timeline, and who looked."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from localcare.foundation.people.models import Person
from localcare.foundation.people.presenters import NO_PRACTICE
from localcare.foundation.people.queries import (
    RelatedPerson,
    find_person,
    related_people,
)
from localcare.foundation.record import queries
from localcare.foundation.record.person_page import presenters
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import Access, record_accesses
from localcare.kernel.nhs_design.paging import page_addresses

EVENTS_ON_A_PAGE = 50
LOOKS_ON_A_PAGE = 50


@requires("person.read")
def person(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Everything at a glance: what desks say, then the record."""
    reader = request_reader(request)
    found = find_person(reader, reference)
    related = related_people(found, reader, on=timezone.localdate())
    record_accesses(reader, [_look(found, "person.read"), *_looks_at_named(related)])
    above, below = presenters.panels(found, reader, request)
    return render(
        request,
        "record/person.jinja",
        {
            "person": found,
            "above": above,
            "below": below,
            "details": presenters.details(found, related),
            "sections": presenters.sections(found, reader, today=timezone.localdate()),
        },
    )


@requires("person.read")
def timeline(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What happened, newest first, of the kinds asked for."""
    reader = request_reader(request)
    found = _open(reader, reference, "person.timeline")
    counts = queries.timeline_counts(found, reader)
    kinds = tuple(kind for kind in request.GET.getlist("kind") if kind in queries.KINDS_OF_EVENT)
    total = sum(count for kind, count in counts.items() if not kinds or kind in kinds)
    page = Paginator(range(total), EVENTS_ON_A_PAGE).get_page(request.GET.get("page"))
    offset = max(0, page.start_index() - 1)
    events = queries.timeline(found, reader, kinds=kinds, offset=offset, limit=EVENTS_ON_A_PAGE)
    return render(
        request,
        "record/timeline.jinja",
        {
            "person": found,
            "events": events,
            "page": page,
            "page_address": page_addresses(request.GET),
            "kinds": [(kind, title, counts.get(kind, 0)) for kind, title in queries.KINDS_OF_EVENT.items()],
            "chosen": kinds,
            "titles": queries.KINDS_OF_EVENT,
        },
    )


@requires("person.read")
def who_looked(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Who opened this person's record, when and why."""
    reader = request_reader(request)
    found = _open(reader, reference, "person.who-looked")
    page = Paginator(presenters.looks(found, reader), LOOKS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "person": found,
        "looks": [presenters.look_row(entry) for entry in page],
        "page": page,
        "page_address": page_addresses(request.GET),
    }
    return render(request, "record/who_looked.jinja", context)


def _open(reader: Reader, reference: UUID, action: str) -> Person:
    """Find the person and write the look down before anything is shown."""
    found = find_person(reader, reference)
    record_accesses(reader, [_look(found, action)])
    return found


def _look(person: Person, action: str) -> Access:
    return Access(action, [str(person.reference)], _basis(person))


def _looks_at_named(related: Iterable[RelatedPerson]) -> list[Access]:
    """Family and carers whom the page names are written down as looked at, too."""
    others = [row.relationship.related_person for row in related if row.is_visible]
    named = [str(other.reference) for other in others if other]
    basis = "Named on the page of somebody they are family or carer to"
    return [Access("person.named-as-related", named, basis)] if named else []


def _basis(person: Person) -> str:
    practice = person.banner.practice  # the banner is drawn on each of these pages and looks it up once
    return "No current registration" if practice == NO_PRACTICE else f"Registered with {practice}"[:200]
