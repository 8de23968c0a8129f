"""Writing a plan to the dated rows: what held until the day ends there, what holds from the day begins there."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.db.models import QuerySet

from localcare.foundation.places.models import (
    Area,
    AreaMembership,
    AreaName,
    Organisation,
    PracticeMembership,
)
from localcare.foundation.places.queries import area_tree, holding_on
from localcare.foundation.places.rules import PRACTICE, AreaState, Move, OperationRefused, Plan, Snapshot

Row = TypeVar("Row", AreaMembership, AreaName, PracticeMembership)


def snapshot(on: date) -> Snapshot:
    """Everything that exists on the day."""
    areas: dict[str, AreaState] = {}
    practices: dict[str, str] = {}
    waiting = [(root, "") for root in area_tree(on)]
    while waiting:
        node, parent = waiting.pop()
        code = node.area.code
        areas[code] = AreaState(code, node.name, node.area.kind, parent)
        practices |= {practice.code: code for practice in node.practices}
        waiting += [(child, code) for child in node.children]
    return Snapshot(areas, practices)


def apply(plan: Plan, *, on: date, reason: str) -> list[Area]:
    """Write the plan; OperationRefused when a later change stands in the way. Returns the areas touched."""
    for state in plan.opens:
        _open(state, on=on, reason=reason)
    for move in plan.moves:
        _move(move, on=on, reason=reason)
    for state in plan.closes:
        _close(state, on=on)
    for code, _, new in plan.renames:
        area = Area.objects.get(code=code)
        _end(AreaName.objects.filter(area=area), on=on, what=area.name)
        AreaName.objects.create(area=area, name=new, valid_from=on)
        Area.objects.filter(pk=area.pk).update(name=new)
    return list(Area.objects.filter(code__in=plan.area_codes))


def _open(state: AreaState, *, on: date, reason: str) -> None:
    area, is_new = Area.objects.get_or_create(
        code=state.code,
        defaults={"kind": state.kind, "name": state.name, "valid_from": on, "source": f"operation: {reason}"},
    )
    if is_new:
        AreaName.objects.create(area=area, name=state.name, valid_from=on)
    elif area.kind != state.kind or area.valid_to is None or area.valid_to > on:
        raise OperationRefused(f"The code {state.code!r} is or was another area's. Choose another code.")
    Area.objects.filter(pk=area.pk).update(valid_to=None)
    AreaMembership.objects.create(
        child=area, parent=Area.objects.get(code=state.parent), valid_from=on, reason=reason
    )


def _move(move: Move, *, on: date, reason: str) -> None:
    target = Area.objects.get(code=move.target)
    if move.what == PRACTICE:
        practice = Organisation.objects.get(code=move.code)
        _end(PracticeMembership.objects.filter(practice=practice), on=on, what=practice.name)
        PracticeMembership.objects.create(practice=practice, area=target, valid_from=on, reason=reason)
        return
    area = Area.objects.get(code=move.code)
    _end(AreaMembership.objects.filter(child=area), on=on, what=area.name)
    AreaMembership.objects.create(child=area, parent=target, valid_from=on, reason=reason)


def _close(state: AreaState, *, on: date) -> None:
    area = Area.objects.get(code=state.code)
    _end(AreaMembership.objects.filter(child=area), on=on, what=area.name)
    Area.objects.filter(pk=area.pk).update(valid_to=on)


def _end(rows: QuerySet[Row], *, on: date, what: str) -> None:
    row = rows.filter(holding_on(on)).select_for_update().first()
    if row is None:
        raise OperationRefused(f"{what} does not exist on {on:%-d %B %Y}. Choose another day.")
    if row.valid_to is not None or row.valid_from >= on:
        since = row.valid_to or row.valid_from
        raise OperationRefused(
            f"{what} changes on {since:%-d %B %Y} already. Choose a later day, or take that change back first."
        )
    row.valid_to = on
    row.save(update_fields=("valid_to",))
