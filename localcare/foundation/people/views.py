"""Pages of the register: search, possible duplicates, merging and taking a merge back."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from localcare.foundation.people.duplicates import duplicates_to_decide, find_possible_duplicates
from localcare.foundation.people.forms import DuplicateForm, ReasonForm, SearchForm
from localcare.foundation.people.merging import MergeRefused, decide_not_same, merge_people, unmerge
from localcare.foundation.people.models import Merge, PossibleDuplicate
from localcare.foundation.people.presenters import duplicate_rows, full_name, search_rows, side_by_side
from localcare.foundation.people.queries import find_person, visible_people
from localcare.foundation.people.search import search_people
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access

PAIRS_ON_A_PAGE = 25
MERGES_SHOWN = 25
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


@requires("person.merge")
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs to decide, the likeliest first, and the merges made lately."""
    reader = request_reader(request)
    page = Paginator(duplicates_to_decide(reader), PAIRS_ON_A_PAGE).get_page(request.GET.get("page"))
    shown = [str(person.reference) for pair in page for person in (pair.first, pair.second)]
    record_access(reader=reader, action="person.duplicates", subjects=shown)
    merges = Merge.objects.filter(undone_at=None).select_related("kept", "removed")
    context = {
        "page": page,
        "address": lambda number: f"?page={number}",
        "rows": duplicate_rows(list(page)),
        "merges": [merge for merge in merges[:MERGES_SHOWN] if _may_see(request, merge)],
        "full_name": full_name,
    }
    return render(request, "people/duplicates.jinja", context)


def _may_see(request: HttpRequest, merge: Merge) -> bool:
    return visible_people(request_reader(request), "person.merge").filter(pk=merge.kept_id).exists()


@requires("person.merge")
@require_POST
def find_duplicates(request: HttpRequest) -> HttpResponse:
    """Compare everybody now; the nightly run does the same."""
    found = find_possible_duplicates(by=request_reader(request))
    messages.success(request, f"{found} new {'pair' if found == 1 else 'pairs'} found.")
    return redirect("duplicates")


@requires("person.merge")
def duplicate(request: HttpRequest, key: int) -> HttpResponse:
    """Two people side by side with the reasons, and the decision."""
    reader = request_reader(request)
    pair = get_object_or_404(PossibleDuplicate.objects.select_related("first", "second"), pk=key, decision="")
    for person in (pair.first, pair.second):
        find_person(reader, person.reference, "person.merge")
    names = (full_name(pair.first), full_name(pair.second))
    form = DuplicateForm(request.POST or None, names=names)
    if request.method == "POST" and form.is_valid():
        try:
            return _decide(request, pair, **form.cleaned_data)
        except MergeRefused as refused:
            form.add_error(None, str(refused))
    references = [str(pair.first.reference), str(pair.second.reference)]
    record_access(reader=reader, action="person.compare", subjects=references)
    context = {"form": form, "pair": pair, "names": names, "rows": side_by_side(pair.first, pair.second)}
    return render(request, "people/duplicate.jinja", context)


def _decide(request: HttpRequest, pair: PossibleDuplicate, *, decision: str, reason: str) -> HttpResponse:
    reader = request_reader(request)
    if decision == "not-same":
        decide_not_same(duplicate=pair, reason=reason, by=reader)
        messages.success(request, "Kept as two people. They will not be proposed again.")
        return redirect("duplicates")
    kept, removed = (pair.first, pair.second) if decision == "keep-first" else (pair.second, pair.first)
    made = merge_people(kept=kept, removed=removed, reason=reason, by=reader)
    messages.success(request, "Merged. The merge can be taken back on this page.")
    return redirect("merge", key=made.pk)


@requires("person.merge")
def merge(request: HttpRequest, key: int) -> HttpResponse:
    """One merge: what moved, and the way back."""
    reader = request_reader(request)
    found = get_object_or_404(Merge.objects.select_related("kept", "removed"), pk=key)
    find_person(reader, found.kept.reference, "person.merge")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            unmerge(merge=found, reason=form.cleaned_data["reason"], by=reader)
            messages.success(request, "The merge was taken back: everything is as it was.")
            return redirect("duplicates")
        except MergeRefused as refused:
            form.add_error(None, str(refused))
    record_access(reader=reader, action="person.merge-read", subjects=[str(found.kept.reference)])
    moved = [(name.split(".")[1].replace("_", " "), len(keys)) for name, keys in sorted(found.moved.items())]
    context = {
        "form": form,
        "merge": found,
        "moved": moved,
        "kept_name": full_name(found.kept),
        "removed_name": full_name(found.removed),
    }
    return render(request, "people/merge.jinja", context)
