"""The rules of time as shipped: working hours, bank holidays and dated settings, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from localcare.analysis.journal.clocks import Rulebook
from localcare.analysis.pathways.hours import read_hours
from localcare.analysis.pathways.model import Span
from localcare.analysis.pathways.settings import Setting, read_settings, resolve
from localcare.analysis.pathways.working_time import WorkingHours

FOLDER = Path(__file__).parents[2] / "definitions" / "pathways"


@cache
def shipped_rulebook() -> Rulebook:
    """How the shipped files read the names in a pathway."""
    return Rulebook(hours=working_hours, span_on=_span_on)


def working_hours(code: str) -> WorkingHours | None:
    """The working hours of a code; None for none. LookupError when unknown."""
    if not code:
        return None
    try:
        return _all_hours()[code]
    except KeyError:
        known = ", ".join(sorted(_all_hours()))
        raise LookupError(f"there are no working hours {code!r}; known are {known}") from None


@cache
def settings() -> Mapping[str, Setting]:
    """Every dated setting by its code."""
    return read_settings(_content(FOLDER / "settings.yaml"))


def _span_on(span: Span, day: date) -> Span:
    return resolve(span, settings(), day)


@cache
def _all_hours() -> Mapping[str, WorkingHours]:
    days = _content(FOLDER / "holidays-england.yaml")["holidays"]
    holidays = [date.fromisoformat(f"{year}-{day}") for year, said in days.items() for day in said]
    files = sorted((FOLDER / "hours").glob("*.yaml"))
    read = [read_hours(_content(file), holidays) for file in files]
    return {hours.code: hours for hours in read}


def _content(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))
