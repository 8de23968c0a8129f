"""What was decided, what followed and what happened, counted by practice; every number of the page adds up from these."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from localcare.care.stratification.evaluation.reading import (
    AFTER,
    COUNTED,
    DEATHS,
    PERIODS,
    Followed,
)
from localcare.care.stratification.models import Decision

Measure = tuple[str, ...]
LISTED: Measure = ("listed",)
MONTHS = "months"
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
    """Numbers of the listed by practice: people and events, the person-months seen after, and the days to each decision."""

    numbers: Mapping[str, Mapping[Measure, int]]
    months: Mapping[str, Mapping[str, float]]
    waits: Mapping[str, tuple[int, ...]]

    def total(self, practices: Iterable[str]) -> Counter[Measure]:
        """The numbers of some practices together."""
        found: Counter[Measure] = Counter()
        for code in practices:
            found.update(self.numbers.get(code, {}))
        return found

    def months_of(self, practices: Iterable[str], group: str = "") -> float:
        """The person-months seen after the night; of everybody listed, or of those acted on or not."""
        groups = (group,) if group else (ACTED, QUIET)
        return sum(self.months.get(code, {}).get(one, 0.0) for code in practices for one in groups)

    def median_wait(self, practices: Iterable[str]) -> float | None:
        """The median of days from the night to a decision, of those decided about within the time."""
        waits = [days for code in practices for days in self.waits.get(code, ())]
        return float(np.median(waits)) if waits else None


def counted(people: Followed) -> Counted:
    """Count the listed people of each practice."""
    numbers: dict[str, Counter[Measure]] = defaultdict(Counter)
    months: dict[str, dict[str, float]] = defaultdict(lambda: {ACTED: 0.0, QUIET: 0.0})
    waits: dict[str, list[int]] = defaultdict(list)
    acted = people.acted
    for place in np.flatnonzero(people.listed):
        practice = people.practice[place]
        mine, group = numbers[practice], ACTED if acted[place] else QUIET
        mine[LISTED] += 1
        mine["decision", people.decision[place] or NO_DECISION] += 1
        mine["followed", _followed_by(people, int(place))] += 1
        mine["group", group] += 1
        months[practice][group] += float(people.months[place])
        if not np.isnan(people.decided_after[place]):
            waits[practice].append(int(people.decided_after[place]))
        for what, period in EVENTS:
            happened = people.died[place] if what == DEATHS else people.events[what, period][place]
            if happened:
                mine["events", what, period] += int(happened)
                mine["events", what, period, group] += int(happened)
    return Counted(
        {code: dict(found) for code, found in numbers.items()},
        {code: dict(found) for code, found in months.items()},
        {code: tuple(found) for code, found in waits.items()},
    )


def _followed_by(people: Followed, place: int) -> str:
    if people.has_plan[place]:
        return PLAN
    return JOURNEY if people.has_journey[place] else NOTHING
