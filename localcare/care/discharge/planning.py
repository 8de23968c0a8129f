"""Planning a discharge: the criteria to reside, which way home, the form, and the request itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.analysis.pathways.model import Pathway
from localcare.care.discharge import pathways, presenters, queries
from localcare.care.discharge.forms import AskingForm, PathwayForm, PlainAskingForm
from localcare.foundation.forms.filling import FormFilling, as_draft, fill
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.desk.matches import service_choices, service_of
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Journey, JourneyState
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import find_person
from localcare.foundation.record.models import Stay
from localcare.foundation.services.models import Service
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

BASIS = "discharge from hospital"


@requires("task.work")
def criteria(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Review whether the person still meets a criterion to reside."""
    reader = request_reader(request)
    person = find_person(reader, reference)
    stay = queries.stay_of(person)
    if stay is None:
        messages.info(request, "The record shows no open stay, so there is nothing to review.")
        return redirect("discharge-person", reference=reference)
    filling = fill(
        request, form="criteria-to-reside", person=person, by=reader, context=f"stay:{stay.pk}", basis=BASIS
    )
    if filling.completed is not None:
        messages.success(request, "The review is kept. The next one is due in 12 hours.")
        return redirect("discharge-person", reference=reference)
    if filling.saved:
        messages.success(request, "Your answers are kept.")
        return redirect("discharge-criteria", reference=reference)
    _audit(reader, "discharge.criteria", person)
    context = {"person": person, "filling": filling, "form": None, "stay": stay}
    return render(request, "discharge/criteria.jinja", context, status=409 if filling.conflict else 200)


@requires("journey.open")
def choose(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Which way home: each with what it is for; what is open already is said first."""
    reader = request_reader(request)
    person = find_person(reader, reference)
    offered = pathways.openable(queries.discharging_services(reader))
    form = PathwayForm(request.POST if request.method == "POST" else None, pathways=offered)
    if request.method == "POST" and form.is_valid():
        return redirect("discharge-plan-pathway", reference=reference, pathway=form.cleaned_data["pathway"])
    _audit(reader, "discharge.plan", person)
    context = {
        "person": person,
        "form": form,
        "pathways": offered,
        "open": _open_already(reader, person),
        "stay": queries.stay_of(person),
    }
    return render(request, "discharge/choose.jinja", context, status=422 if form.is_bound else 200)


def _open_already(reader: Reader, person: Person) -> list[JourneyState]:
    return list(queries.journeys_of_people(reader, [person.pk]).filter(is_open=True))


@requires("journey.open")
def plan(request: HttpRequest, reference: UUID, pathway: str) -> HttpResponse:
    """Fill in what the pathway opens with, and ask for it: one request however often it is sent."""
    reader = request_reader(request)
    person = find_person(reader, reference)
    teams = queries.discharging_services(reader)
    found = next((one for one in pathways.openable(teams) if one.code == pathway), None)
    if found is None:
        raise Http404("None of your teams can open this pathway.")
    return _Request(request, reader, person, found, teams).answer()


@dataclass
class _Request:
    """One visit to the page that asks for a discharge."""

    request: HttpRequest
    reader: Reader
    person: Person
    pathway: Pathway
    teams: list[Service]

    def answer(self) -> HttpResponse:
        """Show the form, keep a draft, or ask."""
        self.stay: Stay | None = queries.stay_of(self.person)
        self.asking = self._asking_form()
        self._wanted_to_ask = self.request.POST.get("action") == "complete"
        if not self.pathway.opens_with:
            return self._plain()
        try:
            with transaction.atomic():  # the form is completed and the request made, or neither
                filling = self._fill()
                journey = self._open(filling.completed) if filling.completed else None
        except NotPossible as refused:
            filling, journey = self._keep_as_draft(), None
            self.refusal = str(refused)
            return self._show(filling, status=409)
        if journey is not None:
            return self._asked(journey)
        if self._wanted_to_ask and self.asking.errors:
            return self._show(filling, status=422)
        if filling.saved:
            messages.success(
                self.request, "Your answers are kept. Nobody is asked until you send the request."
            )
            return redirect(self.request.path)
        return self._show(filling, status=409 if filling.conflict else 200)

    refusal = ""

    @property
    def first_steps(self) -> list[Any]:
        """The steps asked for at once."""
        return [self.pathway.steps[code] for code in self.pathway.starts_with]

    def _asking_form(self) -> AskingForm:
        able = [team for team in self.teams if team.kind in self.pathway.opened_by]
        services = service_choices(kind=self.first_steps[0].by, person=self.person)
        kind = AskingForm if self.pathway.opens_with else PlainAskingForm
        data = self.request.POST if self.request.method == "POST" else None
        return kind(data, teams=able, services=services)

    def _fill(self, request: HttpRequest | None = None) -> FormFilling:
        sent = request or self.request
        if sent.POST.get("action") == "complete" and not self.asking.is_valid():
            sent = as_draft(sent)
        return fill(
            sent,
            form=self.pathway.opens_with,
            person=self.person,
            by=self.reader,
            context=f"discharge:{self.pathway.code}:{self.stay.pk if self.stay else 'no-stay'}",
            basis=BASIS,
        )

    def _keep_as_draft(self) -> FormFilling:
        """What was typed is kept though the request was refused."""
        return self._fill(as_draft(self.request))

    def _open(self, answers: FormResponse | None, *, key: str = "", reason: str = "") -> Journey:
        chosen = self.asking.cleaned_data
        to = service_of(chosen["service"]) if chosen.get("service") else None
        return actions.open_journey(
            person=self.person,
            pathway=self.pathway.code,
            by=self.reader,
            asked_by=next(team for team in self.teams if team.code == chosen["asked_by"]),
            answers=answers,
            services={self.pathway.starts_with[0]: to} if to else None,
            reason=reason,
            key=f"discharge:{answers.reference}" if answers else key,
        )

    def _plain(self) -> HttpResponse:
        """A pathway without an opening form: why, and whom to ask."""
        if self.request.method != "POST" or not self.asking.is_valid():
            return self._show(None, status=422 if self.request.method == "POST" else 200)
        key = str(self.request.POST.get("key", ""))[:64]
        try:
            journey = self._open(
                None,
                key=f"discharge:{self.person.reference}:{key}",
                reason=self.asking.cleaned_data["reason"],
            )
        except NotPossible as refused:
            self.refusal = str(refused)
            return self._show(None, status=409)
        return self._asked(journey)

    def _asked(self, journey: Journey) -> HttpResponse:
        task = journey.tasks.select_related("state__service").order_by("pk").first()
        who = (
            task.state.service.title
            if task and task.state.service
            else "nobody yet: a service has to be chosen"
        )
        messages.success(
            self.request, f"{self.pathway.title} is asked of {who}. You see their answer on this page."
        )
        return redirect("discharge-person", reference=self.person.reference)

    def _show(self, filling: FormFilling | None, *, status: int = 200) -> HttpResponse:
        _audit(self.reader, "discharge.plan", self.person)
        context = {
            "person": self.person,
            "pathway": self.pathway,
            "first": self.first_steps[0],
            "filling": filling,
            "asking": self.asking,
            "form": None if filling else self.asking,
            "refusal": self.refusal,
            "stay": self.stay,
            "row": self._row(),
            "open": _open_already(self.reader, self.person),
            "key": self.request.POST.get("key") or _new_key(),
        }
        return render(self.request, "discharge/plan.jinja", context, status=status)

    def _row(self) -> presenters.BedRow | None:
        return (
            presenters.bed_rows([self.stay], self.reader, now=presenters.moment())[0] if self.stay else None
        )


def _new_key() -> str:
    from uuid import uuid4

    return uuid4().hex


def _audit(reader: Reader, action: str, person: Person) -> None:
    record_access(reader=reader, action=action, subjects=[str(person.reference)], basis=BASIS)
