"""Reading working hours as a definition writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from localcare.analysis.pathways.errors import Place, UnreadablePathway
from localcare.analysis.pathways.working_time import MIDNIGHT, OpenMinutes, WorkingHours

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GROUPS: Mapping[str, Sequence[str]] = {"daily": DAYS, "weekdays": DAYS[:5], "weekend": DAYS[5:]}
_WRITTEN = re.compile(r"(\d{2}):(\d{2})\s*-\s*(\d{2}):(\d{2})")


def read_hours(content: Mapping[str, Any], holidays: Iterable[date] = ()) -> WorkingHours:
    """The hours that the content says: `always: true`, or opening times under `open` by day or group of days.

    `on_holidays` gives other times for holidays ([] is closed); without it a holiday is like any other day.
    """
    code, title = str(content["hours"]), str(content.get("title", ""))
    if content.get("always"):
        return WorkingHours(code, title, is_always=True)
    week: dict[str, OpenMinutes] = dict.fromkeys(DAYS, ())
    said: Mapping[str, Sequence[str]] = content.get("open") or {}
    for name in sorted(said, key=lambda name: name in DAYS):  # a day by name overrules its group
        for day in GROUPS.get(name, (name,)):
            week[day] = _times(said[name], ("open", name))
    if "on_holidays" not in content:
        return WorkingHours(code, title, tuple(week[day] for day in DAYS))
    on_holidays = _times(content["on_holidays"] or (), ("on_holidays",))
    return WorkingHours(code, title, tuple(week[day] for day in DAYS), on_holidays, frozenset(holidays))


def _times(said: Sequence[str], place: Place) -> OpenMinutes:
    return tuple(_times_of(str(text), (*place, position)) for position, text in enumerate(said))


def _times_of(text: str, place: Place) -> tuple[int, int]:
    """`08:00-20:00`, `20:00-08:00` over midnight, or `00:00-24:00`, as minutes."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        raise UnreadablePathway(place, f"{text!r} is no opening time", 'Write it as "08:00-20:00"')
    hour, minute, to_hour, to_minute = map(int, found.groups())
    opens, closes = hour * 60 + minute, to_hour * 60 + to_minute
    if hour > 23 or minute > 59 or to_minute > 59 or closes > MIDNIGHT:
        raise UnreadablePathway(place, f"{text!r} is no time of day", "Use 00:00 to 24:00")
    return opens, closes if closes > opens else closes + MIDNIGHT
