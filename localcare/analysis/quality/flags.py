"""The faults and properties that are counted, told from the traits of a row or of many rows alike."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from localcare.analysis.dataset.engine import lookup
from localcare.analysis.libraries import ibis
from localcare.analysis.quality import traits
from localcare.analysis.quality.codes_known import CodesFound
from localcare.analysis.quality.counts import EARLIER

OLDER_FROM = 65
MONTHS_OF_ACTIVITY = 24
IMPOSSIBLE = ("in_future", "before_birth", "after_death", "reversed")
COUNTED: dict[str, tuple[str, ...]] = {
    "persons": ("older", "with_identifiers", "older_without_facts", "sex_not_known", "ethnicity_not_known",
                "deprivation_not_known", "number_missing", "number_twice", "alike", "without_activity"),
    "facts": ("malformed", "system_unknown", "condition", "condition_not_covered", "condition_in_no_list", "frailty",
              "measured", "unit_not_usable", "no_recorded_on", "recent_with_recorded_on", "late", *IMPOSSIBLE,
              "impossible", "twice", "looked_at_for_twice"),
    "stays": ("settled", "without_diagnosis", "overlapping", *IMPOSSIBLE, "impossible"),
    "attendances": (*IMPOSSIBLE, "impossible"),
    "contacts": (*IMPOSSIBLE, "impossible"),
    "diagnoses": ("malformed",),
    "procedures": ("malformed",),
}  # fmt: skip
COUNTED_APART = ("twice", "looked_at_for_twice")  # by a pass of their own, over a sample of people


def flags_of(table: str) -> list[str]:
    """The flags of COUNTED that one row has by itself."""
    return [flag for flag in COUNTED[table] if flag not in COUNTED_APART]


def with_flags(rows: Any, name: str, codes: CodesFound) -> Any:
    """Rows, or patterns, with the traits of an event table: with practice, feed, kind, month and a boolean for each flag."""
    if name in traits.CODED_BY:
        rows = _with_codes(rows, codes)
    flags = {flag: rows[flag] for flag in COUNTED[name] if flag in rows.columns}
    if "impossible" in COUNTED[name]:
        flags |= _impossible(rows)
    if name == "facts":
        flags |= _of_facts(rows)
    return rows.mutate(
        practice=rows.practice_code.fill_null(""),
        feed=rows.provider_code.fill_null("") if "provider_code" in rows.columns else ibis.literal(""),
        series=_series(rows, name),
        code_system=rows.class_system if name == "facts" else ibis.literal(""),
        month=ibis.cases((rows.month == traits.NOT_YET, EARLIER), else_=rows.month),
        not_yet=rows.month == traits.NOT_YET,
        **{flag: flags[flag].fill_null(False) for flag in flags_of(name)},
    )


def _series(rows: Any, name: str) -> Any:
    if name == "facts":
        return rows.class_kind
    return rows.setting if name == "contacts" else ibis.literal("")


def _impossible(rows: Any) -> dict[str, Any]:
    flags = {
        flag: rows[flag].fill_null(False) if flag in rows.columns else ibis.literal(False)
        for flag in IMPOSSIBLE
    }
    return flags | {"impossible": reduce(or_, flags.values())}


def _of_facts(rows: Any) -> dict[str, Any]:
    condition, measured = rows.class_kind == "condition", rows.measured_in.notnull()
    return {
        "condition": condition,
        "condition_not_covered": condition & ~rows.covered.fill_null(False),
        "condition_in_no_list": condition & ~rows.in_list.fill_null(False),
        "measured": measured,
        "unit_not_usable": measured & rows.usable_unit.isnull(),
        "no_recorded_on": rows.recording == traits.NOT_RECORDED,
        "recent_with_recorded_on": rows.recording.isin([traits.RECORDED_IN_TIME, traits.RECORDED_LATE]),
        "late": rows.recording == traits.RECORDED_LATE,
    }


def _with_codes(rows: Any, codes: CodesFound) -> Any:
    """What is known of the codes of each class, and the unit of a measurement where a rule can use the value."""
    names = ("malformed", "system_unknown", "covered", "in_list", "frailty")
    known = lookup(
        rows,
        {"known_class": "int64", "class_kind": "string", "class_system": "string"}
        | {f"known_{name}": "int64" for name in names},
        [
            (number, kind, system, *(int(getattr(flags, name)) for name in names))
            for number, (kind, system, flags) in enumerate(codes.classes)
        ],
    )
    rows = rows.join(known, rows.code_class == known.known_class, how="left")
    rows = rows.mutate(**{name: rows[f"known_{name}"].cast("boolean") for name in names})
    if "measured_in" not in rows.columns:
        return rows
    units = lookup(
        rows,
        {"usable_class": "int64", "usable_unit": "string"},
        [
            (number, unit)
            for number, (_, _, flags) in enumerate(codes.classes)
            for unit in sorted(flags.units or ())
        ],
    )
    same = [rows.code_class == units.usable_class, rows.measured_in == units.usable_unit]
    return rows.join(units, same, how="left")
