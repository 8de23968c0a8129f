from __future__ import annotations

from datetime import date, timedelta

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.care.stratification.conditions import condition
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.plan import placed
from localcare.care.stratification.rules import (
    default_look_again,
    is_put_aside,
    refuses_older_day,
    shown_number,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("rule", "row", "holds"),
    [
        ({"column": "age", "at_least": 65}, {"age": 65}, True),
        ({"column": "age", "at_least": 65}, {"age": 64}, False),
        ({"column": "age", "at_most": 0}, {"age": 0}, True),
        ({"column": "band", "one_of": ["high"]}, {"band": None}, False),
        ({"not": {"column": "band", "one_of": ["high"]}}, {"band": None}, True),
        ({"column": "seen", "within_days": 30}, {"seen": TODAY - timedelta(days=30)}, True),
        ({"column": "seen", "within_days": 30}, {"seen": TODAY - timedelta(days=31)}, False),
        ({"column": "seen", "within_days": 30}, {"seen": TODAY + timedelta(days=1)}, False),
        ({"column": "seen", "is_known": False}, {"seen": None}, True),
        (
            {"all": [{"column": "a", "equals": True}, {"column": "b", "equals": True}]},
            {"a": True, "b": False},
            False,
        ),
        (
            {"any": [{"column": "a", "equals": True}, {"column": "b", "equals": True}]},
            {"a": True, "b": False},
            True,
        ),
    ],
)
def test_conditions(rule, row, holds):
    assert condition(rule).holds(row, TODAY) is holds


def test_what_is_no_condition_is_refused():
    with pytest.raises(ValueError, match="is no condition"):
        condition({"column": "age", "eval": "__import__('os')"})


days = st.one_of(st.none(), st.dates(date(2025, 1, 1), TODAY))
people = st.fixed_dictionaries(
    {
        "age": st.integers(0, 105),
        "hfrs_tenths": st.sampled_from([0, 49, 50, 150, 151, 400]),
        "hfrs_band": st.sampled_from(["low", "intermediate", "high"]),
        "efi_category": st.sampled_from(["fit", "mild", "moderate", "severe"]),
        "efi_deficits": st.integers(0, 36),
        "frailty_coded": st.sampled_from([None, "mild", "moderate", "severe"]),
        "charlson_quan_2011": st.integers(0, 20),
        "cambridge_hundredths": st.integers(0, 900),
        "conditions": st.integers(0, 9),
        "emergency_admissions_12m": st.integers(0, 6),
        "acsc_admissions_12m": st.integers(0, 3),
        "attendances_12m": st.integers(0, 9),
        "bed_days_12m": st.integers(0, 90),
        "longest_stay_days_12m": st.integers(0, 40),
        "medicines_12m": st.integers(0, 20),
        "maternity_stays_12m": st.integers(0, 1),
        **dict.fromkeys(
            ("in_hospital", "in_acute_bed", "in_specialist_bed", "in_care_home", "has_home_care"),
            st.booleans(),
        ),
        **{flag.name: st.booleans() for flag in definitions().flags},
        **dict.fromkeys(("last_emergency_discharge_on", "last_contact_on", "plan_recorded_on"), days),
    }
)
TYPES = {"age": "int32", "hfrs_band": "string", "efi_category": "string", "frailty_coded": "string"}


@settings(max_examples=15, deadline=None)
@given(st.lists(people, min_size=20, max_size=60))
def test_the_plan_places_everyone_as_the_rules_read_one_by_one(rows):
    rules = definitions()

    found = placed_by_engine(rows)

    for place, row in enumerate(rows):
        engine = found[place]
        assert engine["segment"] == next(s.code for s in rules.segments if s.when.holds(row, TODAY))
        assert engine["tier"] == next(t.tier for t in rules.tiers if t.when.holds(row, TODAY))
        cohorts = [cohort for cohort in rules.cohorts if cohort.when.holds(row, TODAY)]
        assert rules.cohorts_in(engine["cohorts"]) == tuple(cohorts)
        points = sum(cohort.points for cohort in cohorts)
        points += sum(rule.points for rule in rules.points if rule.when.holds(row, TODAY))
        points += sum(min(row[count.column] * count.points_each, count.at_most) for count in rules.counts)
        assert engine["priority"] == points
        assert engine["on_list"] is any(cohort.puts_on_list for cohort in cohorts)
    ranks = sorted(engine["rank"] for engine in found.values())
    assert ranks == list(range(1, len(rows) + 1))


def placed_by_engine(rows):
    from localcare.care.stratification.columns import STAGED

    schema = {name: _type(name, rows) for name in rows[0]}
    missing = {name: type_ for name, type_ in STAGED.items() if name not in schema and name not in PLACED}
    filled = [{"person_id": place, **row} for place, row in enumerate(rows)]
    table = ibis.memtable(filled, schema={"person_id": "int64", **schema})
    table = table.mutate(**{name: _empty(type_) for name, type_ in missing.items() if name != "person_id"})
    result = placed(table, as_of=TODAY, definitions=definitions())
    return {row["person_id"]: row for row in result.to_pyarrow().to_pylist()}


PLACED = ("segment", "segment_flags", "tier", "cohorts", "priority", "on_list", "rank")


def _empty(type_):
    values = {"string": "", "boolean": False, "date": None, "int32": 0, "int64": 0}
    return ibis.literal(values[type_], type_) if values[type_] is not None else ibis.null(type_)


def _type(name, rows):
    if name in TYPES:
        return TYPES[name]
    if name.endswith("_on"):
        return "date"
    return "boolean" if isinstance(rows[0][name], bool) else "int32"


def test_small_rules():
    assert refuses_older_day(TODAY, TODAY + timedelta(days=1)) and not refuses_older_day(TODAY, TODAY)
    assert default_look_again("mdt", TODAY) == TODAY + timedelta(weeks=4)
    assert default_look_again("reopen", TODAY) is None
    assert is_put_aside(TODAY + timedelta(days=1), TODAY) and not is_put_aside(TODAY, TODAY)
    assert [shown_number(n, may_see_people=False) for n in (0, 1, 4, 5)] == [0, None, None, 5]
    assert shown_number(1, may_see_people=True) == 1
