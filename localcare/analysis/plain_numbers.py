"""Numbers and periods as a reader expects them in a sentence or on an axis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def figure(value: float) -> str:
    """A number with thousands marks, a true minus and no more decimals than it carries."""
    size = abs(value)
    places = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    text = f"{size:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"−{text}" if value < 0 and text.strip("0.,") else text


def percent(share: float) -> str:
    """A share as a percentage with one decimal, without its sign."""
    return f"{abs(share) * 100:.1f}%"


def period_names(periods: Sequence[str | date]) -> list[str]:
    """Names of periods: strings as they are, dates as months when all begin one, else as days."""
    days = [period for period in periods if isinstance(period, date)]
    monthly = all(day.day == 1 for day in days)
    return [period if isinstance(period, str) else _day_name(period, monthly) for period in periods]


def _day_name(day: date, monthly: bool) -> str:
    month = f"{MONTHS[day.month - 1]} {day.year}"
    return month if monthly else f"{day.day} {month}"
