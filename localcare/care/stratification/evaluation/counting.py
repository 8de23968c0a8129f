"""What was decided, what followed and what happened, counted by practice; every number of the page adds up from these."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from localcare.care.stratification.evaluation.reading import (
    AFTER,
    COUNTED,
    DAYS_OF_A_MONTH,
    DEATHS,
    PERIODS,
    TABLE,
    Cursor,
    column,
)
from localcare.care.stratification.models import Decision

Measure = tuple[str, ...]
LISTED: Measure = ("listed",)
ACTED, QUIET = "acted", "not-acted"
NO_DECISION, DECIDED_BEFORE = "none", "before"
DECISIONS = (
    Decision.Kind.MDT.value,
    Decision.Kind.NOT_NOW.value,
    Decision.Kind.KNOWN.value,
    DECIDED_BEFORE,
    NO_DECISION,
)
PLAN, JOURNEY, NOTHING = "plan", "journey", "nothing"
FOLLOWED_BY = (PLAN, JOURNEY, NOTHING)
EVENTS = (*((what, period) for what in COUNTED for period in PERIODS), (DEATHS, AFTER))


@dataclass(frozen=True)
class Counted:
    """Numbers of the listed by practice: people and events, the days seen after, and how many were decided after so many days."""

    numbers: Mapping[str, Mapping[Measure, int]]
    days: Mapping[str, Mapping[str, int]]
    waits: Mapping[str, Mapping[int, int]]
    _totals: dict[frozenset[str], Counter[Measure]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def total(self, practices: Iterable[str]) -> Counter[Measure]:
        """The numbers of some practices together; a page asks for each of its places again and again."""
        place = frozenset(practices)
        if place not in self._totals:
            found: Counter[Measure] = Counter()
            for code in place:
                found.update(self.numbers.get(code, {}))
            self._totals[place] = found
        return self._totals[place]

    def months_of(self, practices: Iterable[str], group: str = "") -> float:
        """The person-months seen after the night; of everybody listed, or of those acted on or not."""
        groups = (group,) if group else (ACTED, QUIET)
        days = sum(self.days.get(code, {}).get(one, 0) for code in practices for one in groups)
        return days / DAYS_OF_A_MONTH

    def median_wait(self, practices: Iterable[str]) -> float | None:
        """The median of days from the night to a decision, of those decided about within the time."""
        waits: Counter[int] = Counter()
        for code in practices:
            waits.update(self.waits.get(code, {}))
        return float(np.median(list(waits.elements()))) if waits else None


def counted(cursor: Cursor, whom: str = "listed") -> Counted:
    """Count the people of each practice in the table of whom is followed: the listed asked about, or all `on_list`."""
    numbers: dict[str, Counter[Measure]] = defaultdict(Counter)
    days: dict[str, dict[str, int]] = defaultdict(lambda: {ACTED: 0, QUIET: 0})
    waits: dict[str, dict[int, int]] = defaultdict(dict)
    cursor.execute(BY_PRACTICE + _of(whom))
    for practice, acted, seen, *found in cursor.fetchall():
        group = ACTED if acted else QUIET
        mine = {measure: int(number) for measure, number in zip(MEASURES, found, strict=True) if number}
        mine |= {(*measure, group): number for measure, number in mine.items() if measure[0] == "events"}
        numbers[practice].update(mine | {("group", group): mine[LISTED]})
        days[practice][group] = int(seen)
    cursor.execute(WAITS + _of(whom))
    for practice, decided_after, people in cursor.fetchall():
        if decided_after is not None:
            waits[practice][decided_after] = people
    return Counted(dict(numbers), dict(days), dict(waits))


def _events(what: str, period: str) -> str:
    return "sum(died::int)" if what == DEATHS else f"sum({column(what, period)})"


_FOLLOWED = {PLAN: "has_plan", JOURNEY: "has_journey AND NOT has_plan", NOTHING: "NOT has_journey AND NOT has_plan"}  # fmt: skip
_SUMS: dict[Measure, str] = {
    LISTED: "count(*)",
    **{("decision", kind): f"count(*) FILTER (WHERE decision = '{kind}')" for kind in DECISIONS},
    **{("followed", what): f"count(*) FILTER (WHERE {where})" for what, where in _FOLLOWED.items()},
    **{("events", *event): _events(*event) for event in EVENTS},
}
MEASURES = tuple(_SUMS)
BY_PRACTICE = (
    f"SELECT practice_code, has_plan OR has_journey, sum(days_seen), {', '.join(_SUMS.values())} FROM {TABLE}"
)
WAITS = f"SELECT practice_code, decided_after, count(decided_after) FROM {TABLE}"


def _of(whom: str) -> str:
    return f" WHERE {whom} GROUP BY 1, 2"
