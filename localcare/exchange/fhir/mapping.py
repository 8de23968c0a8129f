"""Which resource types are understood, and by what."""

from __future__ import annotations

from collections.abc import Callable

from localcare.exchange.fhir.context import Context, Resource
from localcare.exchange.fhir.documents import read_consent, read_diagnostic_report, read_document_reference
from localcare.exchange.fhir.encounters import read_encounter
from localcare.exchange.fhir.facts import (
    read_allergy,
    read_care_plan,
    read_condition,
    read_immunisation,
    read_medicine,
    read_observation,
    read_procedure,
)  # fmt: skip

Reader = Callable[[Resource, Context], None]

READERS: dict[str, Reader] = {
    "AllergyIntolerance": read_allergy,
    "CarePlan": read_care_plan,
    "Condition": read_condition,
    "Consent": read_consent,
    "DiagnosticReport": read_diagnostic_report,
    "DocumentReference": read_document_reference,
    "Encounter": read_encounter,
    "Immunization": read_immunisation,
    "MedicationDispense": read_medicine,
    "MedicationRequest": read_medicine,
    "MedicationStatement": read_medicine,
    "Observation": read_observation,
    "Procedure": read_procedure,
}
# Read before all others in a file (Patient), after them (RelatedPerson), or looked up where others refer to them.
PEOPLE = frozenset({"Patient", "RelatedPerson"})
REFERENCE_DATA = frozenset({"Organization", "Practitioner", "PractitionerRole", "Location", "Medication"})


def is_understood(resource_type: str) -> bool:
    """Whether facts are read from resources of this type."""
    return resource_type in READERS or resource_type in PEOPLE or resource_type in REFERENCE_DATA
