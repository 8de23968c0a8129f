"""The lived and a simulated journal laid over each other, read by the same indicator."""

from __future__ import annotations

from datetime import date

from localcare.analysis import charts
from localcare.analysis.journal.parquet import JournalError
from localcare.analysis.measures.definitions import NotYet
from localcare.system.insight.figures.figure import Figure, nothing, numeric
from localcare.system.insight.indicator_page import IndicatorPage
from localcare.system.insight.overlays import offers_for
from localcare.system.insight.places import ALL
from localcare.system.insight.queries import measure_folder
from localcare.system.insight.series import NOTHING_IS_NOUGHT, calendar, period_label
from localcare.system.insight.words import unit_words, value_in_words

OVERLAY = "overlay"
MOST_PERIODS = 200  # that can be told apart on one line


def overlay_figure(page: IndicatorPage, key: str) -> Figure | None:
    """The indicator lived and as the offered journal has it; None when the reader is offered no such journal."""
    offer = next((offer for offer in offers_for(page.sight.reader) if offer.key == key), None)
    if offer is None:
        return None
    indicator, period = page.indicator, page.series.period
    title = f"{indicator.title}: lived and simulated"
    if page.place.code != ALL and indicator.kind in NOTHING_IS_NOUGHT:
        return nothing(
            OVERLAY,
            title,
            f"A simulation is of everybody, and a number of {page.place.name} alone would lie far below it.",
        )
    try:
        points = measure_folder(offer.folder, indicator, period=period)  # type: ignore[arg-type]
    except (NotYet, JournalError, LookupError) as fault:
        return nothing(OVERLAY, title, f"The simulation cannot be measured so: {fault}")
    simulated = {point.starts_on: point.number.value for point in points}
    begins = min(simulated, default=date.min) if offer.is_of_lived_days else date.min
    lived = {moment.starts_on: moment.value for moment in page.series.moments if moment.starts_on >= begins}
    if not simulated or not lived:
        return nothing(OVERLAY, title, "One of the two has nothing that this indicator counts.")
    if len(calendar(period, min(*lived, *simulated), max(*lived, *simulated))) > MOST_PERIODS:
        return nothing(OVERLAY, title, _too_far_apart(period, lived, simulated))
    about = f"Lived: {page.place.name}. Simulated: {offer.title}."
    return _drawn(page, title, about, lived, simulated)


def _too_far_apart(period: str, *several: dict[date, float | None]) -> str:
    lived, simulated = (
        f"{period_label(period, min(one))} to {period_label(period, max(one))}" for one in several
    )
    return (
        f"What was lived is of {lived}, the simulation of {simulated}: too far apart to lie over each other. "
        "Give the scenario another first day, or fit one to what was lived."
    )


def _drawn(
    page: IndicatorPage,
    title: str,
    about: str,
    lived: dict[date, float | None],
    simulated: dict[date, float | None],
) -> Figure:
    indicator, unit, period = page.indicator, unit_words(page.indicator), page.series.period
    days = calendar(period, min(*lived, *simulated), max(*lived, *simulated))
    labels = [period_label(period, day) for day in days]
    ours, theirs = [lived.get(day) for day in days], [simulated.get(day) for day in days]
    words = charts.overlay_in_words(ours, theirs, title=title, unit=unit, periods=labels)
    return Figure(
        kind=OVERLAY,
        title=title,
        words=words,
        notes=(about, words.partition(": lived against simulated. ")[2]),
        headings=("Period", *numeric("Lived", "Simulated")),
        rows=tuple(
            (label, value_in_words(indicator, mine), value_in_words(indicator, other))
            for label, mine, other in zip(labels, ours, theirs, strict=True)
        )[::-1],
        columns=("period", "starts_on", "lived", "simulated"),
        raw=tuple(
            (period, day.isoformat(), mine, other)
            for day, mine, other in zip(days, ours, theirs, strict=True)
        ),
        draw=lambda format: charts.overlay(
            ours, theirs, title=title, unit=unit, periods=labels, format=format
        ),
    )
