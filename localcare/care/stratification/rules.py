"""Decisions of this desk as pure functions: when a killed run may go on, when a person is shown again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

GOES_ON_WITHIN = timedelta(hours=12)  # an older export would be yesterday's data


def may_go_on(started_at: datetime, now: datetime) -> bool:
    """Whether a killed run's files are young enough to go on with."""
    return now - started_at < GOES_ON_WITHIN


def refuses_older_day(as_of: date, in_force: date) -> bool:
    """Whether a run would put back an older list."""
    return as_of < in_force
