"""The tables and sentences of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from localcare.analysis.disclosure import SMALLEST
from localcare.analysis.effect import ByItself, Discontinuity, Following, Interval
from localcare.analysis.plain_numbers import figure, percent
from localcare.care.stratification.evaluation.counting import (
    ACTED,
    LISTED,
    NOTHING,
    QUIET,
    Measure,
)
from localcare.care.stratification.evaluation.evaluating import OUTCOMES, PER, Evaluation
from localcare.care.stratification.evaluation.hiding import DECIDED, FOLLOWED, HIDDEN, Shown
from localcare.care.stratification.evaluation.questions import WINDOWS
from localcare.care.stratification.evaluation.reading import (
    AFTER,
    BEFORE,
    COUNTED,
    DAYS_OF_A_MONTH,
    DEATHS,
    EARLIER,
)
from localcare.care.stratification.overview import Practices
from localcare.care.stratification.queries import PlaceChoice
from localcare.kernel.nhs_design.formatting import format_number

NONE = "none"
DECISION_HEADINGS = ("Taken to the MDT", "Not now", "Known to a team", "Decided earlier", "No decision")
FOLLOWED_HEADINGS = ("Care plan", "Journey, no plan", "Nothing recorded")
EVENT_COLUMNS = (*((what, period) for what in COUNTED for period in (BEFORE, AFTER)), (DEATHS, AFTER))


@dataclass(frozen=True)
class Table:
    """A table of the page, and of its file."""

    caption: str
    headings: tuple[Any, ...]
    rows: list[list[str]]
    note: str = ""


def number_headings(*words: str) -> tuple[dict[str, Any], ...]:
    """Headings of columns of numbers."""
    return tuple({"text": word, "numeric": True} for word in words)


def done_by_place(shown: Shown, choices: Sequence[PlaceChoice], everywhere: Practices, days: int) -> Table:
    """How many were listed, what was decided and what followed, place by place."""

    def row(name: str, practices: Practices) -> list[str]:
        cells = [shown.people(practices, measure) for measure in (LISTED, *DECIDED)]
        followed = [shown.people(practices, measure) for measure in FOLLOWED]
        return [name, *cells, _median(shown, practices), *followed]

    return Table(
        f"What was decided and what followed within {WINDOWS[days]}",
        (
            "Area or practice",
            *number_headings(
                "On the list", *DECISION_HEADINGS, "Days to a decision, median", *FOLLOWED_HEADINGS
            ),
        ),
        _rows(row, choices, everywhere),
        "The first decision within the time counts. “Decided earlier”: put aside before that night, and no new decision. A care "
        "plan or a journey is anything recorded within the time, whether or not the list led to it.",
    )


def _rows(row: Any, choices: Sequence[PlaceChoice], everywhere: Practices) -> list[list[str]]:
    return [
        row("Everything in my scope", everywhere),
        *(row(choice.label, choice.practice_codes) for choice in choices),
    ]


def _median(shown: Shown, practices: Practices) -> str:
    if shown.is_hidden(practices, *DECIDED[:3]):
        return HIDDEN
    wait = shown.counts.median_wait(practices)
    return NONE if wait is None else figure(wait)


def happened_by_place(
    shown: Shown, choices: Sequence[PlaceChoice], everywhere: Practices, days: int
) -> Table:
    """What happened to the listed before and after, place by place: description."""

    def row(name: str, practices: Practices) -> list[str]:
        return [name, *(_rate(shown, practices, ("events", *event), days) for event in EVENT_COLUMNS)]

    headings = [f"{OUTCOMES[what]}, {period}" for what, period in EVENT_COLUMNS]
    return Table(
        f"The listed, {WINDOWS[days]} before and after, for each {PER:,} person-months",
        ("Area or practice", *number_headings(*headings)),
        _rows(row, choices, everywhere),
        "Description only. Nobody on a list had died before, so there are no deaths to compare with. The time after ends when "
        "somebody dies or leaves the register.",
    )


def happened_by_group(shown: Shown, everywhere: Practices, days: int) -> Table:
    """Listed and acted on beside listed and not acted on, over three periods: description."""
    rows = []
    for group, name in (("", "Everybody listed"), (ACTED, "Acted on"), (QUIET, "Not acted on")):
        for what in OUTCOMES:
            periods = (AFTER,) if what == DEATHS else (EARLIER, BEFORE, AFTER)
            cells = {
                period: _rate(shown, everywhere, _measure(what, period, group), days, group)
                for period in periods
            }
            rows.append([f"{name}: {OUTCOMES[what].lower() if what != 'attendance' else OUTCOMES[what]}",
                         *(cells.get(period, "–") for period in (EARLIER, BEFORE, AFTER))])  # fmt: skip
    return Table(
        f"The listed in three periods of {WINDOWS[days]}, for each {PER:,} person-months",
        (
            "Who and what",
            *number_headings("The period before that", "Just before the list", "After the list"),
        ),
        rows,
        "Description only. Who is acted on is chosen for being ill, so the two groups differ before anything is done.",
    )


def _measure(what: str, period: str, group: str) -> Measure:
    return ("events", what, period, group) if group else ("events", what, period)


def _rate(shown: Shown, practices: Practices, measure: Measure, days: int, group: str = "") -> str:
    """Events for each 1,000 person-months, hidden where the events or the people are few."""
    size = {"": LISTED, ACTED: ("group", ACTED), QUIET: ("followed", NOTHING)}[group]
    if shown.is_hidden(practices, measure, size):
        return HIDDEN
    total = shown.counts.total(practices)
    people = total[size]
    months = (
        people * days / DAYS_OF_A_MONTH if measure[2] != AFTER else shown.counts.months_of(practices, group)
    )
    return format_number(total[measure] / months * PER, 1) if months else NONE


@dataclass(frozen=True)
class FallByItself:
    """What falls with no list at all, in a sentence and a table."""

    says: str
    cannot_say: str
    table: Table


def fall_by_itself(found: ByItself | None, days: int) -> FallByItself | None:
    """Emergency admissions of the listed, as they would have gone by themselves."""
    if found is None or not found.before:
        return None
    window = WINDOWS[days]
    rows = [
        [
            f"{row.events}{' or more' if row is found.rows[-1] else ''}",
            format_number(row.people),
            figure(row.mean_next),
        ]
        for row in found.rows
    ]
    return FallByItself(
        f"People on this list had {_each_hundred(found.before)} in the {window} before it and {_each_hundred(found.seen)} in the "
        f"{window} after: {_change(found.fell)}. From how everybody’s numbers moved before there was this list, "
        f"{_each_hundred(found.expected)} would have been expected with no list at all: {_change(found.falls_by_itself)} by"
        " itself.",
        found.cannot_say,
        Table(
            f"Everybody registered, before the list: {window}, and the {window} that followed",
            (
                "Emergency admissions in the first period",
                *number_headings("People", "On average in the next"),
            ),
            rows,
        ),
    )


def _mean(row: Following) -> str:
    """The average, unless it stands on fewer events than may be told."""
    return "too few to say" if 0 < row.mean_next * row.people < SMALLEST else figure(row.mean_next)


def _each_hundred(events: float) -> str:
    return f"{figure(round(100 * events, 1))} emergency admissions for each 100 people"


def _change(fell: float) -> str:
    if abs(fell) < 0.0005:
        return "no change"
    return f"{percent(fell)} {'fewer' if fell > 0 else 'more'}"


@dataclass(frozen=True)
class Reading:
    """One outcome at the threshold, as the page shows it."""

    title: str
    found: Discontinuity | None
    refused: str
    headline: str = ""
    checks: tuple[tuple[str, str], ...] = ()


def readings(evaluation: Evaluation) -> list[Reading]:
    """The comparison at the threshold, outcome by outcome; emergency admissions first."""
    return [_reading(OUTCOMES[what], found) for what, found in evaluation.at_threshold.items()]


def _reading(title: str, found: Discontinuity | str) -> Reading:
    if isinstance(found, str):
        return Reading(title, None, found)
    effect = found.effect
    if effect.estimate is None:
        headline = "No figure"
    elif effect.estimate.holds_zero:
        headline = "Not beyond chance"
    else:
        headline = f"{figure(abs(effect.estimate.value))} {'fewer' if effect.estimate.value < 0 else 'more'}"
    return Reading(title, found, "", headline, tuple(_checks(found)))


def _checks(found: Discontinuity) -> Iterator[tuple[str, str]]:
    counts = found.effect.counts
    yield "People near enough", f"{counts['just above']:,} above and {counts['just below']:,} below"
    above, below = (_few_or(counts[f"events just {side}"]) for side in ("above", "below"))
    yield "Events after", f"{above} above and {below} below"
    yield (
        "Bandwidth",
        f"{figure(found.bandwidth / 10)} in 100 to either side, fixed beforehand at half the threshold",
    )
    if found.acted:
        yield "Acted on more often just above", _interval(found.acted, 100, " percentage points")
    if found.before:
        yield "Jump before the list, which should be none", _interval(found.before, 1, " for each person")
    for width, interval in found.other_widths:
        yield f"With a bandwidth of {figure(width / 10)} in 100", _interval(interval)


def _few_or(events: int) -> str:
    return f"fewer than {SMALLEST}" if 0 < events < SMALLEST else f"{events:,}"


def _interval(interval: Interval, scale: float = 1, unit: str = "") -> str:
    value, lower, upper = (figure(scale * end) for end in (interval.value, interval.lower, interval.upper))
    return f"{value}{unit} ({lower} to {upper})"


def file_rows(
    tables: Sequence[Table], found: Sequence[Reading], itself: FallByItself | None
) -> Iterator[list[str]]:
    """Everything the page shows as lines of a CSV file: table, row, figure, value."""
    for table in [*tables, *([itself.table] if itself else [])]:
        headings = [heading if isinstance(heading, str) else heading["text"] for heading in table.headings]
        for row in table.rows:
            for heading, cell in zip(headings[1:], row[1:], strict=True):
                yield [table.caption, row[0], heading, cell]
    for reading in found:
        said = reading.refused or (reading.found.effect.says if reading.found else "")
        yield ["Just above against just below the threshold", reading.title, "What it says", said]
        for name, value in reading.checks:
            yield ["Just above against just below the threshold", reading.title, name, value]
