"""Pages that keep the directory: the entry, the team, closures, room. Each checks that the reader leads the service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from localcare.foundation.services import actions, queries
from localcare.foundation.services.forms import (
    CloseForm,
    EndForm,
    EntryForm,
    MemberForm,
    NewEntryForm,
    RoomForm,
)
from localcare.foundation.services.models import Closure, Membership, Service
from localcare.foundation.services.words import UNITS
from localcare.kernel.access.guards import deny, request_reader, requires
from localcare.kernel.nhs_design.formatting import plural


def _kept(request: HttpRequest, code: str) -> Service:
    """The service, when the reader may change it."""
    service = get_object_or_404(Service, code=code)
    reader = request_reader(request)
    if not queries.may_manage(reader, service):
        deny(reader, "service.manage", request)
    return service


def _page(
    request: HttpRequest, form: forms.Form, title: str, button: str, service: Service | None = None
) -> HttpResponse:
    crumbs = [("Services", reverse("services"))]
    if service:
        crumbs.append((service.title, reverse("service", args=[service.code])))
    context = {"form": form, "title": title, "button": button, "entry": service, "crumbs": crumbs}
    return render(request, "services/keep.jinja", context)


@requires("service.administer")
def add(request: HttpRequest) -> HttpResponse:
    """A service that is not in the directory yet."""
    form = NewEntryForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and (made := _saved(request, form, form.cleaned_data["code"]))
    ):
        return redirect("service", code=made.code)
    return _page(request, form, "Add a service", "Add the service")


@requires("service.manage")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """What the directory says about a service."""
    service = _kept(request, code)
    form = EntryForm(request.POST or None, initial=model_to_dict(service))
    if request.method == "POST" and form.is_valid() and _saved(request, form, code):
        return redirect("service", code=code)
    return _page(request, form, "Change what the directory says", "Save", service)


def _saved(request: HttpRequest, form: forms.Form, code: str) -> Service | None:
    fields = {name: value for name, value in form.cleaned_data.items() if name != "code"}
    try:
        service = actions.save_service(by=request_reader(request), code=code, **fields)
    except actions.ServiceRefused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, "The directory is saved.")
    return service


@requires("service.manage")
def add_member(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody joins the team."""
    service = _kept(request, code)
    form = MemberForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        typed: dict[str, Any] = dict(form.cleaned_data)
        user = typed.pop("username")
        try:
            actions.add_member(service=service, user=user, by=request_reader(request), **typed)
            messages.success(request, f"{user.get_full_name() or user} is in the team.")
            return redirect("service", code=code)
        except actions.ServiceRefused as refused:
            form.add_error("ends_on", str(refused))
    return _page(request, form, "Add somebody to the team", "Add to the team", service)


@requires("service.manage")
def end_member(request: HttpRequest, key: int) -> HttpResponse:
    """Somebody leaves the team."""
    membership = get_object_or_404(Membership.objects.select_related("service", "user"), pk=key)
    service = _kept(request, membership.service.code)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    name = membership.user.get_full_name() or membership.user.get_username()
    if request.method == "POST" and form.is_valid():
        actions.end_member(membership=membership, by=request_reader(request), on=form.cleaned_data["on"])
        messages.success(request, f"{name} leaves the team.")
        return redirect("service", code=service.code)
    return _page(request, form, f"{name} leaves the team", "End the membership", service)


@requires("service.manage")
def close(request: HttpRequest, code: str) -> HttpResponse:
    """The service takes nobody for a time, and why."""
    service = _kept(request, code)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("reason", "starts_at", "ends_at")}
        actions.close_service(service=service, by=request_reader(request), **typed)
        messages.success(request, "The closure is written down. It can be taken back below.")
        return redirect("service", code=code)
    return _page(request, form, "Close the service for a time", "Close the service", service)


@requires("service.manage")
@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """End what closes the service now."""
    service = _kept(request, code)
    ended = actions.open_service(service=service, by=request_reader(request))
    messages.success(request, "The closure has ended." if ended else "Nothing closed the service: no change.")
    return redirect("service", code=code)


@requires("service.manage")
@require_POST
def take_back_closure(request: HttpRequest, key: int) -> HttpResponse:
    """A closure was a mistake."""
    closure = get_object_or_404(Closure.objects.select_related("service"), pk=key)
    service = _kept(request, closure.service.code)
    actions.take_back_closure(closure=closure, by=request_reader(request))
    messages.success(request, "The closure is taken back: it never counted.")
    return redirect("service", code=service.code)


@requires("service.manage")
def room(request: HttpRequest, code: str) -> HttpResponse:
    """How much there is on each day of a range."""
    service = _kept(request, code)
    form = RoomForm(request.POST or None, initial={"first_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            days = actions.set_capacity(service=service, by=request_reader(request), **form.cleaned_data)
            unit = UNITS[service.capacity_unit]
            total = plural(form.cleaned_data["total"], unit)
            messages.success(request, f"{total} a day on {plural(days, 'day')}.")
            return redirect("service", code=code)
        except actions.ServiceRefused as refused:
            form.add_error(None, str(refused))
    return _page(request, form, "Say what room there is", "Save", service)
