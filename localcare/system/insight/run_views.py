"""Runs of the measuring: how they went, and asking for one now."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access
from localcare.kernel.work.queue import is_waiting
from localcare.system.insight import actions, jobs, queries
from localcare.system.insight.definitions import measured_indicators
from localcare.system.insight.models import Run


@requires("insight.refresh")
def runs(request: HttpRequest) -> HttpResponse:
    """The latest runs, with a button to measure now."""
    return render(request, "insight/runs.jinja", {"runs": queries.runs(), "waiting": is_waiting(jobs.TASK)})


@requires("insight.refresh")
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """How one run comes along, or what became of it."""
    found = get_object_or_404(Run, pk=run_id)
    known = measured_indicators()
    reasons = [
        (known[code].title if code in known else code, why)
        for code, why in sorted(found.not_measured.items())
    ]
    return render(request, "insight/run.jinja", {"run": found, "reasons": reasons})


@require_POST
@requires("insight.refresh")
def run_now(request: HttpRequest) -> HttpResponse:
    """Ask the worker to measure everything up to today."""
    reader = request_reader(request)
    jobs.ask_for_refresh(timezone.localdate(), asked_by=reader.name)
    record_access(reader=reader, action="insight.refresh", basis="asked for on the page of runs")
    messages.success(request, "The measuring is asked for. It starts as soon as a worker is free.")
    return redirect("insight-runs")


@require_POST
@requires("insight.refresh")
def stop(request: HttpRequest, run_id: int) -> HttpResponse:
    """Ask a measuring to stop."""
    found = get_object_or_404(Run, pk=run_id)
    messages.success(request, actions.stop_run(run=found, by=request_reader(request)))
    return redirect("insight-run", run_id)
