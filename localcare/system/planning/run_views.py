"""One run: how it comes along, what it found, beside another, its report and files."""

from __future__ import annotations

import csv
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from localcare.analysis.charts import Band, fan, fan_in_words
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.audit.actions import record_access
from localcare.system.planning import actions, queries
from localcare.system.planning.keep_views import yaml_answer
from localcare.system.planning.markdown import html_of
from localcare.system.planning.models import Run
from localcare.system.planning.pictures import Format, picture
from localcare.system.planning.presenters import is_paired, parts_of, said_of, scenario_of, short_of
from localcare.system.planning.texts import kept_content

COLUMNS = ("measure", "pathway", "step", "service", "clock", "unit", "mean", "lower", "upper")
KEPT = {"occupied": "Places taken", "waiting": "People waiting"}


@requires("planning.read")
def run(request: HttpRequest, reference: UUID) -> HttpResponse:
    """How a run comes along, or what it found."""
    found = _run_of(reference)
    return render(request, "planning/run.jinja", _context(request, found, found.beside))


@requires("planning.read")
def progress(request: HttpRequest, reference: UUID) -> HttpResponse:
    """How far a run came: a part of its page, for renewing it."""
    return render(request, "planning/progress.jinja", _context(request, _run_of(reference), None))


@requires("planning.read")
def beside(request: HttpRequest, reference: UUID, other: UUID) -> HttpResponse:
    """Two runs side by side."""
    found = _run_of(reference)
    return render(request, "planning/run.jinja", _context(request, found, _run_of(other)))


@require_POST
@requires("planning.run")
def stop(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Ask a run to stop."""
    found = _run_of(reference)
    try:
        messages.success(request, actions.stop_run(run=found, by=request_reader(request)))
    except NotAllowed as refused:
        messages.error(request, str(refused))
    return redirect("planning-run", found.reference)


@require_POST
@requires("planning.run")
def again(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Run the same words again with the same seed: after a failure or a stop."""
    found = _run_of(reference)
    try:
        made = actions.ask_for_run(
            content=kept_content(found.content.text),
            by=request_reader(request),
            seed=found.seed,
            replications=found.replications,
            beside=kept_content(found.beside.content.text) if found.beside else None,
        )
    except actions.TooManyRuns as refused:
        messages.error(request, str(refused))
        return redirect("planning-runs")
    return redirect("planning-run", made.reference)


@requires("planning.read")
def report(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Everything that was assumed, under the headings of STRESS-DES; `?file` gives it as Markdown."""
    found = _done(reference)
    if "file" in request.GET:
        response = HttpResponse(found.report, content_type="text/markdown; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{found.content.code}-report.md"'
        return response
    return render(request, "planning/report.jinja", {"run": found, "report": html_of(found.report)})


@requires("planning.read")
def results(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Every measure of a run as CSV, with its value in each replication."""
    found = _done(reference)
    record_access(
        reader=request_reader(request),
        action="planning.results",
        basis=actions.BASIS,
        detail={"run": str(found.reference)},
    )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.content.code}-results.csv"'
    writer = csv.writer(response)
    writer.writerow([*COLUMNS, *(f"replication {number}" for number in range(found.replications))])
    writer.writerows([[line.get(name, "") for name in COLUMNS] + line["values"] for line in found.lines])
    return response


@requires("planning.read")
def scenario_file(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The file of the scenario that was run: with its seed it gives the same numbers from a shell."""
    found = _run_of(reference)
    return yaml_answer(found.content.text, found.content.code)


@requires("planning.read")
def days(request: HttpRequest, reference: UUID, service: str) -> HttpResponse:
    """A service day by day: chart and table."""
    found, said = _days_of(reference, service)
    shown = _shown(request)
    title = _title(found, service)
    bands = said[shown]
    rows = [
        (day, _cell(middle), f"{_cell(low)} to {_cell(high)}", _cell(places))
        for day, (low, middle, high), places in zip(said["days"], bands, said["places"], strict=True)
    ]
    context = {
        "run": found,
        "code": service,
        "title": title,
        "shown": shown,
        "kept": KEPT,
        "rows": rows,
        "words": fan_in_words(
            [middle for _, middle, _ in bands],
            _bands(bands),
            title=title,
            unit=KEPT[shown].lower(),
            periods=said["days"],
        ),
    }
    return render(request, "planning/days.jinja", context)


@requires("planning.read")
def days_chart(request: HttpRequest, reference: UUID, service: str) -> HttpResponse:
    """The chart of a service day by day."""
    found, said = _days_of(reference, service)
    shown = _shown(request)
    bands = said[shown]

    def draw(form: Format) -> bytes:
        return fan(
            [middle for _, middle, _ in bands],
            _bands(bands),
            title=f"{_title(found, service)}: {KEPT[shown].lower()}",
            unit="people",
            periods=said["days"],
            limit=said["places"] if shown == "occupied" and None not in said["places"] else None,
            limit_name="places",
            format=form,
        )

    return picture(request, f"{found.content.code}-{service}-{shown}", draw)


def _context(request: HttpRequest, found: Run, other: Run | None) -> dict[str, Any]:
    reader = request_reader(request)
    is_done = found.status == Run.Status.DONE
    ready = other if other is not None and other.status == Run.Status.DONE else None
    return {
        "run": found,
        "other": other,
        "other_is_done": ready is not None,
        "is_done": is_done,
        "is_paired": ready is not None and is_paired(found, ready),
        "parts": parts_of(found, ready) if is_done else [],
        "short": short_of(found, ready) if is_done else [],
        "said": said_of(found, ready) if ready else [],
        "scenario": scenario_of(found),
        "may_stop": not found.is_over and found.asked_by == reader.user and reader.may("planning.run"),
        "may_run": reader.may("planning.run"),
        "more": queries.runs().filter(status=Run.Status.DONE).exclude(pk=found.pk)[:10] if is_done else (),
    }


def _run_of(reference: UUID) -> Run:
    found = queries.run_of(reference)
    if found is None:
        raise Http404("There is no run here.")
    return found


def _done(reference: UUID) -> Run:
    found = _run_of(reference)
    if found.status != Run.Status.DONE:
        raise Http404("This run is not done, so there is nothing to show yet.")
    return found


def _days_of(reference: UUID, service: str) -> tuple[Run, dict[str, Any]]:
    found = _done(reference)
    if service not in found.days:
        raise Http404("This run has no days of a service of this name.")
    return found, found.days[service]


def _title(run: Run, service: str) -> str:
    return scenario_of(run).services[service].title


def _shown(request: HttpRequest) -> str:
    said = request.GET.get("show", "occupied")
    return said if said in KEPT else "occupied"


def _bands(bands: list[list[float | None]]) -> list[Band]:
    return [Band(0.8, [low for low, _, _ in bands], [high for _, _, high in bands])]


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:,.10g}"
