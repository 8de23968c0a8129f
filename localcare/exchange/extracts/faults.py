"""What can be wrong with a row of the linked dataset, as conditions that DuckDB evaluates for every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from localcare.analysis.dataset.schema import Column, Table
from localcare.exchange.extracts.engine import Received
from localcare.exchange.extracts.targets import longest_texts

EARLIEST_DAY = date(1850, 1, 1)

NOT_IN_THE_FUTURE = frozenset({
    "persons.birth_date", "persons.death_date", "registrations.started_on", "facts.occurred_on", "facts.recorded_on",
    "stays.admitted_on", "stays.discharged_on", "diagnoses.occurred_on", "procedures.occurred_on",
    "attendances.arrived_on", "contacts.occurred_on", "relationships.started_on",
})  # fmt: skip
NOT_BEFORE_BIRTH = frozenset({
    "registrations.started_on", "facts.occurred_on", "stays.admitted_on", "diagnoses.occurred_on",
    "procedures.occurred_on", "attendances.arrived_on", "contacts.occurred_on", "packages.started_on",
})  # fmt: skip
ORDERED = {
    "persons": (("birth_date", "death_date"),),
    "registrations": (("started_on", "ended_on"),),
    "facts": (("occurred_on", "ended_on"),),
    "stays": (("admitted_on", "discharged_on"), ("admitted_at", "discharged_at")),
    "attendances": (("arrived_at", "departed_at"),),
    "packages": (("started_on", "ended_on"),),
    "relationships": (("started_on", "ended_on"),),
}
RANGES = {
    "imd_decile": (1, 10),
    "position": (1, 999),
    "hours_per_week": (0, 168),
}


@dataclass(frozen=True)
class Fault:
    """One thing that can be wrong: where, why, when (a condition over the typed row) and in which words."""

    column: str
    reason: str
    condition: str
    message: str


def faults_of(received: Received, *, latest_day: date) -> list[Fault]:
    """Every fault a row of the table can have: those of the row itself first, then of what it refers to."""
    table = received.table
    longest = longest_texts(table)
    found: list[Fault] = []
    for column in table.columns:
        found += _faults_of_column(received, column, longest.get(column.name), latest_day)
    found += _faults_of_identity(table)
    for start, end in ORDERED.get(table.name, ()):
        found.append(Fault(end, "end-before-start", f"{end} < {start}", f"{end} is before {start}"))
    found += _faults_of_references(table)
    for name in (name for name in NOT_BEFORE_BIRTH if name.startswith(f"{table.name}.")):
        column_name = name.split(".")[1]
        found.append(
            Fault(column_name, "impossible-date", f"{column_name} < person_birth_date",
                  f"{column_name} is before the person's date of birth")
        )  # fmt: skip
    return found


def first_fault(faults: list[Fault]) -> str:
    """An expression: the number of the first fault of a row, or empty."""
    cases = " ".join(f"WHEN {fault.condition} THEN {number}" for number, fault in enumerate(faults))
    return f"CASE {cases} END"


def _faults_of_column(received: Received, column: Column, longest: int | None, latest: date) -> list[Fault]:
    name, found = column.name, []
    if column.required:
        found.append(Fault(name, "missing", f"NOT coalesce({name}_is_filled, false)", f"{name} is empty"))
    if not received.is_sure_of_type(column):
        found.append(
            Fault(
                name, "wrong-type", f"{name}_is_filled AND {name} IS NULL", f"{name} is not a {column.type}"
            )
        )
    if column.values:
        allowed = ", ".join(f"'{value}'" for value in column.values)
        found.append(
            Fault(name, "value-not-allowed", f"{name} NOT IN ({allowed})",
                  f"{name} must be one of {', '.join(column.values)}")
        )  # fmt: skip
    elif column.type == "string":
        if longest:
            found.append(
                Fault(name, "too-long", f"length({name}) > {longest}", f"{name} is longer than {longest}")
            )
        found.append(
            Fault(name, "unstorable-character", f"contains({name}, chr(0))", f"{name} holds a null character")
        )
    if name in RANGES:
        low, high = RANGES[name]
        found.append(
            Fault(name, "out-of-range", f"{name} NOT BETWEEN {low} AND {high}",
                  f"{name} must be from {low} to {high}")
        )  # fmt: skip
    if column.type == "date":
        found.append(_impossible(received.table, column, latest))
    return found


def _impossible(table: Table, column: Column, latest: date) -> Fault:
    condition = f"{column.name} < DATE '{EARLIEST_DAY}'"
    message = f"{column.name} is before {EARLIEST_DAY.year}"
    if f"{table.name}.{column.name}" in NOT_IN_THE_FUTURE:
        condition += f" OR {column.name} > DATE '{latest}'"
        message += f" or after {latest}"
    return Fault(column.name, "impossible-date", condition, message)


def _faults_of_identity(table: Table) -> list[Fault]:
    key = table.key
    found = [Fault(key, "repeated-key", "row_number > first_row", f"{key} came before in this file")]
    if table.name == "persons":
        found.append(
            Fault("nhs_number", "nhs-number-invalid", "NOT is_nhs_number(nhs_number)",
                  "nhs_number is not 10 digits with a valid check digit")
        )  # fmt: skip
    return found


def _faults_of_references(table: Table) -> list[Fault]:
    has = {column.name for column in table.columns}
    found: list[Fault] = []
    if table.name != "persons":
        found.append(
            Fault(
                "person_id",
                "unknown-person",
                "person IS NULL",
                "no person with this person_id has been loaded",
            )
        )
    if "related_person_id" in has:
        found.append(
            Fault("related_person_id", "unknown-person", "related_person IS NULL",
                  "no person with this related_person_id has been loaded")
        )  # fmt: skip
    if "stay_id" in has and table.key != "stay_id":
        found.append(
            Fault("stay_id", "unknown-stay", "stay IS NULL", "no stay with this stay_id has been loaded")
        )
        found.append(
            Fault(
                "stay_id", "stay-of-another-person", "stay_person <> person", "the stay is another person's"
            )
        )
    if "practice_code" in has:
        found.append(
            Fault(
                "practice_code", "unknown-practice", "practice IS NULL", "no practice has this practice_code"
            )
        )
    return found


def typed_rows(received: Received, lookups: Mapping[str, str]) -> str:
    """A query: the rows in the schema's types, with what they refer to looked up in the tables `lookups` names."""
    table = received.table
    columns = [f"{received.typed(column)} AS {column.name}" for column in table.columns]
    if table.name == "persons":
        columns = [_without_blanks(text) for text in columns]
    filled = [
        f"({received.is_filled(column)}) AS {column.name}_is_filled"
        for column in table.columns
        if column.required or not received.is_sure_of_type(column)
    ]
    typed = f"SELECT row_number, {', '.join(columns + filled)} FROM {received.view}"
    has = {column.name for column in table.columns}
    joins, extra = _joins(table, has, lookups)
    return f"SELECT typed.*, {', '.join(extra)} FROM ({typed}) AS typed {' '.join(joins)}"


def _without_blanks(column: str) -> str:
    """NHS numbers are often written 999 123 4567."""
    text, _, name = column.rpartition(" AS ")
    return f"replace({text}, ' ', '') AS {name}" if name == "nhs_number" else column


def _joins(table: Table, has: set[str], lookups: Mapping[str, str]) -> tuple[list[str], list[str]]:
    joins = [f"LEFT JOIN {lookups['repeated']} AS repeated ON repeated.row_key = typed.{table.key}"]
    extra = ["repeated.first_row AS first_row"]
    if table.name != "persons":
        joins.append(f"LEFT JOIN {lookups['people']} AS people ON people.person_key = typed.person_id")
        extra += ["people.person AS person", "people.birth_date AS person_birth_date"]
    if "related_person_id" in has:
        joins.append(
            f"LEFT JOIN {lookups['people']} AS related ON related.person_key = typed.related_person_id"
        )
        extra.append("related.person AS related_person")
    if "stay_id" in has and table.key != "stay_id":
        joins.append(f"LEFT JOIN {lookups['stays']} AS stays ON stays.stay_key = typed.stay_id")
        extra += ["stays.stay AS stay", "stays.person AS stay_person"]
    if "practice_code" in has:
        joins.append(f"LEFT JOIN {lookups['practices']} AS practices ON practices.code = typed.practice_code")
        extra.append("practices.practice AS practice")
    return joins, extra
