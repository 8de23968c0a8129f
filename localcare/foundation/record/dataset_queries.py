"""What each table of the linked dataset is in the database, and who is in an export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.db import connection

from localcare.analysis.dataset.schema import Column, Table


class Purpose(Enum):
    """What an export is for."""

    DIRECT_CARE = "direct-care"
    PLANNING = "planning"
    RESEARCH = "research"


@dataclass(frozen=True)
class Selection:
    """For what, as of which day, and whether names and identifiers are left out."""

    purpose: Purpose
    as_of: date
    without_identifiers: bool

    @property
    def goes_beyond_care(self) -> bool:
        """National data opt-outs count, and dates of birth and free text are coarsened."""
        return self.purpose is not Purpose.DIRECT_CARE


IDENTIFIERS = frozenset({
    "nhs_number", "local_identifier", "family_name", "given_name", "address_line", "postcode", "telephone",
})  # fmt: skip

# Everyone in the export under each key that rows may still hold: their own, and those of people merged into them.
SELECT_PEOPLE = """
CREATE TEMP TABLE exported_person ON COMMIT DROP AS
WITH RECURSIVE survivor (id, person_id) AS (
    SELECT id, id FROM people_person WHERE merged_into_id IS NULL
    UNION ALL
    SELECT person.id, survivor.person_id FROM people_person person JOIN survivor ON person.merged_into_id = survivor.id
)
SELECT survivor.id, survivor.person_id FROM survivor {restriction}"""

NOT_OPTED_OUT = """WHERE survivor.person_id NOT IN (
    SELECT survivor.person_id FROM survivor JOIN people_person person ON person.id = survivor.id
    WHERE person.national_data_opt_out
    UNION
    SELECT survivor.person_id FROM survivor JOIN record_consent consent ON consent.person_id = survivor.id
    WHERE consent.kind = 'national-data-opt-out' AND consent.starts_on <= %(as_of)s
    AND (consent.ends_on IS NULL OR consent.ends_on > %(as_of)s)
)"""

MODELS = {
    "facts": "record_fact",
    "stays": "record_stay",
    "diagnoses": "record_diagnosis",
    "procedures": "record_procedure",
    "attendances": "record_attendance",
    "contacts": "record_contact",
    "packages": "record_package",
    "registrations": "people_registration",
    "relationships": "people_relationship",
}


def select_people(selection: Selection) -> None:
    """Fix who is in the export, for this transaction."""
    restriction = NOT_OPTED_OUT if selection.goes_beyond_care else ""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.exported_person")
        cursor.execute(SELECT_PEOPLE.format(restriction=restriction), {"as_of": selection.as_of})
        cursor.execute("CREATE INDEX ON exported_person (id)")
        cursor.execute("ANALYZE exported_person")


def table_query(described: Table, selection: Selection) -> str:
    """The PostgreSQL query that gives the table's columns in the order of the schema."""
    columns = ", ".join(_expression(described, column, selection) for column in described.columns)
    if described.name == "persons":
        return (
            f"SELECT {columns} FROM people_person AS row JOIN exported_person AS person"
            " ON person.id = row.id AND person.person_id = row.id"
        )
    joins = "JOIN exported_person AS person ON person.id = row.person_id"
    if described.name == "registrations":
        joins += " JOIN places_organisation AS practice ON practice.id = row.practice_id"
    if described.name == "relationships":
        joins += " JOIN exported_person AS related ON related.id = row.related_person_id"
    return f"SELECT {columns} FROM {MODELS[described.name]} AS row {joins}"


def _expression(described: Table, column: Column, selection: Selection) -> str:
    name = column.name
    if selection.without_identifiers and name in IDENTIFIERS:
        return "NULL"
    if selection.goes_beyond_care and name == "birth_date":
        return "date_trunc('month', row.birth_date)::date"
    if selection.goes_beyond_care and (described.name, name) == ("contacts", "reason"):
        return "NULL"
    elsewhere = {
        "related_person_id": "related.person_id",
        "practice_code": "practice.code",
        "local_identifier": "(SELECT min(value) FROM people_localidentifier AS local WHERE local.person_id = row.id)",
    }
    if name == described.key:
        return "row.id"
    if name == "person_id":
        return "person.person_id"
    if name in elsewhere:
        return elsewhere[name]
    if column.type == "string":
        return f"NULLIF(row.{name}, '')"
    if column.type == "timestamp":
        return f"row.{name} AT TIME ZONE 'UTC'"
    return f"row.{name}"
