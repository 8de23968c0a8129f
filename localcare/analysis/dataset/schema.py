"""The linked dataset, version 1: the tables, columns, types and meaning that every tool shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCHEMA_VERSION = 1

ColumnType = Literal["int64", "int32", "string", "date", "timestamp", "double", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column: its type, whether it must be filled, the values allowed and what it refers to."""

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    refers_to: str = ""


@dataclass(frozen=True)
class Table:
    """One table: its key (unique, int64) and its columns."""

    name: str
    key: str
    meaning: str
    columns: tuple[Column, ...]
    required: bool = True

    def column(self, name: str) -> Column:
        """The named column; KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")


def _key(name: str, meaning: str) -> Column:
    return Column(name, "int64", meaning, required=True)


PERSON = Column(
    "person_id", "int64", "The person, as in persons", required=True, refers_to="persons.person_id"
)
STAY = Column("stay_id", "int64", "The stay, as in stays", required=True, refers_to="stays.stay_id")

PERSONS = Table(
    "persons",
    "person_id",
    "Everyone who is or was registered, alive or dead, one row each",
    (
        _key("person_id", "Key of the person inside this dataset; carries no meaning"),
        Column("nhs_number", "string", "NHS number, 10 digits; empty when not known or pseudonymised"),
        Column(
            "local_identifier", "string", "The sending system's own identifier when there is no NHS number"
        ),
        Column("family_name", "string", "Family name; empty in a pseudonymised dataset"),
        Column("given_name", "string", "Given names; empty in a pseudonymised dataset"),
        Column("birth_date", "date", "Date of birth", required=True),
        Column("death_date", "date", "Date of death; empty while alive"),
        Column(
            "sex",
            "string",
            "Administrative gender as in FHIR",
            required=True,
            values=("female", "male", "other", "unknown"),
        ),
        Column(
            "ethnic_category",
            "string",
            "NHS Data Dictionary ethnic category (A to S, Z not stated, 99 not known)",
        ),
        Column("address_line", "string", "First line of the usual address"),
        Column("postcode", "string", "Postcode of the usual address"),
        Column("telephone", "string", "Preferred telephone number"),
        Column("lsoa_code", "string", "Lower-layer super output area of the usual address"),
        Column("imd_decile", "int32", "Index of Multiple Deprivation decile, 1 most deprived to 10 least"),
        Column(
            "national_data_opt_out",
            "boolean",
            "True when a national data opt-out stands (not for direct care)",
        ),
    ),
)

REGISTRATIONS = Table(
    "registrations",
    "registration_id",
    "Registrations with general practices; the register at a date is every row that covers it",
    (
        _key("registration_id", "Key of the registration"),
        PERSON,
        Column("practice_code", "string", "Organisation code of the practice", required=True),
        Column("started_on", "date", "First day registered", required=True),
        Column("ended_on", "date", "First day no longer registered; empty while registered"),
    ),
)

FACT_KINDS = ("condition", "observation", "medicine", "allergy", "procedure", "immunisation", "other")

FACTS = Table(
    "facts",
    "fact_id",
    "Coded facts of the record: problems, observations, medicines, allergies",
    (
        _key("fact_id", "Key of the fact"),
        PERSON,
        Column("kind", "string", "What kind of fact", required=True, values=FACT_KINDS),
        Column(
            "system",
            "string",
            "Code system: SNOMED-CT, ICD-10, DMD, CTV3, LOINC, RXNORM, LOCAL or its address",
            required=True,
        ),
        Column("code", "string", "The code as recorded", required=True),
        Column("text", "string", "What the recorder's system displayed"),
        Column("value", "double", "Numeric value of an observation"),
        Column("unit", "string", "Unit of the value (UCUM)"),
        Column("occurred_on", "date", "Day it happened or began (Europe/London)", required=True),
        Column("ended_on", "date", "Day it ended or was resolved"),
        Column("recorded_on", "date", "Day it was recorded"),
    ),
)

ADMISSION_TYPES = ("emergency", "elective", "maternity", "transfer", "other")
BED_TYPES = ("acute", "community", "mental-health", "hospice", "other")

STAYS = Table(
    "stays",
    "stay_id",
    "Hospital stays, from admission to discharge",
    (
        _key("stay_id", "Key of the stay"),
        PERSON,
        Column("provider_code", "string", "Organisation code of the provider"),
        Column("site_code", "string", "Organisation code of the site"),
        Column("admission_type", "string", "How the stay began", required=True, values=ADMISSION_TYPES),
        Column("bed_type", "string", "The kind of bed", values=BED_TYPES),
        Column("specialty_code", "string", "Treatment function code"),
        Column("admitted_on", "date", "Day of admission (Europe/London)", required=True),
        Column("discharged_on", "date", "Day of discharge; empty while in hospital"),
        Column("admitted_at", "timestamp", "Moment of admission, UTC"),
        Column("discharged_at", "timestamp", "Moment of discharge, UTC"),
        Column("discharge_destination", "string", "Where the person went"),
    ),
)

DIAGNOSES = Table(
    "diagnoses",
    "diagnosis_id",
    "Diagnoses of hospital stays",
    (
        _key("diagnosis_id", "Key of the diagnosis"),
        PERSON,
        STAY,
        Column("position", "int32", "1 for the primary diagnosis, then 2, 3 …", required=True),
        Column("code", "string", "ICD-10 code as recorded, with or without its dot", required=True),
        Column("occurred_on", "date", "Day of admission of the stay", required=True),
    ),
)

PROCEDURES = Table(
    "procedures",
    "procedure_id",
    "Procedures of hospital stays",
    (
        _key("procedure_id", "Key of the procedure"),
        PERSON,
        STAY,
        Column("position", "int32", "1 for the main procedure", required=True),
        Column("code", "string", "OPCS-4 code as recorded", required=True),
        Column("occurred_on", "date", "Day of the procedure", required=True),
    ),
    required=False,
)

ATTENDANCES = Table(
    "attendances",
    "attendance_id",
    "Urgent and emergency care attendances",
    (
        _key("attendance_id", "Key of the attendance"),
        PERSON,
        Column("provider_code", "string", "Organisation code of the provider"),
        Column("site_code", "string", "Organisation code of the site"),
        Column(
            "department_type",
            "string",
            "Emergency care department type, 1 major to 5 same day emergency care",
            values=("1", "2", "3", "4", "5"),
        ),
        Column("arrived_on", "date", "Day of arrival (Europe/London)", required=True),
        Column("arrived_at", "timestamp", "Moment of arrival, UTC"),
        Column("departed_at", "timestamp", "Moment of departure, UTC"),
        Column("arrival_mode", "string", "How the person came", values=("ambulance", "other")),
        Column(
            "outcome",
            "string",
            "How it ended",
            values=("admitted", "discharged", "referred", "left-before-treatment", "died", "other"),
        ),
        Column("diagnosis_code", "string", "Main diagnosis, SNOMED CT or ICD-10"),
    ),
)

CONTACT_SETTINGS = (
    "general-practice",
    "community",
    "mental-health",
    "social-care",
    "voluntary",
    "out-patient",
)

CONTACTS = Table(
    "contacts",
    "contact_id",
    "Contacts with general practice, community, mental-health, social-care and voluntary services",
    (
        _key("contact_id", "Key of the contact"),
        PERSON,
        Column("setting", "string", "Which kind of service", required=True, values=CONTACT_SETTINGS),
        Column("provider_code", "string", "Organisation code of the provider"),
        Column("occurred_on", "date", "Day of the contact (Europe/London)", required=True),
        Column("occurred_at", "timestamp", "Moment of the contact, UTC"),
        Column(
            "mode",
            "string",
            "How it was held",
            values=("face-to-face", "home-visit", "telephone", "video", "other"),
        ),
        Column("professional_role", "string", "Role of the professional seen"),
        Column("reason", "string", "Reason, as displayed"),
        Column("attended", "boolean", "False when the person did not attend; empty counts as attended"),
    ),
)

PACKAGE_TYPES = (
    "domiciliary-care",
    "reablement",
    "residential-care",
    "nursing-care",
    "community-nursing",
    "equipment",
    "carer-support",
    "day-care",
    "other",
)

PACKAGES = Table(
    "packages",
    "package_id",
    "Packages of health and social care at home or in a home",
    (
        _key("package_id", "Key of the package"),
        PERSON,
        Column("package_type", "string", "What the package is", required=True, values=PACKAGE_TYPES),
        Column("provider_code", "string", "Organisation code of the provider"),
        Column("started_on", "date", "First day", required=True),
        Column("ended_on", "date", "First day without it; empty while it runs"),
        Column("hours_per_week", "double", "Planned hours a week"),
    ),
)

RELATIONSHIPS = Table(
    "relationships",
    "relationship_id",
    "Who cares for or lives with whom",
    (
        _key("relationship_id", "Key of the relationship"),
        PERSON,
        Column(
            "related_person_id", "int64", "The other person", required=True, refers_to="persons.person_id"
        ),
        Column(
            "kind",
            "string",
            "What the other person is to this one",
            required=True,
            values=(
                "unpaid-carer",
                "spouse-or-partner",
                "child",
                "parent",
                "household",
                "next-of-kin",
                "other",
            ),
        ),
        Column("started_on", "date", "Since when"),
        Column("ended_on", "date", "Until when"),
    ),
    required=False,
)

TABLES: tuple[Table, ...] = (
    PERSONS,
    REGISTRATIONS,
    FACTS,
    STAYS,
    DIAGNOSES,
    PROCEDURES,
    ATTENDANCES,
    CONTACTS,
    PACKAGES,
    RELATIONSHIPS,
)
REQUIRED = tuple(found.name for found in TABLES if found.required)  # what lists and indicators are made of


def table(name: str) -> Table:
    """The named table of the dataset; KeyError when there is none."""
    for candidate in TABLES:
        if candidate.name == name:
            return candidate
    raise KeyError(f"the linked dataset has no table {name!r}")
