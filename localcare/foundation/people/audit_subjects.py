"""Who is meant when somebody asks the audit trail about a person."""

from __future__ import annotations

from uuid import UUID

from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import merged_references
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
    return Subject(str(person.reference), label, also=tuple(merged_references(person)))


def _person(typed: str) -> Person | None:
    if is_valid(typed):
        return Person.objects.filter(nhs_number=normalise(typed)).first()
    try:
        return Person.objects.filter(reference=UUID(typed)).first()
    except ValueError:
        return None
