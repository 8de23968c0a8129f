"""Pages about journeys: one with its whole story, all of a person, and stopping one."""

from __future__ import annotations

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from localcare.foundation.pathways import actions, definitions, queries
from localcare.foundation.pathways.desk import journey_page
from localcare.foundation.pathways.desk.act_form import LONGEST_TEXT
from localcare.foundation.pathways.desk.deeds import KEY
from localcare.foundation.pathways.desk.own_part import own_part
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Journey
from localcare.foundation.pathways.sight import Sight
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import find_person
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.paging import page_addresses

BASIS = "direct care"
JOURNEYS_ON_A_PAGE = 25


@requires("journey.read")
def journey(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The whole story of one journey; for a team without a part in it, its own request and the answer."""
    reader = request_reader(request)
    found, sight = queries.journey_with_sight(reader, reference)
    _audit(reader, found.person, {"journey": str(found.reference), "shown": sight.name.lower()})
    if sight is not Sight.WHOLE:
        return render(request, "pathways/own_part.jinja", {"part": own_part(found, reader)})
    origin = found.opened_from
    context = {
        "shown": journey_page.shown(found, now=timezone.now()),
        "person": found.person,
        "opened": journey_page.opened_from(found, reader),
        "origin": origin.journey if origin and queries.may_see(reader, origin.journey) else None,
        "may_stop": found.state.is_open and reader.may("task.work"),
    }
    return render(request, "pathways/journey.jinja", context)


@requires("journey.read")
def person_journeys(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Every journey of a person on one page: every step, every clock, met or missed."""
    reader = request_reader(request)
    person = find_person(reader, reference)
    _audit(reader, person, {"journeys": "all"})
    now = timezone.now()
    seen = queries.journeys_seen(reader, person)
    page = Paginator(seen, JOURNEYS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "person": person,
        "journeys": journey_page.all_shown(list(page), now=now),
        "page": page,
        "page_address": page_addresses(request.GET),
        "may_open": reader.may("journey.open"),
    }
    return render(request, "pathways/person_journeys.jinja", context)


class StopForm(forms.Form):
    """How and why a journey ends before its time."""

    outcome = forms.ChoiceField(label="How does it end?", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Why is it stopped?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_TEXT,
        help_text="Every team with open work on it is told this.",
    )


@requires("task.work")
def journey_stop(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Stop a journey as a whole, with an outcome and a reason."""
    reader = request_reader(request)
    found = queries.journey_for(reader, reference)
    pathway = definitions.pathway_of(found.version)
    form = StopForm(request.POST if request.method == "POST" else None)
    form.fields["outcome"].choices = list(pathway.ends.items())
    status = 200
    if request.method == "POST":
        if form.is_valid() and _stopped(form, found, reader, request.POST.get("key", "")):
            messages.success(request, f"{pathway.title} is stopped. Every team with open work on it is told.")
            return redirect("journey", reference=reference)
        status = 409 if form.non_field_errors() else 422
    _audit(reader, found.person, {"journey": str(found.reference)})
    context = {
        "form": form,
        "journey": found,
        "pathway": pathway,
        "person": found.person,
        "open_tasks": journey_page.shown(found, now=timezone.now()).open_tasks,
        "key": request.POST.get("key") or uuid4().hex,
    }
    return render(request, "pathways/journey_stop.jinja", context, status=status)


def _stopped(form: StopForm, journey: Journey, reader: Reader, key: str) -> bool:
    kept = f"desk:stop:{journey.reference}:{key}" if KEY.fullmatch(key) else None
    try:
        actions.stop(journey=journey, by=reader, key=kept, **form.cleaned_data)
    except NotPossible as refused:
        form.add_error(None, str(refused))
    return not form.errors


def _audit(reader: Reader, person: Person, detail: dict[str, str]) -> None:
    record_access(
        reader=reader, action="journey.read", subjects=[str(person.reference)], basis=BASIS, detail=detail
    )
