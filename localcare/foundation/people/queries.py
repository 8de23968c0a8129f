"""Who may be seen by whom, and finding one person by reference."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from localcare.foundation.people.models import Person, Registration, Relationship
from localcare.foundation.places.models import Organisation
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

# (reader, permission) -> the keys of people whom a legitimate relationship makes visible, or None
RelationshipResolver = Callable[[Reader, str], QuerySet[Any, Any] | None]
_relationships: list[RelationshipResolver] = []


def register_relationship(resolver: RelationshipResolver) -> None:
    """Say which people a reader may see beyond their practices (called by rooms above at start-up)."""
    if resolver not in _relationships:
        _relationships.append(resolver)


class PersonNotVisible(Http404):
    """There is no such person, or none that the reader may see: the two look alike on purpose."""


def registered_on(day: date) -> Q:
    """The condition that a registration covers the day."""
    return Q(started_on__lte=day) & (Q(ended_on=None) | Q(ended_on__gt=day))


def named(words: str, *, of: str = "") -> Q:
    """Whose NHS number or names begin as typed; `of` leads to the person, for example `person__`."""
    digits = words.replace(" ", "")
    if digits.isdigit():
        return Q((f"{of}nhs_number__startswith", digits))
    found = Q()
    for word in words.split():
        found &= Q((f"{of}family_name__istartswith", word)) | Q((f"{of}given_name__istartswith", word))
    return found


def visible_people(
    reader: Reader, permission: str = "person.read", *, on: date | None = None
) -> QuerySet[Person]:
    """The people whom the reader may see: registered within the scope, or there when they died, or by relationship."""
    people = Person.objects.filter(merged_into=None)
    codes = reader.scope(permission).practice_codes
    if codes is None:
        return people
    if not codes:
        return people.none()
    related = [found for resolver in _relationships if (found := resolver(reader, permission)) is not None]
    if related:
        seen = functools.reduce(operator.or_, (Q(pk__in=keys) for keys in related))
        return people.filter(seen | Q(pk__in=_registered_in(people, _practices_of(reader, codes), on)))
    return _registered_in(people, _practices_of(reader, codes), on)


def _practices_of(reader: Reader, codes: frozenset[str]) -> list[int]:
    """The keys of the practices of a scope; looked up once for a reader, who lives as long as a request."""
    known: dict[frozenset[str], list[int]] = reader.__dict__.setdefault("_practice_keys", {})
    if len(known.get(codes, ())) < len(codes):  # a practice of the scope may be made known later
        known[codes] = list(Organisation.objects.filter(code__in=codes).values_list("pk", flat=True))
    return known[codes]


def _registered_in(people: QuerySet[Person], practices: list[int], on: date | None) -> QuerySet[Person]:
    """The people registered with the practices on a day, or registered there when they died."""
    ended_by_death = Q(ended_on__gte=OuterRef("death_date"))
    in_scope = Registration.objects.filter(
        registered_on(on or timezone.localdate()) | ended_by_death,
        person=OuterRef("pk"),
        practice__in=practices,
    )
    return people.filter(Exists(in_scope), practice_ids__overlap=practices)


def find_person(reader: Reader, reference: UUID | str, permission: str = "person.read") -> Person:
    """The person; PersonNotVisible (audited as denied) when there is none that the reader may see.

    The reference of a person who was merged leads to the person they were merged into.
    """
    valid = _valid(reference)
    seen = visible_people(reader, permission).filter(reference=valid).first() if valid else None
    if seen is not None:
        seen.__dict__["_visible_to"] = [(reader, permission, True)]
        return seen
    found = Person.objects.filter(reference=valid).first() if valid else None
    if found is not None and found.merged_into is not None:
        while found.merged_into is not None:
            found = found.merged_into
        if is_visible(found, reader, permission):
            return found
    record_access(reader=reader, action=permission, subjects=(str(reference)[:64],), outcome="denied")
    raise PersonNotVisible("There is no person at this address whom you may see.")


def is_visible(person: Person, reader: Reader, permission: str = "person.read") -> bool:
    """Whether the reader may see the person; looked up once for each, as a page asks much about one person."""
    known: list[tuple[Reader, str, bool]] = person.__dict__.setdefault("_visible_to", [])
    for asked_by, about, answer in known:
        if asked_by is reader and about == permission:
            return answer
    if reader.scope(permission).practice_codes is None:
        answer = person.merged_into_id is None
    else:
        answer = visible_people(reader, permission).filter(pk=person.pk).exists()
    known.append((reader, permission, answer))
    return answer


def _valid(reference: UUID | str) -> UUID | None:
    try:
        return reference if isinstance(reference, UUID) else UUID(reference)
    except ValueError:
        return None


def current_registration(person: Person, on: date | None = None) -> Registration | None:
    """The registration that covers the day, the latest where a feed says two."""
    registrations = person.registrations.filter(registered_on(on or timezone.localdate()))
    return registrations.select_related("practice").order_by("-started_on", "-pk").first()


def registration_history(person: Person) -> QuerySet[Registration]:
    """Every registration of the person, the latest first."""
    return person.registrations.select_related("practice").order_by(F("started_on").desc(), "-pk")


def merged_references(person: Person) -> list[str]:
    """The references of all entries that were merged into this person, however many times over."""
    found: list[Person] = []
    level = [person]
    while level:
        level = list(Person.objects.filter(merged_into__in=level))
        found += level
    return [str(merged.reference) for merged in found]


@dataclass(frozen=True)
class RelatedPerson:
    """A relationship that stands, and whether the reader may see who it is with."""

    relationship: Relationship
    is_visible: bool


def related_people(person: Person, reader: Reader, *, on: date) -> list[RelatedPerson]:
    """Who stands in a relationship to the person on the day; a name written on the person's own entry is theirs."""
    standing = person.relationships.filter(Q(started_on=None) | Q(started_on__lte=on)).exclude(
        ended_on__lte=on
    )
    found = list(standing.select_related("related_person").order_by("kind", "pk"))
    others = [row.related_person_id for row in found if row.related_person_id is not None]
    seen = set(visible_people(reader).filter(pk__in=others).values_list("pk", flat=True)) if others else set()
    return [
        RelatedPerson(row, row.related_person_id is None or row.related_person_id in seen) for row in found
    ]
