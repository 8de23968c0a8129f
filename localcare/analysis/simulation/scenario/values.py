"""Single values of a scenario file; each error names the place and what to write instead."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from localcare.analysis.simulation.scenario.errors import Place, UnreadableScenario


def mapping(said: Any, place: Place) -> Mapping[str, Any]:
    """A mapping of keys to values."""
    if isinstance(said, Mapping):
        return said
    raise UnreadableScenario(place, f"{said!r} is not a mapping", "Write it as key: value, one a line")


def number(said: Any, place: Place) -> float:
    """A finite number."""
    if isinstance(said, int | float) and not isinstance(said, bool) and math.isfinite(said):
        return float(said)
    raise UnreadableScenario(place, f"{said!r} is no number", "Write a number, such as 12.5")


def whole(said: Any, place: Place) -> int:
    """A whole number."""
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    if isinstance(said, float) and said.is_integer():
        return int(said)
    raise UnreadableScenario(place, f"{said!r} is no whole number", "Write a whole number, such as 30")


def numbers(said: Any, place: Place) -> tuple[float, ...]:
    """A list of numbers; none where nothing is said."""
    if said is None:
        return ()
    if not isinstance(said, Sequence) or isinstance(said, str):
        raise UnreadableScenario(place, f"{said!r} is no list of numbers", "Write [1, 1.5, 2]")
    return tuple(number(one, (*place, at)) for at, one in enumerate(said))


def shares(said: Any, place: Place) -> dict[str, float]:
    """Names and their numbers, in the order of the names; none where nothing is said."""
    found = mapping(said or {}, place)
    return {str(name): number(found[name], (*place, str(name))) for name in sorted(found, key=str)}


def day(said: Any, place: Place) -> date:
    """A day, as YAML reads it or as text."""
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        raise UnreadableScenario(place, f"{said!r} is no day", "Write it as 2017-12-01") from None
