"""Changing the places: loading the definitions, and dated operations that never rewrite the past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from localcare.foundation.places.loading import write_definitions
from localcare.foundation.places.models import Organisation, PlaceOperation
from localcare.foundation.places.periods import apply, snapshot
from localcare.foundation.places.rules import (
    OperationRefused,
    Part,
    Plan,
    check_plan,
    plan_merge,
    plan_move,
    plan_rename,
    plan_split,
)
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

MANAGE = "places.manage"


def load_place_definitions(*, by: Reader) -> dict[str, int]:
    """Write the reviewed definitions of places; loading twice changes nothing. Returns rows of each kind."""
    _must_manage(by, Plan())
    with transaction.atomic():
        written = write_definitions()
        record_access(reader=by, action="places.load", detail=written)
    return written


def move_practice(*, practice_code: str, to_area: str, on: date, reason: str, by: Reader) -> PlaceOperation:
    """A practice belongs to another area from the day."""
    plan = plan_move(snapshot(on), practice_code, to_area)
    return _carry_out(PlaceOperation.Kind.MOVE_PRACTICE, plan, on=on, reason=reason, by=by)


def merge_areas(
    *, codes: Sequence[str], into_code: str, into_name: str = "", on: date, reason: str, by: Reader
) -> PlaceOperation:
    """Areas become one from the day: one of them, or a new one with a name."""
    plan = plan_merge(snapshot(on), codes, into_code, into_name)
    return _carry_out(PlaceOperation.Kind.MERGE, plan, on=on, reason=reason, by=by)


def split_area(*, code: str, parts: Sequence[Part], on: date, reason: str, by: Reader) -> PlaceOperation:
    """An area becomes its parts from the day; the area itself may be one of them."""
    plan = plan_split(snapshot(on), code, parts)
    return _carry_out(PlaceOperation.Kind.SPLIT, plan, on=on, reason=reason, by=by)


def rename_area(*, code: str, name: str, on: date, reason: str, by: Reader) -> PlaceOperation:
    """An area has another name from the day."""
    plan = plan_rename(snapshot(on), code, name)
    return _carry_out(PlaceOperation.Kind.RENAME, plan, on=on, reason=reason, by=by)


def reverse_operation(*, operation: PlaceOperation, on: date, reason: str, by: Reader) -> PlaceOperation:
    """Take an operation back from a later day on; what held between the two days stays as it was."""
    if PlaceOperation.objects.filter(reverses=operation).exists():
        raise OperationRefused("This change was taken back already.")
    plan = Plan.from_json(operation.detail).inverted()
    check_plan(snapshot(on), plan)
    return _carry_out(operation.kind, plan, on=on, reason=reason, by=by, reverses=operation)


def _carry_out(
    kind: str, plan: Plan, *, on: date, reason: str, by: Reader, reverses: PlaceOperation | None = None
) -> PlaceOperation:
    _must_manage(by, plan)  # outside the transaction, so that the audit keeps a refusal
    if not reason.strip():
        raise OperationRefused("Say why: the reason is kept with the change.")
    with transaction.atomic():
        check_plan(snapshot(on), plan)
        areas = apply(plan, on=on, reason=reason.strip())
        operation = _keep(kind, plan, on=on, reason=reason.strip(), by=by, reverses=reverses)
        operation.areas.set(areas)
        detail = {"operation": operation.pk, "effective_on": on.isoformat(), "summary": operation.summary}
        record_access(reader=by, action=f"places.{kind}", basis=operation.reason, detail=detail)
    return operation


def _keep(
    kind: str, plan: Plan, *, on: date, reason: str, by: Reader, reverses: PlaceOperation | None
) -> PlaceOperation:
    moved = Organisation.objects.filter(code__in=plan.practice_codes)
    return PlaceOperation.objects.create(
        kind=kind,
        effective_on=on,
        reason=reason,
        recorded_by=by.name,
        practice=moved.first() if kind == PlaceOperation.Kind.MOVE_PRACTICE else None,
        summary=summary_of(kind, plan, reverses)[:500],
        detail=plan.as_json(),
        reverses=reverses,
    )


def _must_manage(by: Reader, plan: Plan) -> None:
    """Places are changed by those who manage them for every practice that moves."""
    scope = by.scope(MANAGE)
    if scope.is_empty or (
        scope.practice_codes is not None and not plan.practice_codes <= scope.practice_codes
    ):
        record_access(reader=by, action=MANAGE, outcome="denied")
        raise PermissionDenied(MANAGE)


def summary_of(kind: str, plan: Plan, reverses: PlaceOperation | None = None) -> str:
    """One sentence that says what the plan does."""
    if reverses is not None:
        return f"Taken back: {reverses.summary}"
    if kind == "rename":
        return "; ".join(f"{old} renamed to {new}" for _, old, new in plan.renames)
    if kind == "move-practice":
        return "; ".join(f"{move.code} moved from {move.origin} to {move.target}" for move in plan.moves)
    if kind == "merge":
        target = plan.moves[0].target if plan.moves else "another area"
        return f"{' and '.join(state.name for state in plan.closes)} merged into {target}"
    origin = plan.moves[0].origin if plan.moves else "An area"
    return f"{origin} split into {' and '.join(state.name for state in plan.opens)}"
