"""The working hours that services name: read once, with the bank holidays they keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from localcare.analysis.pathways.errors import UnreadablePathway
from localcare.analysis.pathways.hours import read_hours
from localcare.analysis.pathways.working_time import WorkingHours
from localcare.kernel.definitions import DEFINITIONS, DefinitionError, Fault, load

PATHWAYS = DEFINITIONS / "pathways"
FOLDER = PATHWAYS / "hours"
ALWAYS = WorkingHours("", "Day and night", is_always=True)


def hours(code: str) -> WorkingHours:
    """The hours with this code; empty is always open. DefinitionError when there are none."""
    if not code:
        return ALWAYS
    if code not in all_hours():
        known = ", ".join(sorted(all_hours())) or "none is defined yet"
        fault = Fault(FOLDER / f"{code}.yaml", 1, "hours", f"No hours have the code {code}", f"Use: {known}")
        raise DefinitionError([fault])
    return all_hours()[code]


@cache
def all_hours() -> Mapping[str, WorkingHours]:
    """Every defined opening time by its code."""
    read = [_read(file) for file in sorted(FOLDER.glob("*.yaml"))]
    return {one.code: one for one in read}


@cache
def holidays() -> frozenset[date]:
    """The bank holidays of England."""
    content = load(PATHWAYS / "holidays-england.yaml", PATHWAYS / "holidays.schema.json")
    said: Mapping[int, Sequence[str]] = content["holidays"]
    return frozenset(date.fromisoformat(f"{year}-{day}") for year, days in said.items() for day in days)


def _read(file: Path) -> WorkingHours:
    content: dict[str, Any] = load(file, PATHWAYS / "hours.schema.json")
    try:
        return read_hours(content, holidays())
    except UnreadablePathway as error:
        raise DefinitionError([Fault(file, 1, "open", str(error), 'Write "08:00-20:00"')]) from error
