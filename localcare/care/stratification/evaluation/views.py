"""The page of an evaluation, and its file."""

from __future__ import annotations

import csv
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from localcare.analysis import charts
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.evaluation import asking
from localcare.care.stratification.evaluation.asking import kept_for, may_ask
from localcare.care.stratification.evaluation.evaluating import OUTCOMES, UNIT
from localcare.care.stratification.evaluation.page import asked_of, page_of
from localcare.care.stratification.evaluation.presenters import file_rows
from localcare.care.stratification.evaluation.readings import SCORES, Reading
from localcare.care.stratification.models import ListEvaluation
from localcare.kernel.access.guards import deny, request_reader, signed_in
from localcare.kernel.access.readers import Reader

WHO = "Counts for those who read the list, or who work with numbers about populations; checked inside"
QUESTION = ("night", "days", "who", "threshold")


def _reader(request: HttpRequest) -> Reader:
    reader = request_reader(request)
    if not may_ask(reader):
        deny(reader, "list.read", request)
    return reader


def _page(request: HttpRequest) -> dict[str, Any]:
    return page_of(_reader(request), request.GET, today=timezone.localdate(), definitions=definitions())


@signed_in(WHO)
def evaluation(request: HttpRequest) -> HttpResponse:
    """Whether a list changed what happened: what was done, what happened, and what may be said of the difference."""
    context = _page(request)
    context |= {
        "query": request.GET.urlencode(),
        "may_compare": request_reader(request).may("insight.read"),
    }
    return render(request, "stratification/evaluation/evaluation.jinja", context)


@require_POST
@signed_in(WHO)
def ask(request: HttpRequest) -> HttpResponse:
    """Choose a question, and have it worked out where no answer is kept, or where it is wanted `again`."""
    reader = _reader(request)
    found = asked_of(request.POST, definitions=definitions())
    if "not_yet" not in found:
        kept = kept_for(found["question"])
        if kept is None or "again" in request.POST:
            try:
                asking.ask(found["question"], definitions(), by=reader)
            except asking.TooManyAsked as refused:
                messages.error(request, str(refused))
    chosen = urlencode({name: request.POST[name] for name in QUESTION if request.POST.get(name)})
    return redirect(f"{reverse('list-evaluation')}?{chosen}")


@require_POST
@signed_in(WHO)
def stop(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ask the working out to stop."""
    reader = _reader(request)
    kept = get_object_or_404(ListEvaluation, reference=reference)
    messages.success(request, asking.stop(kept, by=reader))
    return redirect(f"{reverse('list-evaluation')}?{urlencode(_address(kept))}")


def _address(kept: ListEvaluation) -> dict[str, Any]:
    return {"night": kept.run_id, "days": kept.days, "who": kept.who, "threshold": kept.threshold}


@signed_in(WHO)
def progress(request: HttpRequest, reference: UUID) -> HttpResponse:
    """How far an answer came: a part of its page, for renewing it."""
    _reader(request)
    kept = get_object_or_404(ListEvaluation, reference=reference)
    return render(request, "stratification/evaluation/progress.jinja", {"kept": kept})


@signed_in(WHO)
def evaluation_csv(request: HttpRequest) -> HttpResponse:
    """Every table of the page in one CSV file, each line led by the name of its table."""
    context = _page(request)
    if "evaluation" not in context:
        raise Http404("There is no evaluation of this list yet.")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"evaluation-{context['question'].night:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(["table", "row", "figure", "value"])
    writer.writerows(
        file_rows(
            [context["done"], context["happened"], context["groups"]], context["readings"], context["itself"]
        )
    )
    return response


@signed_in(WHO)
def picture(request: HttpRequest, outcome: str) -> HttpResponse:
    """What followed by risk, on both sides of the threshold, as SVG."""
    readings: list[Reading] = _page(request).get("readings", [])
    found = next((one.found for one in readings if one.outcome == outcome and one.has_picture), None)
    if found is None:
        raise Http404("There is no such comparison at the threshold.")
    drawn = charts.threshold_chart(found, title=OUTCOMES[outcome], unit=UNIT, scores=SCORES)
    response = HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")
    response["Cache-Control"] = "private, max-age=300"
    return response
