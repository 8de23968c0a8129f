"""Where each table of the linked dataset goes in the database, derived from the models of the record."""

from __future__ import annotations

from django.db import models

from localcare.analysis.dataset.schema import Table
from localcare.exchange.loads.merging import Target
from localcare.foundation.people.models import LocalIdentifier, Person, Registration, Relationship
from localcare.foundation.places.models import Organisation
from localcare.foundation.record.models import (
    Attendance,
    Contact,
    Diagnosis,
    Fact,
    Package,
    Procedure,
    Sourced,
    Stay,
)  # fmt: skip

RECORD_MODELS: dict[str, type[Sourced]] = {
    "facts": Fact,
    "stays": Stay,
    "diagnoses": Diagnosis,
    "procedures": Procedure,
    "attendances": Attendance,
    "contacts": Contact,
    "packages": Package,
}
OTHER_MODELS: dict[str, type[models.Model]] = {
    "persons": Person,
    "registrations": Registration,
    "relationships": Relationship,
}
BELONGS_ELSEWHERE = {
    "local_identifier": LocalIdentifier._meta.get_field("value").max_length or 0,
    "practice_code": Organisation._meta.get_field("code").max_length or 0,
}


def record_target(table: Table, *, source_id: int, run_id: int) -> Target:
    """The target of a table of the record."""
    model = RECORD_MODELS[table.name]
    given = {
        "person_id": "person",
        "source_id": str(int(source_id)),
        "source_key": f"{table.key}::VARCHAR",
        "load_key": str(int(run_id)),
        "stay_id": "stay",
    }
    known = {column.name for column in table.columns}
    columns: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        name = str(field.column)
        if name in given:
            columns[name] = given[name]
        elif name in known:
            columns[name] = f"coalesce({name}, '')" if _is_text(field) else name
        elif _is_text(field):
            columns[name] = "''"
    return Target(model._meta.db_table, columns)


def longest_texts(table: Table) -> dict[str, int]:
    """How long the text of each column may be in the database."""
    model = RECORD_MODELS.get(table.name) or OTHER_MODELS[table.name]
    found = {
        str(field.column): field.max_length
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and field.max_length
    }
    return {**BELONGS_ELSEWHERE, **found}


def _is_text(field: models.Field[object, object]) -> bool:
    return isinstance(field, (models.CharField, models.TextField)) and not field.null
