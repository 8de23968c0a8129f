"""One contact: its page, taking it, triage, ringing back, telling the caller."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from localcare.care.single_point_of_access import actions, contact_page, queries, rules
from localcare.care.single_point_of_access.definitions import definitions
from localcare.care.single_point_of_access.forms import (
    ReasonForm,
)
from localcare.care.single_point_of_access.queries import Case
from localcare.foundation.pathways import actions as journeys
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Task, TaskState
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

TEMPLATES = "single_point_of_access"
KEY = re.compile(r"[0-9a-zA-Z-]{8,64}")


def key_of(request: HttpRequest, about: str) -> str | None:
    """The key that makes the same post twice one act, within what it is about; None when none came that can be used."""
    sent = str(request.POST.get("key", ""))
    return f"{about}:{sent}" if KEY.fullmatch(sent) else None


@requires("contact.take")
def contact(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Everything about one contact."""
    reader = request_reader(request)
    return show(request, reader, queries.case_for(reader, reference))


def show(
    request: HttpRequest, reader: Reader, case: Case, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """Draw the page of a contact, and write down that it was opened."""
    audit_read(reader, case)
    page = contact_page.build(reader, case, now=timezone.now())
    context = {
        "page": page,
        "case": case,
        "person": case.journey.person if case.journey else None,
        "refused": refused,
        "key": uuid4().hex,
        "note": ReasonForm(label="Note"),
        "may_triage": reader.may("contact.triage"),
        "attempts": list(case.contact.attempts.all()) if case.contact and not case.journey else [],
    }
    return render(request, f"{TEMPLATES}/contact.jinja", context, status=status)


def audit_read(reader: Reader, case: Case) -> None:
    """One entry for whoever is shown."""
    subjects = [str(case.journey.person.reference)] if case.journey else []
    record_access(
        reader=reader,
        action="contact.read",
        subjects=subjects,
        basis="open contact of the reader's desk",
        detail={"contact": str(case.reference)},
    )


@requires("contact.take")
@require_POST
def take(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Begin a step: the second of two who try is told who was first."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    if case.journey is None:
        return redirect("access-answer", reference=reference)
    step = str(request.POST.get("step") or "answer")
    if step not in contact_page.PAGES:
        raise Http404("This contact has no such step.")
    try:
        actions.take(journey=case.journey, by=reader, step=step)
    except NotPossible as refused:
        return show(request, reader, queries.case_for(reader, reference), refused=str(refused), status=409)
    return redirect(contact_page.PAGES[step][0], reference=reference)


@requires("contact.take")
@require_POST
def take_over(request: HttpRequest, reference: UUID, step: UUID) -> HttpResponse:
    """Take a step over from a colleague who has gone."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    task = task_of(case, step)
    return _do(request, reader, case, lambda: journeys.take(task=task, by=reader), "You have it now.")


@requires("contact.take")
@require_POST
def note(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Write a note on the newest open step, or the newest at all."""
    reader = request_reader(request)
    case = queries.case_for(reader, reference)
    journey = journey_of(case)
    newest = (
        TaskState.objects.filter(journey=journey).order_by("-is_open", "-task").select_related("task").first()
    )
    if newest is None:
        raise Http404("There is nothing to write a note on.")
    text, key = request.POST.get("reason", ""), key_of(request, f"access:note:{newest.task.reference}")
    return _do(
        request,
        reader,
        case,
        lambda: journeys.note(task=newest.task, by=reader, text=text, key=key),
        "The note is kept.",
    )


def step_page(
    request: HttpRequest, reader: Reader, case: Case, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page about one contact: what arrived beside it, and who is shown written down."""
    audit_read(reader, case)
    journey = case.journey
    response = queries.responses_of([journey.pk]).get(journey.pk) if journey else None
    around = {
        "case": case,
        "person": journey.person if journey else None,
        "facts": contact_page.facts_of(case),
        "said": contact_page.form_in_words(response) if response else None,
        "alarm": rules.alarm_of((response.answers.get("red-flags") or []) if response else [], definitions()),
        "is_mental_health": rules.is_mental_health(response.answers, definitions()) if response else False,
    }
    form = context.get("form")
    if status == 200 and form is not None and form.is_bound and form.errors:
        status = 400
    return render(request, f"{TEMPLATES}/{name}.jinja", {**around, **context}, status=status)


def journey_of(case: Case) -> Any:
    """The journey of a contact; Http404 while nobody has said whom it is about."""
    if case.journey is None:
        raise Http404("Nobody has said yet whom this contact is about.")
    return case.journey


def open_step(case: Case, *steps: str) -> Task | None:
    """The open task in one of the steps; None when it has been done."""
    return queries.open_task_of(journey_of(case), *steps)


def task_of(case: Case, reference: UUID) -> Task:
    """One task of a contact by its reference."""
    found = Task.objects.filter(journey=journey_of(case), reference=reference).first()
    if found is None:
        raise Http404("This contact has no such step.")
    return found


def past(request: HttpRequest, case: Case) -> HttpResponse:
    """Somebody else has done the step meanwhile."""
    messages.warning(request, "This step has been done already. The page shows where the contact stands now.")
    return redirect("access-contact", reference=case.reference)


def done(request: HttpRequest, case: Case, words: str) -> HttpResponse:
    """Say that it is done, and go back to the contact."""
    messages.success(request, words)
    return redirect("access-contact", reference=case.reference)


def _do(
    request: HttpRequest, reader: Reader, case: Case, act: Callable[[], object], words: str
) -> HttpResponse:
    try:
        act()
    except NotPossible as refused:
        again = queries.case_for(reader, case.reference)
        return show(request, reader, again, refused=str(refused), status=409)
    return done(request, case, words)
