"""Pages of possible duplicates: the list, two people side by side, merging, keeping apart, and taking both back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.foundation.people import duplicate_presenters as presenters
from localcare.foundation.people.duplicate_acts import AGAIN, NOT_SAME, NOT_SURE, Act
from localcare.foundation.people.duplicate_forms import DuplicateFilters, MergeForm, ReasonForm
from localcare.foundation.people.duplicates import duplicates_for, merges_for
from localcare.foundation.people.merging import MergeRefused, merge_people, unmerge
from localcare.foundation.people.models import Merge, PossibleDuplicate
from localcare.foundation.people.presenters import full_name
from localcare.foundation.people.queries import PersonNotVisible
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.paging import page_addresses

ROWS_ON_A_PAGE = 25


@requires("person.merge")
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs to decide or kept apart, the strongest first, of whom the reader may see both."""
    reader = request_reader(request)
    filters = DuplicateFilters(request.GET)
    pairs = duplicates_for(reader, decision=filters.decision, at_least=filters.at_least, band=filters.band)
    page = Paginator(pairs, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    shown = [str(person.reference) for pair in page for person in (pair.first, pair.second)]
    record_access(reader=reader, action="person.duplicates", subjects=shown, detail={"page": page.number})
    context = {
        "filters": filters,
        "page": page,
        "address": page_addresses(request.GET),
        "rows": presenters.duplicate_rows(list(page)),
    }
    return render(request, "people/duplicates.jinja", context)


@requires("person.merge")
def merges(request: HttpRequest) -> HttpResponse:
    """Merges made, also those taken back, the latest first."""
    reader = request_reader(request)
    page = Paginator(merges_for(reader), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    shown = [str(person.reference) for merge in page for person in (merge.kept, merge.removed)]
    record_access(reader=reader, action="person.merges", subjects=shown, detail={"page": page.number})
    context = {
        "page": page,
        "address": page_addresses(request.GET),
        "rows": presenters.merge_rows(list(page)),
    }
    return render(request, "people/duplicate_merges.jinja", context)


@requires("person.merge")
def duplicate(request: HttpRequest, key: int) -> HttpResponse:
    """Two people side by side, with what speaks for and against one person."""
    pair = _pair(request, key)
    if pair.decision == PossibleDuplicate.Decision.MERGED:
        merge = Merge.objects.filter(removed__in=(pair.first, pair.second), undone_at=None).first()
        return redirect("merge", key=merge.pk) if merge else redirect("duplicates")
    _record_comparison(request, pair)
    form = ReasonForm()
    return render(request, "people/duplicate.jinja", _comparison(pair) | {"form": form})


@requires("person.merge")
def merge_pair(request: HttpRequest, key: int, keep: str) -> HttpResponse:
    """Which record is kept, what moves and what is filled in; then merge."""
    pair = _pair(request, key)
    kept, removed = (pair.first, pair.second) if keep == "first" else (pair.second, pair.first)
    form = MergeForm(request.POST or None, kept=kept, removed=removed)
    if request.method == "POST" and form.is_valid():
        try:
            made = merge_people(kept=kept, removed=removed, by=request_reader(request), **form.cleaned_data)
            messages.success(request, "Merged. You can take this merge back on this page.")
            return redirect("merge", key=made.pk)
        except MergeRefused as refused:
            form.add_error(None, str(refused))
    _record_comparison(request, pair)
    context = {"form": form, "pair": pair, "plan": presenters.merge_plan(kept, removed)}
    return render(request, "people/merge_pair.jinja", context)


@requires("person.merge")
def not_same(request: HttpRequest, key: int) -> HttpResponse:
    """The two are different people, and why; or, where that was decided, that it is open again."""
    return _decided(request, key, NOT_SAME)


@requires("person.merge")
def not_sure(request: HttpRequest, key: int) -> HttpResponse:
    """Nobody can say yet, and what is missing; or, where that was said, that it is open again."""
    return _decided(request, key, NOT_SURE)


def _decided(request: HttpRequest, key: int, act: Act) -> HttpResponse:
    pair = _pair(request, key)
    shown = AGAIN if pair.decision == act.decision else act
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            shown.action(duplicate=pair, reason=form.cleaned_data["reason"], by=request_reader(request))
            messages.success(request, shown.done)
            return redirect("duplicates")
        except MergeRefused as refused:
            form.add_error(None, str(refused))
    _record_comparison(request, pair)
    context = _comparison(pair) | {"form": form, "act": shown, "address": act.url_name}
    return render(request, "people/duplicate_not_same.jinja", context)


@requires("person.merge")
def merge(request: HttpRequest, key: int) -> HttpResponse:
    """One merge: what moved, and the way back."""
    reader = request_reader(request)
    found = merges_for(reader).filter(pk=key).first() or _current(reader, key)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            unmerge(merge=found, reason=form.cleaned_data["reason"], by=reader)
            messages.success(request, "The merge was taken back: both records are as they were.")
            return redirect("merge", key=found.pk)
        except MergeRefused as refused:
            form.add_error(None, str(refused))
    subjects = [str(person.reference) for person in (found.kept, found.removed)]
    record_access(reader=reader, action="person.merge-read", subjects=subjects)
    context = {"form": form, "merge": found, "made": presenters.merge_made(found)}
    return render(request, "people/merge.jinja", context)


def _current(reader: Reader, key: int) -> Merge:
    """A merge into somebody who was merged on: shown to whoever may see the one that is kept now."""
    found = Merge.objects.select_related("kept", "removed").filter(pk=key).first()
    last = found.kept if found else None
    while last is not None and last.merged_into is not None:
        last = last.merged_into
    if found is None or last is None or not merges_for(reader).filter(kept=last).exists():
        record_access(reader=reader, action="person.merge-read", outcome="denied", detail={"merge": key})
        raise Http404("There is no merge at this address that you may see.")
    return found


def _pair(request: HttpRequest, key: int) -> PossibleDuplicate:
    """The pair, when the reader may see both; a merged pair when they may see the one kept."""
    reader = request_reader(request)
    pair = PossibleDuplicate.objects.select_related("first", "second").filter(pk=key).first()
    if pair is not None:
        if pair.decision == PossibleDuplicate.Decision.MERGED:
            if merges_for(reader).filter(removed__in=(pair.first, pair.second), undone_at=None).exists():
                return pair
        elif duplicates_for(reader, decision=pair.decision).filter(pk=key).exists():
            return pair
    record_access(reader=reader, action="person.compare", outcome="denied", detail={"pair": key})
    raise PersonNotVisible("There is no pair at this address of whom you may see both.")


def _record_comparison(request: HttpRequest, pair: PossibleDuplicate) -> None:
    references = [str(pair.first.reference), str(pair.second.reference)]
    record_access(reader=request_reader(request), action="person.compare", subjects=references)


def _comparison(pair: PossibleDuplicate) -> dict[str, Any]:
    first, second = pair.first, pair.second
    return {
        "pair": pair,
        "names": [full_name(first), full_name(second)],
        "rows": presenters.side_by_side(first, second),
        "shown": presenters.duplicate_rows([pair])[0],
        "held": presenters.held_by_each(first, second),
    }
