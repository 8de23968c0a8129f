"""Two steps to put a risk model in force or to withdraw it: read what it means, then say why."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.risk import actions, queries
from localcare.care.stratification.risk.card import card_of
from localcare.care.stratification.risk.forms import PublishForm, WhyForm
from localcare.care.stratification.risk.views import evaluated_or_404
from localcare.kernel.access.guards import request_reader, requires


@requires("risk.publish")
def publish(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What publishing means, then why; refused with the reasons when the evaluation does not allow it."""
    found = evaluated_or_404(reference)
    refusals = actions.refusals_of(found)
    form = PublishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish(model=found, why=form.cleaned_data["why"], by=request_reader(request))
        except actions.NotPublishable as refused:
            refusals = refusals or [str(refused)]
        else:
            messages.success(
                request,
                "The model is published. A run is asked for: when it has ended, everybody has a risk by this model.",
            )
            return redirect("risk-model", found.reference)
    context = {
        "model": found,
        "form": form,
        "refusals": refusals,
        "card": card_of(found),
        "replaces": queries.published(found.outcome),
    }
    refused = bool(refusals) and request.method == "POST"
    return render(request, "stratification/risk/publish.jinja", context, status=409 if refused else 200)


@requires("risk.publish")
def withdraw(request: HttpRequest, reference: UUID) -> HttpResponse:
    """What withdrawing means, then why."""
    found = evaluated_or_404(reference)
    form = WhyForm(request.POST if request.method == "POST" else None)
    may = found.status in (RiskModel.Status.PUBLISHED, RiskModel.Status.REPLACED)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(model=found, why=form.cleaned_data["why"], by=request_reader(request))
        except actions.NotPublishable as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "The model is withdrawn. No page shows a number of it any more.")
        return redirect("risk-model", found.reference)
    return render(request, "stratification/risk/withdraw.jinja", {"model": found, "form": form, "may": may})
