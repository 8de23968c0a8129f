"""How much of a high number falls by itself: regression to the mean, shown on everybody before there was a list.

People are put on a list because of what happened to them lately, and what was high by chance is not as high again. How high
it would be with no list at all is read off everybody registered over two periods that both lie before the list: so many had
none, one, two … in the first, and so many on average in the second. Those averages, taken over the listed by their own number
before the list, are what would have been expected without it (Galton 1886; Barnett, van der Pols and Dobson 2005, Int J
Epidemiol 34:215). Nothing is assumed about a distribution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from localcare.analysis.effect.results import CannotCompare

MOST = 3  # events told apart: more count as so many or more
FEWEST_PEOPLE = (
    20  # with so many events before, to read an average off: else they join the next smaller number
)

CANNOT_SAY = (
    "This knows of each person only how often it happened before, and nothing of age or illness: people on a list may be iller "
    "than others with the same number, and would fall less. It shows how much a fall can mean nothing, not what the list did."
)


@dataclass(frozen=True)
class Following:
    """People with so many events in a first period (`events`; the last row: so many or more), and their mean in the next."""

    events: int
    people: int
    mean_next: float


@dataclass(frozen=True)
class ByItself:
    """Events for each listed person in the period before, expected in the next with no list at all, and seen in it."""

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


def by_itself(
    everybody: Mapping[int, tuple[int, float]], *, before: Sequence[int], after: Sequence[float]
) -> ByItself:
    """What the listed would have come to with no list at all.

    `everybody` gives, for each number of events in a first period, how many people had it and how many events they had in the
    next, both before the list. `before` are the listed people's events in the period just before the list, `after` those for
    as long a time after it (by person; for somebody seen for a part of it, scaled up or left out). Raises CannotCompare.
    """
    rows = following(everybody)
    if not rows or not before or len(before) != len(after):
        raise CannotCompare("nobody is listed, or nobody is known before the list; give people of both")
    means = {row.events: row.mean_next for row in rows}
    numbers = sorted(means)
    expected = sum(
        means[max(number for number in numbers if number <= max(each, numbers[0]))] for each in before
    )
    people = len(before)
    return ByItself(sum(before) / people, expected / people, sum(after) / people, rows)


def following(everybody: Mapping[int, tuple[int, float]]) -> tuple[Following, ...]:
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
