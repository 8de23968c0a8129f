"""People from Patient resources: matched by NHS number, else by any identifier known, else registered as new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from localcare.exchange.fhir.context import Context, Resource
from localcare.exchange.fhir.values import (
    NHS_NUMBER,
    ODS_CODE,
    Misread,
    code_in,
    first,
    identifier_value,
    moment_at,
)  # fmt: skip
from localcare.foundation.people.models import LocalIdentifier, Person, Registration
from localcare.foundation.places.models import Organisation
from localcare.foundation.record.models import Source
from localcare.kernel.identifiers.nhs_number import normalise

ETHNIC_CATEGORY = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategory"
SEXES = frozenset(Person.Sex.values)
UPDATED = (
    "nhs_number", "family_name", "given_name", "title", "birth_date", "death_date", "sex", "ethnic_category",
    "address_line", "town", "postcode", "telephone", "email",
)  # fmt: skip


@dataclass(frozen=True)
class Patient:
    """What a Patient resource says of a person; empty values say nothing."""

    resource_id: str
    identifiers: tuple[tuple[str, str], ...]
    values: dict[str, Any]
    practice_code: str


@dataclass
class PatientsPutIn:
    """How many people were new or had changed, the faults by resource id, and practices nobody knows."""

    added: int = 0
    updated: int = 0
    faults: dict[str, Misread] = field(default_factory=dict)
    unknown_practices: dict[str, int] = field(default_factory=dict)


def patient_of(resource: Resource, source: Source) -> Patient:
    """Read a Patient. Raises Misread."""
    birth, death = moment_at(resource, "birthDate"), moment_at(resource, "deceasedDateTime")
    if birth is None:
        raise Misread("Patient.birthDate", "missing", "the register needs a date of birth")
    number = identifier_value(resource, NHS_NUMBER)
    name, address = _usual(resource.get("name")), _usual(resource.get("address"))
    values = {
        "nhs_number": normalise(number) if number else None,
        "family_name": _cut(name.get("family"), "family_name"),
        "given_name": _cut(" ".join(name.get("given", [])) or name.get("text", ""), "given_name"),
        "title": _cut(" ".join(name.get("prefix", [])), "title"),
        "birth_date": birth.day,
        "death_date": death.day if death else None,
        "sex": resource["gender"] if resource.get("gender") in SEXES else "",
        "ethnic_category": _ethnic_category(resource),
        "address_line": _cut(", ".join(address.get("line", [])), "address_line"),
        "town": _cut(address.get("city"), "town"),
        "postcode": _cut(address.get("postalCode"), "postcode"),
        "telephone": _cut(_telecom(resource, "phone"), "telephone"),
        "email": _cut(_telecom(resource, "email"), "email"),
    }
    return Patient(resource["id"], tuple(_identifiers(resource, source)), values, _practice_code(resource))


def put_patients_in(
    patients: list[Patient], context: Context, source: Source, *, practice: str, since: date
) -> PatientsPutIn:
    """Match, add and update people, register them with their practice, and make them known to the context.

    People without a practice go to `practice` (an organisation code; nowhere when empty), from the day `since`.
    """
    done = PatientsPutIn()
    known = _known(patients)
    registered: list[tuple[Person, Patient]] = []
    for patient in patients:
        person = _match(patient, known)
        try:
            person = _update(patient, person, done) if person else _add(patient, done)
        except Misread as fault:
            done.faults[patient.resource_id] = fault
            continue
        _remember(patient, person, known)
        context.people[patient.resource_id] = person.pk
        if person.nhs_number:
            context.people_by_number[person.nhs_number] = person.pk
        registered.append((person, patient))
    _keep_identifiers(registered, known)
    _register(registered, practice, since, done)
    return done


@dataclass
class _Known:
    by_number: dict[str, Person]
    by_identifier: dict[tuple[str, str], Person]


def own_system(source: Source) -> str:
    """The system under which a source's Patient ids are kept as local identifiers."""
    return f"source:{source.code}/Patient"


def _identifiers(resource: Resource, source: Source) -> Iterable[tuple[str, str]]:
    yield own_system(source), resource["id"]
    for identifier in resource.get("identifier", []):
        system, value = identifier.get("system", ""), str(identifier.get("value", ""))
        if system and value and system != NHS_NUMBER and len(system) <= 200 and len(value) <= 200:
            yield system, value


def _known(patients: list[Patient]) -> _Known:
    numbers = [patient.values["nhs_number"] for patient in patients if patient.values["nhs_number"]]
    people = {person.nhs_number or "": person for person in Person.objects.filter(nhs_number__in=numbers)}
    wanted = {pair for patient in patients for pair in patient.identifiers}
    rows = LocalIdentifier.objects.filter(value__in={value for _, value in wanted}).select_related("person")
    found = {(row.system, row.value): row.person for row in rows if (row.system, row.value) in wanted}
    return _Known(people, found)


def _match(patient: Patient, known: _Known) -> Person | None:
    person = known.by_number.get(patient.values["nhs_number"] or "")
    if person is None:
        person = next((known.by_identifier[p] for p in patient.identifiers if p in known.by_identifier), None)
    while person is not None and person.merged_into is not None:
        person = person.merged_into
    return person


def _add(patient: Patient, done: PatientsPutIn) -> Person:
    done.added += 1
    return Person.objects.create(**{**patient.values, "sex": patient.values["sex"] or Person.Sex.UNKNOWN})


def _update(patient: Patient, person: Person, done: PatientsPutIn) -> Person:
    """What the source says now; what it leaves out stays. Somebody born on another day is somebody else."""
    number = patient.values["nhs_number"]
    differs = bool(number and person.nhs_number and number != person.nhs_number)
    only_by_number = number == person.nhs_number and number is not None and not _is_own(patient, person)
    if patient.values["birth_date"] != person.birth_date and (differs or only_by_number):
        raise Misread(
            "Patient.identifier", "another-person", "the identifiers belong to somebody born on another day"
        )
    changed = [
        name for name in UPDATED
        if patient.values[name] not in (None, "") and patient.values[name] != getattr(person, name)
    ]  # fmt: skip
    for name in changed:
        setattr(person, name, patient.values[name])
    if changed:
        person.save(update_fields=changed)
        done.updated += 1
    return person


def _is_own(patient: Patient, person: Person) -> bool:
    """Whether this source has named the person by this id before."""
    system, value = patient.identifiers[0]
    return LocalIdentifier.objects.filter(system=system, value=value, person=person).exists()


def _remember(patient: Patient, person: Person, known: _Known) -> None:
    if person.nhs_number:
        known.by_number[person.nhs_number] = person
    for pair in patient.identifiers:
        known.by_identifier.setdefault(pair, person)


def _keep_identifiers(registered: list[tuple[Person, Patient]], known: _Known) -> None:
    LocalIdentifier.objects.bulk_create(
        [
            LocalIdentifier(person=known.by_identifier[system, value], system=system, value=value)
            for _, patient in registered
            for system, value in patient.identifiers
        ],
        ignore_conflicts=True,
    )


def _register(
    registered: list[tuple[Person, Patient]], practice: str, since: date, done: PatientsPutIn
) -> None:
    """One open registration each: with the practice the resource names, else the one given for the load."""
    codes = {patient.practice_code for _, patient in registered} | {practice}
    practices = {
        found.code: found
        for found in Organisation.objects.filter(code__in=codes, organisation_type__contains="practice")
    }
    people = [person.pk for person, _ in registered]
    open_ones = {row.person_id: row for row in Registration.objects.filter(person__in=people, ended_on=None)}
    for person, patient in registered:
        code = patient.practice_code if patient.practice_code in practices else ""
        if patient.practice_code and not code:
            done.unknown_practices[patient.practice_code] = (
                done.unknown_practices.get(patient.practice_code, 0) + 1
            )
        current = open_ones.get(person.pk)
        wanted = practices.get(code or ("" if current else practice))
        if wanted is None or (current and current.practice_id == wanted.pk):
            continue
        if current:
            current.ended_on = max(since, current.started_on + timedelta(days=1))
            current.save(update_fields=("ended_on",))
        open_ones[person.pk] = Registration.objects.get_or_create(
            person=person,
            practice=wanted,
            started_on=max(since, person.birth_date),
            defaults={"ended_on": None},
        )[0]


def _practice_code(resource: Resource) -> str:
    for reference in [*resource.get("generalPractitioner", []), resource.get("managingOrganization")]:
        identifier = reference.get("identifier") if isinstance(reference, dict) else None
        if isinstance(identifier, dict) and identifier.get("system") == ODS_CODE:
            return str(identifier.get("value", ""))
    return ""


def _usual(values: Any) -> Resource:
    """The official or home one, else the first that is not old."""
    given = [value for value in values or [] if isinstance(value, dict)]
    usual = [value for value in given if value.get("use") in ("official", "usual", "home")]
    current = [value for value in given if value.get("use") != "old"]
    return first(usual) or first(current) or first(given) or {}


def _telecom(resource: Resource, system: str) -> str:
    found = [
        point for point in resource.get("telecom", []) if point.get("system") == system and point.get("value")
    ]
    return str(min(found, key=lambda point: point.get("rank", 99))["value"]) if found else ""


def _ethnic_category(resource: Resource) -> str:
    for extension in resource.get("extension", []):
        if code := code_in(extension.get("valueCodeableConcept"), ETHNIC_CATEGORY):
            return code[:2]
    return ""


def _cut(text: Any, name: str) -> str:
    """As much as the register holds; the whole stays in the resource as received."""
    longest = getattr(Person._meta.get_field(name), "max_length", None)
    return str(text or "")[:longest]
