"""The tables and sentences of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcare.analysis.disclosure import SMALLEST
from localcare.analysis.effect import ByItself, Following
from localcare.analysis.plain_numbers import figure, percent
from localcare.care.stratification.evaluation.counting import (
    ACTED,
    LISTED,
    NOTHING,
    QUIET,
    Measure,
)
from localcare.care.stratification.evaluation.evaluating import OUTCOMES, PER, UNIT
from localcare.care.stratification.evaluation.hiding import DECIDED, FOLLOWED, HIDDEN, Shown
from localcare.care.stratification.evaluation.questions import WINDOWS
from localcare.care.stratification.evaluation.reading import (
    AFTER,
    ATTENDANCE,
    BEFORE,
    COUNTED,
    DAYS_OF_A_MONTH,
    DEATHS,
    EARLIER,
    EMERGENCY,
)
from localcare.care.stratification.evaluation.readings import Reading
from localcare.care.stratification.overview import Practices
from localcare.care.stratification.queries import PlaceChoice
from localcare.kernel.nhs_design.formatting import format_number

NONE = "none"
MOST_AT_ONCE = 12  # places in a table that is not folded
DECISION_HEADINGS = ("Taken to the MDT", "Not now", "Known to a team", "Decided earlier", "No decision")
FOLLOWED_HEADINGS = ("Care plan", "Journey, no plan", "Nothing recorded")
EVENT_COLUMNS = (*((what, period) for what in COUNTED for period in (BEFORE, AFTER)), (DEATHS, AFTER))


@dataclass(frozen=True)
class Table:
    """A table of the page, and of its file; `more` are rows that a page may fold away."""

    caption: str
    headings: tuple[Any, ...]
    rows: list[list[str]]
    note: str = ""
    more: list[list[str]] = field(default_factory=list)


def number_headings(*words: str) -> tuple[dict[str, Any], ...]:
    """Headings of columns of numbers."""
    return tuple({"text": word, "numeric": True} for word in words)


def done_by_place(shown: Shown, choices: Sequence[PlaceChoice], everywhere: Practices, days: int) -> Table:
    """How many were listed, what was decided and what followed, place by place."""

    def row(name: str, practices: Practices) -> list[str]:
        cells = [shown.people(practices, measure) for measure in (LISTED, *DECIDED)]
        followed = [shown.people(practices, measure) for measure in FOLLOWED]
        return [name, *cells, _median(shown, practices), *followed]

    rows, practices = _by_place(row, choices, everywhere)
    return Table(
        f"What was decided and what followed within {WINDOWS[days]}",
        (
            "Area or practice",
            *number_headings(
                "On the list", *DECISION_HEADINGS, "Days to a decision, median", *FOLLOWED_HEADINGS
            ),
        ),
        rows,
        "The first decision within the time counts. “Decided earlier”: put aside before that night, and no new decision. A care "
        "plan or a journey is anything recorded within the time, whether or not the list led to it.",
        practices,
    )


def _by_place(
    row: Any, choices: Sequence[PlaceChoice], everywhere: Practices
) -> tuple[list[list[str]], list[list[str]]]:
    """The rows to show at once, and where there are many, those of neighbourhoods and practices to fold away."""
    parts = [choice for choice in choices if choice.practice_codes != everywhere]
    folded = (
        [choice for choice in parts if choice.kind in ("cluster", "practice")]
        if len(parts) > MOST_AT_ONCE
        else []
    )
    at_once = [choice for choice in parts if choice not in folded]
    rows = [[row(choice.label, choice.practice_codes) for choice in some] for some in (at_once, folded)]
    return [row("Everything in my scope", everywhere), *rows[0]], rows[1]


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
    rows, practices = _by_place(row, choices, everywhere)
    return Table(
        f"The listed, {WINDOWS[days]} before and after, for each {PER:,} person-months",
        ("Area or practice", *number_headings(*headings)),
        rows,
        "Description only. Nobody on a list had died before, so there are no deaths to compare with. The time after ends when "
        "somebody dies or leaves the register.",
        practices,
    )


def happened_by_group(shown: Shown, everywhere: Practices, days: int) -> Table:
    """Listed and acted on beside listed and not acted on, over three periods: description. Emergency admissions first."""

    def row(what: str, group: str, name: str) -> list[str]:
        title = OUTCOMES[what] if what == ATTENDANCE else OUTCOMES[what].lower()
        periods = (AFTER,) if what == DEATHS else (EARLIER, BEFORE, AFTER)
        cells = {one: _rate(shown, everywhere, _measure(what, one, group), days, group) for one in periods}
        return [f"{name}: {title}", *(cells.get(one, "–") for one in (EARLIER, BEFORE, AFTER))]

    groups = (("", "Everybody listed"), (ACTED, "Acted on"), (QUIET, "Not acted on"))
    return Table(
        f"The listed in three periods of {WINDOWS[days]}, for each {PER:,} person-months",
        (
            "Who and what",
            *number_headings("The period before that", "Just before the list", "After the list"),
        ),
        [row(EMERGENCY, *group) for group in groups],
        "Description only. Who is acted on is chosen for being ill, so the two groups differ before anything is done.",
        [row(what, *group) for what in OUTCOMES if what != EMERGENCY for group in groups],
    )


def in_short(
    shown: Shown, everywhere: Practices, itself: ByItself | None, found: Reading, threshold: int
) -> list[tuple[str, str]]:
    """The answer in three lines: whether anybody acted, what falls by itself, and what may be called an effect."""
    listed, acted = (shown.people(everywhere, one) for one in (LISTED, ("group", ACTED)))
    lines = [
        ("Did anybody act?", f"A care plan or a journey followed for {acted} of {listed} people on the list")
    ]
    if itself:
        lines.append((
            "Before and after",
            f"Emergency admissions: {_change(itself.fell)}. Expected with no list at all: {_change(itself.falls_by_itself)}",
        ))  # fmt: skip
    if found.found and found.found.effect.estimate:
        estimate = found.found.effect.estimate
        said = f"{found.headline} ({estimate.level:.0%} interval {figure(estimate.lower)} to {figure(estimate.upper)}, {UNIT})"
    else:
        said = "Cannot be said for this night; 3 says why"
    lines.append((f"What a risk just above {threshold // 10} in 100 did to emergency admissions", said))
    return lines


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
    if any(0 < round(each * found.people) < SMALLEST for each in (found.before, found.seen)):
        return None
    window = WINDOWS[days]
    rows = [
        [
            f"{row.events}{' or more' if row is found.rows[-1] else ''}",
            format_number(row.people),
            _mean(row),
        ]
        for row in found.rows
    ]
    before, seen, expected = (_each_hundred(each) for each in (found.before, found.seen, found.expected))
    return FallByItself(
        f"People on this list, in all practices together, had {before} in the {window} before it and {seen} in the {window} "
        f"after: {_change(found.fell)}. From how people of the same age, frailty and number of admissions fared before there was "
        f"this list, {expected} would have been expected with no list at all: {_change(found.falls_by_itself)}.",
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
    return "too few to say" if 0 < round(row.mean_next * row.people) < SMALLEST else figure(row.mean_next)


def _each_hundred(events: float) -> str:
    return f"{figure(round(100 * events, 1))} emergency admissions for each 100 people"


def _change(fell: float) -> str:
    if abs(fell) < 0.0005:
        return "no change"
    return f"{percent(fell)} {'fewer' if fell > 0 else 'more'}"


def file_rows(
    tables: Sequence[Table], found: Sequence[Reading], itself: FallByItself | None
) -> Iterator[list[str]]:
    """Everything the page shows as lines of a CSV file: table, row, figure, value."""
    for table in [*tables, *([itself.table] if itself else [])]:
        headings = [heading if isinstance(heading, str) else heading["text"] for heading in table.headings]
        for row in [*table.rows, *table.more]:
            for heading, cell in zip(headings[1:], row[1:], strict=True):
                yield [table.caption, row[0], heading, cell]
    for reading in found:
        said = reading.refused or (reading.found.effect.says if reading.found else "")
        yield ["Just above against just below the threshold", reading.title, "What it says", said]
        for name, value in reading.checks:
            yield ["Just above against just below the threshold", reading.title, name, value]
