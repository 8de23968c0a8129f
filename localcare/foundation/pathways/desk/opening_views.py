"""Starting something for a person: which pathway, what the request must say, who is asked first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from localcare.analysis.pathways.model import Pathway
from localcare.foundation.forms.filling import fill
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.queries import latest_completed
from localcare.foundation.pathways import actions, definitions, queries
from localcare.foundation.pathways.desk.act_form import LONGEST_TEXT
from localcare.foundation.pathways.desk.deeds import KEY
from localcare.foundation.pathways.desk.matches import ANY, service_choices, service_of
from localcare.foundation.pathways.desk.presenters import TaskRow, task_rows
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Journey
from localcare.foundation.people.models import Person
from localcare.foundation.people.presenters import full_name
from localcare.foundation.people.queries import find_person
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

BASIS = "direct care"


def openable(service: Service) -> list[Pathway]:
    """The pathways that a service may open, by title."""
    found = (
        pathway for pathway in definitions.pathways().values() if {service.kind, ANY} & set(pathway.opened_by)
    )
    return sorted(found, key=lambda pathway: pathway.title)


def same_need(pathway: Pathway, rows: Iterable[TaskRow]) -> list[TaskRow]:
    """What is open already for the same need: the same pathway, one for a shared need, or the same kind of service."""
    known = definitions.pathways()
    kinds = {pathway.steps[step].by for step in pathway.starts_with} - {ANY, "single-point-of-access"}

    def is_alike(row: TaskRow) -> bool:
        other = known.get(row.state.pathway)
        shares = other is not None and bool(set(other.needs) & set(pathway.needs))
        in_kind = row.state.service is not None and row.state.service.kind in kinds
        return row.state.pathway == pathway.code or shares or in_kind

    return [row for row in rows if is_alike(row)]


class ChoiceForm(forms.Form):
    """Which team asks, and for what."""

    team = forms.ChoiceField(label="In the name of which team do you ask?")
    pathway = forms.ChoiceField(label="What is needed?", widget=forms.RadioSelect)

    def __init__(self, data: Any, *, services: Sequence[Service], offered: Iterable[Pathway]) -> None:
        super().__init__(data)
        self.fields["team"].choices = [(service.code, service.title) for service in services]
        self.fields["pathway"].choices = [(pathway.code, pathway.title) for pathway in offered]


class OpeningForm(forms.Form):
    """How urgent, why, and who is asked."""

    def __init__(self, data: Any, *, pathway: Pathway, person: Person, alike: Sequence[TaskRow]) -> None:
        super().__init__(data)
        self.pathway = pathway
        if pathway.priorities:
            self.fields["priority"] = forms.ChoiceField(
                label="How urgent is it?", choices=list(pathway.priorities.items()), widget=forms.RadioSelect
            )
        for step in pathway.starts_with:
            self.fields[f"service-{step}"] = self._service_field(step, person)
        self.fields["reason"] = forms.CharField(
            label="What is asked, and why?",
            widget=forms.Textarea(attrs={"rows": 4}),
            max_length=LONGEST_TEXT,
            help_text="Say what you want done. Whoever is asked reads this first.",
        )
        if alike:
            self.fields["sure"] = forms.BooleanField(
                label="This is a different need: ask all the same",
                error_messages={
                    "required": "Look at what is open already. If this is a different need, say so"
                },
            )

    def _service_field(self, step: str, person: Person) -> forms.ChoiceField:
        kind, title = self.pathway.steps[step].by, self.pathway.steps[step].title
        first = ("", "Choose a service" if kind == ANY else "Choose for me")
        return forms.ChoiceField(
            label=f"Who is asked? ({title})",
            choices=[first, *service_choices(kind=kind, person=person)],
            required=kind == ANY,
            error_messages={"required": "Choose the service that is asked"},
        )

    def clean(self) -> dict[str, Any]:
        """The services by step."""
        found = super().clean() or {}
        chosen = {step: found.pop(f"service-{step}", "") for step in self.pathway.starts_with}
        found["services"] = {step: service_of(code) for step, code in chosen.items() if code}
        return found


@requires("journey.open")
def journey_new(request: HttpRequest) -> HttpResponse:
    """Open a pathway for a person: choose it, fill in its opening form, say who is asked."""
    reader = request_reader(request)
    reference = request.GET.get("person", "")
    services = list(services_of(reader).order_by("title"))
    if not reference or not services:
        return render(request, "pathways/journey_new_nobody.jinja", {"has_team": bool(services)})
    person = find_person(reader, reference)
    return Opening(request, reader, person, services).answer()


@dataclass
class Opening:
    """One request on the way to a new journey."""

    request: HttpRequest
    reader: Reader
    person: Person
    services: list[Service]

    def answer(self) -> HttpResponse:
        """The stage that comes next."""
        get = self.request.GET
        self.service = next((one for one in self.services if one.code == get.get("team")), self.services[0])
        offered = openable(self.service)
        self.pathway = next((one for one in offered if one.code == get.get("pathway")), None)
        now = timezone.now()
        tasks = queries.open_requests(self.person, reader=self.reader).select_related(
            "task", "person", "service", "asked_by", "assigned_to", "journey"
        )
        self.open_rows = task_rows(tasks, now=now)
        response = self._stage(offered)
        if response.status_code != HTTPStatus.FOUND:  # whatever is shown, also in answer to a post
            record_access(
                reader=self.reader, action="journey.read", subjects=[str(self.person.reference)], basis=BASIS
            )
        return response

    def _stage(self, offered: list[Pathway]) -> HttpResponse:
        if self.pathway is None or "team" not in self.request.GET:
            return self._choose(offered)
        needed = self.pathway.opens_with if self._response(self.pathway) is None else ""
        return self._fill(needed) if needed else self._ask(self.pathway)

    @property
    def context(self) -> dict[str, Any]:
        """What each stage shows."""
        return {
            "person": self.person,
            "team": self.service,
            "pathway": self.pathway,
            "open_rows": self.open_rows,
            "alike": same_need(self.pathway, self.open_rows) if self.pathway else [],
        }

    def _choose(self, offered: list[Pathway]) -> HttpResponse:
        every = {pathway.code: pathway for service in self.services for pathway in openable(service)}
        shown = sorted(every.values(), key=lambda pathway: pathway.title)
        chosen = self.request.GET if "pathway" in self.request.GET else None
        form = ChoiceForm(chosen, services=self.services, offered=shown)
        if form.is_valid() and form.cleaned_data["pathway"] not in {pathway.code for pathway in offered}:
            form.add_error(
                "pathway",
                ValidationError(f"{self.service.title} cannot open this pathway: choose another team"),
            )
        return render(
            self.request, "pathways/journey_new.jinja", {**self.context, "form": form, "offered": shown}
        )

    def _address(self) -> str:
        query = {
            "person": self.person.reference,
            "team": self.service.code,
            "pathway": self.pathway.code if self.pathway else "",
        }
        return f"{reverse('journey-new')}?{urlencode(query)}"

    def _form_context(self, pathway: Pathway) -> str:
        who = self.reader.user.pk if self.reader.user is not None else 0
        return f"opening:{pathway.code}:{who}"

    def _response(self, pathway: Pathway) -> FormResponse | None:
        """The opening form completed by this reader and not yet used."""
        if not pathway.opens_with:
            return None
        found = latest_completed(self.person, pathway.opens_with, self._form_context(pathway))
        return None if found is None or found.entries.exists() else found

    def _fill(self, form: str) -> HttpResponse:
        assert self.pathway is not None
        filling = fill(
            self.request,
            form=form,
            person=self.person,
            by=self.reader,
            context=self._form_context(self.pathway),
            basis=BASIS,
        )
        if filling.completed is not None:
            return redirect(self._address())
        if filling.saved:
            messages.success(
                self.request, "Your answers are kept. Nothing is asked until you complete the form."
            )
            return redirect(self._address())
        context = {**self.context, "filling": filling, "form": filling.form}
        status = 409 if filling.conflict else 200
        return render(self.request, "pathways/journey_new_form.jinja", context, status=status)

    def _ask(self, pathway: Pathway) -> HttpResponse:
        posted = self.request.POST if self.request.method == "POST" else None
        alike = same_need(pathway, self.open_rows)
        form = OpeningForm(posted, pathway=pathway, person=self.person, alike=alike)
        status = 200
        if posted is not None:
            known = self._already_open(posted.get("key", ""))
            opened = known or (self._opened(form, pathway, posted) if form.is_valid() else None)
            if opened is not None:
                messages.success(
                    self.request,
                    f"{pathway.title} is open for {full_name(self.person)}. What follows is below.",
                )
                return redirect("journey", reference=opened.reference)
            status = 409 if form.non_field_errors() else 422
        context = {
            **self.context,
            "form": form,
            "response": self._response(pathway),
            "key": self.request.POST.get("key") or uuid4().hex,
            "address": self._address(),
        }
        return render(self.request, "pathways/journey_new_ask.jinja", context, status=status)

    def _key(self, sent: str) -> str | None:
        return f"desk:open:{self.person.reference}:{sent}" if KEY.fullmatch(sent) else None

    def _already_open(self, sent: str) -> Journey | None:
        """The journey that the same page opened before: sent twice, it has one effect."""
        key = self._key(sent)
        return Journey.objects.filter(key=key).first() if key else None

    def _opened(self, form: OpeningForm, pathway: Pathway, posted: Any) -> Journey | None:
        found = form.cleaned_data
        try:
            return actions.open_journey(
                person=self.person,
                pathway=pathway.code,
                by=self.reader,
                asked_by=self.service,
                priority=found.get("priority", ""),
                answers=self._response(pathway),
                services=found["services"],
                reason=found["reason"],
                key=self._key(posted.get("key", "")),
            )
        except NotPossible as refused:
            form.add_error(None, str(refused))
            return None
