"""Asking for a carer's assessment."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.care.navigation import queries
from localcare.care.navigation.forms import AskForm
from localcare.foundation.pathways import actions, definitions
from localcare.foundation.pathways.desk.matches import service_choices, service_of
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Journey
from localcare.foundation.pathways.moment import now
from localcare.foundation.people.carers import cared_for_by
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import find_person
from localcare.foundation.services.models import Service
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access


@requires("journey.open")
def ask(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ask a navigator to assess a carer's own needs: one request however often it is sent."""
    reader = request_reader(request)
    carer = find_person(reader, reference)
    teams = queries.asking_services(reader)
    step = definitions.pathways()[queries.PATHWAY].steps["assess"]
    posted = request.POST if request.method == "POST" else None
    form = AskForm(posted, teams=teams, services=service_choices(kind=step.by, person=carer))
    refusal = ""
    if form.is_valid():
        try:
            journey = _open(carer, form, teams, reader, key=request.POST.get("key", ""))
        except NotPossible as refused:
            refusal = str(refused)
        else:
            messages.success(request, _said(journey))
            return redirect("navigation-person", reference=reference)
    if posted is None:
        record_access(
            reader=reader,
            action="navigation.ask",
            subjects=[str(carer.reference)],
            basis="support of a carer",
        )
    context = {
        "person": carer,
        "form": form,
        "teams": teams,
        "refusal": refusal,
        "open": queries.journeys_of_carer(reader, carer).filter(is_open=True, pathway=queries.PATHWAY),
        "cares_for": cared_for_by(carer, reader, on=now().date()),
        "key": request.POST.get("key") or uuid4().hex,
    }
    status = 409 if refusal else 422 if form.is_bound else 200
    return render(request, "navigation/ask.jinja", context, status=status)


def _open(carer: Person, form: AskForm, teams: list[Service], reader: Reader, *, key: str) -> Journey:
    chosen = form.cleaned_data
    to = service_of(chosen["service"]) if chosen.get("service") else None
    return actions.open_journey(
        person=carer,
        pathway=queries.PATHWAY,
        by=reader,
        asked_by=next(team for team in teams if team.code == chosen["asked_by"]),
        services={"assess": to} if to else None,
        reason=chosen["reason"],
        key=f"navigation:{carer.reference}:{key[:64]}",
    )


def _said(journey: Journey) -> str:
    task = journey.tasks.select_related("state__service").order_by("pk").first()
    service = task.state.service if task else None
    return f"The assessment is asked of {service.title if service else 'nobody yet: a service has to be chosen'}."
