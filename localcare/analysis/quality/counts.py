"""What is counted of a dataset before rules judge it: by practice, feed, kind and month; small enough for plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

NOT_REGISTERED = ""  # the practice of rows about people who are registered nowhere on the day
EARLIER = 0  # the month of rows before the months that are told apart, or after the day


@dataclass(frozen=True)
class EventCount:
    """Rows of one table of one practice, feed, kind and month, with how many have each fault or property."""

    practice: str
    feed: str
    kind: str
    month: int  # year * 12 + month - 1, or EARLIER
    rows: int
    flags: Mapping[str, int]
    last: date | None = None  # the last day with one, up to the day of the dataset


@dataclass(frozen=True)
class PeopleCount:
    """Registered people of one practice, with how many have each fault or property."""

    practice: str
    people: int
    flags: Mapping[str, int]


@dataclass(frozen=True)
class Counts:
    """Everything that is counted of a dataset as of a day."""

    as_of: date
    people: tuple[PeopleCount, ...]
    events: Mapping[str, tuple[EventCount, ...]]
    has_identifiers: bool
    sampled: int  # facts are looked at for twice among one person in so many
    seconds: float = field(default=0.0, compare=False)

    @property
    def registered(self) -> int:
        """People registered on the day."""
        return sum(each.people for each in self.people)

    def people_of(self, practice: str) -> int:
        """People registered with a practice."""
        return sum(each.people for each in self.people if each.practice == practice)

    def months(self, table: str, key: Callable[[EventCount], str | None]) -> dict[str, dict[int, int]]:
        """Rows by a name given to each count (None leaves it out) and month."""
        found: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for each in self.events.get(table, ()):
            name = key(each)
            if name is not None and each.month != EARLIER:
                found[name][each.month] += each.rows
        return {name: dict(months) for name, months in found.items()}


def month_of(day: date) -> int:
    """The month as one number."""
    return day.year * 12 + day.month - 1


def first_of(month: int) -> date:
    """The first day of a month given as one number."""
    return date(month // 12, month % 12 + 1, 1)


def whole_months(as_of: date, number: int, *, settled_days: int = 0) -> list[int]:
    """The last so many whole months, the earliest first, that ended at least `settled_days` before the end of the day."""
    last = month_of(as_of)
    while (as_of - first_of(last + 1)).days + 1 < settled_days:
        last -= 1
    return list(range(last - number + 1, last + 1))


def total(counts: Iterable[EventCount], flag: str = "") -> int:
    """Rows, or rows with a flag, of several counts."""
    return sum(each.flags.get(flag, 0) if flag else each.rows for each in counts)
