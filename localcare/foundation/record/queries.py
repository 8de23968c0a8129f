"""Questions to one person's record; each asks who is reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import PersonNotVisible, is_visible
from localcare.foundation.record.models import Attendance, Consent, Contact, Document, Fact, Package, Stay
from localcare.kernel.access.readers import Reader

P = ParamSpec("P")
R = TypeVar("R")

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
        if not reader.may("person.read"):
            raise PermissionDenied("To read a person's record you need the permission person.read.")
        if not is_visible(person, reader):
            raise PersonNotVisible("There is no person at this address whom you may see.")
        return question(person, *arguments, **keywords)

    return cast(Callable[Concatenate[Person, Reader, P], R], asked)


@dataclass(frozen=True)
class CodedItem:
    """One code of the record with the first and last day it was recorded and how often."""

    system: str
    code: str
    text: str
    first_on: date
    last_on: date
    times: int


def _coded_items(facts: QuerySet[Fact]) -> list[CodedItem]:
    rows = (
        facts.values("system", "code")
        .annotate(
            text=Max("text"), first_on=Min("occurred_on"), last_on=Max("occurred_on"), times=Count("pk")
        )
        .order_by("-last_on", "text")
    )
    return [CodedItem(**row) for row in rows]


@_of_a_person
def problems(person: Person) -> list[CodedItem]:
    """Conditions that have not ended, the most recently recorded first."""
    return _coded_items(Fact.objects.filter(_not_ended(), person=person, kind="condition"))


@_of_a_person
def medicines(person: Person, *, since: date) -> list[CodedItem]:
    """Medicines recorded on or after `since`, the latest first."""
    facts = Fact.objects.filter(person=person, kind="medicine", occurred_on__gte=since)
    return _coded_items(facts)


@_of_a_person
def allergies(person: Person) -> list[CodedItem]:
    """Allergies and intolerances ever recorded and not ended."""
    return _coded_items(Fact.objects.filter(_not_ended(), person=person, kind="allergy"))


def _not_ended() -> Q:
    """The condition that a fact still stands: what ends on a later day stands until then."""
    return Q(ended_on=None) | Q(ended_on__gt=timezone.localdate())


@_of_a_person
def latest_observations(person: Person, limit: int = 12) -> QuerySet[Fact]:
    """The latest value of each measurement."""
    latest = (
        Fact.objects.filter(person=person, kind="observation")
        .order_by("system", "code", "-occurred_on", "-pk")
        .distinct("system", "code")
        .values("pk")
    )
    return Fact.objects.filter(pk__in=latest).order_by("-occurred_on", "text")[:limit]


@_of_a_person
def stays(person: Person) -> QuerySet[Stay]:
    """Hospital stays with their diagnoses and procedures, newest first."""
    found = Stay.objects.filter(person=person).order_by("-admitted_on", "-pk")
    return found.prefetch_related("diagnoses", "procedures")


@_of_a_person
def attendances(person: Person) -> QuerySet[Attendance]:
    """Urgent and emergency attendances, newest first."""
    return Attendance.objects.filter(person=person).order_by("-arrived_on", "-pk")


@_of_a_person
def contacts(person: Person) -> QuerySet[Contact]:
    """Contacts with services, newest first."""
    return Contact.objects.filter(person=person).order_by("-occurred_on", "-pk")


@_of_a_person
def packages(person: Person) -> QuerySet[Package]:
    """Packages of care, running ones first."""
    return Package.objects.filter(person=person).order_by("-ended_on", "-started_on")


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
