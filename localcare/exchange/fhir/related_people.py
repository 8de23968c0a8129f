"""Carers and relatives from RelatedPerson resources."""

from __future__ import annotations

from localcare.exchange.fhir.context import Context, Resource
from localcare.exchange.fhir.values import NHS_NUMBER, first, identifier_value, moment_at, status_code
from localcare.foundation.people.models import Person, Relationship
from localcare.kernel.identifiers.nhs_number import is_valid, normalise

# FHIR relationship (v3-RoleCode and v2-0131) in the register's words; ours are kept as they are
KINDS = {
    "SPS": "spouse-or-partner", "HUSB": "spouse-or-partner", "WIFE": "spouse-or-partner", "DOMPART": "spouse-or-partner",
    "PRN": "parent", "MTH": "parent", "FTH": "parent", "CHILD": "child", "SON": "child", "DAU": "child",
    "N": "next-of-kin", "C": "next-of-kin", "CAREGIVER": "unpaid-carer",
}  # fmt: skip
OWN = "https://localcare.example/CodeSystem/relationship"


def put_related_person_in(resource: Resource, context: Context) -> bool:
    """Add or update a relationship; whether anything changed. Raises Misread when the person is not known."""
    person_id = context.person_of(resource)
    number = identifier_value(resource, NHS_NUMBER)
    related = (
        Person.objects.filter(nhs_number=normalise(number)).first() if number and is_valid(number) else None
    )
    name, concept = first(resource.get("name")) or {}, first(resource.get("relationship"))
    code = status_code(concept)
    given = " ".join(name.get("given", []))
    words = name.get("text") or f"{given} {name.get('family', '')}".strip()
    phones = [point["value"] for point in resource.get("telecom", []) if point.get("system") == "phone"]
    begun, ended = moment_at(resource, "period.start"), moment_at(resource, "period.end")
    key = {
        "person_id": person_id,
        "related_person": related,
        "kind": (code if _is_own(concept) else KINDS.get(code, "other"))[:32],
    }
    if related is None:
        key["name"] = words[:200]
    values = {
        "name": words[:200], "telephone": str(phones[0] if phones else "")[:40],
        "started_on": begun.day if begun else None, "ended_on": ended.day if ended else None,
    }  # fmt: skip
    row, is_new = Relationship.objects.get_or_create(**key, defaults=values)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for field in changed:
        setattr(row, field, values[field])
    if changed:
        row.save(update_fields=changed)
    return is_new or bool(changed)


def _is_own(concept: object) -> bool:
    codings = concept.get("coding", []) if isinstance(concept, dict) else []
    return any(coding.get("system") == OWN for coding in codings)
