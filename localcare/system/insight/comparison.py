"""A fair comparison: places with a change, from when, beside places without it; and the raw figure for contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from localcare.analysis import charts
from localcare.analysis.disclosure import SMALLEST
from localcare.analysis.effect import (
    CannotCompare,
    Effect,
    Panel,
    against_baseline,
    difference_in_differences,
)
from localcare.analysis.measures.definitions import Indicator
from localcare.system.insight import queries
from localcare.system.insight.figures.figure import Figure, nothing, numeric
from localcare.system.insight.models import Value
from localcare.system.insight.places import Place, Tree
from localcare.system.insight.rules import months_before
from localcare.system.insight.series import calendar, period_label
from localcare.system.insight.sight import Sight
from localcare.system.insight.words import unit_words, value_in_words

COMPARABLE = (
    "share",
    "rate",
    "count",
    "census",
)  # numbers of which a month's mean over practices has a meaning
MONTHS_BEFORE, YEAR = 24, 12
FEWEST_PRACTICES = 5  # on either side, for those who see no people


class NotFair(ValueError):
    """The places or months chosen cannot be compared; the message says why and what would help."""


@dataclass(frozen=True)
class Question:
    """What is compared: places with the change from the first of a month, and places without it."""

    indicator: Indicator
    changed: tuple[Place, ...]
    others: tuple[Place, ...]
    starts_on: date
    baseline: float | None = None  # a planned count for the same months, where there is one


@dataclass(frozen=True)
class Answer:
    """Both readings, either of which may be refused with its reason."""

    raw: Effect | None
    raw_refused: str
    fair: Effect | None
    fair_refused: str
    months: tuple[date, ...]
    figure: Figure
    gap: Figure | None  # how far the two groups lay apart, month by month
    left_out: tuple[str, ...]  # practices without a number in some month

    @property
    def months_after(self) -> int:
        """How many months stand after the change."""
        return len(self.months)


def units_of(tree: Tree, places: Sequence[Place]) -> list[Place]:
    """The practices of some places: what is compared."""
    codes = {code for place in places for code in place.practices}
    return [place for place in tree.places.values() if place.level == "practice" and place.practices & codes]


def answer(question: Question, sight: Sight) -> Answer:
    """Compare; NotFair when the question itself cannot stand."""
    changed, others = units_of(sight.tree, question.changed), units_of(sight.tree, question.others)
    if both := {place.code for place in changed} & {place.code for place in others}:
        name = sight.tree[min(both)].name
        raise NotFair(f"{name} is on both sides: choose for comparison only places without the change.")
    if not changed or not others:
        raise NotFair("Choose at least one place with the change and one without it.")
    if not sight.sees_people and min(len(changed), len(others)) < FEWEST_PRACTICES:
        raise NotFair(
            f"Fewer than {FEWEST_PRACTICES} practices are on one side: their numbers could be told apart. Choose more places."
        )
    table = _Table.read(question, sight, [*changed, *others])
    if question.starts_on not in table.months:
        raise NotFair("There is no month with numbers from that day on: choose an earlier one.")
    raw, raw_refused = _raw(question, table, changed)
    fair, fair_refused, left_out = _fair(question, table, changed, others)
    return Answer(
        raw,
        raw_refused,
        fair,
        fair_refused,
        tuple(table.months),
        _figure(question, table, changed, others),
        _gap(question, table, fair),
        left_out,
    )


@dataclass(frozen=True)
class _Table:
    """The months' numbers by practice."""

    months: list[date]
    cells: dict[tuple[str, date], Value]
    has_noughts: bool  # a month without a row had none of it
    sees_people: bool

    @classmethod
    def read(cls, question: Question, sight: Sight, units: Sequence[Place]) -> _Table:
        rows = queries.numbers(
            sight,
            indicators=[question.indicator.code],
            places=[unit.code for unit in units],
            periods=("month",),
        )
        cells = {(row.place, row.starts_on): row for row in rows}
        if not cells:
            raise NotFair("This indicator has no numbers by month for these places yet.")
        days = [day for _, day in cells]
        first = max(min(days), months_before(question.starts_on, MONTHS_BEFORE))
        months = calendar("month", first, max(days)) if first <= max(days) else []
        return cls(months, cells, question.indicator.kind in ("count", "census"), sight.sees_people)

    def value(self, unit: Place, month: date) -> float | None:
        """A practice's value in a month."""
        cell = self.cells.get((unit.code, month))
        if cell is None:
            return 0.0 if self.has_noughts else None
        return cell.value

    def counted(self, units: Sequence[Place], months: Sequence[date]) -> int:
        """What was counted in all of them together."""
        return sum(
            self.cells[unit.code, month].numerator
            for unit in units
            for month in months
            if (unit.code, month) in self.cells
        )

    def mean(self, units: Sequence[Place], month: date) -> float | None:
        """The mean over practices that have a value; None where what was counted is small and hidden."""
        if not self.sees_people and 0 < self.counted(units, [month]) < SMALLEST:
            return None
        found = [value for unit in units if (value := self.value(unit, month)) is not None]
        return sum(found) / len(found) if found else None


def _raw(question: Question, table: _Table, changed: Sequence[Place]) -> tuple[Effect | None, str]:
    """What was counted since the change, against a plan or the same months of the year before."""
    after = [month for month in table.months if month >= question.starts_on][:YEAR]
    before = [months_before(month, YEAR) for month in after]
    if question.baseline is None and before[0] < table.months[0]:
        return (
            None,
            "There are no numbers for the same months of the year before, and no planned count was given.",
        )
    baseline = table.counted(changed, before) if question.baseline is None else question.baseline
    period = f"in {len(after)} months from {question.starts_on:%B %Y}"
    try:
        return against_baseline(
            table.counted(changed, after),
            baseline,
            what=_counted_words(question.indicator),
            period=period,
            baseline_is_counted=question.baseline is None,
        ), ""
    except CannotCompare as fault:
        return None, str(fault)


def _counted_words(indicator: Indicator) -> str:
    return f"{indicator.title} (what was counted)"


def _fair(
    question: Question, table: _Table, changed: Sequence[Place], others: Sequence[Place]
) -> tuple[Effect | None, str, tuple[str, ...]]:
    units: list[str] = []
    periods: list[int] = []
    outcomes: list[float] = []
    left_out = []
    for unit in [*changed, *others]:
        values = [table.value(unit, month) for month in table.months]
        if any(value is None for value in values):
            left_out.append(unit.name)
            continue
        for number, value in enumerate(values, 1):
            units.append(unit.code)
            periods.append(number)
            outcomes.append(value or 0.0)
    treated = {unit.code for unit in changed} & set(units)
    starts = table.months.index(question.starts_on) + 1
    try:
        found = difference_in_differences(
            Panel(units, periods, outcomes),
            treated=treated,
            starts=starts,
            what=question.indicator.title.lower(),
        )
    except CannotCompare as fault:
        return None, str(fault), tuple(left_out)
    return found, "", tuple(left_out)


def _figure(question: Question, table: _Table, changed: Sequence[Place], others: Sequence[Place]) -> Figure:
    """Both groups along time: the mean over practices."""
    indicator = question.indicator
    title = f"{indicator.title}: mean over practices, with and without the change"
    with_change = [table.mean(changed, month) for month in table.months]
    without = [table.mean(others, month) for month in table.months]
    if not any(value is not None for value in [*with_change, *without]):
        return nothing("comparison", title, "There is no number to draw.")
    labels, names = (
        [period_label("month", month) for month in table.months],
        ("with the change", "without it"),
    )
    unit = unit_words(indicator)
    return Figure(
        kind="comparison",
        title=title,
        words=charts.overlay_in_words(with_change, without, title=title, unit=unit, periods=labels, names=names)
        + f" The change began in {question.starts_on:%B %Y}.",
        headings=("Month", *numeric("With the change", "Without it"), "The change"),
        rows=tuple(
            (label, value_in_words(indicator, mine), value_in_words(indicator, theirs),
             "after" if month >= question.starts_on else "before")
            for label, month, mine, theirs in zip(labels, table.months, with_change, without, strict=True)
        ),
        columns=("month", "with_change", "without_change", "change"),
        raw=tuple(
            (month.isoformat(), _rounded(mine), _rounded(theirs), "after" if month >= question.starts_on else "before")
            for month, mine, theirs in zip(table.months, with_change, without, strict=True)
        ),
        draw=lambda format: charts.overlay(
            with_change, without, title=title, unit=unit, periods=labels, names=names, format=format
        ),
    )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    """To one decimal, as on the page."""
    return None if value is None else round(value, 1)


def _gap(question: Question, table: _Table, fair: Effect | None) -> Figure | None:
    """How far the two groups lay apart, month by month, with what chance alone leaves open."""
    if fair is None or not fair.by_period:
        return None
    indicator, unit = question.indicator, unit_words(question.indicator)
    title = f"{indicator.title}: the gap between both groups"
    labels = [period_label("month", month) for month in table.months]
    starts = table.months.index(question.starts_on)
    months = dict(enumerate(table.months, 1))
    return Figure(
        kind="gap",
        title=title,
        words=charts.effect_chart_in_words(fair, title=title, unit=unit, periods=labels, starts=starts),
        headings=("Month", *numeric("Gap", "From", "To")),
        rows=tuple(
            (period_label("month", months[period]),
             *(value_in_words(indicator, one) for one in (gap.value, gap.lower, gap.upper)))
            for period, gap in sorted(fair.by_period.items())
        ),
        columns=("month", "gap", "lower", "upper"),
        raw=tuple(
            (months[period].isoformat(), *map(_rounded, (gap.value, gap.lower, gap.upper)))
            for period, gap in sorted(fair.by_period.items())
        ),
        draw=lambda format: charts.effect_chart(
            fair, title=title, unit=unit, periods=labels, starts=starts, format=format
        ),
    )  # fmt: skip
