"""The numbers of the overview page: by practice and area.

Small numbers, and others by which they could be worked out, are hidden from those who see no people. What is hidden
is settled for all places and tables a reader can open, not page by page: subtracting one page from another tells
no more than one page alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from localcare.analysis.disclosure import Sum, hidden_cells
from localcare.care.stratification import queries
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.models import RunCount
from localcare.care.stratification.queries import PlaceChoice
from localcare.care.stratification.rules import shown_number
from localcare.kernel.access.readers import Reader, Scope
from localcare.kernel.nhs_design.formatting import format_number, format_short_date

TREND_DAYS = 366
SETTLED_FOR = (
    24 * 60 * 60
)  # seconds for which what is hidden of a run is kept, as it takes a second for 200 practices
HIDDEN = "hidden"
EVERYBODY, LISTED = ("people", "all"), ("list", "listed")
IN_ROWS = (
    EVERYBODY, LISTED, ("listed-tier", "1"), ("listed-tier", "2"), ("listed-tier", "3"), ("listed-tier", "4"),
    ("cohort", "moderate-or-severe-frailty"), ("cohort", "care-plan-criteria"),
)  # fmt: skip
ADDS_UP_TO = {"tier": EVERYBODY, "segment": EVERYBODY, "listed-tier": LISTED}
Measure = tuple[str, str]
Practices = frozenset[str]
Cell = tuple[Practices, Measure]


@dataclass(frozen=True)
class Numbers:
    """The numbers of all places that a reader can choose, and which of them to hide."""

    people: Mapping[Cell, int]
    hidden: frozenset[Cell]

    def shown(self, practices: Practices, measure: Measure) -> str:
        """The number in words of the page."""
        if (practices, measure) in self.hidden:
            return HIDDEN
        return format_number(self.people.get((practices, measure), 0))


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
    counts = queries.counts_of(run, scope)
    everywhere = frozenset(count.practice_code for count in counts).union(
        *(choice.practice_codes for choice in choices)
    )
    numbers = _numbers(counts, choices, everywhere, reader, definitions)
    practices = place.practice_codes if place else everywhere

    def table(dimension: str, values: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(title, numbers.shown(practices, (dimension, value))) for value, title in values]

    sees_all = _sees_all(reader, within.practice_codes)
    return context | {
        "may_see_people": sees_all,
        "people": numbers.shown(practices, EVERYBODY),
        "listed": numbers.shown(practices, LISTED),
        "tiers": table(
            "tier", ((str(tier.tier), f"{tier.tier}: {tier.title}") for tier in definitions.tiers)
        ),
        "segments": table("segment", ((segment.code, segment.title) for segment in definitions.segments)),
        "cohorts": table("cohort", ((cohort.code, cohort.title) for cohort in definitions.cohorts)),
        "rows": [
            [choice.label, *(numbers.shown(choice.practice_codes, measure) for measure in IN_ROWS)]
            for choice in choices
            if choice.practice_codes <= practices
        ],
        "charts": _charts(within, today, sees_all) if sees_all or place is None else None,
    }


def _sees_all(reader: Reader, practices: Practices | None) -> bool:
    """Whether nobody of the practices is hidden from the reader: then no number needs to be."""
    seen = reader.scope("person.read").practice_codes
    return seen is None or (practices is not None and practices <= seen)


def _charts(within: Scope, today: date, sees_all: bool) -> dict[str, list[tuple[str, int | None]]]:
    """The charts. One place's taken from another's would tell small numbers: those who see no people get one only."""
    return {
        "size": _charted(queries.size_of_list(within, today - timedelta(days=TREND_DAYS)), sees_all),
        "taken": _charted(queries.taken_to_mdt_by_week(within, today), sees_all),
    }


def _charted(numbers: Iterable[tuple[date, int]], may_see_people: bool) -> list[tuple[str, int | None]]:
    """Points of a chart; a small number leaves a gap for those who see no people."""
    return [
        (format_short_date(day), shown_number(people, may_see_people=may_see_people))
        for day, people in numbers
    ]


def _numbers(
    counts: list[RunCount], choices: list[PlaceChoice], everywhere: Practices, reader: Reader,
    definitions: Definitions,
) -> Numbers:  # fmt: skip
    """Every number of every place, with all sums by which one could be worked out from others."""
    shown = _measures(definitions)
    measures = shown | {(count.dimension, count.value) for count in counts if count.dimension in ADDS_UP_TO}
    shown_places = {choice.practice_codes for choice in choices} | {everywhere}
    places = shown_places | {frozenset({code}) for code in everywhere}
    people: dict[Cell, int] = dict.fromkeys(((place, measure) for place in places for measure in measures), 0)
    by_practice: dict[str, dict[Measure, int]] = defaultdict(dict)
    for count in counts:
        by_practice[count.practice_code][count.dimension, count.value] = count.people
    for place in places:
        for code in place:
            for measure, number in by_practice[code].items():
                if measure in measures:
                    people[place, measure] += number
    if _sees_all(reader, everywhere):
        return Numbers(people, frozenset())
    seen_places = {place for place in places if _sees_all(reader, place)}

    def settle() -> set[Cell]:
        return hidden_cells(
            people,
            _sums(places, measures),
            known={(place, measure) for place in seen_places for measure in measures},
            unseen={cell for cell in people if cell[0] not in shown_places or cell[1] not in shown},
        )

    hidden = cache.get_or_set(_key(counts, shown_places, seen_places, definitions), settle, SETTLED_FOR)
    return Numbers(people, frozenset(hidden or ()))


def _key(
    counts: list[RunCount], shown: set[Practices], seen: set[Practices], definitions: Definitions
) -> str:
    """What the hidden cells depend on: the run, the places, whose people are seen, and the tables."""
    places = [sorted(map(sorted, several)) for several in (shown, seen)]
    text = repr((counts[0].run_id if counts else 0, definitions.version, places))
    return f"overview-hidden-{sha256(text.encode()).hexdigest()}"


def _measures(definitions: Definitions) -> set[Measure]:
    return {
        *IN_ROWS,
        *(("tier", str(tier.tier)) for tier in definitions.tiers),
        *(("segment", segment.code) for segment in definitions.segments),
        *(("cohort", cohort.code) for cohort in definitions.cohorts),
    }


def _sums(places: set[Practices], measures: set[Measure]) -> list[Sum[Cell]]:
    """A place is the sum of its widest parts; everybody, and the list, are the sum of their tiers or segments."""
    parts = {place: widest_parts(place, places) for place in places if len(place) > 1}
    by_place = [
        Sum((place, measure), tuple((part, measure) for part in within))
        for place, within in parts.items()
        for measure in sorted(measures)
    ]
    across = [
        Sum(
            (place, total), tuple((place, measure) for measure in sorted(measures) if measure[0] == dimension)
        )
        for place in places
        for dimension, total in ADDS_UP_TO.items()
    ]
    return by_place + [each for each in across if each.parts]


def widest_parts(place: Practices, places: Iterable[Practices]) -> list[Practices]:
    """The widest places within a place that together make it up, none twice."""
    inside = sorted((part for part in places if part < place), key=lambda part: (-len(part), sorted(part)))
    left, found = set(place), []
    for part in inside:
        if part and part <= left:
            left -= part
            found.append(part)
    return found
