"""Pages about runs and numbers: what ran, run it now, how it comes along, and how many people are where."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from localcare.care.stratification import actions, history, jobs
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.models import Run
from localcare.care.stratification.overview import overview_of
from localcare.kernel.access.guards import deny, request_reader, requires, signed_in
from localcare.kernel.audit.actions import record_access
from localcare.kernel.work.queue import is_waiting


@requires("list.run")
def runs(request: HttpRequest) -> HttpResponse:
    """The latest runs, of one state or all, with a button to run it now."""
    chosen = request.GET.get("state", "")
    context = {
        "runs": history.latest_runs(chosen),
        "states": history.states(chosen),
        "waiting": is_waiting(jobs.TASK),
        "rules": definitions(),
    }
    return render(request, "stratification/runs.jinja", context)


@requires("list.run")
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """How one run comes along, or what became of it."""
    found = get_object_or_404(Run, pk=run_id)
    context = {"run": found, "waiting": is_waiting(jobs.TASK)}
    if found.status == Run.Status.REFUSED:
        context |= history.refusal(request_reader(request), found)
    return render(request, "stratification/run.jinja", context)


@require_POST
@requires("list.run")
def run_now(request: HttpRequest) -> HttpResponse:
    """Ask the worker for a run as of today."""
    reader = request_reader(request)
    jobs.ask_for_run(timezone.localdate(), asked_by=reader.name)
    record_access(reader=reader, action="list.run", basis="asked for on the page of runs")
    messages.success(request, "The run is asked for. It starts as soon as a worker is free.")
    return redirect("list-runs")


@require_POST
@requires("list.run")
def stop(request: HttpRequest, run_id: int) -> HttpResponse:
    """Ask a run to stop."""
    found = get_object_or_404(Run, pk=run_id)
    messages.success(request, actions.stop_run(run=found, by=request_reader(request)))
    return redirect("list-run", run_id)


@signed_in("Counts for those who read the list, or who work with numbers about populations; checked inside")
def overview(request: HttpRequest) -> HttpResponse:
    """How many people are where, and how many were taken to MDT meetings."""
    reader = request_reader(request)
    if not reader.may("list.read") and not reader.may("dataset.read"):
        deny(reader, "list.read", request)
    chosen = request.GET.get("place", "")
    return render(
        request,
        "stratification/overview.jinja",
        overview_of(reader, chosen, today=timezone.localdate(), definitions=definitions()),
    )
