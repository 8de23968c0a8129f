"""Pages of the list: read it, take it away, decide about people on it, keep views of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from localcare.care.stratification import data_quality, presenters, queries
from localcare.care.stratification.csv_rows import HEADINGS, csv_row
from localcare.care.stratification.deciding import Choice, DecidedMeanwhile, decide, forget_view, keep_view
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.filters import STATES, ListFilters
from localcare.care.stratification.forms import DecisionForm, ViewForm
from localcare.care.stratification.models import ListEntry, RiskModel, SavedView
from localcare.care.stratification.risk.queries import models_shown
from localcare.care.stratification.risk.rules import LISTED_OUTCOME
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import PersonNotVisible, visible_people
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

ROWS_ON_A_PAGE = 25
ROWS_IN_PRINT = 200
ROWS_AT_ONCE = 500
MOST_AT_ONCE = 50
LONGEST_KEY = 19  # digits of the largest key of the database
WORKLIST = {"cohort": "care-plan-criteria", "no_plan": "on", "state": "review"}
BASIS = "review of the patient tracking list"


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
    filters = _filters(reader, chosen, shown=shown)
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
    entries = _entries(reader, filters)
    page = Paginator(entries, rows).get_page(chosen.get("page"))
    rows_shown = presenters.list_rows(
        page.object_list, reader=reader, run=run, definitions=rules, shown=shown
    )
    record_access(
        reader=reader,
        action="list.read",
        subjects=[str(row.person.reference) for row in rows_shown],
        basis=BASIS,
        detail={"run": run.pk, "page": page.number, "filters": _plain(filters)},
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


def _filters(
    reader: Reader,
    chosen: QueryDict,
    permission: str = "list.read",
    *,
    shown: Mapping[str, RiskModel],
) -> ListFilters:
    places = queries.place_choices(reader.scope(permission), timezone.localdate())
    return ListFilters(chosen, places=places, definitions=definitions(), by_risk=LISTED_OUTCOME in shown)


def _entries(reader: Reader, filters: ListFilters, permission: str = "list.read") -> QuerySet[ListEntry]:
    entries = queries.entries_for(reader, permission).select_related("decision__decided_by")
    return filters.apply(entries, today=timezone.localdate())


def _plain(filters: ListFilters) -> dict[str, str]:
    """What was chosen, without what was typed: a typed name is personal data."""
    chosen = {name: str(value) for name, value in filters.values.items() if value and name != "q"}
    return chosen | ({"q": "typed"} if filters.values.get("q") else {})


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


@requires("list.export")
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as a CSV file, written down with the definitions that made it."""
    reader, rules = request_reader(request), definitions()
    run = queries.run_shown_to(reader)
    if run is None:
        raise Http404("There is no list yet.")
    shown = models_shown(run)
    filters = _filters(reader, request.GET, "list.export", shown=shown)
    entries = _entries(reader, filters, "list.export")
    visible = queries.references_of(entries, reader, "list.export")
    keys = list(visible)
    record_access(
        reader=reader,
        action="list.export",
        subjects=list(visible.values()),
        basis=BASIS,
        detail={
            "run": run.pk,
            "definitions": run.definitions_version,
            "people": len(keys),
            "filters": _plain(filters),
        },
    )

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield writer.writerow(HEADINGS)
        for start in range(0, len(keys), ROWS_AT_ONCE):
            some = entries.model.objects.select_related("decision__decided_by").in_bulk(
                keys[start : start + ROWS_AT_ONCE]
            )
            ordered = [some[key] for key in keys[start : start + ROWS_AT_ONCE] if key in some]
            for row in presenters.list_rows(
                ordered, reader=reader, run=run, definitions=rules, shown=shown, permission="list.export"
            ):
                yield writer.writerow(csv_row(row, run))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="patient-tracking-list-{run.as_of:%Y-%m-%d}.csv"'
    return response


class _Echo:
    """Gives each written line back."""

    def write(self, line: str) -> str:
        return line


@requires("list.decide")
def decide_page(request: HttpRequest) -> HttpResponse:
    """Decide about one or several people; asked again with a clear message when somebody else was quicker."""
    reader = request_reader(request)
    source = request.POST if request.method == "POST" else request.GET
    back = _safe_address(request, source.get("next", ""))
    if len(set(source.getlist("person"))) > MOST_AT_ONCE:
        messages.error(
            request, f"Choose at most {MOST_AT_ONCE} people at a time, then decide. Nothing was decided."
        )
        return redirect(back)
    people = _chosen_people(source.getlist("person"), reader)
    if not people:
        messages.warning(request, "Choose at least one person on the list, then decide.")
        return redirect(back)
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        today=timezone.localdate(),
        definitions=definitions(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            decide(choice=Choice(**form.cleaned_data), seen=_seen(request.POST, people), by=reader)
        except DecidedMeanwhile as meanwhile:
            return _decide_again(request, form, people, back, meanwhile)
        messages.success(request, _decided(form.cleaned_data["kind"], people))
        return redirect(back)
    record_access(
        reader=reader,
        action="list.decide-read",
        subjects=[str(person.reference) for person in people],
        basis=BASIS,
    )
    return render(request, "stratification/decide.jinja", _decide_context(form, people, back))


def _decide_context(form: DecisionForm, people: list[Person], back: str) -> dict[str, Any]:
    latest = queries.latest_decisions(person.pk for person in people)
    rules = definitions()
    return {
        "form": form,
        "back": back,
        "people": [
            {
                "reference": person.reference,
                "name": presenters.person_name(person),
                "nhs_number": person.nhs_number,
                "seen": latest[person.pk].pk if person.pk in latest else 0,
                "decision": presenters.decision_in_words(latest.get(person.pk), rules),
            }
            for person in people
        ],
    }


def _decide_again(
    request: HttpRequest, form: DecisionForm, people: list[Person], back: str, meanwhile: DecidedMeanwhile
) -> HttpResponse:
    names = {person.pk: presenters.person_name(person) for person in people}
    for decision in meanwhile.decisions:
        said = presenters.decision_in_words(decision, definitions())
        form.add_error(
            None,
            f"Somebody decided about {names[decision.person_id]} while this page was open: {said}."
            " Nothing was saved. Read it, then decide again if you still want to.",
        )
    return render(request, "stratification/decide.jinja", _decide_context(form, people, back), status=409)


def _chosen_people(references: list[str], reader: Reader) -> list[Person]:
    valid = list(dict.fromkeys(filter(None, map(_reference, references))))
    found = visible_people(reader, "list.decide").filter(reference__in=valid)
    people = list(found.order_by("family_name", "given_name", "pk"))
    if len(people) != len(valid):
        record_access(reader=reader, action="list.decide", subjects=valid, outcome="denied")
        raise PersonNotVisible("There is a person among these whom you may not decide about.")
    return people


def _reference(text: str) -> str:
    """The reference in its one spelling; empty when it is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _seen(posted: QueryDict, people: list[Person]) -> dict[int, int]:
    found = {person.pk: posted.get(f"seen-{person.reference}", "0") for person in people}
    return {
        key: int(value) if value.isdecimal() and len(value) <= LONGEST_KEY else 0
        for key, value in found.items()
    }


def _decided(kind: str, people: list[Person]) -> str:
    who = presenters.person_name(people[0]) if len(people) == 1 else f"{len(people)} people"
    words = {
        "mdt": "will be taken to the MDT meeting",
        "not-now": "put aside until the day you chose",
        "known": "marked as known to a team",
        "reopen": "put back on the list to review",
    }
    return f"{who}: {words[kind]}."


def _safe_address(request: HttpRequest, address: str) -> str:
    is_safe = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if address.startswith("/") and is_safe else reverse("list")


@require_POST
@requires("list.read")
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters and order of now under a name."""
    form = ViewForm(request.POST, auto_id="view-%s")
    user = request_reader(request).user
    if user is None or not form.is_valid():
        messages.error(request, "Enter a name of at most 60 characters for the view.")
        return redirect(f"{reverse('list')}?{request.POST.get('query', '')}")
    view = keep_view(by=user, **form.cleaned_data)
    messages.success(request, f"The view “{view.name}” is saved.")
    return redirect(f"{reverse('list')}?{view.query}")


@require_POST
@requires("list.read")
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete one of the reader's own views."""
    user = request_reader(request).user
    if user is not None:
        forget_view(view_id=view_id, by=user)
    messages.success(request, "The view is deleted.")
    return redirect(f"{reverse('list')}?state=review")
