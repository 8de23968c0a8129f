"""What each table of the linked dataset is in the database, and who is in an export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.db import connection
from django.utils import timezone

from localcare.analysis.dataset.schema import Column, Table
from localcare.foundation.record.exporting.rules import SecondaryUse


class Purpose(Enum):
    """What an export is for."""

    DIRECT_CARE = "direct-care"
    PLANNING = "planning"
    RESEARCH = "research"


@dataclass(frozen=True)
class Selection:
    """For what, as of which day, whether names and identifiers are left out, and the rules beyond direct care."""

    purpose: Purpose
    as_of: date
    without_identifiers: bool
    rules: SecondaryUse | None = None

    @property
    def goes_beyond_care(self) -> bool:
        """National data opt-outs count, and dates of birth and free text are coarsened."""
        return self.purpose is not Purpose.DIRECT_CARE


IDENTIFIERS = frozenset({
    "nhs_number", "local_identifier", "family_name", "given_name", "address_line", "postcode", "telephone",
})  # fmt: skip

# Everyone in the export under each key that rows may still hold: their own, and those of people merged into them.
PEOPLE = """
WITH RECURSIVE merged (id, at) AS (
    SELECT id, merged_into_id FROM people_person WHERE merged_into_id IS NOT NULL
    UNION ALL
    SELECT merged.id, next.merged_into_id FROM merged JOIN people_person AS next ON next.id = merged.at
    WHERE next.merged_into_id IS NOT NULL
),
survivor (id, person_id) AS (
    SELECT id, id FROM people_person WHERE merged_into_id IS NULL
    UNION ALL
    SELECT merged.id, merged.at FROM merged JOIN people_person AS last ON last.id = merged.at
    WHERE last.merged_into_id IS NULL
)
SELECT survivor.id, survivor.person_id FROM survivor {restriction}"""

# Who has said no is left out from the moment it is known, also when it is to hold from a later day, and is left out of
# the past as well.
NOT_OPTED_OUT = """WHERE survivor.person_id NOT IN (
    SELECT survivor.person_id FROM survivor JOIN people_person person ON person.id = survivor.id
    WHERE person.national_data_opt_out
    UNION
    SELECT survivor.person_id FROM survivor JOIN record_consent consent ON consent.person_id = survivor.id
    WHERE consent.kind = 'national-data-opt-out' AND (consent.ends_on IS NULL OR consent.ends_on > '{day}')
)"""

MODELS = {
    "persons": "people_person",
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


def people_query(selection: Selection) -> str:
    """Every key of people in the export (`id`) with the key of the person it leads to (`person_id`)."""
    day = min(selection.as_of, timezone.localdate())
    restriction = NOT_OPTED_OUT.format(day=day.isoformat()) if selection.goes_beyond_care else ""
    return PEOPLE.format(restriction=restriction)


def select_people(selection: Selection) -> None:
    """Fix who is in the export as the table `exported_person` (id, person_id, shown), for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.exported_person")
        cursor.execute(
            "CREATE TEMP TABLE exported_person ON COMMIT DROP AS"
            f" SELECT id, person_id, person_id AS shown FROM ({people_query(selection)}) AS chosen"
        )
        cursor.execute("CREATE INDEX ON exported_person (id)")
        cursor.execute("ANALYZE exported_person")


def table_query(described: Table, selection: Selection) -> str:
    """The PostgreSQL query that gives the table's columns in the order of the schema.

    People stand under the keys that the rows hold: who is in the export, and under which key, is the caller's to join.
    """
    columns = ", ".join(_expression(described, column, selection) for column in described.columns)
    rows = f"SELECT {columns} FROM {MODELS[described.name]} AS row"
    if described.name == "persons":
        return f"{rows} WHERE row.merged_into_id IS NULL"
    if described.name == "registrations":
        return f"{rows} JOIN places_organisation AS practice ON practice.id = row.practice_id WHERE true"
    if described.name == "relationships":
        return f"{rows} WHERE row.related_person_id IS NOT NULL"
    return f"{rows} WHERE true"


def _expression(described: Table, column: Column, selection: Selection) -> str:
    name = column.name
    if name == described.key:
        return "row.id"
    if selection.rules and (coarse := _coarse(described, name, selection.rules, selection.as_of)):
        return coarse
    if selection.without_identifiers and name in IDENTIFIERS:
        return "NULL"
    elsewhere = {
        "practice_code": "practice.code",
        "local_identifier": "(SELECT min(value) FROM people_localidentifier AS local WHERE local.person_id = row.id)",
    }
    if name in elsewhere:
        return elsewhere[name]
    if column.type == "string":
        return f"NULLIF(row.{name}, '')"
    if column.type == "timestamp":
        return f"row.{name} AT TIME ZONE 'UTC'"
    return f"row.{name}"


def _coarse(described: Table, name: str, rules: SecondaryUse, as_of: date) -> str | None:
    """The coarser form in which a column leaves; None where it leaves as it is."""
    said = rules.coarsening
    if name in rules.free_text.get(described.name, ()):
        return "NULL"
    if name == "birth_date":
        oldest = f"date '{as_of.isoformat()}' - interval '{said.oldest_age} years'"
        return f"date_trunc('{said.birth_date}', greatest(row.birth_date, {oldest}))::date"
    if name == "lsoa_code" and said.lsoa_code == "remove":
        return "NULL"
    if name == "postcode" and said.postcode != "remove":
        parts = {"outward": r"^(\S+) \d[A-Z]{2}$", "sector": r"^(\S+ \d)[A-Z]{2}$"}
        return f"substring(row.postcode from '{parts[said.postcode]}')"
    return None
