"""Pages of the navigation desk: requests for carers, who cares for whom, and one carer."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.care.navigation import presenters, queries
from localcare.care.navigation.forms import CarerFilters
from localcare.foundation.forms.presenters import answers_in_words
from localcare.foundation.forms.queries import completed_of
from localcare.foundation.pathways.desk.presenters import task_rows
from localcare.foundation.pathways.moment import now as current
from localcare.foundation.pathways.presenters import LONDON
from localcare.foundation.people.carers import cared_for_by, carers_of
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import find_person
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.paging import page_addresses

ROWS_ON_A_PAGE = 25
OTHERS_SHOWN = 25
BASIS = "support of a carer"


@requires("task.read")
def board(request: HttpRequest) -> HttpResponse:
    """What my teams are asked to do for carers, and for other people whom they help to find their way."""
    reader, now = request_reader(request), current().astimezone(LONDON)
    page = Paginator(queries.work_for_carers(reader), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    rows = presenters.work_rows(page.object_list, reader, now=now)
    others = task_rows(queries.other_work(reader)[:OTHERS_SHOWN], now=now, me=reader.user)
    _audit(reader, "navigation.board", [one.row.person for one in rows] + [row.person for row in others])
    context = {"page": page, "rows": rows, "others": others, "page_address": page_addresses(request.GET)}
    return render(request, "navigation/board.jinja", context)


@requires("task.read")
def carers(request: HttpRequest) -> HttpResponse:
    """Everybody who cares for somebody, those whom nobody has asked about their own needs first."""
    reader, today = request_reader(request), current().astimezone(LONDON).date()
    filters = CarerFilters(request.GET)
    page = Paginator(filters.apply(queries.carers(reader, on=today)), ROWS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = presenters.carer_rows(list(page.object_list), reader, on=today)
    _audit(reader, "navigation.carers", [row.person for row in rows])
    context = {"form": filters, "page": page, "rows": rows, "page_address": page_addresses(request.GET)}
    return render(request, "navigation/carers.jinja", context)


@requires("task.read")
def person(request: HttpRequest, reference: UUID) -> HttpResponse:
    """One carer: for whom, their own needs, what was arranged and whether it happened."""
    reader, now = request_reader(request), current().astimezone(LONDON)
    found = find_person(reader, reference)
    _audit(reader, "navigation.person", [found])
    assessments = completed_of(reader, found).filter(version__form="carers-assessment")
    latest = assessments.first()
    context = {
        "person": found,
        "cares_for": cared_for_by(found, reader, on=now.date()),
        "carers": carers_of(found, reader, on=now.date()),
        "supports": presenters.supports(list(queries.journeys_of_carer(reader, found)), now=now),
        "needs": presenters.own_needs(latest),
        "sections": answers_in_words(latest) if latest else [],
        "may_ask": reader.may("journey.open") and bool(queries.asking_services(reader)),
    }
    return render(request, "navigation/person.jinja", context)


def _audit(reader: Reader, action: str, people: list[Person]) -> None:
    subjects = list(dict.fromkeys(str(one.reference) for one in people))
    record_access(reader=reader, action=action, subjects=subjects, basis=BASIS)
