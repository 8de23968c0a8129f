"""The framework's page, the list of indicators, and the pages and files of one indicator."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from localcare.analysis.measures.definitions import Indicator
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.nhs_design.formatting import format_date
from localcare.kernel.work.queue import is_waiting
from localcare.system.insight import jobs, pictures, queries
from localcare.system.insight.dashboard import SHORT_WORDS, dashboard_of, legend, sign_of
from localcare.system.insight.definitions import framework, measured_indicators
from localcare.system.insight.figures.figure import Figure
from localcare.system.insight.indicator_page import (
    FUNNEL,
    GROUPS,
    PLACES,
    RUN,
    SLOPE,
    IndicatorPage,
    inequality_words,
    place_choices,
)
from localcare.system.insight.models import Run
from localcare.system.insight.overlay_figure import OVERLAY, overlay_figure
from localcare.system.insight.overlays import offers_for
from localcare.system.insight.places import LEVELS_WORDS, Place
from localcare.system.insight.sight import Sight, sight_of
from localcare.system.insight.words import unit_after, value_in_words  # fmt: skip


def place_of(request: HttpRequest) -> tuple[Sight, Place]:
    """What the reader sees, and the place that the address asks for."""
    sight = sight_of(request_reader(request), timezone.localdate(), known=queries.known_practices())
    return sight, sight.place(request.GET.get("place", ""))


def about(sight: Sight, place: Place, run: Run | None) -> dict[str, Any]:
    """What every page of numbers says about them."""
    return {
        "place": place,
        "around": sight.tree.around(place),
        "children": sorted(sight.tree.children(place), key=lambda child: child.name),
        "place_choices": place_choices(sight),
        "sees_people": sight.sees_people,
        "run": run,
        "latest_run": queries.latest_run(),
        "waiting": is_waiting(jobs.TASK),
        "may_refresh": sight.reader.may("insight.refresh"),
    }


def known_indicator(code: str) -> Indicator:
    """The indicator of an address. Http404 when there is none."""
    if code not in measured_indicators():
        raise Http404("There is no such indicator.")
    return measured_indicators()[code]


@requires("insight.read")
def dashboard(request: HttpRequest) -> HttpResponse:
    """The Local Care Delivery Framework of a place."""
    sight, place = place_of(request)
    run = queries.run_in_force()
    context = about(sight, place, run)
    if run is not None:
        context |= dashboard_of(sight, place, run)
        context["overlay"] = next((one for one in offers_for(sight.reader) if one.is_of_lived_days), None)
    return render(request, "insight/dashboard.jinja", context | {"framework": framework()})


@requires("insight.read")
def indicators(request: HttpRequest) -> HttpResponse:
    """Every indicator, by domain, with why it is measured."""
    by_domain: dict[str, list[Indicator]] = {}
    for one in sorted(measured_indicators().values(), key=lambda one: one.title):
        by_domain.setdefault(one.domain, []).append(one)
    return render(request, "insight/indicators.jinja", {"domains": sorted(by_domain.items())})


@requires("insight.read")
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator at one place: along time, between places, between groups of people."""
    found = known_indicator(code)
    sight, place = place_of(request)
    run = queries.run_in_force()
    context = about(sight, place, run) | {"indicator": found}
    if run is None:
        return render(request, "insight/indicator.jinja", context)
    page = IndicatorPage(found, place, sight, run, request.GET.get("level", ""))
    chart, last = page.series.chart(page.rebases), page.series.last
    target = page.series.target
    context |= {
        "page": page,
        "why_empty": found.not_yet or run.not_measured.get(code, ""),
        "latest": value_in_words(found, last.value) if last else "",
        "unit": unit_after(found),
        "latest_period": page.series.labels[page.series.moments.index(last)] if last else "",
        "target": target,
        "target_words": value_in_words(found, target.value) if target else "",
        "signs": [sign_of(icon) for icon in (chart.variation, chart.assurance)] if chart else [],
        "run_chart": page.shown(RUN),
        "level": page.compared_level,
        "levels": [(level, LEVELS_WORDS[level]) for level in page.levels],
        "compared": {place.name: place.code for place in page.compared},
        "places": page.shown(PLACES),
        "funnel": page.shown(FUNNEL),
        "groups": [(by, page.shown(GROUPS, by)) for by in page.breakdowns],
        "slope": page.shown(SLOPE),
        "inequality": inequality_words(found, page.inequality, page.average),
        "earlier": queries.earlier_numbers(sight, indicator=code, place=place.code)[:12],
        "may_rebase": sight.reader.may("insight.rebase"),
        "may_see_breaches": sight.reader.may("insight.breaches"),
        "overlays": offers_for(sight.reader) if found.reads == "journal" else [],
        "chosen_overlay": request.GET.get("overlay", ""),
        "overlay": _overlay(request, page),
        "query": urlencode({"place": place.code}),
        "short_words": SHORT_WORDS,
        "legend": legend(),
        "shows": sight.shows,
    }
    return render(request, "insight/indicator.jinja", context)


def _overlay(request: HttpRequest, page: IndicatorPage) -> Any:
    key = request.GET.get("overlay", "")
    figure = overlay_figure(page, key) if key else None
    return None if figure is None else page.shown_figure(figure, overlay=key)


def _figure(request: HttpRequest, code: str, kind: str) -> tuple[Figure | None, Place, Run]:
    found = known_indicator(code)
    sight, place = place_of(request)
    run = queries.run_in_force()
    if run is None:
        raise Http404("Nothing is measured yet.")
    page = IndicatorPage(found, place, sight, run, request.GET.get("level", ""))
    if kind == OVERLAY:
        return overlay_figure(page, request.GET.get("overlay", "")), place, run
    return page.figure(kind, request.GET.get("by", "")), place, run


def _name(code: str, kind: str, place: Place) -> str:
    return f"{code}-{kind}-{place.code.replace(':', '-').lower()}"


@requires("insight.read")
def picture(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A chart as SVG or PNG."""
    figure, place, _ = _figure(request, code, kind)
    return pictures.picture(request, figure, _name(code, kind, place))


@requires("insight.read")
def table(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A chart's table as CSV."""
    figure, place, run = _figure(request, code, kind)
    found = known_indicator(code)
    return pictures.as_csv(
        figure, _name(code, kind, place),
        (f"Indicator {code}, definition {found.version}", f"Unit: {found.unit}",
         f"Measured up to {format_date(run.until)}, run {run.pk}"),
    )  # fmt: skip


@requires("insight.read")
def definition(request: HttpRequest, code: str) -> HttpResponse:
    """What an indicator counts, why, from where, and since when it is defined so."""
    found = known_indicator(code)
    today = timezone.localdate()
    return render(
        request, "insight/definition.jinja",
        {"indicator": found, "target": found.target_on(today), "today": today,
         "in_framework": [one for one in framework().domains if code in one.indicators]},
    )  # fmt: skip
