"""Taking a call: one page that finds or registers the person, asks the questions and ends the call."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from localcare.care.single_point_of_access import actions, call_page, queries
from localcare.care.single_point_of_access.actions import Arrival, Finish
from localcare.care.single_point_of_access.call_page import CallPage
from localcare.care.single_point_of_access.definitions import definitions
from localcare.care.single_point_of_access.forms import RegisterForm
from localcare.care.single_point_of_access.models import Contact
from localcare.care.single_point_of_access.queries import Case
from localcare.foundation.forms.actions import NotComplete
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Journey, Task
from localcare.foundation.people.actions import register_person
from localcare.foundation.people.rules import DetailRefused
from localcare.foundation.places.models import Organisation
from localcare.foundation.services.models import Service
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

WITHOUT_FORM = ("abandoned", "emergency", "already_open")


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a call."""
    reader = request_reader(request)
    service = queries.desks(reader).first()
    if service is None:
        return render(request, "single_point_of_access/no_desk.jinja", status=403)
    return _call(request, reader, service, None)


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Answer a contact that waits: by form, by message, or rung back."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    service = case.contact.service if case.contact else queries.desks(reader).first()
    if service is None:
        return render(request, "single_point_of_access/no_desk.jinja", status=403)
    if case.journey is not None and queries.open_task_of(case.journey, "answer") is None:
        messages.warning(request, "This contact has been answered already.")
        return redirect("access-contact", reference=reference)
    return _call(request, reader, service, case)


def _call(request: HttpRequest, reader: Reader, service: Service, case: Case | None) -> HttpResponse:
    act = _act_of(request)
    page = call_page.build(request, reader, case=case, act=act)
    try:
        if act in ("find", "register"):
            {"find": _find, "register": _register}[act](request, reader, page)
        elif act in ("finish", "keep", "rang-off"):
            done = {"finish": _finish, "keep": _keep, "rang-off": _rang_off}[act](
                request, reader, service, page
            )
            if done is not None:
                return redirect("access-contact", reference=done.reference)
    except NotPossible as refused:
        return _show(request, reader, page, refused=str(refused), status=409)
    except NotComplete as refused:
        return _show(request, reader, page, refused=str(refused), status=400)
    return _show(request, reader, page)


def _act_of(request: HttpRequest) -> str:
    if request.method != "POST":
        return ""
    if request.POST.get("choose") or request.POST.get("forget"):
        return "choose"
    found = str(request.POST.get("action", ""))
    return "find" if found == "save" else found


def _find(request: HttpRequest, reader: Reader, page: CallPage) -> None:
    text = str(request.POST.get("find", "")).strip()
    if text:
        call_page.search(page, reader, text)


def _register(request: HttpRequest, reader: Reader, page: CallPage) -> None:
    """Register somebody; people who may be the same are shown first."""
    form = RegisterForm(request.POST, practices=call_page.practices_for(reader))
    page.register, page.open_register = form, True
    if not form.is_valid():
        return
    details = {name: value for name, value in form.cleaned_data.items() if value and name != "practice"}
    if not request.POST.get("none_of_these"):
        page.alike = call_page.alike(reader, details)
        if page.alike:
            return
    practice = Organisation.objects.filter(code=form.cleaned_data["practice"]).first()
    try:
        person = register_person(
            details=details, practice=practice, on=timezone.localdate(), by=reader, basis="call taken"
        )
    except DetailRefused as refused:
        form.add_error(None, str(refused))
        return
    except PermissionDenied:
        form.add_error("practice", "Your role does not register people with this practice. Leave it empty.")
        return
    reference = str(person.reference)
    request.session[call_page.REGISTERED] = [*request.session.get(call_page.REGISTERED, []), reference][-20:]
    page.person, page.open_register = person, False


def _finish(
    request: HttpRequest, reader: Reader, service: Service, page: CallPage
) -> Contact | Journey | None:
    """End the call, when everything that this end needs was answered."""
    outcome = str(request.POST.get(f"{call_page.ENDS}-outcome", ""))
    is_complete = page.answers.check()
    is_ended = page.end.is_valid()
    if page.person is None:
        page.end.add_error(None, "Find the person first, register them, or keep the contact for later.")
        is_ended = False
    if outcome == "advice_given" and page.alarm is not None:
        page.end.add_error(
            "outcome", "A red flag was reported: advice is not enough. Call 999 or hand over to a clinician."
        )
        is_ended = False
    if not is_ended or not (is_complete or outcome in WITHOUT_FORM):
        return None
    if outcome in WITHOUT_FORM:
        page.answers.errors.clear()
    values = page.end.cleaned_data
    finish = Finish(
        outcome=values["outcome"],
        answers=page.said,
        is_complete=is_complete,
        reason=values["reason"],
        add_to=Task.objects.filter(reference=values["add_to"]).first() if values.get("add_to") else None,
    )
    contact = _write(reader, service, page, finish)
    messages.success(request, _ended_words(outcome))
    return contact


def _keep(request: HttpRequest, reader: Reader, service: Service, page: CallPage) -> Contact | Journey | None:
    """Keep what is known so far; the contact stands in the queue."""
    finish = Finish(answers=page.said) if page.person is not None else None
    contact = _write(reader, service, page, finish)
    messages.success(
        request, "Kept. The contact stands in the queue with its clock running since it arrived."
    )
    return contact


def _rang_off(
    request: HttpRequest, reader: Reader, service: Service, page: CallPage
) -> Contact | Journey | None:
    """The caller rang off: known people are rung back on their journey, unknown callers by their number."""
    if page.person is not None:
        finish = Finish("abandoned", answers=page.said)
        contact = _write(reader, service, page, finish)
    else:
        contact = page.contact or actions.arrive(_arrival(page), service=service, by=reader)
        actions.ring_off(
            contact=contact, by=reader, note=str(request.POST.get(f"{call_page.ENDS}-reason", ""))
        )
    messages.success(request, "Kept as a caller who rang off, to be rung back.")
    return contact


def _write(reader: Reader, service: Service, page: CallPage, finish: Finish | None) -> Contact | Journey:
    """The writes of a call, for a new contact or for one that waited."""
    if page.contact is None and not (page.case and page.case.journey):
        return actions.take_call(
            _arrival(page), service=service, person=page.person, finish=finish, by=reader
        )
    journey = page.case.journey if page.case else None
    if journey is None and page.person is not None and page.contact is not None:
        journey = actions.identify(contact=page.contact, person=page.person, by=reader)
    if journey is not None and finish is not None:
        actions.end_call(journey=journey, finish=finish, by=reader)
    found = page.contact or journey
    assert found is not None
    return found  # a journey that was opened without a contact has a page of its own


def _arrival(page: CallPage) -> Arrival:
    said = page.said
    return Arrival(
        key=f"call:{page.token}",
        arrived_at=call_page.began_at(page.stamp),
        channel=str(said.get("channel") or "phone"),
        caller_type=str(said.get("caller-type") or "other"),
        caller_name=str(said.get("caller-name") or ""),
        telephone=str(said.get("callback-number") or ""),
        about=str(page.find.initial.get("find") or "") if page.person is None else "",
        says=str(said.get("reason") or ""),
    )


def _ended_words(outcome: str) -> str:
    return {
        "taken": "The contact waits for clinical triage.",
        "emergency": "Kept: 999 was called. Tell the caller what happens next.",
        "advice_given": "Kept: answered with advice. The contact is closed.",
        "already_open": "Added to what is open already. Whoever has it has been told.",
        "abandoned": "The caller is to be rung back.",
    }.get(outcome, "Kept.")


def _show(
    request: HttpRequest, reader: Reader, page: CallPage, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """Draw the page; whoever is shown on it is written down."""
    if page.person is not None:
        page.known = call_page.known_about(reader, page.person, page.case)
        record_access(
            reader=reader, action="contact.read", subjects=[str(page.person.reference)], basis="call taken"
        )
    has_errors = bool(page.answers.is_bound and page.answers.errors) or bool(
        page.end.is_bound and page.end.errors
    )
    has_errors = has_errors or bool(page.register.is_bound and page.register.errors)
    context = {
        "page": page,
        "person": page.person,
        "refused": refused,
        "known": definitions(),
        "has_errors": has_errors,
    }
    return render(
        request,
        "single_point_of_access/call.jinja",
        context,
        status=400 if has_errors and status == 200 else status,
    )
