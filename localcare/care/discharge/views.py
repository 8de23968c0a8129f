"""Pages of the discharge desk: people in hospital, people who came home, and one person's way home."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.care.discharge import presenters, queries
from localcare.care.discharge.forms import BoardFilters
from localcare.care.discharge.plans import plans_of
from localcare.foundation.forms.presenters import answers_in_words
from localcare.foundation.forms.queries import completed_of, own_drafts
from localcare.foundation.pathways.desk.presenters import task_rows
from localcare.foundation.people.carers import cared_for_by, carers_of
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import find_person
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.paging import page_addresses

ROWS_ON_A_PAGE = 25
ENDED_WITHIN = timedelta(days=28)
ENDED_SHOWN = 25
BASIS = "discharge from hospital"
FORMS_SHOWN = (
    "discharge-support",
    "home-assessment",
    "reablement-review",
    "package-end",
    "fast-track-request",
)


@requires("task.read")
def board(request: HttpRequest) -> HttpResponse:
    """Who is in hospital now, fit to leave or not, and what is planned."""
    reader, now = request_reader(request), presenters.moment()
    filters = BoardFilters(request.GET, hospitals=queries.hospitals(reader))
    page = Paginator(filters.apply(queries.in_hospital(reader)), ROWS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = presenters.bed_rows(list(page.object_list), reader, now=now)
    _audit(reader, "discharge.board", [row.person for row in rows])
    return render(
        request,
        "discharge/board.jinja",
        {
            "form": filters,
            "page": page,
            "rows": rows,
            "page_address": page_addresses(request.GET),
            "may_plan": reader.may("journey.open") and bool(queries.discharging_services(reader)),
            "now": now,
        },
    )


@requires("task.read")
def after_home(request: HttpRequest) -> HttpResponse:
    """Assessments that are due, packages that run, and packages that ended."""
    reader, now = request_reader(request), presenters.moment()
    waiting = Paginator(queries.assessments(reader), ROWS_ON_A_PAGE).get_page(request.GET.get("assessments"))
    page = Paginator(queries.packages(reader), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    ended = list(queries.ended_packages(reader, since=now - ENDED_WITHIN)[:ENDED_SHOWN])
    assessments = task_rows(waiting.object_list, now=now, me=reader.user)
    packages = presenters.package_rows(page.object_list, now=now, me=reader.user)
    over = presenters.package_rows(ended, now=now)
    people = [row.person for row in assessments] + [one.row.person for one in [*packages, *over]]
    _audit(reader, "discharge.home", people)
    return render(
        request,
        "discharge/after_home.jinja",
        {
            "assessments": assessments,
            "waiting": waiting,
            "packages": packages,
            "page": page,
            "page_address": page_addresses(request.GET),
            "ended": over,
        },
    )


@requires("task.read")
def person(request: HttpRequest, reference: UUID) -> HttpResponse:
    """One person's way home: the stay, fit or not, each plan with what is missing, what was written, the carer."""
    reader, now = request_reader(request), presenters.moment()
    found = find_person(reader, reference)
    _audit(reader, "discharge.person", [found])
    stay = queries.stay_of(found)
    row = presenters.bed_rows([stay], reader, now=now)[0] if stay else None
    responses = completed_of(reader, found).filter(version__form__in=FORMS_SHOWN)[:12]
    return render(
        request,
        "discharge/person.jinja",
        {
            "person": found,
            "stay": stay,
            "row": row,
            "plans": plans_of([found.pk], reader, now=now).get(found.pk, []),
            "drafts": own_drafts(reader, found).filter(context__startswith="discharge:"),
            "responses": [(response, answers_in_words(response)) for response in responses],
            "carers": carers_of(found, reader, on=now.date()),
            "cares_for": cared_for_by(found, reader, on=now.date()),
            "may_plan": reader.may("journey.open") and bool(queries.discharging_services(reader)),
        },
    )


def _audit(reader: Reader, action: str, people: list[Person]) -> None:
    subjects = list(dict.fromkeys(str(one.reference) for one in people))
    record_access(reader=reader, action=action, subjects=subjects, basis=BASIS)
