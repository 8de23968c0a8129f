"""What decides the flags of a row, in columns of few values each: rows alike in all of them are counted together.

A table of many millions of rows has some ten thousand such patterns. Its rows are read and grouped once; then `flags` says
what each pattern is. The same flags can be asked of single rows, which have their traits too.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from localcare.analysis.dataset.engine import lookup
from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.libraries import ibis
from localcare.analysis.quality.codes_known import CodesFound
from localcare.analysis.quality.counts import EARLIER
from localcare.analysis.scores.register import registered
from localcare.analysis.scores.windows import months_before

DAYS_AFTER_DEATH = 30  # letters and results of the days before a death arrive after it
DAYS_LATE = 30
DAYS_TO_CODE = 60  # a stay that ended so long ago should have its diagnoses
MONTHS_TOLD_APART = 36
NOT_YET = -1  # the month of rows after the day of the dataset
NOT_RECORDED, RECORDED_EARLIER, RECORDED_IN_TIME, RECORDED_LATE = range(
    4
)  # earlier: of a fact over a year old
EVENT_DAY = {"facts": "occurred_on", "contacts": "occurred_on", "stays": "admitted_on", "attendances": "arrived_on",
             "diagnoses": "occurred_on", "procedures": "occurred_on"}  # fmt: skip
ENDS = {"facts": "ended_on", "stays": "discharged_on"}
SYSTEMS = {"diagnoses": "ICD-10", "procedures": "OPCS-4"}  # of codes, where not each row says it
CODED_BY = {"facts": ("kind", "system", "code"), "diagnoses": ("code",), "procedures": ("code",)}
_DAYS = ("in_future", "before_birth", "after_death")
TRAITS: dict[str, tuple[str, ...]] = {
    "facts": ("practice_code", "month", "code_class", "measured_in", "recording", *_DAYS, "reversed"),
    "contacts": ("practice_code", "provider_code", "setting", "month", *_DAYS),
    "stays": ("practice_code", "provider_code", "month", "settled", "without_diagnosis", "overlapping", *_DAYS,
              "reversed"),
    "attendances": ("practice_code", "provider_code", "month", *_DAYS),
    "diagnoses": ("practice_code", "month", "code_class"),
    "procedures": ("practice_code", "month", "code_class"),
}  # fmt: skip


def known_people(dataset: LinkedDataset, as_of: date) -> Any:
    """Everyone in persons: practice_code and age (both empty where not registered on the day), born, believed_until.

    What is said of somebody after `believed_until` cannot be true, for they had died.
    """
    persons = dataset.table("persons")
    register = registered(persons, dataset.table("registrations"), as_of).select(
        registered_person_id="person_id", practice_code="practice_code", age="age"
    )
    joined = persons.join(register, persons.person_id == register.registered_person_id, how="left")
    until = joined.death_date + ibis.interval(days=DAYS_AFTER_DEATH)
    return joined.select(
        "person_id",
        "practice_code",
        "age",
        "birth_date",
        believed_until=until.cast("timestamp").date(),  # a day again: DuckDB's sum is a moment
    )


def rows_with_traits(
    dataset: LinkedDataset, name: str, people: Any, codes: CodesFound, as_of: date, until: date
) -> Any:
    """The rows of an event table with the columns of TRAITS, each empty where it cannot be told."""
    table = dataset.table(name)
    if name in CODED_BY:
        table = _with_class(table, name, codes)
    if name == "stays":
        table = _with_stay_traits(table, dataset.table("diagnoses"), as_of)
    about = people.drop("age").rename(about_person_id="person_id")
    joined = table.join(about, table.person_id == about.about_person_id, how="left")
    day = joined[EVENT_DAY[name]]
    traits = {
        "month": _month(day, as_of),
        "in_future": day > ibis.literal(until),
        "before_birth": day < joined.birth_date,
        "after_death": day > joined.believed_until,
    }
    if name in ENDS:
        traits["reversed"] = joined[ENDS[name]] < day
    if name == "facts":
        traits |= {"measured_in": _measured_in(joined), "recording": _recording(joined, as_of)}
    return joined.mutate(**traits)


def _month(day: Any, as_of: date) -> Any:
    """The month as one number, EARLIER (0) before the months told apart, NOT_YET after the day."""
    since = months_before(as_of, MONTHS_TOLD_APART)
    number = (day.year() * 12 + day.month() - 1).cast("int32")
    return ibis.cases(
        (day > ibis.literal(as_of), ibis.literal(NOT_YET, "int32")),
        (day > ibis.literal(since), number),
        else_=ibis.literal(EARLIER, "int32"),
    )


def _measured_in(facts: Any) -> Any:
    """The unit of a value for which some rule asks ("" is no unit); empty for every other fact."""
    asked_for = (facts.code_measured == 1) & facts.value.notnull()
    return ibis.cases((asked_for, facts.unit.fill_null("")), else_=ibis.null("string"))


def _recording(facts: Any, as_of: date) -> Any:
    day = facts.occurred_on
    recent = (day > ibis.literal(months_before(as_of, 12))) & (day <= ibis.literal(as_of))
    return ibis.cases(
        (facts.recorded_on.isnull(), NOT_RECORDED),
        (recent & (facts.recorded_on.delta(day, unit="day") > DAYS_LATE), RECORDED_LATE),
        (recent, RECORDED_IN_TIME),
        else_=RECORDED_EARLIER,
    )


def _with_class(rows: Any, name: str, codes: CodesFound) -> Any:
    """Each row with the class of its code, and whether some rule asks for values of it."""
    columns = ("kind", "system", "code")
    known = lookup(
        rows,
        {f"known_{column}": "string" for column in columns}
        | {"code_class": "int64", "code_measured": "int64"},
        [(*key, number, int(codes.classes[number][-1].measured)) for key, number in codes.class_of.items()],
    )
    same = [rows[column].identical_to(known[f"known_{column}"]) for column in CODED_BY[name]]
    return rows.join(known, same, how="left")


def _with_stay_traits(stays: Any, diagnoses: Any, as_of: date) -> Any:
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
