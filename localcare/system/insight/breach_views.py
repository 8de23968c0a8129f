"""The people whose care missed a standard, one by one: only for those who may see them, and written down."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.foundation.people.presenters import full_name
from localcare.foundation.services.models import Service
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.paging import page_addresses
from localcare.system.insight import queries
from localcare.system.insight.places import ALL
from localcare.system.insight.views import known_indicator, place_of

ROWS_ON_A_PAGE = 25


@requires("insight.breaches")
def breaches(request: HttpRequest, code: str) -> HttpResponse:
    """The breach list of an indicator at a place, latest first."""
    indicator = known_indicator(code)
    reader = request_reader(request)
    _, place = place_of(request)
    practices = None if place.code == ALL else place.practices
    page = Paginator(queries.breaches_for(reader, code, practices), ROWS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    found = list(page.object_list)
    record_access(
        reader=reader, action="insight.breaches",
        subjects=list(dict.fromkeys(str(breach.person.reference) for breach in found)),
        basis="learning from care that missed its standard",
        detail={"indicator": code, "place": place.code, "page": page.number},
    )  # fmt: skip
    services = dict(Service.objects.values_list("code", "title"))
    context = {
        "indicator": indicator, "place": place, "page": page, "address": page_addresses(request.GET),
        "run": queries.run_in_force(), "may_open": reader.may("person.read"),
        "rows": [
            {"breach": breach, "person": breach.person, "name": full_name(breach.person),
             "service": services.get(breach.service, breach.service)}
            for breach in found
        ],
    }  # fmt: skip
    return render(request, "insight/breaches.jinja", context)
