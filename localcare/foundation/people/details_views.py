"""Pages of the register: register somebody new, amend details, say who is family or carer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from localcare.foundation.people.actions import (
    EDIT,
    REGISTER,
    amend,
    end_relationship,
    register_person,
    relate,
)
from localcare.foundation.people.details_forms import (
    KINDS,
    AmendForm,
    EndForm,
    RegisterForm,
    RelationshipForm,
)
from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.people.presenters import SearchRow, full_name, search_rows
from localcare.foundation.people.queries import find_person, related_people, visible_people
from localcare.foundation.people.rules import DetailRefused
from localcare.foundation.people.search import alike
from localcare.foundation.places.models import Organisation
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.formatting import format_short_date

T = TypeVar("T")


@requires("person.register")
def new(request: HttpRequest) -> HttpResponse:
    """Register somebody; people of the register who are like them are shown first."""
    reader, today = request_reader(request), timezone.localdate()
    practices = _practices(reader)
    form = RegisterForm(request.POST or None, practices=practices, today=today)
    rows: list[SearchRow] = []
    if request.method == "POST" and form.is_valid():
        rows = _alike(reader, form)
        if not rows or form.cleaned_data["is_none_of_them"]:
            practice = practices.get(code=form.cleaned_data["practice"])
            made = _tried(
                form,
                lambda: register_person(
                    details=form.details(), practice=practice, on=form.cleaned_data["on"], by=reader
                ),
            )
            if made is not None:
                messages.success(request, f"{full_name(made)} is registered.")
                return redirect("person", reference=made.reference)
    return render(request, "people/new.jinja", {"form": form, "rows": rows})


def _practices(reader: Reader) -> QuerySet[Organisation]:
    """The practices with which the reader may register somebody."""
    codes = (reader.scope(REGISTER) | reader.scope(EDIT)).practice_codes
    practices = Organisation.objects.filter(organisation_type="practice").order_by("name")
    return practices if codes is None else practices.filter(code__in=codes)


def _alike(reader: Reader, form: RegisterForm) -> list[SearchRow]:
    """People of the reader's scope who may be the one to register; showing them is written down."""
    details = form.details()
    results = alike(
        reader,
        family_name=details["family_name"],
        given_name=details["given_name"],
        birth_date=details["birth_date"],
        nhs_number=details["nhs_number"],
    )
    shown = [str(match.person.reference) for match in results.matches]
    record_access(reader=reader, action="person.register-compared", subjects=shown)
    return search_rows(results, today=timezone.localdate())


@requires("person.edit")
def edit(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Amend the details of a person; what they were is kept."""
    reader = request_reader(request)
    person = _opened(reader, reference)
    form = AmendForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if _tried(form, lambda: (amend(person=person, details=form.details(), reason=reason, by=reader),)):
            messages.success(request, "The details are kept.")
            return redirect("person", reference=person.reference)
    return render(request, "people/edit.jinja", {"form": form, "person": person})


@requires("person.edit")
def relationships(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Family and carers of a person, and one more."""
    reader, today = request_reader(request), timezone.localdate()
    person = _opened(reader, reference)
    form = RelationshipForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _add(form, person, reader):
        messages.success(request, "The relationship is kept.")
        return redirect("person-relationships", reference=person.reference)
    related = related_people(person, reader, on=today)
    named = [row.relationship.related_person for row in related if row.is_visible]
    subjects = [str(other.reference) for other in named if other]
    if subjects:
        record_access(reader=reader, action="person.named-as-related", subjects=subjects)
    rows = [_row(row.relationship, is_visible=row.is_visible) for row in related]
    return render(request, "people/relationships.jinja", {"form": form, "person": person, "rows": rows})


def _row(relationship: Relationship, *, is_visible: bool) -> dict[str, Any]:
    other = relationship.related_person
    name = full_name(other) if other else relationship.name
    return {
        "key": relationship.pk,
        "name": name if is_visible else "Not in your scope",
        "kind": KINDS.get(relationship.kind, relationship.kind.replace("-", " ").capitalize()),
        "telephone": relationship.telephone,
        "since": format_short_date(relationship.started_on) if relationship.started_on else "",
    }


def _add(form: RelationshipForm, person: Person, reader: Reader) -> bool:
    chosen = form.cleaned_data
    other = None
    if chosen["nhs_number"]:
        other = visible_people(reader).filter(nhs_number=chosen["nhs_number"]).first()
        if other is None:
            form.add_error("nhs_number", "Nobody whom you may see has this number. Enter the name instead.")
            return False
    made = _tried(
        form,
        lambda: relate(
            person=person, kind=chosen["kind"], related_person=other, name=chosen["name"],
            telephone=chosen["telephone"], on=chosen["on"], by=reader,
        ),
    )  # fmt: skip
    return made is not None


@requires("person.edit")
def end(request: HttpRequest, reference: UUID, key: int) -> HttpResponse:
    """The relationship no longer stands from a day on."""
    reader = request_reader(request)
    person = _opened(reader, reference)
    relationship = person.relationships.select_related("person").filter(pk=key).first()
    if relationship is None:
        raise Http404("There is no such relationship.")
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["on"]
        if _tried(form, lambda: (end_relationship(relationship=relationship, on=day, by=reader),)):
            messages.success(request, "The relationship has ended; it is kept.")
            return redirect("person-relationships", reference=person.reference)
    kind = KINDS.get(relationship.kind, relationship.kind)
    return render(
        request,
        "people/relationship_end.jinja",
        {"form": form, "person": person, "relationship": relationship, "kind": kind},
    )


def _opened(reader: Reader, reference: UUID) -> Person:
    """The person whom the reader may amend; opening the page is written down."""
    person = find_person(reader, reference, "person.edit")
    record_access(reader=reader, action="person.edit-read", subjects=[str(person.reference)])
    return person


def _tried(form: forms.Form, act: Callable[[], T]) -> T | None:
    """What the action made; None when it was refused, with the reason on the form."""
    try:
        return act()
    except DetailRefused as refused:
        form.add_error(None, str(refused))
        return None
