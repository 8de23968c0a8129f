"""The planning desk: ready scenarios, saved ones, runs."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.nhs_design.paging import page_addresses
from localcare.system.planning import lived, queries
from localcare.system.planning.forms import FitForm
from localcare.system.planning.questions import ready_scenarios

ROWS = 25


@requires("planning.read")
def desk(request: HttpRequest) -> HttpResponse:
    """What can be asked: scenarios ready to use, those that people keep, and the latest runs."""
    reader = request_reader(request)
    saved = list(queries.saved_scenarios()[:ROWS])
    context = {
        "ready": ready_scenarios(),
        "mine": [one for one in saved if one.owner == reader.user],
        "others": [one for one in saved if one.owner != reader.user],
        "runs": queries.runs()[: queries.LATEST_RUNS],
        "may_run": reader.may("planning.run"),
        "lived": lived.latest(),
        "fit_form": FitForm(),
    }
    return render(request, "planning/desk.jinja", context)


@requires("planning.read")
def runs(request: HttpRequest) -> HttpResponse:
    """Every run, newest first."""
    page = Paginator(queries.runs(), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "runs": page.object_list, "address": page_addresses(request.GET)}
    return render(request, "planning/runs.jinja", context)
