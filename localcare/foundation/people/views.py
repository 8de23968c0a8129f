"""The search of the register."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from localcare.foundation.people.forms import SearchForm
from localcare.foundation.people.presenters import search_rows
from localcare.foundation.people.search import search_people
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access

REMEMBERED = "person_search"


@requires("person.search")
def search(request: HttpRequest) -> HttpResponse:
    """One box; what was typed stays in the session, so that it stands in no address, log or browser history."""
    if request.method == "POST":
        form = SearchForm(request.POST)
        if form.is_valid():
            request.session[REMEMBERED] = form.cleaned_data["text"]
            return redirect("person-search")
        return render(request, "people/search.jinja", {"form": form})
    if "new" in request.GET:
        request.session.pop(REMEMBERED, None)
    text = request.session.get(REMEMBERED, "")
    if not text:
        return render(request, "people/search.jinja", {"form": SearchForm()})
    return _results(request, text)


def _results(request: HttpRequest, text: str) -> HttpResponse:
    reader = request_reader(request)
    results = search_people(reader, text)
    record_access(
        reader=reader,
        action="person.search",
        subjects=[str(match.person.reference) for match in results.matches],
        detail={"shown": len(results.matches)},
    )
    context = {
        "form": SearchForm(initial={"text": text}),
        "results": results,
        "rows": search_rows(results, today=timezone.localdate()),
    }
    return render(request, "people/search.jinja", context)
