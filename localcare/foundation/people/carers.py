"""Who cares for whom, both ways; a link only where the reader may open the other record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.people.presenters import CARER, full_name
from localcare.foundation.people.queries import visible_people
from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class Caring:
    """One end of caring: the other person as far as the record names them."""

    name: str
    telephone: str
    since: date | None
    person: Person | None  # None: not on the register, or not for this reader to open


def caring_on(day: date) -> QuerySet[Relationship]:
    """Every unpaid caring that stands on a day."""
    return Relationship.objects.filter(kind=CARER).exclude(ended_on__lte=day).exclude(started_on__gt=day)


def carers_of(person: Person, reader: Reader, *, on: date) -> list[Caring]:
    """Who cares, unpaid, for the person."""
    found = list(caring_on(on).filter(person=person).select_related("related_person").order_by("pk"))
    visible = _visible(reader, (one.related_person for one in found))
    return [_caring(one, one.related_person, visible) for one in found]


def cared_for_by(person: Person, reader: Reader, *, on: date) -> list[Caring]:
    """For whom the person cares, unpaid."""
    found = list(caring_on(on).filter(related_person=person).select_related("person").order_by("pk"))
    visible = _visible(reader, (one.person for one in found))
    return [_caring(one, one.person, visible, telephone="") for one in found]


def _visible(reader: Reader, people: Iterable[Person | None]) -> set[int]:
    keys = [person.pk for person in people if person is not None]
    return set(visible_people(reader).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()


def _caring(
    one: Relationship, other: Person | None, visible: set[int], *, telephone: str | None = None
) -> Caring:
    is_visible = other is not None and other.pk in visible
    if other is None:
        named = one.name or "Name not known"
    else:
        named = full_name(other) if is_visible else "Somebody whose record you may not open"
    number = one.telephone if telephone is None else telephone
    return Caring(named, number, one.started_on, other if is_visible else None)
