"""The run chart of one series."""

from __future__ import annotations

from collections.abc import Sequence

from localcare.analysis import charts
from localcare.analysis.spc.xmr import Xmr
from localcare.kernel.nhs_design.formatting import format_number
from localcare.system.insight.figures.figure import Figure, nothing, numeric
from localcare.system.insight.models import Rebase
from localcare.system.insight.rules import ENOUGH_POINTS, PERIOD_WORDS
from localcare.system.insight.series import Moment, Series
from localcare.system.insight.sight import HIDDEN
from localcare.system.insight.words import unit_words, value_in_words

KIND = "run"


def run_figure(series: Series, place: str, rebases: Sequence[Rebase] = ()) -> Figure:
    """Values along time with their limits, and which points chance does not explain."""
    indicator = series.indicator
    title = f"{indicator.title}, {place}, by {PERIOD_WORDS[series.period]}"
    chart = series.chart(rebases)
    if chart is None:
        return nothing(KIND, title, _why_nothing(series))
    unit, labels, targets = unit_words(indicator), series.labels, series.targets
    return Figure(
        kind=KIND,
        title=title,
        words=charts.run_chart_in_words(chart, title=title, unit=unit, periods=labels, targets=targets),
        headings=("Period", *numeric(*_counted(series), "Value"), "What it says"),
        rows=tuple(
            (label, *_counts(series, moment), _shown(series, moment), _signals(chart, number))
            for number, (label, moment) in enumerate(zip(labels, series.moments, strict=True))
        )[::-1],
        columns=(
            "period", "starts_on", "numerator", "denominator", "value", "hidden", "mean", "lower_limit", "upper_limit",
            "signals",
        ),
        raw=tuple(_raw(series, chart, number, moment) for number, moment in enumerate(series.moments)),
        draw=lambda format: charts.run_chart(
            chart, title=title, unit=unit, periods=labels, targets=targets, format=format
        ),
        notes=_notes(series, chart),
    )  # fmt: skip


def _why_nothing(series: Series) -> str:
    if any(moment.is_hidden for moment in series.moments):
        return (
            "So many periods hold small numbers, which are hidden, that a chart of the others would mislead."
            " Choose a wider place."
        )
    return "Nothing was counted here yet."


def _counted(series: Series) -> tuple[str, ...]:
    return () if series.indicator.kind in ("count", "census") else ("Counted", "Of")


def _counts(series: Series, moment: Moment) -> tuple[str, ...]:
    if not _counted(series):
        return ()
    if moment.is_hidden:
        return (HIDDEN, HIDDEN)
    return (format_number(moment.numerator), format_number(moment.denominator))


def _shown(series: Series, moment: Moment) -> str:
    return HIDDEN if moment.is_hidden else value_in_words(series.indicator, moment.value)


def _signals(chart: Xmr, number: int) -> str:
    signals = chart.points[number].signals
    return "; ".join(dict.fromkeys(signal.words for signal in signals)).capitalize()


def _raw(series: Series, chart: Xmr, number: int, moment: Moment) -> tuple[object, ...]:
    limits = chart.segments[chart.points[number].segment].limits
    return (
        series.period, moment.starts_on.isoformat(), moment.numerator, moment.denominator, moment.value,
        "yes" if moment.is_hidden else "", *((limits.mean, limits.lower, limits.upper) if limits else ("", "", "")),
        _signals(chart, number),
    )  # fmt: skip


def _notes(series: Series, chart: Xmr) -> tuple[str, ...]:
    known = sum(1 for value in series.values if value is not None)
    notes = []
    if known < ENOUGH_POINTS:
        notes.append(
            f"Only {known} periods are known: the limits are on trial and will move. Do not act on them alone."
        )
    if any(moment.is_hidden for moment in series.moments):
        notes.append(
            "Periods with small numbers are left out of the chart and its limits, and say hidden in the table."
        )
    if series.is_sparse:
        notes.append("Fewer than five are counted in a period on average: limits for rare events mislead.")
    return tuple(notes)
