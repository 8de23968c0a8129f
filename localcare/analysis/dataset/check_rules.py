"""Which dates of a linked dataset cannot be true: conditions in SQL over a table named `checked`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from localcare.analysis.dataset.schema import Table

EARLIEST_BIRTH = date(1900, 1, 1)

# pairs of columns of which the second cannot come before the first
ORDERED = {
    "persons": [("birth_date", "death_date")],
    "registrations": [("started_on", "ended_on")],
    "facts": [("occurred_on", "ended_on")],
    "stays": [("admitted_on", "discharged_on"), ("admitted_at", "discharged_at")],
    "attendances": [("arrived_at", "departed_at")],
    "packages": [("started_on", "ended_on")],
    "relationships": [("started_on", "ended_on")],
}

# days that cannot lie after the date of the dataset: they say what has happened, not what is planned
HAPPENED = ("birth_date", "death_date", "occurred_on", "recorded_on", "admitted_on", "arrived_on")
# days an event cannot have before its person was born
BY_THE_PERSON = ("admitted_on", "arrived_on")


@dataclass(frozen=True)
class DatedRule:
    """One condition that must hold for no row, with the columns and tables it needs."""

    name: str
    column: str
    columns: tuple[str, ...]
    condition: str
    message: str
    remedy: str
    joins: str = ""
    tables: tuple[str, ...] = ()


def dated_rules(table: Table, until: date | None) -> Iterator[DatedRule]:
    """The rules of one table; those about the future only when the dataset's date is known."""
    for first, second in ORDERED.get(table.name, ()):
        yield DatedRule(
            "out-of-order", second, (first, second), f"checked.{second} < checked.{first}",
            f"comes before {first}", f"correct {first} or {second}",
        )  # fmt: skip
    names = [column.name for column in table.columns]
    for name in (column for column in HAPPENED if until and column in names):
        yield DatedRule(
            "future", name, (name,), f"checked.{name} > date '{until}'",
            f"lies after the date of the dataset, {until}", "correct the day, or the date of the dataset",
        )  # fmt: skip
    if table.name == "persons":
        yield DatedRule(
            "birth-too-early", "birth_date", ("birth_date",), f"checked.birth_date < date '{EARLIEST_BIRTH}'",
            f"lies before {EARLIEST_BIRTH:%Y}", "correct the date of birth",
        )  # fmt: skip
    for name in (column for column in BY_THE_PERSON if column in names):
        yield DatedRule(
            "before-birth", name, (name, "person_id"), f"checked.{name} < person.birth_date",
            "lies before the person was born", "correct the day or the date of birth, or the person it belongs to",
            joins="join typed_persons as person on person.person_id = checked.person_id", tables=("persons",),
        )  # fmt: skip
    if table.name == "registrations":
        yield _overlap()


def _overlap() -> DatedRule:
    return DatedRule(
        "overlapping", "started_on", ("person_id", "started_on", "ended_on", "registration_id"),
        "checked.started_on < earlier.ended_before",
        "begins before an earlier registration of the person has ended",
        "end the earlier registration on the day this one starts",
        joins="""join (select registration_id as this_registration, max(coalesce(ended_on, date '9999-12-31')) over (
            partition by person_id order by started_on, registration_id
            rows between unbounded preceding and 1 preceding) as ended_before
            from typed_registrations) as earlier on earlier.this_registration = checked.registration_id""",
    )  # fmt: skip
