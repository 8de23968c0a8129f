"""What a roll-out means place by place: the people who come each quarter in each area, with what changes and without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.lookup import pathways_of
from localcare.analysis.simulation.scenario.model import Change, Scenario
from localcare.analysis.simulation.scenario.profiles import area_shares, daily_demand
from localcare.kernel.nhs_design.formatting import MINUS, format_number


@dataclass(frozen=True)
class AreaTable:
    """The people of one pathway: a row a quarter, a column an area, and at the end all of them and the difference."""

    title: str
    headings: tuple[Any, ...]
    rows: tuple[tuple[str, ...], ...]


def by_area(scenario: Scenario, pathways: Mapping[str, Pathway]) -> list[AreaTable]:
    """A table for each pathway whose demand changes, where the scenario knows areas."""
    if not scenario.areas:
        return []
    known = pathways_of(scenario, pathways)
    changing = {one.pathway for one in scenario.changes if one.what == "demand"}
    return [_table(scenario, code, known[code].title) for code in scenario.pathways if code in changing]


def people_by_quarter(scenario: Scenario, pathway: str) -> dict[str, dict[str, float]]:
    """Expected people by quarter of the counted days and by area, both in order; a quarter may be cut off at the ends."""
    first = scenario.starts_on + timedelta(days=scenario.warm_up_days)
    numbers = [_number(first + timedelta(days=day)) for day in range(scenario.days)]
    found: dict[str, dict[str, float]] = {_quarter(number): {} for number in dict.fromkeys(numbers)}
    for area, share in area_shares(scenario, pathway).items():
        people = daily_demand(scenario, pathway, area, share)[scenario.warm_up_days :]
        sums = np.bincount(np.array(numbers) - numbers[0], weights=people)
        for quarter, total in zip(found, sums, strict=True):
            found[quarter][area] = float(total)
    return found


def without_changes(scenario: Scenario, pathway: str) -> Scenario:
    """The scenario in which nothing that changes this demand ever begins."""
    return replace(scenario, changes=tuple(_not_begun(scenario.changes, pathway)))


def _not_begun(changes: Iterable[Change], pathway: str) -> Iterator[Change]:
    for change in changes:
        if change.what != "demand" or change.pathway != pathway:
            yield change
        elif change.before != 1:  # something of it is there before it begins, or nothing of the demand is
            yield replace(change, value=change.before)


def _table(scenario: Scenario, code: str, title: str) -> AreaTable:
    after = people_by_quarter(scenario, code)
    before = people_by_quarter(without_changes(scenario, code), code)
    areas = list(area_shares(scenario, code))
    names = [scenario.areas[area].title if area in scenario.areas else "Everywhere" for area in areas]
    return AreaTable(
        title=f"{title}: people who come, by quarter and area",
        headings=(
            "Quarter",
            *({"text": name, "numeric": True} for name in (*names, "In all", "Difference made")),
        ),
        rows=tuple(_rows(after, before, areas)),
    )


def _rows(
    after: Mapping[str, Mapping[str, float]], before: Mapping[str, Mapping[str, float]], areas: list[str]
) -> Iterator[tuple[str, ...]]:
    for quarter, people in after.items():
        total, was = sum(people.values()), sum(before[quarter].values())
        yield (
            quarter,
            *(_cell(people[area], before[quarter][area]) for area in areas),
            format_number(total),
            _signed(total - was),
        )


def _cell(now: float, was: float) -> str:
    gap = _signed(now - was)
    return format_number(now) if gap == "0" else f"{format_number(now)} ({gap})"


def _signed(gap: float) -> str:
    words = format_number(gap)
    if words in ("0", f"{MINUS}0"):
        return "0"
    return words if gap < 0 else f"+{words}"


def _number(day: date) -> int:
    """The quarter as a number that rises by one."""
    return day.year * 4 + (day.month - 1) // 3


def _quarter(number: int) -> str:
    year, quarter = divmod(number, 4)
    return f"{date(year, quarter * 3 + 1, 1):%b} to {date(year, quarter * 3 + 3, 1):%b %Y}"
