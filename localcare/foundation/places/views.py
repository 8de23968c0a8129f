"""Pages of the places: the tree as of a day, an area, an organisation, and the dated operations."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from localcare.foundation.places import presenters, queries
from localcare.foundation.places.actions import reverse_operation
from localcare.foundation.places.definitions import definition, disagreements
from localcare.foundation.places.forms import DayForm, OperationForm, ReverseForm
from localcare.foundation.places.models import Area, Organisation, PlaceOperation
from localcare.foundation.places.operating import OPERATIONS
from localcare.foundation.places.periods import snapshot
from localcare.foundation.places.rules import OperationRefused, Plan, check_plan
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.models import RoleGrant


def _day(request: HttpRequest) -> tuple[date, DayForm]:
    """The day asked for (today when none, or none that is a day), and the form that asks."""
    today = timezone.localdate()
    if "on_year" not in request.GET:
        return today, DayForm(initial={"on": today})
    form = DayForm(request.GET)
    return (form.cleaned_data["on"] or today if form.is_valid() else today), form


def _as_of(day: date) -> str:
    """What links carry so that the next page shows the same day."""
    if day == timezone.localdate():
        return ""
    return f"?on_day={day.day}&on_month={day.month}&on_year={day.year}"


@requires("places.read")
def tree(request: HttpRequest) -> HttpResponse:
    """The health economy with everything in it, as of a day."""
    day, form = _day(request)
    context = {
        "form": form,
        "day": day,
        "as_of": _as_of(day),
        "rows": presenters.tree_rows(queries.area_tree(day)),
        "disagreements": disagreements(),
        "explanation": definition("areas")["explanation"],
        "operations": PlaceOperation.objects.select_related("reverses")[:10],
    }
    return render(request, "places/tree.jinja", context)


@requires("places.read")
def area(request: HttpRequest, code: str) -> HttpResponse:
    """One area as of a day: populations, practices, organisations, sites, history."""
    found = get_object_or_404(Area, code=code)
    day, form = _day(request)
    around = queries.areas_around(found, day)
    context = {
        "area": found,
        "name": queries.name_on(found, day),
        "form": form,
        "day": day,
        "as_of": _as_of(day),
        "exists": queries.exists_on(found, day),
        "around": [(queries.name_on(outer, day), outer.code) for outer in reversed(around)],
        "figures": presenters.figures_of(found),
        "sizes": presenters.sizes_of(found),
        "disagreements": disagreements(found.code),
        "parts": [(queries.name_on(part, day), part) for part in _parts(found, day)],
        "practices": list(queries.practices_in(found.code, day)),
        "organisations": [
            (org, presenters.type_of(org)) for org in presenters.organisations_for(found, around, day)
        ],
        "sites": [(site, presenters.type_of_site(site)) for site in presenters.sites_in(found, day)],
        "history": presenters.history_of(found),
        "operations": OPERATIONS,
    }
    return render(request, "places/area.jinja", context)


def _parts(found: Area, day: date) -> list[Area]:
    inside = found.children.filter(queries.holding_on(day)).values("child")
    return list(Area.objects.filter(pk__in=inside).order_by("pk"))


@requires("places.read")
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """One organisation: what it is, since when, whom it serves, what it followed."""
    found = get_object_or_404(Organisation, code=code)
    context = {
        "organisation": found,
        "facts": presenters.organisation_facts(found),
        "serves": presenters.serves(found),
        "memberships": presenters.memberships_of(found),
        "sites": [(site, presenters.type_of_site(site)) for site in found.site_set.order_by("name")],
        "before": found.precessions.select_related("predecessor").order_by("effective_on"),
        "after": found.successions.select_related("successor").order_by("effective_on"),
    }
    return render(request, "places/organisation.jinja", context)


@requires("places.manage")
def operate(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A dated operation on an area: typed, shown as what it will change, then carried out."""
    found = get_object_or_404(Area, code=code)
    if kind not in OPERATIONS:
        raise Http404(kind)
    operation = OPERATIONS[kind]
    today = timezone.localdate()
    now = snapshot(today)
    if found.code not in now.areas:
        messages.error(request, "This area does not exist today, so it cannot be changed.")
        return redirect("area", code=code)
    form = operation.form(request.POST or None, found, now)
    context = {"form": form, "area": found, "title": operation.title}
    if request.method == "POST" and form.is_valid():
        then = snapshot(form.cleaned_data["on"])
        try:
            plan = operation.plan(found, form, then)
            check_plan(then, plan)
            if "confirm" in request.POST:
                made = operation.carry_out(found, form, request_reader(request))
                messages.success(request, f"Done: {made.summary}")
                return redirect("area", code=code)
            return _preview(request, plan, form, context)
        except OperationRefused as refused:
            form.add_error(None, str(refused))
    return render(request, "places/operation.jinja", context)


def _preview(
    request: HttpRequest, plan: Plan, form: OperationForm, context: dict[str, object]
) -> HttpResponse:
    """What the change will do, before it is done."""
    closing = [state.code for state in plan.closes]
    grants = RoleGrant.objects.filter(scope_kind=RoleGrant.ScopeKind.AREA, scope_code__in=closing).count()
    typed = [(name, value) for name, values in request.POST.lists() for value in values]
    hidden = [(name, value) for name, value in typed if name not in ("csrfmiddlewaretoken", "confirm")]
    lines = presenters.plan_lines(plan, snapshot(form.cleaned_data["on"]))
    shown = context | {
        "lines": lines,
        "hidden": hidden,
        "grants": grants,
        "on": form.cleaned_data["on"],
        "reason": form.cleaned_data["reason"],
    }
    return render(request, "places/preview.jinja", shown)


@requires("places.manage")
def reverse(request: HttpRequest, key: int) -> HttpResponse:
    """Take a change back from a later day."""
    done = get_object_or_404(PlaceOperation, pk=key)
    form = ReverseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = reverse_operation(operation=done, by=request_reader(request), **form.cleaned_data)
            messages.success(request, f"Done: {made.summary}")
            return redirect("places")
        except OperationRefused as refused:
            form.add_error(None, str(refused))
    return render(request, "places/reverse.jinja", {"form": form, "operation": done})
