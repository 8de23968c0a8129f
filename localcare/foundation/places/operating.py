"""The forms of the dated operations: for each, its form, the plan it would make, and the doing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from localcare.foundation.places import actions, rules
from localcare.foundation.places.forms import (
    MergeForm,
    MoveForm,
    OperationForm,
    RenameForm,
    SplitForm,
    neighbours_of,
)
from localcare.foundation.places.models import Area, Organisation, PlaceOperation
from localcare.foundation.places.queries import area_codes_within
from localcare.foundation.places.rules import Plan, Snapshot
from localcare.kernel.access.readers import Reader

Data = QueryDict | None


@dataclass(frozen=True)
class Operation:
    """One kind of change of an area."""

    title: str
    form: Callable[[Data, Area, Snapshot], OperationForm]
    plan: Callable[[Area, Any, Snapshot], Plan]
    carry_out: Callable[[Area, Any, Reader], PlaceOperation]


def _rename_form(data: Data, area: Area, now: Snapshot) -> OperationForm:
    return RenameForm(data)


def _move_form(data: Data, area: Area, now: Snapshot) -> OperationForm:
    inside = area_codes_within(area.code, date.today()) & now.areas.keys()
    codes = [practice for practice, where in now.practices.items() if where in inside]
    practices = Organisation.objects.filter(code__in=codes).order_by("name").values_list("code", "name")
    areas = sorted(
        (state.code, state.name) for state in now.areas.values() if state.kind == Area.Kind.CLUSTER
    )
    return MoveForm(data, practices=list(practices), areas=areas)


def _merge_form(data: Data, area: Area, now: Snapshot) -> OperationForm:
    return MergeForm(data, neighbours=neighbours_of(now, area.code), initial={"into_code": area.code})


def _split_form(data: Data, area: Area, now: Snapshot) -> OperationForm:
    practices = Organisation.objects.filter(code__in=now.practices_of(area.code)).values_list("code", "name")
    areas = [(code, now.areas[code].name) for code in now.areas_of(area.code)]
    return SplitForm(data, contents=[*sorted(practices), *areas])


def _plan_merge(area: Area, typed: dict[str, Any], now: Snapshot) -> Plan:
    return rules.plan_merge(now, [area.code, *typed["others"]], typed["into_code"], typed["into_name"])


OPERATIONS = {
    "rename": Operation(
        "Rename",
        _rename_form,
        lambda area, form, now: rules.plan_rename(now, area.code, form.cleaned_data["name"]),
        lambda area, form, by: actions.rename_area(
            code=area.code, name=form.cleaned_data["name"], by=by, **_day_and_reason(form)
        ),
    ),
    "move-practice": Operation(
        "Move a practice",
        _move_form,
        lambda area, form, now: rules.plan_move(
            now, form.cleaned_data["practice"], form.cleaned_data["to_area"]
        ),
        lambda area, form, by: actions.move_practice(
            practice_code=form.cleaned_data["practice"],
            to_area=form.cleaned_data["to_area"],
            by=by,
            **_day_and_reason(form),
        ),
    ),
    "merge": Operation(
        "Merge with other areas",
        _merge_form,
        lambda area, form, now: _plan_merge(area, form.cleaned_data, now),
        lambda area, form, by: actions.merge_areas(
            codes=[area.code, *form.cleaned_data["others"]],
            into_code=form.cleaned_data["into_code"],
            into_name=form.cleaned_data["into_name"],
            by=by,
            **_day_and_reason(form),
        ),
    ),
    "split": Operation(
        "Split",
        _split_form,
        lambda area, form, now: rules.plan_split(now, area.code, form.parts()),
        lambda area, form, by: actions.split_area(
            code=area.code, parts=form.parts(), by=by, **_day_and_reason(form)
        ),
    ),
}


def _day_and_reason(form: OperationForm) -> dict[str, Any]:
    return {"on": form.cleaned_data["on"], "reason": form.cleaned_data["reason"]}
