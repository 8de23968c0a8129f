"""What the resources of a file refer to, and the rows read from them so far."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from localcare.exchange.fhir.values import NHS_NUMBER, Misread
from localcare.kernel.identifiers.nhs_number import InvalidNhsNumber, normalise

Resource = dict[str, Any]
Row = dict[str, Any]


@dataclass
class Context:
    """People by Patient id and NHS number, what each fullUrl stands for, and how each encounter was kept."""

    people: dict[str, int] = field(default_factory=dict)
    people_by_number: dict[str, int] = field(default_factory=dict)
    full_urls: dict[str, tuple[str, str]] = field(default_factory=dict)
    encounter_kinds: dict[str, str] = field(default_factory=dict)
    positions: Counter[str] = field(default_factory=Counter)
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    person_id: int | None = None

    def target_of(self, reference: Any) -> tuple[str, str]:
        """The type and id a Reference points to; the type is empty for a urn:uuid not in this file."""
        text = reference.get("reference", "") if isinstance(reference, dict) else ""
        if not isinstance(text, str) or not text or text.startswith("#") or "?" in text:
            return "", ""
        if text in self.full_urls:
            return self.full_urls[text]
        if text.startswith("urn:uuid:"):
            return "", text.removeprefix("urn:uuid:")
        parts = text.split("/_history/")[0].rstrip("/").split("/")
        return (parts[-2], parts[-1]) if len(parts) >= 2 else ("", text)

    def person_of(self, resource: Resource) -> int:
        """The person a resource is about. Raises Misread when nobody known is named."""
        name, reference = subject_of(resource)
        kind, identifier = self.target_of(reference)
        if kind in ("", "Patient") and identifier in self.people:
            return self.people[identifier]
        if (number := _number_in(reference)) and number in self.people_by_number:
            return self.people_by_number[number]
        path = f"{resource['resourceType']}.{name or 'subject'}"
        if reference is None:
            raise Misread(path, "missing", "the resource names no person")
        shown = reference.get("reference") or "the identifier given"
        raise Misread(path, "unknown-person", f"nobody has been loaded as {shown!r}")

    def put(self, table: str, key: str, **values: Any) -> None:
        """Keep a row for one of the record's tables, about the person of the resource being read."""
        self.rows[table].append({"person_id": self.person_id, "source_key": key, **values})


def subject_of(resource: Resource) -> tuple[str, Resource | None]:
    """Under which name the resource names its person, and the reference."""
    for name in ("subject", "patient", "beneficiary"):
        if isinstance(resource.get(name), dict):
            return name, resource[name]
    return "", None


def _number_in(reference: Any) -> str:
    """The NHS number of a logical reference."""
    identifier = reference.get("identifier") if isinstance(reference, dict) else None
    if isinstance(identifier, dict) and identifier.get("system") == NHS_NUMBER:
        try:
            return normalise(str(identifier.get("value", "")))
        except InvalidNhsNumber:
            return ""
    return ""


def key_of(resource: Resource) -> str:
    """The source's key of a resource: type and id."""
    return f"{resource['resourceType']}/{resource['id']}"
