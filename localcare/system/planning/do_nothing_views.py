"""The do-nothing case: people, money and bed days if nothing changes, with every input in sight."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.analysis.charts import waterfall
from localcare.kernel.access.guards import requires
from localcare.system.planning.do_nothing import Case, case_of, chart_of, shown
from localcare.system.planning.do_nothing_form import DoNothingForm
from localcare.system.planning.pictures import picture

CHARTS = ("deficit", "bed-days")


@requires("planning.read")
def do_nothing(request: HttpRequest) -> HttpResponse:
    """People, money and bed days; the inputs that no paper gives can be moved."""
    form = DoNothingForm.of(request.GET)
    case = _case(form)
    context = {
        "form": form if form.errors else None,
        "inputs": form,
        "case": case,
        **shown(case),
        "query": urlencode({name: request.GET[name] for name in form.fields if name in request.GET}),
    }
    return render(request, "planning/do_nothing.jinja", context, status=422 if form.errors else 200)


@requires("planning.read")
def chart(request: HttpRequest, code: str) -> HttpResponse:
    """The waterfall of the deficit or of the bed days, as SVG or PNG."""
    if code not in CHARTS:
        raise Http404(f"There is no chart of this name; there are {', '.join(CHARTS)}.")
    drawn = chart_of(_case(DoNothingForm.of(request.GET)), code)
    return picture(
        request,
        f"if-nothing-is-done-{code}",
        lambda form: waterfall(
            drawn.start, drawn.steps, end=drawn.end, title=drawn.title, unit=drawn.unit, format=form
        ),
    )


def _case(form: DoNothingForm) -> Case:
    """The case with what was sent; with what the definitions say where that makes no sense."""
    said: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    return case_of(said)
