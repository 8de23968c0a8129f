"""The page of one indicator at one place: every figure with its picture, its table and its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from localcare.analysis.measures.definitions import Indicator
from localcare.analysis.spc.inequality import Inequality
from localcare.foundation.services.models import Service
from localcare.system.insight import queries
from localcare.system.insight.figures.comparing import (
    Row,
    bars_figure,
    funnel_figure,
    funnel_of,
    group_words,
    inequality_of_rows,
    level_words,
    row_of,
    slope_figure,
    standardised_of,
    standings_of,
)
from localcare.system.insight.figures.figure import Figure
from localcare.system.insight.figures.over_time import run_figure
from localcare.system.insight.models import Rebase, Run, Value
from localcare.system.insight.places import LEVELS, Place
from localcare.system.insight.rules import BREAKDOWNS, FINE_AGES
from localcare.system.insight.series import Series, series_of
from localcare.system.insight.sight import Sight
from localcare.system.insight.words import member_in_words, value_in_words

PLACES, FUNNEL, GROUPS, RUN, SLOPE = "places", "funnel", "groups", "run", "slope"


@dataclass(frozen=True)
class Shown:
    """A figure with the addresses of its files."""

    figure: Figure
    picture: str
    png: str
    csv: str


@dataclass
class IndicatorPage:
    """Everything about an indicator at a place; each part is read when it is asked for."""

    indicator: Indicator
    place: Place
    sight: Sight
    run: Run
    level: str = ""

    @cached_property
    def rebases(self) -> list[Rebase]:
        """The new beginnings in force of this chart."""
        return list(queries.rebases_in_force(self.indicator.code, self.place.code))

    @cached_property
    def series(self) -> Series:
        """The indicator along time."""
        rows = queries.numbers(
            self.sight,
            indicators=[self.indicator.code],
            places=[self.place.code],
            periods=("day", "week", "month"),
        )
        return series_of(self.indicator, self.place.code, rows, self.sight)

    @cached_property
    def year(self) -> dict[tuple[str, str, str], Value]:
        """The last 12 months of this place, the places of the level and every group, by place, breakdown and member."""
        places = [self.place.code, *(place.code for place in self.compared)]
        found = queries.numbers(
            self.sight, indicators=[self.indicator.code], places=places, periods=("year",),
            breakdowns=("", *BREAKDOWNS, FINE_AGES),
        )  # fmt: skip
        return {(value.place, value.breakdown, value.member): value for value in found}

    @property
    def levels(self) -> list[str]:
        """The levels below this place that can be compared."""
        below = LEVELS[LEVELS.index(self.place.level) + 1 :]
        return [level for level in below if len(self.sight.tree.within(self.place, level)) > 1]

    @cached_property
    def compared_level(self) -> str:
        """The level that is compared: the one asked for, else the locality, else the widest there is."""
        if self.level in self.levels:
            return self.level
        return next((level for level in ("locality", *self.levels) if level in self.levels), "")

    @cached_property
    def compared(self) -> list[Place]:
        """The places beside each other."""
        if not self.compared_level:
            return []
        return sorted(self.sight.tree.within(self.place, self.compared_level), key=lambda place: place.name)

    @cached_property
    def place_rows(self) -> list[Row]:
        """The compared places, highest first; those without a number last."""
        rows = [
            row_of(self.indicator, place.code, place.name, self.year.get((place.code, "", "")), self.sight)
            for place in self.compared
        ]
        return sorted(rows, key=lambda row: (row.value is None, -(row.value or 0), row.name))

    @property
    def breakdowns(self) -> list[str]:
        """The groups that it can be shown by here."""
        return [one for one in BREAKDOWNS if any(key[:2] == (self.place.code, one) for key in self.year)]

    def group_rows(self, breakdown: str) -> list[Row]:
        """The groups of a breakdown at this place, in the order of their codes."""
        names = _services() if breakdown == "service" else {}
        members = sorted(key[2] for key in self.year if key[:2] == (self.place.code, breakdown))
        return [
            row_of(
                self.indicator, member, member_in_words(breakdown, member, names),
                self.year[self.place.code, breakdown, member], self.sight,
            )
            for member in members
        ]  # fmt: skip

    @property
    def average(self) -> float | None:
        """This place's own value of the last 12 months, when it is shown."""
        value = self.year.get((self.place.code, "", ""))
        return value.value if value and self.sight.shows(value) else None

    @cached_property
    def inequality(self) -> Inequality | None:
        """The gap and slope by deprivation here."""
        return inequality_of_rows(self.indicator, self.group_rows("deprivation_quintile"))

    def figure(self, kind: str, by: str = "") -> Figure | None:
        """One figure by its name; None when this page has no such figure."""
        makers: dict[str, Callable[[], Figure | None]] = {
            RUN: lambda: run_figure(self.series, self.place.name, self.rebases),
            PLACES: self._places_figure,
            FUNNEL: self._funnel_figure,
            GROUPS: lambda: self._groups_figure(by),
            SLOPE: self._slope_figure,
        }
        return makers[kind]() if kind in makers else None

    def _places_figure(self) -> Figure | None:
        if not self.compared_level:
            return None
        found = funnel_of(self.indicator, self.place_rows)
        return bars_figure(
            PLACES, f"{self.indicator.title}: {level_words(self.compared_level, self.place)}, {self.year_words}",
            self.indicator, self.place_rows, first=self.compared_level.capitalize(), average=self.average,
            standardised=self._standardised(), standing=standings_of(found, self.place_rows),
            target=self._target,
        )  # fmt: skip

    def _standardised(self) -> dict[str, Any]:
        by_place: dict[str, list[Value]] = {place.code: [] for place in self.compared}
        for (place, breakdown, _), value in self.year.items():
            if breakdown == FINE_AGES and place in by_place:
                by_place[place].append(value)
        scale = next((row.rate.multiplier for row in self.place_rows if row.rate), self.indicator.per)
        return standardised_of(self.indicator, by_place, scale)

    def _funnel_figure(self) -> Figure | None:
        if not self.compared_level:
            return None
        title = f"{self.indicator.title}: {level_words(self.compared_level, self.place)} against chance"
        return funnel_figure(title, self.indicator, self.place_rows)

    def _groups_figure(self, by: str) -> Figure | None:
        if by not in self.breakdowns:
            return None
        title = f"{self.indicator.title}, {self.place.name}, {group_words(by).lower()}, {self.year_words}"
        return bars_figure(
            GROUPS, title, self.indicator, self.group_rows(by), first=group_words(by)[3:].capitalize(),
            average=self.average, target=self._target,
        )  # fmt: skip

    def _slope_figure(self) -> Figure | None:
        if self.inequality is None:
            return None
        title = f"{self.indicator.title}, {self.place.name}, inequality by deprivation, {self.year_words}"
        return slope_figure(title, self.indicator, self.group_rows("deprivation_quintile"), self.inequality)

    @property
    def _target(self) -> float | None:
        target = self.indicator.target_on(self.run.until)
        return target.value if target else None

    @property
    def year_words(self) -> str:
        """Which 12 months are compared."""
        starts = {value.starts_on for value in self.year.values()}
        return f"12 months from {min(starts):%B %Y}" if starts else "the last 12 months"

    def shown(self, kind: str, by: str = "") -> Shown | None:
        """A figure with its addresses."""
        figure = self.figure(kind, by)
        return None if figure is None else self.shown_figure(figure, by=by)

    def shown_figure(self, figure: Figure, **more: str) -> Shown:
        """A figure of this page with its addresses."""
        return shown(self.indicator, figure, self.place, level=self.level, **more)


def shown(indicator: Indicator, figure: Figure, place: Place, **more: str) -> Shown:
    """A figure with the addresses of its files."""
    asked = {"place": place.code} | {name: value for name, value in more.items() if value}
    picture = reverse("insight-picture", args=[indicator.code, figure.kind])
    return Shown(
        figure=figure,
        picture=f"{picture}?{urlencode(asked)}",
        png=f"{picture}?{urlencode(asked | {'format': 'png'})}",
        csv=f"{reverse('insight-csv', args=[indicator.code, figure.kind])}?{urlencode(asked)}",
    )


def inequality_words(indicator: Indicator, found: Inequality | None, average: float | None) -> list[str]:
    """The inequality in sentences, beside the average."""
    if found is None:
        return []

    def said(value: float) -> str:
        return value_in_words(indicator, abs(value)).replace("%", " percentage points")

    gap, slope = found.gap, found.slope_index
    direction = "more" if gap.value > 0 else "less"
    sentences = [
        f"The average is {value_in_words(indicator, average)}." if average is not None else "",
        f"The most deprived fifth has {said(gap.value)} {direction} than the least deprived"
        f" (95% interval of the difference: {_signed(indicator, gap.lower)} to {_signed(indicator, gap.upper)}).",
        f"Slope over everybody, most deprived minus least: {_signed(indicator, slope.value)}"
        f" ({_signed(indicator, slope.lower)} to {_signed(indicator, slope.upper)}). {found.says}",
    ]
    return [sentence for sentence in sentences if sentence]


def _signed(indicator: Indicator, value: float) -> str:
    return ("+" if value > 0 else "") + value_in_words(indicator, round(value, 1)).replace("%", "")


def _services() -> dict[str, str]:
    return dict(Service.objects.values_list("code", "title"))


def place_choices(sight: Sight) -> Sequence[tuple[str, list[Place]]]:
    """The places that the reader may choose, by level."""
    from localcare.system.insight.places import LEVELS_WORDS

    groups: list[tuple[str, list[Place]]] = []
    for level in LEVELS:
        found = [place for place in sight.tree.places.values() if place.level == level]
        if found:
            title = LEVELS_WORDS.get(level, "everything").capitalize()
            groups.append((title, found if level == "all" else sorted(found, key=lambda place: place.name)))
    return groups
