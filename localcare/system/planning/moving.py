"""Moving levers: the words of a scenario with other numbers, each saying that it was moved and from what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from localcare.kernel.nhs_design.formatting import format_short_date
from localcare.system.planning.lengths import scaled
from localcare.system.planning.levers import Lever, Place, shown

SETTINGS: Final = ("replications", "seed", "days")
Moves = Mapping[str, float | date]


class CannotMove(ValueError):
    """A move that makes no sense; `lever` names the field, the message says the remedy."""

    def __init__(self, lever: str, message: str) -> None:
        self.lever = lever
        super().__init__(message)


def moved(content: Mapping[str, Any], levers: Iterable[Lever], moves: Moves) -> dict[str, Any]:
    """The words with the moved numbers; levers that are not named, or have not changed, stay as they are.

    Branches of one step that were not moved share what is left in their old proportion. CannotMove when moved branches
    of a step come to more than everybody.
    """
    found: dict[str, Any] = deepcopy(dict(content))
    chosen = [
        (lever, moves[lever.name])
        for lever in levers
        if lever.name in moves and has_moved(lever, moves[lever.name])
    ]
    branches: dict[Place, list[tuple[Lever, float]]] = {}
    for lever, value in chosen:
        if lever.group == "branches":
            branches.setdefault(lever.place[:-1], []).append((lever, float(value)))  # type: ignore[arg-type]
        elif lever.group == "dates":
            _open_on(found, lever, value)  # type: ignore[arg-type]
        elif lever.group == "stays":
            _stretch(found, lever, float(value))  # type: ignore[arg-type]
        else:
            _put(found, lever, value)
    for place, several in branches.items():
        _shift(found, place, several)
    for lever, _ in chosen:
        if lever.group == "dates":
            _check_order(found, lever)
    return found


@dataclass(frozen=True)
class Moved:
    """A move in words."""

    title: str
    value: str
    before: str


def in_words(levers: Iterable[Lever], moves: Moves) -> list[Moved]:
    """The moves in the order of the levers."""
    return [
        Moved(lever.title, _said(lever, moves[lever.name]), _said(lever, lever.now))
        for lever in levers
        if lever.name in moves
    ]


def _said(lever: Lever, value: float | date | None) -> str:
    if isinstance(value, date):
        return format_short_date(value)
    if value is None:
        return shown(None)
    return f"{shown(value)}{'' if lever.unit.startswith('%') else ' '}{lever.unit}".strip()


def has_moved(lever: Lever, value: float | date | None) -> bool:
    """Whether the value differs from what the scenario says."""
    if isinstance(value, date) or isinstance(lever.now, date):
        return value != lever.now
    return shown(value) != shown(lever.now)


def _put(content: dict[str, Any], lever: Lever, value: float | date) -> None:
    _at(content, lever.place[:-1])[lever.place[-1]] = _as_written(lever, value)
    has_source = (
        lever.place.index("shifts") if "shifts" in lever.place else -1
    )  # a shift has no source of its own
    _note(_at(content, lever.place[:has_source]), lever, value)


def _as_written(lever: Lever, value: float | date) -> Any:
    if isinstance(value, date):
        return value
    if lever.kind == "whole":
        return int(value)
    return float(f"{value / 100:.9g}") if lever.kind == "percent" else value


def _open_on(content: dict[str, Any], lever: Lever, day: date) -> None:
    """Begin a period of capacity on another day; the one before it ends the day before."""
    _put(content, lever, day)
    periods, at = _at(content, lever.place[:-2]), lever.place[-2]
    periods[at - 1]["until"] = day - timedelta(days=1)  # type: ignore[operator]


def _check_order(content: dict[str, Any], lever: Lever) -> None:
    """Each period lasts a day at least. CannotMove."""
    periods = _at(content, lever.place[:-2])
    for said in periods:
        until = said.get("until")
        if until is not None and _day(until) < _day(said["from"]):
            raise CannotMove(
                lever.name,
                f"{lever.title} must lie after the day on which the places before open, and before that of those after",
            )


def _day(said: Any) -> date:
    return said if isinstance(said, date) else date.fromisoformat(str(said))


def _stretch(content: dict[str, Any], lever: Lever, value: float) -> None:
    """Make the duration and those by outcome longer or shorter alike."""
    if value <= 0:
        raise CannotMove(lever.name, f"{lever.title} must take longer than 0")
    factor = value / float(lever.now)  # type: ignore[arg-type]
    step = _at(content, lever.place[:-1])
    step["duration"] = scaled(step["duration"], factor)
    _note(step["duration"], lever, value)
    for outcome, said in (step.get("duration_by_outcome") or {}).items():
        step["duration_by_outcome"][outcome] = scaled(said, factor)


def _shift(content: dict[str, Any], place: Place, several: list[tuple[Lever, float]]) -> None:
    step = _at(content, place[:-1])
    shares: dict[str, float] = step["outcomes"]
    wanted = {str(lever.place[-1]): value / 100 for lever, value in several}
    given, before = sum(wanted.values()), sum(share for code, share in shares.items() if code not in wanted)
    if given > 1 + 1e-9 or (before <= 0 and abs(given - 1) > 1e-9):
        raise CannotMove(
            several[0][0].name,
            f"Where people go next must come to 100% together; what you moved comes to {shown(given * 100)}%",
        )
    factor = (1 - given) / before if before > 0 else 0.0
    step["outcomes"] = {
        code: float(f"{wanted.get(code, share * factor):.12g}") for code, share in shares.items()
    }
    for lever, value in several:
        _note(step, lever, value)


def _at(content: dict[str, Any], place: Place) -> Any:
    found: Any = content
    for key in place:
        found = found[key]
    return found


def _note(holder: dict[str, Any], lever: Lever, value: float | date) -> None:
    """Say beside the number that it was moved, before the source it had."""
    said = f"planning desk: {shown(value)} in place of {lever.shown}"
    if lever.group == "branches":
        said = f"{said} ({lever.place[-1]})"
    before = str(holder.get("source") or "")
    holder["source"] = f"{said}; {before}" if before else said
