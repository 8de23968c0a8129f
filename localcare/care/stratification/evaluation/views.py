"""The page of an evaluation, and its file."""

from __future__ import annotations

import csv

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from localcare.analysis import charts
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.evaluation.evaluating import OUTCOMES, UNIT
from localcare.care.stratification.evaluation.page import page_of
from localcare.care.stratification.evaluation.presenters import file_rows
from localcare.care.stratification.evaluation.readings import SCORES, Reading
from localcare.kernel.access.guards import deny, request_reader, signed_in
from localcare.kernel.access.readers import Reader

WHO = "Counts for those who read the list, or who work with numbers about populations; checked inside"


def _reader(request: HttpRequest) -> Reader:
    reader = request_reader(request)
    if not reader.may("list.read") and not reader.may("dataset.read"):
        deny(reader, "list.read", request)
    return reader


@signed_in(WHO)
def evaluation(request: HttpRequest) -> HttpResponse:
    """Whether a list changed what happened: what was done, what happened, and what may be said of the difference."""
    reader = _reader(request)
    context = page_of(reader, request.GET, today=timezone.localdate(), definitions=definitions())
    context |= {"query": request.GET.urlencode(), "may_compare": reader.may("insight.read")}
    return render(request, "stratification/evaluation/evaluation.jinja", context)


@signed_in(WHO)
def evaluation_csv(request: HttpRequest) -> HttpResponse:
    """Every table of the page in one CSV file, each line led by the name of its table."""
    reader = _reader(request)
    context = page_of(reader, request.GET, today=timezone.localdate(), definitions=definitions())
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
    reader = _reader(request)
    context = page_of(reader, request.GET, today=timezone.localdate(), definitions=definitions())
    readings: list[Reading] = context.get("readings", [])
    found = next((one.found for one in readings if one.outcome == outcome and one.has_picture), None)
    if found is None:
        raise Http404("There is no such comparison at the threshold.")
    drawn = charts.threshold_chart(found, title=OUTCOMES[outcome], unit=UNIT, scores=SCORES)
    response = HttpResponse(drawn, content_type="image/svg+xml; charset=utf-8")
    response["Cache-Control"] = "private, max-age=300"
    return response
