"""How a published model fares run by run, and what a clinician who reads its number should know."""

from __future__ import annotations

import csv
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.care.stratification.models import RiskModelDecision
from localcare.care.stratification.queries import run_in_force
from localcare.care.stratification.risk import queries
from localcare.care.stratification.risk.actions import BASIS
from localcare.care.stratification.risk.drift import DRIFT_HEADINGS, drift_of, drift_rows
from localcare.care.stratification.risk.plain_words import about
from localcare.care.stratification.risk.rules import BANDS, LISTED_OUTCOME
from localcare.care.stratification.risk.views import evaluated_or_404
from localcare.care.stratification.risk.words import for_whom, what_of
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access


@requires("risk.read")
def drift(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The history of drift by run, with the latest report in full; `?file` gives the history as CSV."""
    found = evaluated_or_404(reference)
    scorings = queries.scorings_of(found)
    if "file" in request.GET:
        record_access(
            reader=request_reader(request),
            action="risk.card",
            basis=BASIS,
            detail={"model": str(found.reference), "version": found.version, "file": "drift.csv"},
        )
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{found.outcome}-drift.csv"'
        writer = csv.writer(response)
        writer.writerow(DRIFT_HEADINGS)
        writer.writerows(drift_rows(scorings))
        return response
    context = {"model": found, "scorings": scorings, "latest": drift_of(scorings[0]) if scorings else None}
    context["rows"], context["headings"] = drift_rows(scorings), DRIFT_HEADINGS
    return render(request, "stratification/risk/drift.jinja", context)


@requires("list.read")
def about_number(request: HttpRequest, reference: UUID) -> HttpResponse:
    """A model that was in force, in plain words for whoever reads its number on the list."""
    found = evaluated_or_404(reference)
    decisions = list(found.decisions.all())
    if not any(decision.kind == RiskModelDecision.Kind.PUBLISHED for decision in decisions):
        raise Http404("This model was never published, so no number of it was shown.")
    reader = request_reader(request)
    is_shown = found.pk in {model.pk for model in queries.models_shown(run_in_force()).values()}
    context = {
        "model": found,
        "what": what_of(found.outcome),
        "for_whom": for_whom(found.outcome),
        "about": about(found),
        "decisions": decisions,
        "is_shown": is_shown,
        "evaluation": queries.evaluation(reader, BANDS["200"])
        if is_shown and found.outcome == LISTED_OUTCOME
        else None,
        "may_read_card": reader.may("risk.read"),
    }
    return render(request, "stratification/risk/about.jinja", context)
