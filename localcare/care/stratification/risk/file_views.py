"""A model's card as files: Markdown, JSON, tables as CSV, and its plots."""

from __future__ import annotations

import csv
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from localcare.care.stratification.models import RiskModel, RiskModelFile
from localcare.care.stratification.risk.actions import BASIS
from localcare.care.stratification.risk.card import csv_tables
from localcare.care.stratification.risk.files import digest_of
from localcare.care.stratification.risk.views import evaluated_or_404
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access

NAMES = {"markdown": ("card.md", "text/markdown"), "json": ("card.json", "application/json")}


@requires("risk.read")
def card_file(request: HttpRequest, reference: UUID, kind: str) -> HttpResponse:
    """The card as Markdown or JSON, as it was made with the model."""
    found = evaluated_or_404(reference)
    if kind not in NAMES:
        raise Http404("The card can be had as markdown, json or csv.")
    name, content_type = NAMES[kind]
    text = file_of(found, name)
    _taken(request, found, name)
    return _download(found, text.encode(), name, content_type)


@requires("risk.read")
def card_csv(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Every table of the card in one CSV file, each line led by the name of its table."""
    found = evaluated_or_404(reference)
    _taken(request, found, "card.csv")
    response = _download(found, b"", "card.csv", "text/csv")
    writer = csv.writer(response)
    writer.writerow(["table", "row", "figure", "value"])
    writer.writerows(csv_tables(found))
    return response


@requires("risk.read")
def plot(request: HttpRequest, reference: UUID, name: str) -> HttpResponse:
    """One plot of the card."""
    found = evaluated_or_404(reference)
    response = HttpResponse(file_of(found, f"plots/{name}.svg"), content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def file_of(model: RiskModel, name: str) -> str:
    """The text of one file of a model, when it is as it was kept."""
    found = RiskModelFile.objects.filter(model=model, name=name).first()
    if found is None or digest_of(found.text) != found.digest:
        raise Http404("This file is not there, or was changed after the training.")
    return found.text


def _download(model: RiskModel, content: bytes, name: str, content_type: str) -> HttpResponse:
    stem, _, ending = name.partition(".")
    response = HttpResponse(content, content_type=f"{content_type}; charset=utf-8")
    file_name = f"{model.outcome}-{model.version[:12]}-{stem}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _taken(request: HttpRequest, model: RiskModel, name: str) -> None:
    record_access(
        reader=request_reader(request),
        action="risk.card",
        basis=BASIS,
        detail={"model": str(model.reference), "version": model.version, "file": name},
    )
