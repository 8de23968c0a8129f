"""Decisions of this desk as pure functions: when a list is too old to be put in force, when a person is shown again."""

from __future__ import annotations

from datetime import date, timedelta


def refuses_older_day(as_of: date, in_force: date) -> bool:
    """Whether a run would put back an older list."""
    return as_of < in_force


LONGEST_WAIT = timedelta(days=366)
LOOK_AGAIN_AFTER = {
    "mdt": timedelta(weeks=4),
    "known": timedelta(weeks=13),
}  # so that nobody is put aside for ever


def default_look_again(kind: str, today: date) -> date | None:
    """The day to look again when the reviewer named none; None for a decision that puts nobody aside."""
    wait = LOOK_AGAIN_AFTER.get(kind)
    return today + wait if wait else None


def is_put_aside(look_again_on: date | None, today: date) -> bool:
    """Whether a decision still keeps a person off the list to review."""
    return look_again_on is not None and look_again_on > today


def shown_number(people: int, *, may_see_people: bool, smallest: int = 5) -> int | None:
    """A number for a table; None when it is small and the reader may not see who they are."""
    return people if may_see_people or people == 0 or people >= smallest else None
