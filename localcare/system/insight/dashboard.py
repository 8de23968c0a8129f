"""The delivery framework of one place: what to look at first, then each domain with its indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from localcare.analysis.charts import icon_picture
from localcare.analysis.measures.definitions import Indicator
from localcare.analysis.spc.icons import ASSURANCE, VARIATION, Icon
from localcare.analysis.spc.xmr import Xmr
from localcare.kernel.nhs_design.charts import sparkline
from localcare.system.insight import queries
from localcare.system.insight.definitions import Domain, framework, measured_indicators
from localcare.system.insight.models import Rebase, Run, Value
from localcare.system.insight.places import LEVELS, Place
from localcare.system.insight.series import Series, series_of
from localcare.system.insight.sight import HIDDEN, Sight
from localcare.system.insight.words import unit_after, value_in_words

SHORT_WORDS = {
    "common-cause": "No change beyond chance",
    "improvement-high": "Getting better: higher",
    "improvement-low": "Getting better: lower",
    "concern-high": "Getting worse: higher",
    "concern-low": "Getting worse: lower",
    "neutral-high": "Higher than before",
    "neutral-low": "Lower than before",
    "too-few-points": "Too few points to say",
    "passes": "Will meet the target",
    "fails": "Will miss the target unless something changes",
    "hit-and-miss": "Meets or misses it by chance",
    "no-target": "No target",
}
SPARKLINE_POINTS = 24
MOST_COLUMNS = 6  # of the table of places within a place
URGENCY = {"concern": 0, "fails": 1, "improvement": 3, "neutral": 2}


@dataclass(frozen=True)
class Sign:
    """An icon as a page shows it: a shape, short words, and the full meaning."""

    picture: Markup
    words: str
    meaning: str


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator of the framework at one place."""

    code: str
    title: str
    latest: str
    unit: str  # as it stands after the number; nothing after a percentage
    period: str
    target: str
    trend: Markup | None
    variation: Sign | None  # None where no chart can be drawn
    assurance: Sign | None
    why_empty: str
    attention: str  # why to look at it first; empty when nothing asks for it
    urgency: int


@dataclass(frozen=True)
class DomainPart:
    """One domain of the framework with its rows."""

    domain: Domain
    rows: list[IndicatorRow]


def sign_of(icon: Icon) -> Sign:
    """An icon ready to show."""
    drawn = icon_picture(icon).decode().replace("<svg ", '<svg class="lc-icon" ', 1)
    return Sign(Markup(drawn), SHORT_WORDS.get(icon.code, icon.words), icon.words)  # noqa: S704 - drawn by our library


def legend() -> list[Sign]:
    """Every icon with its meaning."""
    return [sign_of(icon) for icon in (*VARIATION.values(), *ASSURANCE.values())]


def dashboard_of(sight: Sight, place: Place, run: Run) -> dict[str, Any]:
    """What the framework's page shows of a place."""
    known = measured_indicators()
    wanted = [code for domain in framework().domains for code in domain.indicators]
    found = _values(sight, wanted, place)
    rebases = queries.rebases_of(wanted, place.code)
    rows = {
        code: row_of(known[code], place.code, found.get(code, []), rebases.get(code, []), sight, run)
        for code in wanted
    }
    parts = [DomainPart(one, [rows[code] for code in one.indicators]) for one in framework().domains]
    return {
        "framework": framework(),
        "parts": parts,
        "first": sorted((row for row in rows.values() if row.attention), key=lambda row: row.urgency),
        "within": table_of_parts(sight, place, known, wanted),
        "legend": legend(),
    }


def _values(sight: Sight, indicators: Sequence[str], place: Place) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    rows = queries.numbers(
        sight, indicators=indicators, places=[place.code], periods=("day", "week", "month", "year")
    )
    for row in rows:
        found.setdefault(row.indicator, []).append(row)
    return found


def row_of(
    indicator: Indicator,
    place: str,
    values: Sequence[Value],
    rebases: Sequence[Rebase],
    sight: Sight,
    run: Run,
) -> IndicatorRow:
    """One indicator's row."""
    series = series_of(indicator, place, values, sight)
    chart, last = series.chart(rebases), series.last
    whole_year = next((one for one in values if one.period == "year" and sight.shows(one)), None)
    instead = whole_year.value if last is None and whole_year else None
    target = series.target or indicator.target_on(run.until)
    too_few = VARIATION["too-few-points"]
    variation = chart.variation if chart else too_few
    assurance = chart.assurance if chart else ASSURANCE["no-target"]
    if target and assurance.code == "no-target" and indicator.direction != "neutral":
        assurance = too_few
    return IndicatorRow(
        code=indicator.code,
        title=indicator.title,
        latest=value_in_words(indicator, last.value if last else instead),
        unit=unit_after(indicator),
        period=series.labels[series.moments.index(last)]
        if last
        else "12 months"
        if instead is not None
        else "",
        target=_target_words(indicator, target.value) if target else "",
        trend=_trend(series) if last else None,
        variation=sign_of(variation) if last else None,
        assurance=sign_of(assurance) if last else None,
        why_empty="" if last or instead is not None else _why_empty(indicator, series, run),
        attention="" if series.is_sparse else _attention(chart, variation, assurance),
        urgency=_urgency(variation, assurance),
    )


def _trend(series: Series) -> Markup:
    shown = list(zip(series.labels, series.values, strict=True))[-SPARKLINE_POINTS:]
    return sparkline(shown, f"{series.indicator.title}, the last {len(shown)} periods")


def _target_words(indicator: Indicator, value: float) -> str:
    at = {"high": "at least", "low": "at most"}.get(indicator.direction, "")
    return f"{at} {value_in_words(indicator, value)}".strip()


def _why_empty(indicator: Indicator, series: Series, run: Run) -> str:
    if reason := indicator.not_yet or run.not_measured.get(indicator.code, ""):
        return str(reason)
    return "Small numbers only: hidden" if series.moments else "Nothing was counted here yet"


def _attention(chart: Xmr | None, variation: Icon, assurance: Icon) -> str:
    if chart is None or chart.limits is None or chart.limits.are_trial:
        return ""
    reasons = []
    if variation.code.startswith("concern"):
        reasons.append("worse than chance explains")
    if assurance.code == "fails":
        reasons.append("will miss its target unless something changes")
    return " and ".join(reasons)


def _urgency(variation: Icon, assurance: Icon) -> int:
    return min(URGENCY.get(variation.code.partition("-")[0], 4), 1 if assurance.code == "fails" else 4)


def table_of_parts(
    sight: Sight, place: Place, known: Mapping[str, Indicator], wanted: Sequence[str]
) -> dict[str, Any] | None:
    """The places that make this one up, each with the last 12 months of every indicator that has a number."""
    children = sight.tree.children(place)
    if not children:
        return None
    values = queries.numbers(
        sight, indicators=wanted, places=[child.code for child in children], periods=("year",)
    )
    by_cell = {(value.place, value.indicator): value for value in values}

    def places_with(code: str) -> int:
        found = (by_cell.get((child.code, code)) for child in children)
        return sum(1 for value in found if value is not None and sight.shows(value))

    shown = [code for code in wanted if places_with(code) * 2 > len(children)][:MOST_COLUMNS]
    children.sort(key=lambda child: (LEVELS.index(child.level), child.name))
    return {
        "headings": [known[code].title for code in shown],
        "rows": [
            (child, [_cell(known[code], by_cell.get((child.code, code)), sight) for code in shown])
            for child in children
        ],
    }


def _cell(indicator: Indicator, value: Value | None, sight: Sight) -> str:
    if value is None:
        return ""
    return value_in_words(indicator, value.value) if sight.shows(value) else HIDDEN
