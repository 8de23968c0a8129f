"""The look-back windows: after a first day, up to and including the date the scores are as of."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

EARLIEST = date(1, 1, 1)


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or that month's last day when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Window:
    """The days after `after`, up to and including `until`: half-open, so that windows in a row never overlap."""

    after: date
    until: date

    @classmethod
    def ending(cls, as_of: date, *, months: int | None) -> Window:
        """The window of so many months that ends with `as_of`; without months, everything up to it."""
        return cls(EARLIEST if months is None else months_before(as_of, months), as_of)

    def contains(self, day: date | None) -> bool:
        """Whether the day lies in the window; no day never does."""
        return day is not None and self.after < day <= self.until


def age_on(day: date, *, birth_date: date) -> int:
    """Completed years of age; someone born on 29 February has the birthday on 1 March in other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
