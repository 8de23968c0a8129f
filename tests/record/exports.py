"""People with a full record, exports of them, and what is in an exported table."""

from __future__ import annotations

from datetime import date

import duckdb

from localcare.foundation.people.models import Person
from localcare.foundation.record.linked_dataset import export_dataset
from localcare.foundation.record.models import (
    Attendance,
    Contact,
    Diagnosis,
    Fact,
    Package,
    Procedure,
    Source,
    Stay,
)
from localcare.kernel.access.readers import system_reader
from tests.factories import registered_person

AS_OF = date(2026, 11, 1)
DAY = date(2025, 6, 15)
SYSTEM = system_reader("test of the export")
PERSON_COLUMNS = {
    "registrations",
    "facts",
    "stays",
    "diagnoses",
    "procedures",
    "attendances",
    "contacts",
    "packages",
}


def with_full_record(**fields) -> Person:
    person = registered_person(**fields)
    source, _ = Source.objects.get_or_create(code="test", defaults={"name": "Test"})
    common = {"person": person, "source": source}
    key = f"{person.pk}"
    Fact.objects.create(
        **common, source_key=key, kind="condition", system="SNOMED-CT", code="1", occurred_on=DAY
    )
    stay = Stay.objects.create(**common, source_key=key, admission_type="emergency", admitted_on=DAY)
    Diagnosis.objects.create(**common, source_key=key, stay=stay, position=1, code="I10", occurred_on=DAY)
    Procedure.objects.create(**common, source_key=key, stay=stay, position=1, code="W37", occurred_on=DAY)
    Attendance.objects.create(**common, source_key=key, arrived_on=DAY)
    Contact.objects.create(
        **common, source_key=key, setting="community", occurred_on=DAY, reason="seen at home"
    )
    Package.objects.create(**common, source_key=key, package_type="reablement", started_on=DAY)
    return person


def export(out, purpose="direct-care", *, as_of=AS_OF, **options):
    return export_dataset(out, as_of=as_of, by=SYSTEM, purpose=purpose, **options)


def people_in(folder, table, column="person_id") -> set[int]:
    rows = duckdb.connect().execute(f"SELECT {column} FROM '{folder}/{table}.parquet'").fetchall()
    return {key for (key,) in rows}


def rows_of(folder, table, columns="*") -> list[tuple]:
    """The table's rows, in the order of the file."""
    return duckdb.connect().execute(f"SELECT {columns} FROM '{folder}/{table}.parquet'").fetchall()


def fact(person: Person, key: str, **fields) -> Fact:
    return Fact.objects.create(
        person=person, source=Source.objects.get(code="test"), source_key=key,
        **({"kind": "condition", "system": "SNOMED-CT", "code": "1", "occurred_on": DAY} | fields),
    )  # fmt: skip
