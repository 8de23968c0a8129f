"""Decisions about accounts and roles that need nothing but their arguments."""

from __future__ import annotations

import secrets
from datetime import date

# No letter that is mistaken for another or for a digit when read out or copied.
READABLE = "abcdefghjkmnpqrstuvwxyz"
GROUPS, GROUP_LENGTH = 4, 4  # 16 letters of 23: 72 bits


def one_time_password() -> str:
    """Return a random password that is read over the telephone and used once."""
    groups = ("".join(secrets.choice(READABLE) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def fault_of_period(starts_on: date, ends_on: date | None) -> str:
    """Say what is wrong with the days of a role, or nothing."""
    if ends_on is not None and ends_on < starts_on:
        return "The last day must not be before the first day."
    return ""


def state_of_period(starts_on: date, ends_on: date | None, today: date) -> str:
    """Say whether a role has not begun, is in force or has ended; `ends_on` is the first day without it."""
    if today < starts_on:
        return "not begun"
    return "in force" if ends_on is None or today < ends_on else "ended"
