"""The visit: its record with NEWS2, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from localcare.analysis.pathways.model import Step
from localcare.analysis.pathways.spans import words_of_span
from localcare.care.rapid_response import actions, pages, presenters, queries, rules
from localcare.care.rapid_response.forms import OutcomeForm
from localcare.care.rapid_response.standards import source_of, status_of
from localcare.foundation.forms.filling import FormFilling, fill
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.presenters import scores_in_words
from localcare.foundation.pathways import actions as engine
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.desk.situation import situation_of
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible
from localcare.foundation.pathways.models import Task
from localcare.foundation.pathways.moment import now as current
from localcare.foundation.people.presenters import full_name
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_moment

CAN_VISIT = ("accepted", "started")


@requires("task.work")
def visit(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Write down a visit: the first one, or one of a package."""
    reader = request_reader(request)
    task = pages.team_task(reader, reference)
    step = definitions.pathway_of(task.journey.version).steps[task.step]
    if task.state.state not in CAN_VISIT:
        return _closed(request, task)
    if step.lasts is None and queries.completed_visit(task) and "form" not in request.GET:
        return redirect("rapid-response-outcome", reference=reference)
    context = f"{task.reference}:review" if step.lasts else str(task.reference)
    filling = fill(
        request,
        form=queries.VISIT_FORM,
        person=task.journey.person,
        by=reader,
        context=context,
        basis=pages.BASIS,
        known=_known(task),
    )
    if filling.completed is not None:
        return _completed(request, reader, task, step, filling.completed)
    if filling.saved:
        messages.success(request, "Your answers are kept. Nobody else is told until you complete the record.")
        return redirect(request.get_full_path())
    pages.audit_case(reader, task)
    return _show_visit(request, task, step, filling)


def _known(task: Task) -> Mapping[str, Any]:
    """What the journal knows already: when the person was seen."""
    seen = task.entries.filter(event="milestone", code=actions.SEEN, undone_by=None).order_by("pk").last()
    moment = seen.effective_at if seen else current()
    return {"seen-at": timezone.localtime(moment).isoformat(timespec="minutes")}


def _completed(
    request: HttpRequest, reader: Reader, task: Task, step: Step, response: FormResponse
) -> HttpResponse:
    """After the first visit what follows is decided; a visit of a package is written to the journal at once."""
    if step.lasts is None:
        return redirect("rapid-response-outcome", reference=task.reference)
    try:
        engine.review(task=task, by=reader, response=response, key=f"rapid:review:{response.reference}")
    except NotPossible as refused:
        messages.error(request, f"{refused} The record of the visit is kept.")
        return redirect("rapid-response-case", reference=task.reference)
    said = "; ".join(f"{score.title} {score.words}" for score in scores_in_words(response))
    messages.success(request, f"{full_name(task.journey.person)}: visit recorded. {said}".strip())
    follows = rules.AFTER_A_DAILY_VISIT.get(str(response.answers.get("outcome")), "")
    if follows:
        messages.warning(request, follows)
        return redirect("rapid-response-case", reference=task.reference)
    return redirect("rapid-response-packages")


def _show_visit(request: HttpRequest, task: Task, step: Step, filling: FormFilling) -> HttpResponse:
    visits = queries.visits_of([task.state]).get(task.journey_id, [])
    context = {
        "task": task,
        "person": task.journey.person,
        "title": "Record a visit" if step.lasts else "Visit record",
        "filling": filling,
        "form": filling.form,
        "before": presenters.before_table(visits),
        "trend": presenters.trend_of(visits),
        "complete_words": "Complete the record",
    }
    return render(request, "rapid_response/visit.jinja", context, status=409 if filling.conflict else 200)


@requires("task.work")
def outcome(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What follows from a visit, or from having seen nobody: each next step becomes work of whoever does it."""
    reader = request_reader(request)
    task = pages.team_task(reader, reference)
    step = definitions.pathway_of(task.journey.version).steps[task.step]
    if task.state.state not in CAN_VISIT:
        return _closed(request, task)
    if step.lasts is not None:
        return redirect(
            f"{reverse('task-act', args=[reference, 'done'])}?next={reverse('rapid-response-packages')}"
        )
    response = queries.completed_visit(task)
    if response is None and not rules.ends_without_visit(step):
        return redirect("rapid-response-visit", reference=reference)
    situation = situation_of(task, reader)
    if request.method != "POST":
        form = OutcomeForm(None, situation=situation, response=response, initial=_proposed(response, step))
        return _show_outcome(request, task, step, form, response)
    form = OutcomeForm(request.POST, situation=situation, response=response)
    if not form.is_valid():
        return _show_outcome(request, task, step, form, response, status=422)
    try:
        _conclude(reader, task, form, response, pages.key_of(request, f"rapid:outcome:{task.reference}"))
    except AlreadyDone as refused:
        return _closed(request, pages.team_task(reader, reference), str(refused))
    except NotPossible as refused:
        form.add_error(None, str(refused))
        return _show_outcome(request, task, step, form, response, status=409)
    chosen = step.outcomes[form.cleaned_data["outcome"]]
    messages.success(
        request, f"{full_name(task.journey.person)}: {chosen.title[:1].lower()}{chosen.title[1:]}."
    )
    if actions.has_package_without_room(task):
        messages.warning(
            request, "There is no room for the package yet: it waits on the board. Make room, or hand it on."
        )
        return redirect("rapid-response")
    return redirect("rapid-response-packages" if "package" in chosen.to else "rapid-response")


def _conclude(
    reader: Reader, task: Task, form: OutcomeForm, response: FormResponse | None, key: str | None
) -> None:
    said = form.cleaned_data
    step = form.situation.step
    actions.conclude(
        task=task,
        by=reader,
        outcome=said["outcome"],
        response=None if step.outcomes[said["outcome"]].without_form and response is None else response,
        reason=said["reason"],
        services=said["services"],
        at=said.get("moment"),
        key=key,
    )


def _proposed(response: FormResponse | None, step: Step) -> dict[str, str]:
    """What the visit record says already about what follows."""
    if response is None:
        return {}
    code = rules.OUTCOME_OF_FORM.get(str(response.answers.get("outcome", "")), "")
    reasons: Sequence[str] = ("convey-reason", "refer-to")
    reason = next((str(response.answers[name]) for name in reasons if response.answers.get(name)), "")
    return {"outcome": code if code in step.outcomes else "", "reason": reason}


def _show_outcome(
    request: HttpRequest,
    task: Task,
    step: Step,
    form: OutcomeForm,
    response: FormResponse | None,
    status: int = 200,
) -> HttpResponse:
    pages.audit_case(request_reader(request), task)
    context = {
        "task": task,
        "person": task.journey.person,
        "step": step,
        "form": form,
        "response": response,
        "scores": scores_in_words(response) if response else [],
        "package": package_words(task, response),
        "key": request.POST.get("key") or uuid4().hex,
    }
    return render(request, "rapid_response/outcome.jinja", context, status=status)


def package_words(task: Task, response: FormResponse | None) -> str:
    """How long a package goes on, until when if it began now, and what that length rests on."""
    pathway = definitions.pathway_of(task.journey.version)
    step = pathway.steps.get("package")
    if step is None or step.lasts is None:
        return ""
    now = current()
    today = timezone.localdate(now)
    span = step.lasts.up_to
    longest = definitions.span_on(span, today)
    agreed = response.answers.get("package-days") if response else None
    ends = rules.package_end(agreed, now, longest)
    said = f"A package goes on for up to {words_of_span(longest)} ({status_of(span, today).lower()}: {source_of(span, today)})."
    if agreed:
        said += f" The visit record says {agreed} {'day' if agreed == 1 else 'days'}."
    return f"{said} It would end on {format_moment(ends)}."


def _closed(request: HttpRequest, task: Task, refusal: str = "") -> HttpResponse:
    from localcare.care.rapid_response.views import show_case

    state = task.state.get_state_display().lower()
    words = refusal or f"This is {state}, so no visit can be written down for it now."
    return show_case(request, request_reader(request), task, refusal=words, status=409)
