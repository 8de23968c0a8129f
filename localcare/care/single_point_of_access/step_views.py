"""The steps of a contact after its answer: triage, urgency, ringing back, telling the caller, closing."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from localcare.care.single_point_of_access import actions, contact_page, deciding, queries
from localcare.care.single_point_of_access.contact_views import (
    done,
    journey_of,
    key_of,
    open_step,
    past,
    step_page,
)
from localcare.care.single_point_of_access.definitions import TRIAGE, definitions
from localcare.care.single_point_of_access.forms import (
    ReasonForm,
    RingForm,
    TellForm,
    TriageForm,
    UrgencyForm,
)
from localcare.care.single_point_of_access.presenters import pathway_of_contact
from localcare.care.single_point_of_access.queries import Case
from localcare.foundation.forms.filling import FormFilling, as_draft, fill
from localcare.foundation.pathways.actions import together
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Journey, Task, TaskState
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader


@requires("contact.triage")
@require_http_methods(["GET", "POST"])
def triage(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Clinical triage: the form gives the class, the class gives what follows."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    journey, task = journey_of(case), open_step(case, "triage")
    if task is None:
        return past(request, case)
    extra = TriageForm(request.POST or None)
    refused = ""
    try:
        with together():  # the form is completed and the contact decided, or neither
            filling = _fill_triage(request, reader, journey, task)
            if request.method == "POST" and request.POST.get("action") == "more":
                why = str(request.POST.get("more_reason", ""))
                deciding.triage(task=task, by=reader, response=None, more_needed=True, reason=why)
                return done(request, case, "The caller is to be rung back.")
            if filling.completed is not None:
                also = extra.is_valid() and extra.cleaned_data["also_screening"]
                deciding.triage(task=task, by=reader, response=filling.completed, also_screening=also)
                return done(request, case, _triaged_words(filling.completed.answers["response-class"], also))
    except NotPossible as error:
        refused = str(error)
        filling = _fill_triage(as_draft(request), reader, journey, task)
    if filling.saved:
        messages.success(request, "Saved. You can come back to it.")
    context = {"filling": filling, "form": filling.form, "extra": extra, "refused": refused, "task": task}
    return step_page(request, reader, case, "triage", context, status=409 if refused else 200)


def _fill_triage(request: HttpRequest, reader: Reader, journey: Journey, task: Task) -> FormFilling:
    context = str(task.reference)
    return fill(request, form=TRIAGE, person=journey.person, by=reader, context=context, basis="triage")


def _triaged_words(code: str, also: bool) -> str:
    outcome = definitions().response_classes[code].outcome
    words = {
        "arrange": "Triaged. Services are to be arranged.",
        "mental_health": "Handed over to mental health screening, which is there day and night.",
        "advice": "Triaged: advice is enough. Tell the caller.",
        "emergency": "Kept: 999 was called. Tell the caller.",
    }[outcome]
    return (
        f"{words} Mental health screening has been asked as well." if also and outcome == "arrange" else words
    )


@requires("contact.triage")
@require_http_methods(["GET", "POST"])
def urgency(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Change how urgent a contact is, with the reason."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    task = open_step(case, *pathway_of_contact().steps)
    if task is None:
        return past(request, case)
    form = UrgencyForm(request.POST or None, priorities=pathway_of_contact().priorities)
    if request.method == "POST" and form.is_valid():
        try:
            deciding.change_urgency(task=task, by=reader, **form.cleaned_data)
            return done(request, case, "The urgency is changed.")
        except NotPossible as error:
            form.add_error(None, str(error))
    return step_page(request, reader, case, "urgency", {"form": form})


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def ring(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ring a caller back, and write down what came of it."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    task = open_step(case, "ring_back") if case.journey else None
    if case.journey is not None and task is None:
        return past(request, case)
    form = RingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _rung(request, reader, case, task, **form.cleaned_data)
        except NotPossible as error:
            form.add_error(None, str(error))
    return step_page(
        request, reader, case, "ring", {"form": form, "key": request.POST.get("key") or uuid4().hex}
    )


def _rung(
    request: HttpRequest, reader: Reader, case: Case, task: Task | None, *, result: str, text: str
) -> HttpResponse:
    key = key_of(request, f"access:ring:{case.reference}") or uuid4().hex
    if task is None:
        assert case.contact is not None
        if result != "reached":
            last = result == "given-up"
            actions.attempt(contact=case.contact, by=reader, text=text, is_last=last, key=key)
            return done(request, case, "Kept." if last else "Kept. The caller stays on the list.")
        actions.attempt(contact=case.contact, by=reader, text=text, is_last=False, key=key)
        return redirect("access-answer", reference=case.reference)
    if result == "again":
        deciding.tried_to_ring(task=task, by=reader, text=text, key=key)
        return done(request, case, "Kept. The caller stays on the list.")
    deciding.rung_back(task=task, by=reader, reached=result == "reached", reason=text)
    if result == "reached":
        actions.take(journey=journey_of(case), by=reader)
        return redirect("access-answer", reference=case.reference)
    return done(request, case, "Kept. Nobody tries again.")


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def tell(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Tell the caller what happens by when, with the safety-net advice; both are kept as said."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    journey, task = journey_of(case), open_step(case, "tell_caller")
    if task is None:
        return past(request, case)
    page = contact_page.build(reader, case, now=timezone.now())
    first = {"words": _first_words(case, page), "advice": _first_advice(case)}
    form = TellForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            reached = said["result"] == "told"
            deciding.tell_caller(
                task=task, by=reader, words=said["words"], advice=said["advice"], reached=reached
            )
            closing = queries.open_task_of(journey, "close")
            if said["helped"] != "open" and closing is not None:
                why = said["words"] if said["helped"] == "no" else ""
                deciding.close(task=closing, by=reader, helped=said["helped"] == "yes", reason=why)
            return done(request, case, "Kept as it was said.")
        except NotPossible as error:
            form.add_error(None, str(error))
    return step_page(
        request, reader, case, "tell", {"form": form, "asked": page.asked, "words": first["words"]}
    )


def _first_words(case: Case, page: contact_page.ContactPage) -> str:
    journey = journey_of(case)
    screened = TaskState.objects.filter(journey=journey, step="mental_health_screening").exists()
    newest = TaskState.objects.filter(journey=journey).order_by("-task").first()
    return contact_page.words_to_read_out(page.asked, screened, newest.priority if newest else "")


def _first_advice(case: Case) -> str:
    journey = journey_of(case)
    response = queries.responses_of([journey.pk]).get(journey.pk)
    return definitions().advice(response.answers.get("needs") or [] if response else [])


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def screening(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The mental health screening team accepts, and records what came of it."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    task = open_step(case, "mental_health_screening")
    if task is None:
        return past(request, case)
    return redirect("task", reference=task.reference)


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Close a contact that was left open after the caller was told."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    task = open_step(case, "close")
    if task is None:
        return past(request, case)
    form = ReasonForm(request.POST or None, label="If they were not helped, why", required=False)
    if request.method == "POST" and form.is_valid():
        helped = request.POST.get("helped") == "yes"
        try:
            deciding.close(task=task, by=reader, helped=helped, reason=form.cleaned_data["reason"])
            return done(request, case, "The contact is closed.")
        except NotPossible as error:
            form.add_error("reason", str(error))
    return step_page(request, reader, case, "close", {"form": form})
