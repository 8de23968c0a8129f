"""The searches by likeness: what they came to, and asking for one now."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from localcare.analysis.linkage.bands import linkage_bands
from localcare.foundation.people.duplicates import decided_by_band
from localcare.foundation.people.jobs import ask_for_search
from localcare.foundation.people.linking import stop_search
from localcare.foundation.people.linking_presenters import band_rows, search_rows
from localcare.foundation.people.models import LikenessSearch
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access

LATEST = 10


@requires("person.merge")
def searches(request: HttpRequest) -> HttpResponse:
    """The latest searches, how far one is that runs, and what each band meant when it was measured."""
    record_access(reader=request_reader(request), action="person.searches-by-likeness")
    found = list(LikenessSearch.objects.all()[:LATEST])
    done = next((search for search in found if search.status == LikenessSearch.Status.DONE), None)
    context = {
        "rows": search_rows(found),
        "weights": done.weights if done else [],
        "bands": band_rows(decided_by_band()),
        "measured_on": linkage_bands().people,
    }
    return render(request, "people/likeness_searches.jinja", context)


@require_POST
@requires("person.merge")
def search_now(request: HttpRequest) -> HttpResponse:
    """Ask for a search; the worker does it."""
    ask_for_search(asked_by=request_reader(request).name)
    messages.success(
        request, "Asked for. The search begins when a worker is free; look again in a few minutes."
    )
    return redirect("likeness-searches")


@require_POST
@requires("person.merge")
def stop(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ask a search to stop."""
    found = get_object_or_404(LikenessSearch, reference=reference)
    messages.success(request, stop_search(search=found, by=request_reader(request)))
    return redirect("likeness-searches")
