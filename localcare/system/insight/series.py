"""A number along time: periods without a gap in the calendar, limits, and the summary in two icons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from localcare.analysis.measures.definitions import Indicator, Target
from localcare.analysis.spc.xmr import Rebase as RebaseAt
from localcare.analysis.spc.xmr import Xmr, xmr
from localcare.system.insight.models import Rebase, Value
from localcare.system.insight.rules import ENOUGH_POINTS, chart_period, months_before
from localcare.system.insight.sight import Sight

ENOUGH_COUNTED = 5  # on average in a period: with rarer events the time between them is to be charted instead
MOST_HIDDEN = 4  # one in so many periods may be hidden
NOTHING_IS_NOUGHT = (
    "count",
    "census",
)  # a period without a row had none of it; a share of nothing is no share


@dataclass(frozen=True)
class Moment:
    """One period of a series; `is_hidden` says that there is a number which is not shown."""

    starts_on: date
    numerator: int | None
    denominator: int | None
    value: float | None
    is_hidden: bool = False


@dataclass(frozen=True)
class Series:
    """One indicator of one place along time."""

    indicator: Indicator
    place: str
    period: str
    moments: tuple[Moment, ...]

    @property
    def values(self) -> list[float | None]:
        """What is shown of each period."""
        return [moment.value for moment in self.moments]

    @property
    def labels(self) -> list[str]:
        """The periods in words."""
        return [period_label(self.period, moment.starts_on) for moment in self.moments]

    @property
    def is_mostly_hidden(self) -> bool:
        """Whether so many periods are hidden that the others alone, often noughts, would mislead."""
        return sum(moment.is_hidden for moment in self.moments) * MOST_HIDDEN > len(self.moments)

    @property
    def is_sparse(self) -> bool:
        """Whether so little is counted in a period that limits drawn for larger numbers are no ground to act on."""
        if self.indicator.kind not in ("share", "rate", "count"):
            return False
        counted = [
            moment.numerator for moment in self.moments[-ENOUGH_POINTS:] if moment.numerator is not None
        ]
        return sum(counted) < ENOUGH_COUNTED * len(counted)

    @property
    def last(self) -> Moment | None:
        """The last period with a value that is shown; None where most are hidden."""
        if self.is_mostly_hidden:
            return None
        return next((moment for moment in reversed(self.moments) if moment.value is not None), None)

    @property
    def target(self) -> Target | None:
        """The target in force in the last period."""
        return self.indicator.target_on(self.moments[-1].starts_on) if self.moments else None

    @property
    def targets(self) -> list[float | None]:
        """The target in force in each period."""
        found = [self.indicator.target_on(moment.starts_on) for moment in self.moments]
        return [None if one is None else one.value for one in found]

    def chart(self, rebases: Sequence[Rebase] = ()) -> Xmr | None:
        """The series with its limits; None without any value."""
        if self.last is None:
            return None
        target = self.target
        return xmr(
            self.values,
            rebase_at=self._places_of(rebases),
            improvement=self.indicator.direction,
            target=target.value if target else None,
        )

    def _places_of(self, rebases: Sequence[Rebase]) -> list[RebaseAt]:
        """Where new limits begin: at the first period that lies wholly after the change."""
        found: dict[int, str] = {}
        for rebase in rebases:
            at = next(
                (number for number, one in enumerate(self.moments) if one.starts_on >= rebase.starts_on), 0
            )
            if at:
                found[at] = rebase.reason
        return [RebaseAt(at, reason) for at, reason in sorted(found.items())]


def series_of(indicator: Indicator, place: str, rows: Iterable[Value], sight: Sight) -> Series:
    """The best series there is of an indicator and a place: months if enough, else weeks, else days."""
    by_period: dict[str, list[Value]] = {"month": [], "week": [], "day": []}
    for row in rows:
        if row.period in by_period:
            by_period[row.period].append(row)
    points = [(period, len(found)) for period, found in by_period.items() if found]
    return series_in(indicator, place, chart_period(points), by_period[chart_period(points)], sight)


def series_in(indicator: Indicator, place: str, period: str, rows: Sequence[Value], sight: Sight) -> Series:
    """The rows of one period kind, oldest first, as a series without gaps in the calendar."""
    if not rows:
        return Series(indicator, place, period, ())
    known = {row.starts_on: row for row in rows}
    days = calendar(period, min(known), max(known))
    return Series(
        indicator, place, period, tuple(_moment(indicator, day, known.get(day), sight) for day in days)
    )


def _moment(indicator: Indicator, day: date, row: Value | None, sight: Sight) -> Moment:
    if row is None:
        if indicator.kind in NOTHING_IS_NOUGHT:
            return Moment(day, 0, 0, 0.0)
        return Moment(day, None, None, None)
    if not sight.shows(row):
        return Moment(day, None, None, None, is_hidden=True)
    return Moment(day, row.numerator, row.denominator, row.value)


def calendar(period: str, first: date, last: date) -> list[date]:
    """The first day of every period from one to another."""
    if period == "month":
        months = (last.year - first.year) * 12 + last.month - first.month
        return [months_before(first, -number) for number in range(months + 1)]
    step = timedelta(days=7 if period == "week" else 1)
    return [first + step * number for number in range((last - first) // step + 1)]


def period_label(period: str, day: date) -> str:
    """A period in a few letters, for an axis or a table."""
    if period == "month":
        return f"{day:%b %Y}"
    return f"{day.day} {day:%b %Y}" if period == "day" else f"week of {day.day} {day:%b %Y}"
