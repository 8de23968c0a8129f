"""The map of an indicator, its picture and its table."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from localcare.analysis.measures.definitions import Indicator
from localcare.kernel.access.guards import requires
from localcare.kernel.nhs_design.formatting import format_date
from localcare.system.insight import pictures, queries
from localcare.system.insight.definitions import framework, measured_indicators
from localcare.system.insight.figures.figure import Figure
from localcare.system.insight.indicator_page import IndicatorPage, Shown
from localcare.system.insight.maps import map_figure
from localcare.system.insight.models import Run
from localcare.system.insight.places import LEVELS_WORDS, Place
from localcare.system.insight.sight import Sight
from localcare.system.insight.views import known_indicator, place_of

MAPPED_LEVELS = ("locality", "cluster")


def _choices() -> list[Indicator]:
    """The indicators that can be mapped, those of the framework first."""
    first = [code for domain in framework().domains for code in domain.indicators]
    known = [one for one in measured_indicators().values() if not one.not_yet]
    return sorted(
        known, key=lambda one: (first.index(one.code) if one.code in first else len(first), one.title)
    )


def _first_shown(choices: list[Indicator], sight: Sight, place: Place, level: str) -> str:
    """The first indicator of which most places of the level show a number, else the first."""
    places = [one.code for one in sight.tree.within(place, level)] if level else []
    codes = [one.code for one in choices]
    shown: dict[str, int] = {}
    for value in queries.numbers(sight, indicators=codes, places=places, periods=("year",)):
        shown[value.indicator] = shown.get(value.indicator, 0) + sight.shows(value)
    return next((code for code in codes if shown.get(code, 0) * 2 > len(places)), codes[0])


def _figure(request: HttpRequest) -> tuple[Figure | None, Indicator, str, Run | None, Sight, Place]:
    sight, place = place_of(request)
    chosen = _choices()
    if not chosen:
        raise Http404("No indicator can be mapped.")
    run = queries.run_in_force()
    levels = [level for level in MAPPED_LEVELS if len(sight.tree.within(place, level)) > 0]
    level = request.GET.get("level", "")
    level = level if level in levels else next(iter(levels), "")
    indicator = known_indicator(request.GET.get("indicator", "") or _first_shown(chosen, sight, place, level))
    if run is None or not level:
        return None, indicator, level, run, sight, place
    page = IndicatorPage(indicator, place, sight, run, level)
    page.compared = sorted(sight.tree.within(place, level), key=lambda one: one.name)
    figure = map_figure(indicator, page.place_rows, place, sight.tree, level=level, when=page.year_words)
    return figure, indicator, level, run, sight, place


@requires("insight.read")
def page(request: HttpRequest) -> HttpResponse:
    """Choose an indicator and see where it is high and low."""
    figure, indicator, level, run, sight, place = _figure(request)
    query = urlencode({"place": place.code, "indicator": indicator.code, "level": level})
    context: dict[str, Any] = {
        "indicator": indicator, "choices": _choices(), "level": level, "run": run, "place": place,
        "sees_people": sight.sees_people,
        "levels": [(one, LEVELS_WORDS[one]) for one in MAPPED_LEVELS if sight.tree.within(place, one)],
        "shown": None if figure is None else Shown(
            figure, f"{reverse('insight-map-picture')}?{query}", f"{reverse('insight-map-picture')}?{query}&format=png",
            f"{reverse('insight-map-csv')}?{query}",
        ),
    }  # fmt: skip
    return render(request, "insight/map.jinja", context)


@requires("insight.read")
def picture(request: HttpRequest) -> HttpResponse:
    """The map as SVG or PNG."""
    figure, indicator, *_ = _figure(request)
    return pictures.picture(request, figure, f"map-{indicator.code}")


@requires("insight.read")
def table(request: HttpRequest) -> HttpResponse:
    """The map's table as CSV."""
    figure, indicator, _, run, *_ = _figure(request)
    measured = f"Measured up to {format_date(run.until)}" if run else "Not measured yet"
    return pictures.as_csv(figure, f"map-{indicator.code}", (measured,))
