"""Who is meant when somebody asks the audit trail about a person."""

from __future__ import annotations

from uuid import UUID

from localcare.foundation.people.models import Person
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.subjects import Subject
from localcare.kernel.identifiers.nhs_number import display, is_valid, normalise


def audit_subject(typed: str, reader: Reader) -> Subject | None:
    """The person of an NHS number or reference, with every entry merged into it; None when there is none.

    Not narrowed to practices: the question is about the trail, which a reader may ask who holds `audit.read`.
    """
    if not reader.may("audit.read"):
        return None
    person = _person(typed)
    if person is None:
        return None
    while person.merged_into is not None:
        person = person.merged_into
    name = f"{person.given_name} {person.family_name}".strip()
    label = " ".join(filter(None, (name, display(person.nhs_number)))) or f"Person {person.reference}"
    return Subject(str(person.reference), label, also=tuple(_merged_references(person)))


def _person(typed: str) -> Person | None:
    if is_valid(typed):
        return Person.objects.filter(nhs_number=normalise(typed)).first()
    try:
        return Person.objects.filter(reference=UUID(typed)).first()
    except ValueError:
        return None


def _merged_references(person: Person) -> list[str]:
    """The references of all entries that were merged into this person, however many times over."""
    found: list[Person] = []
    level = [person]
    while level:
        level = list(Person.objects.filter(merged_into__in=level))
        found += level
    return [str(merged.reference) for merged in found]
