"""The pages of forms: what there is, how each looks, and what was answered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.foundation.forms import presenters, queries
from localcare.foundation.forms.amending import Amending, amending
from localcare.foundation.forms.definitions import NoSuchForm, form, forms
from localcare.foundation.forms.rendering import form_class
from localcare.foundation.people.models import Person
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access


@requires("pathway.read")
def forms_list(request: HttpRequest) -> HttpResponse:
    """Every form with who answers for it."""
    rows = [presenters.list_row(definition) for definition in forms().values()]
    return render(request, "forms/list.jinja", {"rows": rows})


@requires("pathway.read")
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """A form as it looks, without a person and without keeping anything."""
    try:
        definition = form(code)
    except NoSuchForm as error:
        raise Http404(str(error)) from error
    shown = form_class(definition, Person())()
    return render(
        request,
        "forms/preview.jinja",
        {
            "definition": definition,
            "drawn": shown,
            "about": presenters.about(definition),
            "facts": presenters.fact_rows(definition),
        },
    )


@requires("journey.read")
def response(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What was answered, to read and to print."""
    reader = request_reader(request)
    found = queries.response_for(reader, reference)
    record_access(
        reader=reader,
        action="form.read",
        subjects=[str(found.person.reference)],
        detail={"form": found.version.form, "response": str(found.reference)},
    )
    return render(request, "forms/response.jinja", presenters.response_page(found, reader))


@requires("task.work")
def amend(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Correct a completed response: the former one is kept, the new one stands."""
    reader = request_reader(request)
    found = queries.response_for(reader, reference)
    if later := presenters.later_of(found):
        return redirect("form-response", reference=later.reference)
    if not queries.may_amend(reader, found):
        messages.warning(
            request, "Only the team that completed this form may amend it, or somebody whose role allows it."
        )
        return redirect("form-response", reference=reference)
    made: Amending = amending(request, found, by=reader)
    if made.amended:
        messages.success(request, "The form is amended. What it said before is kept.")
        return redirect("form-response", reference=made.amended.reference)
    record_access(
        reader=reader,
        action="form.read",
        subjects=[str(found.person.reference)],
        detail={"form": found.version.form, "response": str(found.reference)},
    )
    context = {"response": found, "person": found.person, "made": made, "title": made.definition.title}
    return render(request, "forms/amend.jinja", context, status=409 if made.conflict else 200)
