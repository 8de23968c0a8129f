"""The faults and properties that are counted, as Ibis columns beside the rows they are of."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from localcare.analysis.dataset.engine import lookup
from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.libraries import ibis
from localcare.analysis.quality.code_shapes import Shape, shape_of
from localcare.analysis.quality.codes_known import WRONG, CodesKnown
from localcare.analysis.scores.register import registered
from localcare.analysis.scores.windows import months_before

OLDER_FROM = 65
DAYS_AFTER_DEATH = 30  # letters and results of the days before a death arrive after it
DAYS_LATE = 30
DAYS_TO_CODE = 60  # a stay that ended so long ago should have its diagnoses
MONTHS_OF_ACTIVITY = 24
MONTHS_TOLD_APART = 36
IMPOSSIBLE = ("in_future", "before_birth", "after_death", "reversed")
EVENT_DAY = {"facts": "occurred_on", "contacts": "occurred_on", "stays": "admitted_on", "attendances": "arrived_on",
             "diagnoses": "occurred_on", "procedures": "occurred_on"}  # fmt: skip
ENDS = {"facts": "ended_on", "stays": "discharged_on"}
CODE_FLAGS = ("malformed", "system_unknown", "covered", "in_list", "frailty", "measured_code")
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


def known_people(dataset: LinkedDataset, as_of: date) -> Any:
    """Everyone in persons: practice_code and age (both empty where not registered on the day), born and died."""
    persons = dataset.table("persons")
    register = registered(persons, dataset.table("registrations"), as_of).select(
        registered_person_id="person_id", practice_code="practice_code", age="age"
    )
    joined = persons.join(register, persons.person_id == register.registered_person_id, how="left")
    return joined.select("person_id", "practice_code", "age", "birth_date", "death_date")


def event_rows(
    dataset: LinkedDataset,
    name: str,
    people: Any,
    known: CodesKnown,
    pairs: list[tuple[str, str]],
    as_of: date,
    until: date,
) -> Any:
    """The rows of an event table with practice, feed, kind, month, day and a boolean column for each of COUNTED."""
    table = dataset.table(name)
    if name == "facts":
        table = _with_codes(table, known, pairs)
    if name in ("diagnoses", "procedures"):
        table = _with_shape(table, "ICD-10" if name == "diagnoses" else "OPCS-4", pairs)
    if name == "stays":
        table = _with_stay_flags(table, dataset.table("diagnoses"), as_of)
    about = people.rename(about_person_id="person_id")
    joined = table.join(about, table.person_id == about.about_person_id, how="left")
    day = joined[EVENT_DAY[name]]
    flags = _day_flags(joined, name, until) | (_fact_flags(joined, as_of) if name == "facts" else {})
    flags |= {flag: joined[flag] for flag in COUNTED[name] if flag in joined.columns}
    return joined.mutate(
        practice=joined.practice_code.fill_null(""),
        feed=joined.provider_code.fill_null("") if "provider_code" in joined.columns else ibis.literal(""),
        series=_series(joined, name),
        code_system=joined.system if name == "facts" else ibis.literal(""),
        month=_month(day, as_of),
        known_day=ibis.cases((day <= ibis.literal(as_of), day), else_=ibis.null("date")),
        **{flag: flags[flag].fill_null(False) for flag in COUNTED[name] if flag not in COUNTED_APART},
    )


def _series(rows: Any, name: str) -> Any:
    if name == "facts":
        return rows.kind
    return rows.setting if name == "contacts" else ibis.literal("")


def _month(day: Any, as_of: date) -> Any:
    since = months_before(as_of, MONTHS_TOLD_APART)
    number = (day.year() * 12 + day.month() - 1).cast("int32")
    inside = (day > ibis.literal(since)) & (day <= ibis.literal(as_of))
    return ibis.cases((inside, number), else_=ibis.literal(0, "int32"))


def _day_flags(rows: Any, name: str, until: date) -> dict[str, Any]:
    day = rows[EVENT_DAY[name]]
    flags = {
        "in_future": day > ibis.literal(until),
        "before_birth": day < rows.birth_date,
        "after_death": day.delta(rows.death_date, unit="day") > DAYS_AFTER_DEATH,
        "reversed": rows[ENDS[name]] < day if name in ENDS else ibis.literal(False),
    }
    flags = {flag: found.fill_null(False) for flag, found in flags.items()}
    return flags | {"impossible": reduce(or_, flags.values())}


def _fact_flags(rows: Any, as_of: date) -> dict[str, Any]:
    condition = rows.kind == "condition"
    recent = (rows.occurred_on > ibis.literal(months_before(as_of, 12))) & (
        rows.occurred_on <= ibis.literal(as_of)
    )
    measured = rows.measured_code.fill_null(0).cast("boolean") & rows.value.notnull()
    return {
        **{
            flag: rows[f"code_{flag}"].fill_null(0).cast("boolean")
            for flag in ("malformed", "system_unknown", "frailty")
        },
        "condition": condition,
        "condition_not_covered": condition & (rows.code_covered.fill_null(0) == 0),
        "condition_in_no_list": condition & (rows.code_in_list.fill_null(0) == 0),
        "measured": measured,
        "unit_not_usable": measured & rows.usable_unit.isnull(),
        "no_recorded_on": rows.recorded_on.isnull(),
        "recent_with_recorded_on": recent & rows.recorded_on.notnull(),
        "late": recent & (rows.recorded_on.delta(rows.occurred_on, unit="day") > DAYS_LATE),
    }


def _with_codes(facts: Any, known: CodesKnown, pairs: list[tuple[str, str]]) -> Any:
    """What is known of each row's code, and its unit where a rule can use the value."""
    found = [(system, code, known.flags(system, code)) for system, code in pairs]
    names = ("malformed", "system_unknown", "covered", "in_list", "frailty")
    columns = {"known_system": "string", "known_code": "string"} | {f"code_{name}": "int64" for name in names}
    codes = lookup(
        facts,
        columns | {"measured_code": "int64"},
        [
            (system, code, *(int(getattr(flags, name)) for name in names), int(flags.measured))
            for system, code, flags in found
        ],
    )
    facts = facts.join(
        codes, [facts.system == codes.known_system, facts.code == codes.known_code], how="left"
    )
    units = lookup(
        facts,
        {"usable_system": "string", "usable_code": "string", "usable_unit": "string"},
        known.usable(pairs),
    )
    same = [
        facts.system == units.usable_system,
        facts.code == units.usable_code,
        facts.unit.fill_null("") == units.usable_unit,
    ]
    return facts.join(units, same, how="left")


def _with_shape(rows: Any, system: str, pairs: list[tuple[str, str]]) -> Any:
    wrong = lookup(
        rows,
        {"wrong_code": "string"},
        [(code,) for _, code in pairs if shape_of(system, code) in (*WRONG, Shape.UNKNOWN_SYSTEM)],
    )
    joined = rows.join(wrong, rows.code == wrong.wrong_code, how="left")
    return joined.mutate(malformed=joined.wrong_code.notnull())


def _with_stay_flags(stays: Any, diagnoses: Any, as_of: date) -> Any:
    """Which stays should have a diagnosis and have none, and which overlap an earlier one or repeat it."""
    coded = diagnoses.select(coded_stay_id="stay_id").distinct()
    rows = stays.join(coded, stays.stay_id == coded.coded_stay_id, how="left")
    end = ibis.cases((rows.discharged_on.isnull(), ibis.literal(as_of)), else_=rows.discharged_on)
    settled = (rows.discharged_on > ibis.literal(months_before(as_of, 12))) & (
        rows.discharged_on <= ibis.literal(as_of - timedelta(days=DAYS_TO_CODE))
    )
    rows = rows.mutate(stay_end=end, settled=settled, without_diagnosis=settled & rows.coded_stay_id.isnull())
    before = ibis.window(
        group_by=rows.person_id,
        order_by=[rows.admitted_on, rows.stay_id],
        preceding=(None, 1),
        following=None,
    )
    same = ibis.window(
        group_by=[rows.person_id, rows.provider_code, rows.admitted_on, rows.discharged_on],
        order_by=rows.stay_id,
    )
    rows = rows.mutate(earlier_end=rows.stay_end.max().over(before), repeated=ibis.row_number().over(same))
    return rows.mutate(overlapping=(rows.admitted_on < rows.earlier_end) | (rows.repeated > 0))
