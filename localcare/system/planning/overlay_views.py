"""What was lived fitted as a scenario, and the simulated journal of a run measured like the lived one."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.analysis.journal.parquet import JournalError, JournalFolder
from localcare.analysis.measures.definitions import Indicator, NotYet, indicators
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access
from localcare.system.insight.queries import days_of_folder, measure_folder
from localcare.system.insight.rules import telling_period
from localcare.system.insight.series import period_label
from localcare.system.insight.words import value_in_words
from localcare.system.planning import actions, journals, queries
from localcare.system.planning import lived as lived_scenarios
from localcare.system.planning.forms import FitForm
from localcare.system.planning.models import Run

FIRST_SHOWN: Final = "mean-time-to-answer"
PERIOD_WORDS: Final = {"month": "Month", "week": "Week", "day": "Day"}


@require_POST
@requires("planning.run")
def fit(request: HttpRequest) -> HttpResponse:
    """Have the worker fit a scenario to what was lived, keep it and run it."""
    form = FitForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose how far back the journal is to be read.")
        return redirect("planning")
    try:
        lived_scenarios.ask_to_fit(weeks=int(form.cleaned_data["weeks"]), by=request_reader(request))
    except lived_scenarios.NothingLived as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, "The worker fits a scenario to what was lived. Open this page again in a minute."
        )
    return redirect("planning")


@requires("planning.read")
def lived(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Choose an indicator, see it in the simulated journal, and go on to lay it over the lived one."""
    reader = request_reader(request)
    run = queries.run_of(reference)
    if run is None or run.status != Run.Status.DONE:
        raise Http404("There is no run here that is done.")
    known = {
        code: one for code, one in indicators().items() if one.reads == "journal" and not one.not_yet
    }  # a simulation writes a journal, not the records of a place
    chosen = known.get(request.GET.get("indicator", FIRST_SHOWN))
    context: dict[str, Any] = {
        "run": run,
        "indicators": sorted(known.values(), key=lambda one: one.title),
        "chosen": chosen,
        "has_journal": journals.has_journal(run),
        "replication": journals.REPLICATION,
    }
    if chosen and context["has_journal"]:
        context |= _measured(run, chosen)
        record_access(
            reader=reader,
            action="planning.lived",
            basis=actions.BASIS,
            detail={"run": str(run.reference), "indicator": chosen.code},
        )
        if reader.may("insight.read"):
            page = reverse("insight-indicator", args=[chosen.code])
            context["overlay"] = f"{page}?overlay=planning-{run.reference}#overlay"
    return render(request, "planning/lived.jinja", context)


def _measured(run: Run, indicator: Indicator) -> dict[str, Any]:
    """What the indicator is in the simulated journal, period by period, or why it has no number there."""
    folder = journals.folder_of(run)
    try:
        period = telling_period(*days_of_folder(JournalFolder(folder)))
        points = measure_folder(folder, indicator, period=period)  # type: ignore[arg-type]
    except (NotYet, JournalError, LookupError) as fault:
        return {"why_not": str(fault)}
    rows = [
        (
            period_label(period, point.starts_on),
            value_in_words(indicator, point.number.value),
            f"{point.number.numerator:,}",
            f"{point.number.denominator:,}" if point.number.denominator else "–",
        )
        for point in points
    ]
    return {
        "rows": rows,
        "period_words": PERIOD_WORDS[period],
        "why_not": "" if rows else "Nothing in the simulated journal is counted by this indicator.",
    }
