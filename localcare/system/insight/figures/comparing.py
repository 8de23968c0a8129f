"""Places beside each other, and groups of people: bars, funnel, inequality."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from localcare.analysis import charts
from localcare.analysis.measures.definitions import Indicator
from localcare.analysis.spc.funnel import Funnel, funnel
from localcare.analysis.spc.inequality import Inequality, inequality
from localcare.analysis.spc.rates import Rate, TooFewEvents, crude_rate, directly_standardised, proportion
from localcare.analysis.spc.standard_population import standard_population
from localcare.kernel.nhs_design.formatting import format_number
from localcare.system.insight.figures.figure import Figure, nothing, numeric
from localcare.system.insight.models import Value
from localcare.system.insight.places import LEVELS_WORDS, Place
from localcare.system.insight.sight import HIDDEN, Sight
from localcare.system.insight.words import BREAKDOWN_WORDS, unit_words, value_in_words

FEWEST_IN_A_FIFTH, FEWEST_EVENTS = 20, 5  # below, a gap between fifths says nothing
MOST_EMPTY_BARS = 16  # of more rows, those without a number are not drawn
FIFTHS = ("1", "2", "3", "4", "5")  # of deprivation, the most deprived first


@dataclass(frozen=True)
class Row:
    """One place or group beside the others; `rate` is None where it is hidden, or nothing was counted."""

    code: str
    name: str
    numerator: int | None
    denominator: int | None
    value: float | None
    rate: Rate | None
    is_hidden: bool


def row_of(indicator: Indicator, code: str, name: str, value: Value | None, sight: Sight) -> Row:
    """A row from its number in force, if there is one and it may be shown."""
    if value is None:
        return Row(code, name, None, None, None, None, False)
    if not sight.shows(value):
        return Row(code, name, None, None, None, None, True)
    return Row(code, name, value.numerator, value.denominator, value.value, rate_of(indicator, value), False)


def rate_of(indicator: Indicator, value: Value) -> Rate | None:
    """The number with its interval; None for kinds whose interval its two counts do not tell."""
    if value.value is None or value.denominator <= 0:
        return None
    if indicator.kind == "share" and 0 <= value.numerator <= value.denominator:
        return proportion(value.numerator, value.denominator, multiplier=_scale(indicator, value))
    if indicator.kind == "rate":
        return crude_rate(value.numerator, value.denominator, multiplier=_scale(indicator, value))
    return None


def _scale(indicator: Indicator, value: Value) -> float:
    """What the share or rate is multiplied by; read off the number, for a rate may be for a year."""
    if value.value and value.numerator:
        return value.value * value.denominator / value.numerator
    return indicator.per


def bars_figure(
    kind: str, title: str, indicator: Indicator, rows: Sequence[Row], *, first: str, average: float | None,
    standardised: Mapping[str, Rate] | None = None, standing: Mapping[str, str] | None = None,
    target: float | None = None,
) -> Figure:  # fmt: skip
    """Places or groups as bars with their intervals, and their table."""
    if not any(row.value is not None for row in rows):
        why = (
            "Every number here is small and hidden."
            if any(row.is_hidden for row in rows)
            else "Nothing was counted."
        )
        return nothing(kind, title, why)
    drawn = [row for row in rows if row.value is not None] if len(rows) > MOST_EMPTY_BARS else list(rows)
    labels, values = [row.name for row in drawn], [row.value for row in drawn]
    extra = (["Same ages", "Its interval"] if standardised else []) + (
        ["Beside the others"] if standing else []
    )
    return Figure(
        kind=kind,
        title=title,
        words=charts.bars_in_words(labels, values, title=title, unit=unit_words(indicator), target=target),
        headings=(first, *numeric("Counted", "Of", "Value"), "95% interval", *extra),
        rows=tuple(_shown(indicator, row, standardised, standing) for row in rows),
        columns=("code", "name", "numerator", "denominator", "value", "lower", "upper", "hidden", *(
            ("standardised", "standardised_lower", "standardised_upper") if standardised else ()), *(
            ("standing",) if standing else ())),
        raw=tuple(_raw(row, standardised, standing) for row in rows),
        draw=lambda format: charts.bars(
            labels, values, title=title, unit=unit_words(indicator), average=average, target=target,
            lower=[row.rate.lower if row.rate else None for row in drawn],
            upper=[row.rate.upper if row.rate else None for row in drawn],
            format=format,
        ),
        notes=tuple(_notes(rows, len(rows) - len(drawn))),
    )  # fmt: skip


def _notes(rows: Sequence[Row], left_out: int) -> Iterator[str]:
    if any(row.is_hidden for row in rows):
        yield "Small numbers, and others by which they could be worked out, are hidden."
    if left_out:
        yield f"{left_out} without a number to show are left out of the chart; the table names them."


def _shown(
    indicator: Indicator,
    row: Row,
    standardised: Mapping[str, Rate] | None,
    standing: Mapping[str, str] | None,
) -> tuple[str, ...]:
    if row.is_hidden:
        cells = [row.name, HIDDEN, HIDDEN, HIDDEN, ""]
    else:
        cells = [
            row.name, format_number(row.numerator), format_number(row.denominator),
            value_in_words(indicator, row.value), interval_words(indicator, row.rate),
        ]  # fmt: skip
    if standardised:
        rate = standardised.get(row.code)
        cells += [value_in_words(indicator, rate.value if rate else None), interval_words(indicator, rate)]
    if standing:
        cells.append(standing.get(row.code, ""))
    return tuple(cells)


def _raw(
    row: Row, standardised: Mapping[str, Rate] | None, standing: Mapping[str, str] | None
) -> tuple[object, ...]:
    cells: list[object] = [
        row.code, row.name, row.numerator, row.denominator, row.value,
        row.rate.lower if row.rate else None, row.rate.upper if row.rate else None, "yes" if row.is_hidden else "",
    ]  # fmt: skip
    if standardised:
        rate = standardised.get(row.code)
        cells += [rate.value, rate.lower, rate.upper] if rate else [None, None, None]
    if standing:
        cells.append(standing.get(row.code, ""))
    return tuple(cells)


def interval_words(indicator: Indicator, rate: Rate | None) -> str:
    """The interval of a number: `62.1% to 79.8%`."""
    if rate is None:
        return ""
    return f"{value_in_words(indicator, rate.lower)} to {value_in_words(indicator, rate.upper)}"


def funnel_of(indicator: Indicator, rows: Sequence[Row]) -> Funnel | None:
    """The places that are shown, against the limits of chance at their size; None where there is nothing to compare."""
    shown = [row for row in rows if row.rate is not None and row.denominator]
    if len(shown) < 3 or indicator.kind not in ("share", "rate"):
        return None
    scale = max((row.rate.multiplier for row in shown if row.rate), default=1.0)
    try:
        return funnel(
            [row.numerator or 0 for row in shown],
            [row.denominator or 0 for row in shown],
            [row.name for row in shown],
            kind="proportion" if indicator.kind == "share" else "rate",
            multiplier=scale,
            overdispersion=True,
        )
    except ValueError:
        return None  # nothing, or everything, was counted everywhere


def funnel_figure(title: str, indicator: Indicator, rows: Sequence[Row]) -> Figure:
    """Places by size against the limits of chance."""
    found = funnel_of(indicator, rows)
    if found is None:
        return nothing(
            "funnel", title, "A funnel compares shares or rates of three places or more that are shown."
        )
    unit = unit_words(indicator)
    spread = (
        f"The places vary {found.dispersion:.1f} times as much as chance alone; the limits are widened by that."
        if found.widened else ""
    )  # fmt: skip
    return Figure(
        kind="funnel",
        title=title,
        words=charts.funnel_chart_in_words(found, title=title, unit=unit),
        headings=("Place", *numeric("Of", "Value"), "Beside the others"),
        rows=tuple(
            (place.label, format_number(place.denominator), value_in_words(indicator, place.value),
             place.words[:1].upper() + place.words[1:])
            for place in found.places
        ),
        columns=("name", "numerator", "denominator", "value", "z", "standing"),
        raw=tuple(
            (place.label, place.numerator, place.denominator, place.value, round(place.z, 4), place.words)
            for place in found.places
        ),
        draw=lambda format: charts.funnel_chart(found, title=title, unit=unit, format=format),
        notes=(spread,) if spread else (),
    )  # fmt: skip


def standings_of(found: Funnel | None, rows: Sequence[Row]) -> dict[str, str]:
    """Where each place stands in the funnel, by its code."""
    if found is None:
        return {}
    words = {place.label: place.words[:1].upper() + place.words[1:] for place in found.places}
    return {row.code: words[row.name] for row in rows if row.name in words}


def standardised_of(
    indicator: Indicator, by_place: Mapping[str, Sequence[Value]], scale: float
) -> dict[str, Rate]:
    """Each place's rate as it would be with the ages of the European standard population; those with enough events."""
    if indicator.kind != "rate":
        return {}
    found: dict[str, Rate] = {}
    for place, values in by_place.items():
        bands = sorted((age, value) for value in values if (age := _first_age(value.member)) is not None)
        if not bands:
            continue
        try:
            found[place] = directly_standardised(
                [value.numerator for _, value in bands],
                [value.denominator for _, value in bands],
                standard_population().joined(tuple(age for age, _ in bands)),
                multiplier=scale,
            )
        except (TooFewEvents, ValueError):
            continue  # too few for a rate of its own, or bands that the standard does not have
    return found


def _first_age(member: str) -> int | None:
    found = re.match(r"(\d+)", member)
    return int(found.group(1)) if found else None


def inequality_of_rows(indicator: Indicator, rows: Sequence[Row]) -> Inequality | None:
    """The gap and slope over fifths of deprivation, the most deprived first; None where one fifth is not shown."""
    fifths = [row for row in rows if row.code in FIFTHS]
    if len(fifths) < 5 or any(row.rate is None for row in fifths) or indicator.kind not in ("share", "rate"):
        return None
    least = min((row.denominator if indicator.kind == "share" else row.numerator) or 0 for row in fifths)
    if least < (FEWEST_IN_A_FIFTH if indicator.kind == "share" else FEWEST_EVENTS):
        return None
    scale = max(row.rate.multiplier for row in fifths if row.rate)
    return inequality(
        [row.numerator or 0 for row in fifths],
        [row.denominator or 0 for row in fifths],
        kind="proportion" if indicator.kind == "share" else "rate",
        multiplier=scale,
    )


def slope_figure(title: str, indicator: Indicator, rows: Sequence[Row], found: Inequality) -> Figure:
    """Fifths of deprivation with the line through them."""
    unit = unit_words(indicator)
    labels = [row.name for row in rows if row.code in FIFTHS]
    parts = (("Gap, most less least deprived", found.gap), ("Slope over everybody", found.slope_index))
    return Figure(
        kind="slope",
        title=title,
        words=charts.slope_chart_in_words(found, labels=labels, title=title, unit=unit),
        headings=("Inequality", *numeric("Value", "From", "To")),
        rows=tuple(
            (name, *(value_in_words(indicator, one) for one in (part.value, part.lower, part.upper)))
            for name, part in parts
        ),
        columns=("inequality", "value", "lower", "upper"),
        raw=tuple((name, part.value, part.lower, part.upper) for name, part in parts),
        draw=lambda format: charts.slope_chart(found, labels=labels, title=title, unit=unit, format=format),
    )


def level_words(level: str, place: Place) -> str:
    """`Localities of East Kent`."""
    return f"{LEVELS_WORDS[level].capitalize()} of {place.name}"


def group_words(breakdown: str) -> str:
    """`By age`."""
    return f"By {BREAKDOWN_WORDS[breakdown].lower()}"
