"""Pages of risk models for analysts: which there are, train one, read its card, take it away, lay two side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.queries import run_shown_to
from localcare.care.stratification.risk import actions, queries
from localcare.care.stratification.risk.card import card_of
from localcare.care.stratification.risk.comparing import compared
from localcare.care.stratification.risk.definitions import known_outcomes
from localcare.care.stratification.risk.forms import TrainForm
from localcare.care.stratification.risk.presenters import model_rows
from localcare.kernel.access.guards import request_reader, requires


@requires("risk.read")
def models(request: HttpRequest) -> HttpResponse:
    """Every model with its state, what warns, and what to do next."""
    reader = request_reader(request)
    found = list(queries.models()[:100])
    return render(
        request,
        "stratification/risk/models.jinja",
        {
            "models": model_rows(found, queries.latest_scorings()),
            "warned": queries.warned(run_shown_to(reader)),
            "published": [model for model in found if model.status == RiskModel.Status.PUBLISHED],
            "ready": [model for model in found if model.status == RiskModel.Status.EVALUATED],
            "under_way": [model for model in found if not model.is_over],
            "may_train": reader.may("risk.train"),
        },
    )


@requires("risk.train")
def train(request: HttpRequest) -> HttpResponse:
    """Choose what to train, and put it in the worker's queue."""
    today = timezone.localdate()
    form = TrainForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            made = actions.ask_for_training(
                outcome_code=chosen["outcome"],
                method=chosen["method"],
                as_of=chosen["as_of"],
                seed=chosen["seed"],
                by=request_reader(request),
            )
        except (actions.TooManyTrainings, actions.CannotBeTrained) as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("risk-model", made.reference)
    return render(
        request, "stratification/risk/train.jinja", {"form": form, "outcomes": known_outcomes().values()}
    )


@requires("risk.read")
def model(request: HttpRequest, reference: UUID) -> HttpResponse:
    """How a training comes along; then the model card."""
    found = model_or_404(reference)
    context = _progress_context(request, found)
    if found.is_evaluated:
        context |= _card_context(found)
    return render(request, "stratification/risk/model.jinja", context)


def _card_context(found: RiskModel) -> dict[str, Any]:
    same = queries.models().filter(outcome=found.outcome).exclude(pk=found.pk)
    return {
        "card": card_of(found),
        "decisions": found.decisions.all(),
        "refusals": actions.refusals_of(found) if found.status != RiskModel.Status.PUBLISHED else [],
        "scorings": queries.scorings_of(found)[:5],
        "others": [other for other in same if other.is_evaluated][:10],
        "published": queries.published(found.outcome),
    }


@requires("risk.read")
def progress(request: HttpRequest, reference: UUID) -> HttpResponse:
    """How far a training came: a part of its page, for renewing it."""
    return render(
        request,
        "stratification/risk/progress.jinja",
        _progress_context(request, model_or_404(reference)),
    )


def _progress_context(request: HttpRequest, found: RiskModel) -> dict[str, Any]:
    reader = request_reader(request)
    return {
        "model": found,
        "may_train": reader.may("risk.train"),
        "may_publish": reader.may("risk.publish"),
    }


@require_POST
@requires("risk.train")
def stop(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ask a training to stop."""
    said = actions.stop_training(model=model_or_404(reference), by=request_reader(request))
    messages.success(request, said)
    return redirect("risk-model", reference)


@require_POST
@requires("risk.train")
def again(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Train the same again: after a failure or a stop."""
    found = model_or_404(reference)
    try:
        made = actions.ask_for_training(
            outcome_code=found.outcome,
            method=found.method,
            as_of=found.as_of,
            seed=found.seed,
            by=request_reader(request),
        )
    except (actions.TooManyTrainings, actions.CannotBeTrained) as refused:
        messages.error(request, str(refused))
        return redirect("risk-models")
    return redirect("risk-model", made.reference)


@requires("risk.read")
def beside(request: HttpRequest, reference: UUID, other: UUID) -> HttpResponse:
    """Two models of the same outcome side by side."""
    first, second = evaluated_or_404(reference), evaluated_or_404(other)
    if first.outcome != second.outcome:
        raise Http404("The two models predict different things, so they cannot be laid side by side.")
    context = {"model": first, "other": second, "tables": compared(first, second)}
    return render(request, "stratification/risk/beside.jinja", context)


def model_or_404(reference: UUID) -> RiskModel:
    """The model with this reference."""
    found = queries.model_of(reference)
    if found is None:
        raise Http404("There is no risk model here.")
    return found


def evaluated_or_404(reference: UUID) -> RiskModel:
    """The model with this reference, when it has a card."""
    found = model_or_404(reference)
    if not found.is_evaluated:
        raise Http404("This model has no card: its training is not over, or came to nothing.")
    return found
