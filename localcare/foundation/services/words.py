"""Days, room and opening said in words."""

from __future__ import annotations

from datetime import date, datetime

from localcare.kernel.nhs_design.formatting import format_date, format_relative_moment, format_time, plural

UNITS = {"places": "place", "slots": "slot", "visits": "visit"}


def day_words(day: date) -> str:
    """`Tuesday 24 November 2026`."""
    return f"{day:%A} {format_date(day)}"


def room_words(count: int, unit: str) -> str:
    """`no visits`, `1 visit`, `3 visits`."""
    one = UNITS.get(unit, "place")
    return plural(count, one) if count else f"no {one}s"


def closed_words(opens_at: datetime | None, now: datetime) -> str:
    """`closed until 08:00`, `closed until tomorrow at 08:00`, `closed until further notice`."""
    if opens_at is None:
        return "closed until further notice"
    when = format_relative_moment(opens_at, now)
    return f"closed until {format_time(opens_at) if when.startswith('today') else when}"


def next_room_words(day: date | None, today: date) -> str:
    """`next room on Tuesday`, with the date when it is further than a week away."""
    if day is None:
        return "no later day has room yet"
    return f"next room on {day:%A}" if (day - today).days < 7 else f"next room on {day_words(day)}"


def age_words(minimum: int | None, maximum: int | None) -> str:
    """`people aged 65 and over`, `people aged 18 to 64`; empty for all ages."""
    if minimum is not None and maximum is not None:
        return f"people aged {minimum} to {maximum}"
    if minimum is not None:
        return f"people aged {minimum} and over"
    return f"people aged up to {maximum}" if maximum is not None else ""
