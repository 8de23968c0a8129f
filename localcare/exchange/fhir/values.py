"""Reading FHIR's data types: dates, codes, names, references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"

SYSTEMS = {
    "http://snomed.info/sct": "SNOMED-CT",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-uk": "ICD-10",
    "https://fhir.hl7.org.uk/CodeSystem/ICD-10": "ICD-10",
    "https://fhir.hl7.org.uk/CodeSystem/OPCS-4": "OPCS-4",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "https://dmd.nhs.uk": "DMD",
    "http://read.info/ctv3": "CTV3",
    "http://read.info/readv2": "READ2",
    "http://loinc.org": "LOINC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RXNORM",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "https://localcare.example/CodeSystem/local": "LOCAL",
}


class Misread(ValueError):
    """A value that cannot be read; carries the path of the element, the kind of fault and words for it."""

    def __init__(self, path: str, reason: str, message: str) -> None:
        super().__init__(message)
        self.path, self.reason, self.message = path, reason, message


@dataclass(frozen=True)
class Moment:
    """A day in Europe/London and, when a time was given, the moment."""

    day: date
    at: datetime | None = None


@lru_cache(maxsize=20_000)
def moment(text: str) -> Moment:
    """A FHIR date, dateTime or instant; a year or month stands for its first day. Raises ValueError."""
    if "T" not in text:
        year, month, day = (*text.split("-"), "1", "1")[:3]
        return Moment(date(int(year), int(month), int(day)))
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        at = at.replace(tzinfo=LONDON)
    return Moment(at.astimezone(LONDON).date(), at.astimezone(UTC))


def moment_at(resource: dict[str, Any], *paths: str) -> Moment | None:
    """The first of these elements ("a" or "a.b") that is filled. Raises Misread naming the element."""
    for path in paths:
        value: Any = resource
        for name in path.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str):
            try:
                return moment(value)
            except ValueError as error:
                place = f"{resource.get('resourceType', '')}.{path}"
                raise Misread(place, "wrong-type", f"{value!r} is not a date or time") from error
    return None


@dataclass(frozen=True)
class Code:
    """A code with its system by our short name, and the words shown with it."""

    system: str
    code: str
    text: str


def codings(concept: Any) -> Iterator[dict[str, Any]]:
    """The codings of a CodeableConcept that hold a code."""
    if isinstance(concept, dict):
        for coding in concept.get("coding", []):
            if isinstance(coding, dict) and coding.get("code"):
                yield coding


def code_of(concept: Any) -> Code | None:
    """The code the sender chose, else one of a system we know, else the first; words alone count as a local code."""
    found = list(codings(concept))
    words = concept.get("text", "") if isinstance(concept, dict) else ""
    if not found:
        return Code("LOCAL", words[:100], words) if words else None
    chosen = next((coding for coding in found if coding.get("userSelected")), None) or next(
        (coding for coding in found if coding.get("system") in SYSTEMS), found[0]
    )
    system = chosen.get("system", "LOCAL")
    return Code(
        SYSTEMS.get(system, system)[:200], str(chosen["code"])[:100], chosen.get("display") or words or ""
    )


def code_in(concept: Any, system: str) -> str | None:
    """The concept's code in one system."""
    return next((str(coding["code"]) for coding in codings(concept) if coding.get("system") == system), None)


def words_of(concept: Any) -> str:
    """The concept in words."""
    if not isinstance(concept, dict):
        return ""
    return concept.get("text") or next(
        (coding.get("display") or str(coding["code"]) for coding in codings(concept)), ""
    )


def first(values: Any) -> Any:
    """The first of a list, or None."""
    return values[0] if isinstance(values, list) and values else None


def status_code(concept: Any) -> str:
    """The code of a status given as a CodeableConcept."""
    return next((str(coding["code"]) for coding in codings(concept)), "")


def identifier_value(holder: Any, system: str) -> str:
    """The value of the identifier of this system."""
    for identifier in holder.get("identifier", []) if isinstance(holder, dict) else []:
        if isinstance(identifier, dict) and identifier.get("system") == system:
            return str(identifier.get("value", ""))
    return ""
