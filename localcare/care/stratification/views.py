"""Pages of the list: all of it, those without a plan, and to be printed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from localcare.care.stratification import data_quality, presenters, queries
from localcare.care.stratification.chosen import BASIS, entries_of, filters_of, told
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.filters import STATES, ListFilters
from localcare.care.stratification.forms import ViewForm
from localcare.care.stratification.models import SavedView
from localcare.care.stratification.risk.queries import models_shown
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access

ROWS_ON_A_PAGE = 25
ROWS_IN_PRINT = 200
WORKLIST = {"cohort": "care-plan-criteria", "no_plan": "on", "state": "review"}


@requires("list.read")
def tracking_list(request: HttpRequest) -> HttpResponse:
    """The patient tracking list: who to look at, and why."""
    if not request.GET and (view := _default_view(request)):
        return redirect(f"{reverse('list')}?{view.query}")
    return _list_page(
        request,
        request.GET,
        title="Patient tracking list",
        url_name="list",
        template="stratification/list.jinja",
    )


@requires("list.read")
def worklist(request: HttpRequest) -> HttpResponse:
    """People who fit the criteria for a care plan, have none, and whom no MDT has been asked about."""
    chosen = request.GET.copy()
    for name, value in WORKLIST.items():
        chosen[name] = value
    return _list_page(
        request,
        chosen,
        title="Fits the criteria for a care plan, not yet identified",
        url_name="list-worklist",
        template="stratification/list.jinja",
    )


@requires("list.read")
def print_list(request: HttpRequest) -> HttpResponse:
    """The same list without menus, to be printed."""
    return _list_page(
        request,
        request.GET,
        title="Patient tracking list",
        url_name="list-print",
        template="stratification/print.jinja",
        rows=ROWS_IN_PRINT,
    )


def _list_page(
    request: HttpRequest,
    chosen: QueryDict,
    *,
    title: str,
    url_name: str,
    template: str,
    rows: int = ROWS_ON_A_PAGE,
) -> HttpResponse:
    reader, rules = request_reader(request), definitions()
    run = queries.run_shown_to(reader)
    shown = models_shown(run)
    filters = filters_of(reader, chosen, shown=shown)
    context: dict[str, Any] = {
        "title": title,
        "filters": filters,
        "run": run,
        "rules": rules,
        "url_name": url_name,
        **data_quality.notice(reader, run),
    }
    if run is None:
        return render(request, template, context)
    entries = entries_of(reader, filters)
    page = Paginator(entries, rows).get_page(chosen.get("page"))
    rows_shown = presenters.list_rows(
        page.object_list, reader=reader, run=run, definitions=rules, shown=shown
    )
    record_access(
        reader=reader,
        action="list.read",
        subjects=[str(row.person.reference) for row in rows_shown],
        basis=BASIS,
        detail={"run": run.pk, "page": page.number, "filters": told(filters)},
    )
    context |= {
        "page": page,
        "rows": rows_shown,
        "moved": len(page.object_list) - len(rows_shown),
        "address": lambda number: _address(url_name, chosen, page=number),
        "states": _state_links(chosen, filters, url_name),
        "may_decide": reader.may("list.decide"),
        "may_export": reader.may("list.export"),
        "query": _query(chosen),
        "here": request.get_full_path(),
        "saved_views": SavedView.objects.filter(user=reader.user).order_by("name"),
        "view_form": ViewForm(initial={"query": _query(chosen)}, auto_id="view-%s"),
    }
    return render(request, template, context)


def _query(chosen: QueryDict, **changes: Any) -> str:
    values = {name: value for name, value in chosen.items() if value and name != "page"} | changes
    return urlencode(values)


def _address(url_name: str, chosen: QueryDict, **changes: Any) -> str:
    return f"{reverse(url_name)}?{_query(chosen, **changes)}"


def _state_links(chosen: QueryDict, filters: ListFilters, url_name: str) -> list[tuple[str, str, bool]]:
    if url_name != "list":
        return []
    return [
        (label, _address(url_name, chosen, state=state), state == filters.state_shown)
        for state, label in STATES.items()
    ]


def _default_view(request: HttpRequest) -> SavedView | None:
    return (
        SavedView.objects.filter(user=request_reader(request).user, is_default=True).exclude(query="").first()
    )
