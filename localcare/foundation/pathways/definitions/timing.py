"""Working hours, bank holidays and dated settings, read from their reviewed files once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from localcare.analysis.pathways.hours import read_hours
from localcare.analysis.pathways.model import Span
from localcare.analysis.pathways.settings import Setting, read_settings, resolve
from localcare.analysis.pathways.working_time import WorkingHours
from localcare.kernel.definitions import DEFINITIONS, load

PATHWAYS = DEFINITIONS / "pathways"


@cache
def holidays() -> frozenset[date]:
    """The bank holidays written down."""
    content = load(PATHWAYS / "holidays-england.yaml", "pathways/holidays.schema.json")
    return frozenset(
        date.fromisoformat(f"{year}-{day}") for year, days in content["holidays"].items() for day in days
    )


@cache
def all_hours() -> Mapping[str, WorkingHours]:
    """Every set of working hours by its code."""
    files = sorted((PATHWAYS / "hours").glob("*.yaml"))
    read = [read_hours(load(file, "pathways/hours.schema.json"), holidays()) for file in files]
    return {hours.code: hours for hours in read}


def hours(code: str) -> WorkingHours | None:
    """The working hours of a code; None for no code, which is all day, every day. LookupError when unknown."""
    if not code:
        return None
    try:
        return all_hours()[code]
    except KeyError:
        known = ", ".join(sorted(all_hours()))
        raise LookupError(f"there are no working hours {code!r}; known are {known}") from None


@cache
def settings() -> Mapping[str, Setting]:
    """Every dated setting by its code."""
    return read_settings(load(PATHWAYS / "settings.yaml", "pathways/settings.schema.json"))


def span_on(span: Span, day: date) -> Span:
    """The span, or what the setting it names is on the day."""
    return resolve(span, settings(), day)
