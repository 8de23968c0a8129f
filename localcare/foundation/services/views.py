"""The directory and the page of one service."""

from __future__ import annotations

import csv
from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from localcare.foundation.places.models import Area
from localcare.foundation.places.queries import area_codes_within, areas_around
from localcare.foundation.services import presenters, queries
from localcare.foundation.services.forms import DirectoryFilters
from localcare.foundation.services.hours import hours
from localcare.foundation.services.matching import Match, match_services
from localcare.foundation.services.models import Service
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.nhs_design.paging import page_addresses

ON_A_PAGE = 25
DAYS_OF_ROOM = 14
CLOSURES_SINCE = timedelta(days=30)


@requires("service.read")
def directory(request: HttpRequest) -> HttpResponse:
    """Every service in use, those that can take somebody now first."""
    form = DirectoryFilters(request.GET)
    page = Paginator(found(form), ON_A_PAGE).get_page(request.GET.get("page"))
    reader = request_reader(request)
    context = {
        "form": form,
        "page": page,
        "rows": presenters.directory_rows(page, timezone.now()),
        "headings": presenters.HEADINGS,
        "address": page_addresses(request.GET),
        "is_filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
        "query": request.GET.urlencode(),
        "keeps_all": queries.manages_all(reader),
        "mine": list(queries.services_of(reader)),
        "not_in_use": list(Service.objects.exclude(queries.valid_on(timezone.localdate()))),
    }
    return render(request, "services/directory.jinja", context)


@requires("service.read")
def directory_csv(request: HttpRequest) -> HttpResponse:
    """The same services as a file."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"services-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(presenters.CSV_HEADINGS)
    writer.writerows(presenters.csv_rows(found(DirectoryFilters(request.GET))))
    return response


def found(form: DirectoryFilters) -> list[Match]:
    """The services that the filters ask for; what cannot be read is not asked."""
    typed = form.cleaned_data if form.is_valid() else {}
    matches = queries.find_services(
        kind=typed.get("kind") or None,
        need=typed.get("need") or None,
        area=_areas(typed["area"]) if typed.get("area") else None,
        words=typed.get("q") or "",
    )
    if typed.get("open_now"):
        matches = [match for match in matches if match.open_now]
    if typed.get("with_room"):
        matches = [match for match in matches if match.room_left]
    return matches


def _areas(code: str) -> set[str]:
    """The area, those within it and those around it: a service of any of them may serve it."""
    today = timezone.localdate()
    around = areas_around(Area.objects.get(code=code), today)
    return {area.code for area in around} | area_codes_within(code, today)


@requires("service.read")
def service(request: HttpRequest, code: str) -> HttpResponse:
    """What it does, for whom, when, with what room, by whom, and how it answers."""
    shown = get_object_or_404(Service.objects.select_related("organisation"), code=code)
    now, today = timezone.now(), timezone.localdate()
    (match,) = match_services([shown], person=None, at=now)
    days = queries.room_by_day(shown, today, DAYS_OF_ROOM)
    context = {
        "entry": shown,
        "match": match,
        "today": today,
        "kind": presenters.kind_words(shown),
        "serves": presenters.serves_words(shown, presenters.area_names()),
        "for_whom": presenters.for_whom(shown),
        "needs": presenters.need_words(shown),
        "answers": presenters.answers_words(match),
        "week": presenters.week_of(hours(shown.hours), today),
        "room_rows": presenters.room_rows(shown, days),
        "room_points": presenters.room_points(days),
        "closures": queries.closures_of(shown, since=now - CLOSURES_SINCE),
        "members": queries.members_of(shown),
        "may_manage": queries.may_manage(request_reader(request), shown),
    }
    return render(request, "services/service.jinja", context)
