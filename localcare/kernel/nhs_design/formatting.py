"""Dates, times, numbers and money as the NHS content style writes them, at the edge in Europe/London."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NOT_RECORDED = "Not recorded"
MINUS = "\N{MINUS SIGN}"


def format_date(day: date | datetime | None, missing: str = NOT_RECORDED) -> str:
    """`3 March 2026`; a moment is first moved to London."""
    if day is None:
        return missing
    local = _local_day(day)
    return f"{local.day} {local:%B} {local.year}"


def format_short_date(day: date | datetime | None, missing: str = "") -> str:
    """`3 Mar 2026`, for tables."""
    if day is None:
        return missing
    local = _local_day(day)
    return f"{local.day} {local:%b} {local.year}"


def format_time(moment: datetime) -> str:
    """`14:05` in London."""
    return f"{_local(moment):%H:%M}"


def format_moment(moment: datetime | None, missing: str = NOT_RECORDED) -> str:
    """`3 March 2026 at 14:05` in London; the hour that comes twice in October names its clock."""
    if moment is None:
        return missing
    return f"{format_date(moment)} at {format_time(moment)}{_clock_if_ambiguous(_local(moment))}"


def format_relative_moment(moment: datetime | None, now: datetime, missing: str = NOT_RECORDED) -> str:
    """`today at 14:05`, `yesterday at 09:30`, `tomorrow at 08:00`, otherwise the full date and time."""
    if moment is None:
        return missing
    words = {0: "today", -1: "yesterday", 1: "tomorrow"}.get((_local_day(moment) - _local_day(now)).days)
    if words is None:
        return format_moment(moment)
    return f"{words} at {format_time(moment)}{_clock_if_ambiguous(_local(moment))}"


def age_in_years(born: date, on: date) -> int:
    """Completed years; someone born on 29 February has a birthday on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def format_age(born: date | None, on: date, missing: str = "Age not known") -> str:
    """`84 years`; `7 months` under two years and `9 days` under one month."""
    if born is None:
        return missing
    if born > on:
        raise ValueError(f"Born on {born}, which is after {on}: check the date of birth.")
    years = age_in_years(born, on)
    months = years * 12 + (on.month - born.month - (on.day < born.day)) % 12
    if years >= 2:
        return f"{years} years"
    return plural(months, "month") if months else plural((on - born).days, "day")


def format_nhs_number(number: str | None, missing: str = "NHS number not known") -> str:
    """`999 123 4567`: three, three and four digits; anything else is shown as it is."""
    if not number:
        return missing
    digits = number.replace(" ", "").replace("-", "")
    if len(digits) != 10 or not digits.isdecimal():
        return number
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def format_money(pence: int | None, missing: str = NOT_RECORDED) -> str:
    """`£1,234.50` from integer pence; whole pounds without decimals."""
    if pence is None:
        return missing
    sign = MINUS if pence < 0 else ""
    pounds, rest = divmod(abs(pence), 100)
    return f"{sign}£{pounds:,}" + (f".{rest:02}" if rest else "")


def format_number(value: float | None, places: int = 0, missing: str = "") -> str:
    """`12,345` or `12.5` with a true minus sign."""
    if value is None:
        return missing
    return f"{value:,.{places}f}".replace("-", MINUS)


def format_interval(interval: timedelta) -> str:
    """`2 hours 5 minutes`, `3 days`, `45 minutes`: the two largest units, never rounded up."""
    seconds = int(abs(interval).total_seconds())
    counts = (("day", seconds // 86400), ("hour", seconds // 3600 % 24), ("minute", seconds // 60 % 60))
    leading = next((place for place, (_, count) in enumerate(counts) if count), None)
    if leading is None:
        return "less than a minute"
    return " ".join(plural(count, unit) for unit, count in counts[leading : leading + 2] if count)


def plural(count: int, singular: str, plural_form: str | None = None) -> str:
    """`1 person`, `2 people`, `1,204 people`."""
    return f"{count:,} {singular if count == 1 else plural_form or singular + 's'}"


def _local(moment: datetime) -> datetime:
    """The moment in London; a moment without a zone is a fault of the caller."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: pass an aware datetime.")
    return moment.astimezone(LONDON)


def _local_day(day: date | datetime) -> date:
    return _local(day).date() if isinstance(day, datetime) else day


def _clock_if_ambiguous(local: datetime) -> str:
    """` GMT` or ` BST` when the same reading of the clock happens twice that night."""
    happens_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    exists = local.astimezone(ZoneInfo("UTC")).astimezone(LONDON).replace(tzinfo=None) == local.replace(
        tzinfo=None
    )
    return f" {local:%Z}" if happens_twice and exists else ""
