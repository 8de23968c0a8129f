"""Questions to one person's record; each asks who is reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import PersonNotVisible, is_visible
from localcare.foundation.record.models import (
    Consent,
    Document,
)
from localcare.kernel.access.readers import Reader

P = ParamSpec("P")
R = TypeVar("R")
Row = Mapping[str, Any]

KINDS_OF_EVENT = {
    "condition": "Problems",
    "observation": "Measurements",
    "medicine": "Medicines",
    "allergy": "Allergies",
    "procedure": "Procedures",
    "immunisation": "Immunisations",
    "other": "Other facts",
    "stay": "Hospital stays",
    "attendance": "A&E and urgent care",
    "contact": "Contacts",
    "package": "Packages of care",
    "document": "Documents",
}


def _of_a_person(
    question: Callable[Concatenate[Person, P], R],
) -> Callable[Concatenate[Person, Reader, P], R]:
    """Make the reader an argument of the question; who may not read this very person is refused."""

    @wraps(question)
    def asked(person: Person, reader: Reader, *arguments: P.args, **keywords: P.kwargs) -> R:
        _refuse_unless_visible(person, reader)
        return question(person, *arguments, **keywords)

    return cast(Callable[Concatenate[Person, Reader, P], R], asked)


def _refuse_unless_visible(person: Person, reader: Reader) -> None:
    if not reader.may("person.read"):
        raise PermissionDenied("To read a person's record you need the permission person.read.")
    if not is_visible(person, reader):
        raise PersonNotVisible("There is no person at this address whom you may see.")


def _named(columns: str) -> dict[str, str]:
    return {column: column for column in columns.split()}


@dataclass(frozen=True)
class CodedItem:
    """One code of the record with the first and last day it was recorded and how often."""

    system: str
    code: str
    text: str
    first_on: date
    last_on: date
    times: int


def facts(person: Person, reader: Reader) -> list[Row]:
    """Every coded fact, in the order of their days."""
    return _record_of(person, reader)["record_fact"]


def stays(person: Person, reader: Reader) -> list[Row]:
    """Hospital stays, newest first."""
    return _record_of(person, reader)["record_stay"]


def diagnoses(person: Person, reader: Reader) -> list[Row]:
    """The diagnoses of every stay, in their positions."""
    return _record_of(person, reader)["record_diagnosis"]


def attendances(person: Person, reader: Reader) -> list[Row]:
    """Urgent and emergency attendances, newest first."""
    return _record_of(person, reader)["record_attendance"]


def contacts(person: Person, reader: Reader) -> list[Row]:
    """Contacts with services, newest first."""
    return _record_of(person, reader)["record_contact"]


def packages(person: Person, reader: Reader) -> list[Row]:
    """Packages of care, running ones first."""
    return _record_of(person, reader)["record_package"]


# table -> in which order, and what is read of it by which name
_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "record_fact": ("occurred_on, id", _named("kind system code text value value_text unit occurred_on ended_on")),
    "record_stay": (
        "admitted_on DESC, id DESC",
        {"stay_id": "id"} | _named("admission_type bed_type admitted_on discharged_on reason"),
    ),
    "record_diagnosis": ("stay_id, position, id", _named("stay_id position code text occurred_on")),
    "record_attendance": (
        "arrived_on DESC, id DESC", _named("arrived_on arrival_mode outcome diagnosis_code reason"),
    ),
    "record_contact": (
        "occurred_on DESC, id DESC", _named("setting occurred_on professional_role mode attended reason"),
    ),
    "record_package": ("ended_on DESC, started_on DESC", _named("package_type started_on ended_on hours_per_week")),
}  # fmt: skip
_TYPES: dict[str, Callable[[Any], Any]] = {  # what JSON does not know
    **dict.fromkeys(("occurred_on", "ended_on", "admitted_on", "discharged_on", "arrived_on", "started_on"), date.fromisoformat),
    "value": float, "hours_per_week": float,
}  # fmt: skip
_EVERYTHING = "SELECT " + ", ".join(
    f"(SELECT json_agg(json_build_array({', '.join(columns.values())}) ORDER BY {order})::text"
    f" FROM {table} WHERE person_id = %(person)s)"
    for table, (order, columns) in _TABLES.items()
)


def _record_of(person: Person, reader: Reader) -> dict[str, list[Row]]:
    """The person's rows as mappings, in one question for a page: sections, scores and forms ask for the same ones."""
    _refuse_unless_visible(person, reader)
    return reader.once(("record", person.pk), lambda: _read(person))


def _read(person: Person) -> dict[str, list[Row]]:
    (found,) = _rows(_EVERYTHING, person)
    return {
        table: [_row(columns, values) for values in json.loads(said or "[]")]
        for (table, (_, columns)), said in zip(_TABLES.items(), found, strict=True)
    }


def _row(columns: Iterable[str], values: Iterable[Any]) -> Row:
    return {
        name: _TYPES[name](value) if value is not None and name in _TYPES else value
        for name, value in zip(columns, values, strict=True)
    }


def problems(person: Person, reader: Reader) -> list[CodedItem]:
    """Conditions that have not ended, the most recently recorded first."""
    return _coded_items(_standing(facts(person, reader), "condition"))


def medicines(person: Person, reader: Reader, *, since: date) -> list[CodedItem]:
    """Medicines recorded on or after `since`, the latest first."""
    recent = (fact for fact in facts(person, reader) if fact["occurred_on"] >= since)
    return _coded_items(fact for fact in recent if fact["kind"] == "medicine")


def allergies(person: Person, reader: Reader) -> list[CodedItem]:
    """Allergies and intolerances ever recorded and not ended."""
    return _coded_items(_standing(facts(person, reader), "allergy"))


def _standing(recorded: Iterable[Row], kind: str) -> list[Row]:
    """The facts of a kind that still stand: what ends on a later day stands until then."""
    today = timezone.localdate()
    return [
        fact
        for fact in recorded
        if fact["kind"] == kind and (fact["ended_on"] is None or fact["ended_on"] > today)
    ]


def _coded_items(recorded: Iterable[Row]) -> list[CodedItem]:
    """Facts in the order of their days as one item for each code, the latest first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for fact in recorded:
        found.setdefault((fact["system"], fact["code"]), []).append(fact)
    items = [
        CodedItem(
            system=system,
            code=code,
            text=max(row["text"] for row in rows),
            first_on=rows[0]["occurred_on"],
            last_on=rows[-1]["occurred_on"],
            times=len(rows),
        )
        for (system, code), rows in found.items()
    ]
    items.sort(key=lambda item: (item.text.casefold(), item.code))
    return sorted(items, key=lambda item: item.last_on, reverse=True)


def latest_observations(person: Person, reader: Reader, limit: int = 12) -> list[Row]:
    """The latest value of each measurement, the newest first."""
    latest = {
        (fact["system"], fact["code"]): fact
        for fact in facts(person, reader)
        if fact["kind"] == "observation"
    }
    by_name = sorted(latest.values(), key=lambda fact: fact["text"].casefold())
    return sorted(by_name, key=lambda fact: fact["occurred_on"], reverse=True)[:limit]


@_of_a_person
def documents(person: Person) -> QuerySet[Document]:
    """Documents about the person, newest first, without their content."""
    return Document.objects.filter(person=person).defer("content").order_by("-occurred_on", "-pk")


@_of_a_person
def consents(person: Person) -> QuerySet[Consent]:
    """Consents, refusals and opt-outs, newest first."""
    return Consent.objects.filter(person=person).order_by("-starts_on", "-pk")


@dataclass(frozen=True)
class Event:
    """One line of the timeline."""

    occurred_on: date
    kind: str
    title: str
    detail: str
    source: str


_TIMELINE = """
    with event (occurred_on, kind, title, detail, source_id, tie) as (
        select occurred_on, kind, coalesce(nullif(text, ''), code),
               case when value is not null
                    then concat_ws(' ', round(value::numeric, 2)::float8::text, nullif(unit, ''))
                    else value_text end, source_id, id
          from record_fact where person_id = %(person)s
        union all
        select admitted_on, 'stay', initcap(admission_type) || ' admission',
               concat_ws(' ', case when discharged_on is null then 'still in hospital'
                                   when discharged_on - admitted_on = 1 then '1 night'
                                   else (discharged_on - admitted_on)::text || ' nights' end,
                         nullif(reason, '')), source_id, id
          from record_stay where person_id = %(person)s
        union all
        select arrived_on, 'attendance', 'Urgent or emergency attendance',
               concat_ws(', ', nullif(arrival_mode, ''), nullif(outcome, ''), nullif(reason, '')),
               source_id, id
          from record_attendance where person_id = %(person)s
        union all
        select occurred_on, 'contact', initcap(replace(setting, '-', ' ')) || ' contact',
               concat_ws(', ', nullif(professional_role, ''), nullif(mode, ''), nullif(reason, ''),
                         case when attended is false then 'did not attend' end), source_id, id
          from record_contact where person_id = %(person)s
        union all
        select started_on, 'package', initcap(replace(package_type, '-', ' ')),
               concat_ws(', ', hours_per_week::text || ' hours a week',
                         case when ended_on is null then 'running' else 'until ' || to_char(ended_on, 'FMDD Mon YYYY') end),
               source_id, id
          from record_package where person_id = %(person)s
        union all
        select occurred_on, 'document', title, document_type, source_id, id
          from record_document where person_id = %(person)s
    )
"""


@_of_a_person
def timeline(person: Person, *, kinds: tuple[str, ...] = (), offset: int = 0, limit: int = 50) -> list[Event]:
    """What happened, newest first: `kinds` as in KINDS_OF_EVENT, all of them when none is named."""
    sql = f"""{_TIMELINE}
        select event.occurred_on, kind, title, coalesce(detail, ''), coalesce(source.name, '')
          from event left join record_source source on source.id = event.source_id
         where cardinality(%(kinds)s::text[]) = 0 or kind = any(%(kinds)s)
         order by event.occurred_on desc, kind, tie desc offset %(offset)s limit %(limit)s"""
    return [Event(*row) for row in _rows(sql, person, kinds=list(kinds), offset=offset, limit=limit)]


@_of_a_person
def timeline_counts(person: Person) -> dict[str, int]:
    """How many events of each kind the record holds."""
    return dict(_rows(f"{_TIMELINE} select kind, count(*) from event group by kind", person))


def _rows(sql: str, person: Person, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"person": person.pk, **parameters})
        return list(cursor.fetchall())
