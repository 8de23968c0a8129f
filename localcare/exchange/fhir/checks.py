"""Whether a resource is valid: structure by a validator behind a small interface, the rest by our own table of checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

import fhirkit

from localcare.exchange.fhir.values import NHS_NUMBER, moment_at
from localcare.kernel.identifiers.nhs_number import is_valid

Resource = dict[str, Any]
EARLIEST_DAY = date(1850, 1, 1)
TOLERANCE = timedelta(days=1)  # a feed from a zone ahead of ours is not from the future


@dataclass(frozen=True)
class Fault:
    """Where a resource is wrong, in which way, and in words."""

    path: str
    reason: str
    message: str


class Validator(Protocol):
    """Finds structural faults in the JSON text of a resource."""

    def faults(self, text: bytes) -> list[Fault]:
        """Every structural fault with its path."""
        ...


class FhirkitValidator:
    """FHIR R4 structure, cardinality and data types by fhirkit-rs."""

    def faults(self, text: bytes) -> list[Fault]:
        """Every error that fhirkit reports; its warnings do not keep a resource out."""
        try:
            issues = fhirkit.parse(text).issues
        except fhirkit.ParseError as error:
            return [Fault("", "invalid-json", str(error))]
        return [
            Fault(issue.path, "invalid-resource", issue.message)
            for issue in issues
            if issue.severity == "error"
        ]


def _nhs_numbers(resource: Resource, today: date) -> Fault | None:
    for place, identifier in enumerate(resource.get("identifier", [])):
        if isinstance(identifier, dict) and identifier.get("system") == NHS_NUMBER:
            number = str(identifier.get("value", ""))
            if number and not is_valid(number):
                return Fault(
                    f"{resource['resourceType']}.identifier[{place}].value", "nhs-number-invalid",
                    f"{number!r} is not 10 digits with a valid check digit",
                )  # fmt: skip
    return None


def _birth(resource: Resource, today: date) -> Fault | None:
    born = moment_at(resource, "birthDate")
    if born is None:
        return Fault("Patient.birthDate", "missing", "the register needs a date of birth")
    if not EARLIEST_DAY <= born.day <= today:
        return Fault("Patient.birthDate", "impossible-date", f"{born.day} cannot be a date of birth")
    died = moment_at(resource, "deceasedDateTime")
    if died and died.day < born.day:
        return Fault("Patient.deceasedDateTime", "end-before-start", "death is before birth")
    return None


def _not_in_the_future(*paths: str) -> Callable[[Resource, date], Fault | None]:
    def check(resource: Resource, today: date) -> Fault | None:
        for path in paths:
            found = moment_at(resource, path)
            if found and not EARLIEST_DAY <= found.day <= today + TOLERANCE:
                return Fault(
                    f"{resource['resourceType']}.{path}", "impossible-date", f"{found.day} cannot be right"
                )
        return None

    return check


def _in_order(start: str, end: str) -> Callable[[Resource, date], Fault | None]:
    def check(resource: Resource, today: date) -> Fault | None:
        begun, ended = moment_at(resource, start), moment_at(resource, end)
        if begun and ended and ended.day < begun.day:
            return Fault(f"{resource['resourceType']}.{end}", "end-before-start", f"{end} is before {start}")
        return None

    return check


CHECKS: dict[str, tuple[Callable[[Resource, date], Fault | None], ...]] = {
    "Patient": (_nhs_numbers, _birth, _not_in_the_future("deceasedDateTime")),
    "RelatedPerson": (_nhs_numbers,),
    "Condition": (
        _not_in_the_future("onsetDateTime", "recordedDate"),
        _in_order("onsetDateTime", "abatementDateTime"),
    ),
    "Observation": (_not_in_the_future("effectiveDateTime", "effectivePeriod.start"),),
    "Encounter": (_in_order("period.start", "period.end"),),
    "Procedure": (_not_in_the_future("performedDateTime", "performedPeriod.start"),),
    "Immunization": (_not_in_the_future("occurrenceDateTime"),),
    "AllergyIntolerance": (_not_in_the_future("onsetDateTime", "recordedDate"),),
    "CarePlan": (_in_order("period.start", "period.end"),),
}


def first_fault(resource: Resource, text: bytes, *, validator: Validator, today: date) -> Fault | None:
    """The first thing wrong with a resource, structure first."""
    if faults := validator.faults(text):
        return faults[0]
    for check in CHECKS.get(resource["resourceType"], ()):
        if fault := check(resource, today):
            return fault
    return None
