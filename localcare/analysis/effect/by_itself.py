"""How much of a high number falls by itself: regression to the mean, shown on everybody before there was a list.

People are put on a list because of what happened to them lately, and what was high by chance is not as high again. How high
it would be with no list at all is read off everybody registered over two periods that both lie before the list: so many had
none, one, two … in the first, and so many on average in the second, among people of one kind (age and frailty, say). Those
averages, taken over the listed by their own kind and number before the list, are what would have been expected without it
(Galton 1886; Barnett, van der Pols and Dobson 2005, Int J Epidemiol 34:215). Nothing is assumed about a distribution.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcare.analysis.effect.results import CannotCompare

MOST = 3  # events told apart: more count as so many or more
FEWEST_PEOPLE = (
    20  # with so many events before, to read an average off: else they join the next smaller number
)

CANNOT_SAY = (
    "This knows of each person only how often it happened before, and age and frailty: people on a list may be iller than others "
    "like them in that, and would fall less. It shows how much of a fall can mean nothing, not what the list did."
)
Numbers = Mapping[
    int, tuple[int, float]
]  # by events in a first period: how many people, and their events in the next


@dataclass(frozen=True)
class Following:
    """People with so many events in a first period (`events`; the last row: so many or more), and their mean in the next."""

    events: int
    people: int
    mean_next: float


@dataclass(frozen=True)
class ByItself:
    """Events for each listed person in the period before, expected in the next with no list at all, and seen in it."""

    people: int
    before: float
    expected: float
    seen: float
    rows: tuple[Following, ...]
    cannot_say: str = CANNOT_SAY

    @property
    def falls_by_itself(self) -> float:
        """The share of the number before that would have gone with no list (0.6 is 60%); below nought, it would have grown."""
        return 1 - self.expected / self.before if self.before else 0.0

    @property
    def fell(self) -> float:
        """The share of the number before that has gone."""
        return 1 - self.seen / self.before if self.before else 0.0


def by_itself(everybody: Mapping[Any, Numbers], listed: Mapping[Any, Numbers]) -> ByItself:
    """What the listed would have come to with no list at all.

    Both give, for each kind of person and number of events in a first period, how many people had it and how many events they
    had in the next: `everybody` over two periods that lie before the list, `listed` over the period just before it and the one
    after it. Raises CannotCompare.
    """
    means = {
        kind: {row.events: row.mean_next for row in following(numbers)} for kind, numbers in everybody.items()
    }
    people = sum(many for numbers in listed.values() for many, _ in numbers.values())
    if not people or not all(means.get(kind) for kind in listed):
        raise CannotCompare("nobody is listed, or nobody is known before the list; give people of both")
    rows = [(kind, events, many) for kind, numbers in listed.items() for events, (many, _) in numbers.items()]
    return ByItself(
        people,
        sum(events * many for _, events, many in rows) / people,
        sum(_mean_after(means[kind], events) * many for kind, events, many in rows) / people,
        sum(after for numbers in listed.values() for _, after in numbers.values()) / people,
        following(_together(everybody)),
    )


def _mean_after(means: Mapping[int, float], events: int) -> float:
    numbers = [number for number in means if number <= events]
    return means[max(numbers) if numbers else min(means)]


def _together(everybody: Mapping[Any, Numbers]) -> dict[int, tuple[int, float]]:
    """All kinds together."""
    found: dict[int, tuple[int, float]] = {}
    for numbers in everybody.values():
        for number, (people, events) in numbers.items():
            before = found.get(number, (0, 0.0))
            found[number] = (before[0] + people, before[1] + events)
    return found


def following(everybody: Numbers) -> tuple[Following, ...]:
    """The averages that follow each number of events; numbers that few people have join the next smaller one."""
    joined: dict[int, list[float]] = {}
    for number, (people, events) in everybody.items():
        row = joined.setdefault(min(number, MOST), [0.0, 0.0])
        row[0] += people
        row[1] += events
    for number in sorted(joined, reverse=True):
        smaller = [other for other in joined if other < number]
        if joined[number][0] < FEWEST_PEOPLE and smaller:
            few = joined.pop(number)
            joined[max(smaller)] = [one + two for one, two in zip(joined[max(smaller)], few, strict=True)]
    return tuple(
        Following(number, int(row[0]), row[1] / row[0]) for number, row in sorted(joined.items()) if row[0]
    )
