"""Planning a change of the places: what opens, what closes, what moves; and the plan that takes it back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PRACTICE, AREA = "practice", "area"


class OperationRefused(ValueError):
    """The change cannot be made; the message says why and what to do instead."""


@dataclass(frozen=True)
class AreaState:
    """An area as it is on the day of the change."""

    code: str
    name: str
    kind: str
    parent: str


@dataclass(frozen=True)
class Snapshot:
    """All that exists on the day: areas by code, and the area of each practice."""

    areas: Mapping[str, AreaState]
    practices: Mapping[str, str]

    def area(self, code: str) -> AreaState:
        """The area; OperationRefused when it does not exist on the day."""
        if code not in self.areas:
            raise OperationRefused(f"There is no area {code!r} on that day. Choose one that exists then.")
        return self.areas[code]

    def practices_of(self, code: str) -> list[str]:
        """The practices that lie directly in the area."""
        return sorted(practice for practice, area in self.practices.items() if area == code)

    def areas_of(self, code: str) -> list[str]:
        """The areas that lie directly in the area."""
        return sorted(area.code for area in self.areas.values() if area.parent == code)


@dataclass(frozen=True)
class Move:
    """One practice or area goes from one area to another."""

    what: str
    code: str
    origin: str
    target: str


@dataclass(frozen=True)
class Plan:
    """Everything that one operation changes; nothing else does."""

    opens: tuple[AreaState, ...] = ()
    closes: tuple[AreaState, ...] = ()
    moves: tuple[Move, ...] = ()
    renames: tuple[tuple[str, str, str], ...] = ()  # area, old name, new name

    def inverted(self) -> Plan:
        """The plan that takes this one back."""
        return Plan(
            opens=self.closes,
            closes=self.opens,
            moves=tuple(replace(move, origin=move.target, target=move.origin) for move in self.moves),
            renames=tuple((area, new, old) for area, old, new in self.renames),
        )

    @property
    def practice_codes(self) -> frozenset[str]:
        """The practices that move."""
        return frozenset(move.code for move in self.moves if move.what == PRACTICE)

    @property
    def area_codes(self) -> frozenset[str]:
        """Every area that the plan touches."""
        codes = {state.code for state in (*self.opens, *self.closes)}
        codes |= {code for move in self.moves for code in (move.origin, move.target)}
        codes |= {move.code for move in self.moves if move.what == AREA}
        return frozenset(codes | {area for area, _, _ in self.renames})

    def as_json(self) -> dict[str, Any]:
        """The plan as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Plan:
        """The plan as it was kept."""
        return cls(
            opens=tuple(AreaState(**state) for state in kept["opens"]),
            closes=tuple(AreaState(**state) for state in kept["closes"]),
            moves=tuple(Move(**move) for move in kept["moves"]),
            renames=tuple((area, old, new) for area, old, new in kept["renames"]),
        )


@dataclass(frozen=True)
class Part:
    """One part of a split: an area (new, or the one that is split) and what lies in it."""

    code: str
    name: str
    contents: Sequence[str] = field(default_factory=tuple)


def plan_move(now: Snapshot, practice: str, target: str) -> Plan:
    """A practice goes to another area."""
    if practice not in now.practices:
        raise OperationRefused(f"{practice} belongs to no area on that day. Choose a later day.")
    origin = now.practices[practice]
    if now.area(target).code == origin:
        raise OperationRefused(f"{practice} is in {now.area(target).name} already. Choose another area.")
    if now.area(target).kind != now.area(origin).kind:
        raise OperationRefused(f"{now.area(target).name} is no {now.area(origin).kind}. Choose one.")
    return Plan(moves=(Move(PRACTICE, practice, origin, target),))


def plan_rename(now: Snapshot, code: str, name: str) -> Plan:
    """An area takes another name."""
    old = now.area(code).name
    if not name.strip() or name.strip() == old:
        raise OperationRefused("Enter a name that differs from the one the area has.")
    return Plan(renames=((code, old, name.strip()),))


def plan_merge(now: Snapshot, codes: Sequence[str], into_code: str, into_name: str) -> Plan:
    """Two or more areas of one kind, side by side, become one: one of them, or a new one."""
    merged = [now.area(code) for code in dict.fromkeys(codes)]
    if len({area.code for area in merged} | {into_code}) < 2 or not merged:
        raise OperationRefused("Choose at least two areas to merge.")
    if len({(area.kind, area.parent) for area in merged}) > 1:
        raise OperationRefused("Areas that merge must be of one kind and lie in the same area.")
    if not merged[0].parent:
        raise OperationRefused("A health economy cannot be merged: merge areas within it.")
    is_new = into_code not in {area.code for area in merged}
    opens = (_new_area(now, into_code, into_name, merged[0]),) if is_new else ()
    gone = tuple(area for area in merged if area.code != into_code)
    moves = tuple(move for area in gone for move in _everything(now, area.code, into_code))
    return Plan(opens=opens, closes=gone, moves=moves)


def plan_split(now: Snapshot, code: str, parts: Sequence[Part]) -> Plan:
    """An area becomes two or more; everything in it goes to exactly one of them."""
    whole = now.area(code)
    if len({part.code for part in parts}) != len(parts) or len(parts) < 2:
        raise OperationRefused("Name at least two parts with different codes.")
    if not whole.parent:
        raise OperationRefused("A health economy cannot be split: split an area within it.")
    contents = [*now.practices_of(code), *now.areas_of(code)]
    placed = [item for part in parts for item in part.contents]
    _must_place_everything(contents, placed)
    opens = tuple(_new_area(now, part.code, part.name, whole) for part in parts if part.code != code)
    stays = any(part.code == code for part in parts)
    target_of = {item: part.code for part in parts for item in part.contents}
    moves = tuple(
        replace(move, target=target_of[move.code])
        for move in _everything(now, code, "")
        if target_of[move.code] != code
    )
    return Plan(opens=opens, closes=() if stays else (whole,), moves=moves)


def check_plan(now: Snapshot, plan: Plan) -> None:
    """OperationRefused when the plan no longer fits what exists on the day (used before taking one back)."""
    for move in plan.moves:
        here = now.practices.get(move.code) if move.what == PRACTICE else _parent(now, move.code)
        if here != move.origin:
            raise OperationRefused(
                f"{move.code} is no longer in {move.origin}: take back the later change first."
            )
    for area, old, _ in plan.renames:
        if now.area(area).name != old:
            raise OperationRefused(f"{old} has another name since: take back the later change first.")
    for state in plan.closes:
        leaving = {move.code for move in plan.moves if move.origin == state.code}
        inside = {*now.practices_of(now.area(state.code).code), *now.areas_of(state.code)}
        if left := sorted(inside - leaving):
            raise OperationRefused(f"{state.name} would close but holds {', '.join(left)}: move them first.")
    for state in plan.opens:
        if state.code in now.areas:
            raise OperationRefused(f"There is an area {state.code!r} on that day already.")


def _parent(now: Snapshot, code: str) -> str | None:
    return now.areas[code].parent if code in now.areas else None


def _everything(now: Snapshot, origin: str, target: str) -> list[Move]:
    moves = [Move(PRACTICE, practice, origin, target) for practice in now.practices_of(origin)]
    return moves + [Move(AREA, area, origin, target) for area in now.areas_of(origin)]


def _new_area(now: Snapshot, code: str, name: str, like: AreaState) -> AreaState:
    if not CODE.fullmatch(code) or len(code) > 64:
        raise OperationRefused(f"{code!r} is no code for an area. Use small letters, digits and hyphens.")
    if code in now.areas:
        raise OperationRefused(f"There is an area {code!r} already. Choose another code.")
    if not name.strip():
        raise OperationRefused(f"Enter a name for the area {code!r}.")
    return AreaState(code, name.strip(), like.kind, like.parent)


def _must_place_everything(contents: Sequence[str], placed: Sequence[str]) -> None:
    if missing := sorted(set(contents) - set(placed)):
        raise OperationRefused(f"Say which part each of these goes to: {', '.join(missing)}.")
    if unknown := sorted(set(placed) - set(contents)):
        raise OperationRefused(f"These are not in the area that is split: {', '.join(unknown)}.")
    if twice := sorted({item for item in placed if placed.count(item) > 1}):
        raise OperationRefused(f"These are in two parts: {', '.join(twice)}. Choose one part for each.")
