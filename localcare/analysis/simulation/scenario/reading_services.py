"""Reading a service of a scenario: its places by date and by the hour of the week."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localcare.analysis.simulation.scenario.errors import Place, UnreadableScenario
from localcare.analysis.simulation.scenario.model import CapacityPeriod, ServiceScenario, Shift, Sickness
from localcare.analysis.simulation.scenario.values import day, mapping, number, numbers, whole

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GROUPS: Mapping[str, tuple[int, ...]] = {
    "daily": tuple(range(7)),
    "weekdays": tuple(range(5)),
    "weekend": (5, 6),
    **{name: (at,) for at, name in enumerate(DAYS)},
}
UNLIMITED = "unlimited"
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def read_service(code: str, said: Mapping[str, Any], place: Place) -> ServiceScenario:
    """The service that the content says; a period without a source takes the service's."""
    source = str(said.get("source", ""))
    sickness, room = said.get("sickness"), said.get("waiting_room")
    return ServiceScenario(
        kind=str(said.get("kind", "")),
        title=str(said.get("title", code)),
        capacity=tuple(
            _period(mapping(period, (*place, "capacity", at)), (*place, "capacity", at), source)
            for at, period in enumerate(_listed(said.get("capacity"), (*place, "capacity")))
        ),
        discipline=said.get("discipline", "first-come"),
        sickness=None
        if sickness is None
        else _sickness(mapping(sickness, (*place, "sickness")), (*place, "sickness"), source),
        blocks=bool(said.get("blocks", False)),
        waiting_room=None if room is None else whole(room, (*place, "waiting_room")),
        unit=str(said.get("unit", "place")),
        areas=tuple(str(area) for area in said.get("areas") or ()),
        source=source,
    )


def _listed(said: Any, place: Place) -> Sequence[Any]:
    if isinstance(said, Sequence) and not isinstance(said, str):
        return said
    raise UnreadableScenario(
        place, f"{said!r} is not a list of periods", "Write - {from: …, places: …}, one a line"
    )


def _period(said: Mapping[str, Any], place: Place, source: str) -> CapacityPeriod:
    places = said.get("places")
    shifts = tuple(
        shift
        for at, one in enumerate(said.get("shifts") or ())
        for shift in _shifts(mapping(one, (*place, "shifts", at)), (*place, "shifts", at))
    )
    if places is None and not shifts:
        raise UnreadableScenario(
            place, "It gives no places", f"Write places: 12, places: {UNLIMITED} or shifts: […]"
        )
    limited = None if shifts or places == UNLIMITED else whole(places, (*place, "places"))
    return CapacityPeriod(
        since=day(said.get("from"), (*place, "from")),
        until=None if said.get("until") is None else day(said["until"], (*place, "until")),
        places=limited,
        shifts=shifts,
        source=str(said.get("source") or source),
    )


def _shifts(said: Mapping[str, Any], place: Place) -> Iterator[Shift]:
    """One shift, or two where it goes over midnight."""
    name, text = str(said.get("days", "daily")), str(said.get("hours", "00:00-24:00"))
    if name not in GROUPS:
        raise UnreadableScenario((*place, "days"), f"{name!r} are no days", f"Use one of {', '.join(GROUPS)}")
    found = _HOURS.fullmatch(text.strip())
    if not found:
        raise UnreadableScenario((*place, "hours"), f"{text!r} are no hours", 'Write "08:00-20:00"')
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    start, end = from_hour + from_minute / 60, to_hour + to_minute / 60
    if start >= 24 or end > 24 or max(from_minute, to_minute) > 59:
        raise UnreadableScenario((*place, "hours"), f"{text!r} is no time of day", "Use 00:00 to 24:00")
    places = whole(said.get("places"), (*place, "places"))
    days = GROUPS[name]
    if start < end:
        yield Shift(days, start, end, places)
        return
    yield Shift(days, start, 24.0, places)
    if end > 0:
        yield Shift(tuple(sorted((one + 1) % 7 for one in days)), 0.0, end, places)


def _sickness(said: Mapping[str, Any], place: Place, source: str) -> Sickness:
    return Sickness(
        share=number(said.get("share"), (*place, "share")),
        spell_days=number(said.get("spell_days"), (*place, "spell_days")),
        by_month=numbers(said.get("by_month"), (*place, "by_month")),
        source=str(said.get("source") or source),
    )
