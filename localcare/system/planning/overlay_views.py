"""The simulated journal of a run, measured by the indicators that measure the lived one."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from localcare.analysis.measures.definitions import Indicator, NotYet, indicators
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access
from localcare.system.insight.queries import measure_folder
from localcare.system.insight.series import period_label
from localcare.system.insight.words import value_in_words
from localcare.system.planning import actions, journals, queries
from localcare.system.planning.models import Run

PERIOD: Final = "month"


@requires("planning.read")
def lived(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Choose an indicator, see it in the simulated journal, and go on to lay it over the lived one."""
    reader = request_reader(request)
    run = queries.run_of(reference)
    if run is None or run.status != Run.Status.DONE:
        raise Http404("There is no run here that is done.")
    known = {code: one for code, one in indicators().items() if not one.not_yet}
    chosen = known.get(request.GET.get("indicator", ""))
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
            context["overlay"] = f"{page}?overlay=planning-{run.reference}"
    return render(request, "planning/lived.jinja", context)


def _measured(run: Run, indicator: Indicator) -> dict[str, Any]:
    """What the indicator is in the simulated journal, month by month, or why it has no number there."""
    try:
        points = measure_folder(journals.folder_of(run), indicator, period=PERIOD)
    except (NotYet, LookupError) as fault:
        return {"why_not": str(fault)}
    rows = [
        (
            period_label(PERIOD, point.starts_on),
            value_in_words(indicator, point.number.value),
            f"{point.number.numerator:,}",
            f"{point.number.denominator:,}" if point.number.denominator else "–",
        )
        for point in points
    ]
    return {
        "rows": rows,
        "why_not": "" if rows else "Nothing in the simulated journal is counted by this indicator.",
    }
