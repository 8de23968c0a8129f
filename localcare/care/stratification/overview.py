"""The numbers of the overview page: by practice and area, with small numbers hidden from those who see no people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from localcare.care.stratification import queries
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.models import RunCount
from localcare.care.stratification.queries import PlaceChoice
from localcare.care.stratification.rules import shown_number
from localcare.kernel.access.readers import Reader, Scope
from localcare.kernel.nhs_design.formatting import format_number, format_short_date

TREND_DAYS = 366
Counts = dict[tuple[str, str], int]


def overview_of(reader: Reader, chosen: str, *, today: date, definitions: Definitions) -> dict[str, Any]:
    """What the page shows for the places of the reader, or for the one chosen."""
    scope = reader.scope("list.read") | reader.scope("dataset.read")
    choices = queries.place_choices(scope, today)
    place = next((choice for choice in choices if choice.value == chosen), None)
    within = Scope(place.practice_codes) if place else scope
    run = queries.run_in_force()
    context: dict[str, Any] = {
        "run": run,
        "places": choices,
        "chosen": chosen,
        "place": place,
        "rules": definitions,
    }
    if run is None:
        return context
    may_see_people = _may_see_everybody(reader, within)
    counts = queries.counts_of(run, within)
    total = _sum(counts)
    tiers = [(str(tier.tier), f"{tier.tier}: {tier.title}") for tier in definitions.tiers]
    segments = [(segment.code, segment.title) for segment in definitions.segments]
    cohorts = [(cohort.code, cohort.title) for cohort in definitions.cohorts]
    sizes = queries.size_of_list(within, today - timedelta(days=TREND_DAYS))
    return context | {
        "may_see_people": may_see_people,
        "people": format_number(total.get(("people", "all"), 0)),
        "listed": _shown(total.get(("list", "listed"), 0), may_see_people),
        "tiers": _table(total, "tier", tiers, may_see_people),
        "segments": _table(total, "segment", segments, may_see_people),
        "cohorts": _table(total, "cohort", cohorts, may_see_people),
        "rows": _by_place(counts, choices, within, may_see_people),
        "size": _charted(sizes, may_see_people),
        "taken": _charted(queries.taken_to_mdt_by_week(within, today), may_see_people),
    }


def _may_see_everybody(reader: Reader, within: Scope) -> bool:
    """Whether nobody of the places shown is hidden from the reader: then no number needs to be."""
    seen = reader.scope("person.read").practice_codes
    return seen is None or (within.practice_codes is not None and within.practice_codes <= seen)


def _charted(numbers: Iterable[tuple[date, int]], may_see_people: bool) -> list[tuple[str, int | None]]:
    """Points of a chart; a small number leaves a gap for those who see no people."""
    return [
        (format_short_date(day), shown_number(people, may_see_people=may_see_people))
        for day, people in numbers
    ]


def _sum(counts: Iterable[RunCount]) -> Counts:
    total: Counts = defaultdict(int)
    for count in counts:
        total[count.dimension, count.value] += count.people
    return total


def _shown(people: int, may_see_people: bool) -> str:
    number = shown_number(people, may_see_people=may_see_people)
    return "fewer than 5" if number is None else format_number(number)


def _table(
    total: Counts, dimension: str, values: list[tuple[str, str]], may_see_people: bool
) -> list[tuple[str, str]]:
    return [(label, _shown(total.get((dimension, value), 0), may_see_people)) for value, label in values]


def _by_place(
    counts: list[RunCount], choices: list[PlaceChoice], within: Scope, may_see_people: bool
) -> list[list[str]]:
    """One row for each area or practice inside what is shown."""
    by_practice: dict[str, list[RunCount]] = defaultdict(list)
    for count in counts:
        by_practice[count.practice_code].append(count)
    rows = []
    for choice in choices:
        if within.practice_codes is not None and not choice.practice_codes <= within.practice_codes:
            continue
        total = _sum(count for code in choice.practice_codes for count in by_practice.get(code, ()))
        numbers = [
            total.get(key, 0)
            for key in (
                ("people", "all"), ("list", "listed"), ("listed-tier", "1"), ("listed-tier", "2"), ("listed-tier", "3"),
                ("listed-tier", "4"), ("cohort", "moderate-or-severe-frailty"), ("cohort", "care-plan-criteria"),
            )
        ]  # fmt: skip
        rows.append([choice.label, *(_shown(number, may_see_people) for number in numbers)])
    return rows
