"""Which days and practices a model is trained on and which it is judged on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from localcare.analysis.risk.definitions import Outcome


@dataclass(frozen=True)
class Dates:
    """Index days: training's follow-up ends on or before the first index day of the test."""

    training_first: date
    training_index: date
    training_follow_up_to: date
    test_first: date
    test_index: date
    test_follow_up_to: date

    def to_content(self) -> dict[str, str]:
        """The days as text."""
        return {name: day.isoformat() for name, day in vars(self).items()}


def dates_of(outcome: Outcome, as_of: date) -> Dates:
    """The latest test whose follow-up is complete on `as_of`, and the latest training that it does not overlap."""
    test = outcome.index_whose_end_is(as_of)
    test_first = outcome.first_index(test)
    training = outcome.index_whose_end_is(test_first)
    return Dates(
        training_first=outcome.first_index(training),
        training_index=training,
        training_follow_up_to=outcome.end_of(training),
        test_first=test_first,
        test_index=test,
        test_follow_up_to=outcome.end_of(test),
    )


def held_out_practices(
    practices: Iterable[str], *, seed: int, share_of_people: float, least_practices: int
) -> tuple[str, ...]:
    """Practices drawn by their code and the seed until they hold the share; none where there are too few to spare any.

    One practice's fate does not depend on which others there are, so that a new practice changes little.
    """
    people = Counter(practices)
    if len(people) < least_practices or not share_of_people:
        return ()
    drawn = sorted(people, key=lambda code: hashlib.sha256(f"{seed} {code}".encode()).hexdigest())
    chosen: list[str] = []
    for code in drawn[: len(drawn) - 1]:
        if chosen and sum(people[one] for one in chosen) >= share_of_people * people.total():
            break
        chosen.append(code)
    return tuple(sorted(chosen))
