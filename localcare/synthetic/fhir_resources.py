"""FHIR R4 resources, UK Core in style, made from rows of the linked dataset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Row = dict[str, Any]
Resource = dict[str, Any]

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"
UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition"
UK_CORE_CODES = "https://fhir.hl7.org.uk/CodeSystem"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
LOCAL_IDENTIFIER = "https://localcare.example/Id/local-identifier"
LOCAL_CODES = "https://localcare.example/CodeSystem/local"
CONTACT_SETTING = "https://localcare.example/CodeSystem/contact-setting"
RELATIONSHIP = "https://localcare.example/CodeSystem/relationship"
PACKAGE_TYPE = "https://localcare.example/CodeSystem/package-type"
CODE_SYSTEMS = {
    "LOCAL": LOCAL_CODES,
    "LOINC": "http://loinc.org",
    "SNOMED-CT": "http://snomed.info/sct",
    "DMD": "https://dmd.nhs.uk",
    "ICD-10": "http://hl7.org/fhir/sid/icd-10",
    "OPCS-4": "https://fhir.hl7.org.uk/CodeSystem/OPCS-4",
}
# UK Core admission method: accident and emergency, waiting list, ante-partum, transfer
ADMISSION_METHODS = {"emergency": "21", "elective": "11", "maternity": "31", "transfer": "81", "other": "99"}
PRIORITIES = {"emergency": ("EM", "emergency"), "elective": ("EL", "elective")}
CLASSES = {
    "IMP": "inpatient encounter",
    "EMER": "emergency",
    "AMB": "ambulatory",
    "HH": "home health",
    "VR": "virtual",
}
CONTACT_CLASSES = {"home-visit": "HH", "telephone": "VR", "video": "VR"}


def resource_id(source: str, table: str, key: int) -> str:
    """The same identifier every time for the same row of the same dataset."""
    return str(uuid5(NAMESPACE_URL, f"{source}/{table}/{key}"))


class ResourceMaker:
    """Makes the resources of people; `reference` turns a type and identifier into a reference's address."""

    def __init__(self, source: str, *, in_bundle: bool) -> None:
        self.source = source
        self.in_bundle = in_bundle

    def reference(self, kind: str, table: str, key: int) -> Resource:
        """A reference to the resource made from the row."""
        identifier = resource_id(self.source, table, key)
        return {"reference": f"urn:uuid:{identifier}" if self.in_bundle else f"{kind}/{identifier}"}

    def resources(self, person: Row, rows: dict[str, list[Row]]) -> Iterator[Resource]:
        """Every resource of a person: the patient first, stays before what refers to them."""
        yield self.patient(person, rows.get("registrations", []))
        for row in rows.get("relationships", []):
            yield self.related_person(row)
        makers = (
            ("stays", self.stay),
            ("diagnoses", self.diagnosis),
            ("procedures", self.procedure),
            ("attendances", self.attendance),
            ("contacts", self.contact),
            ("packages", self.package),
            ("facts", self.fact),
        )
        for table, make in makers:
            for row in rows.get(table, []):
                yield make(row)

    def _start(self, kind: str, table: str, key: int) -> Resource:
        return {"resourceType": kind, "id": resource_id(self.source, table, key)}

    def patient(self, row: Row, registrations: list[Row]) -> Resource:
        """The Patient, with the practice of the latest registration still open."""
        identifiers = []
        if row["nhs_number"]:
            status = _concept(
                f"{UK_CORE_CODES}/UKCore-NHSNumberVerificationStatus", "01", "Number present and verified"
            )
            extension = {
                "url": f"{UK_CORE}/Extension-UKCore-NHSNumberVerificationStatus",
                "valueCodeableConcept": status,
            }
            identifiers.append({"extension": [extension], "system": NHS_NUMBER, "value": row["nhs_number"]})
        if row["local_identifier"]:
            identifiers.append({"system": LOCAL_IDENTIFIER, "value": row["local_identifier"]})
        address = _filled(
            use="home",
            line=[row["address_line"]] if row["address_line"] else None,
            postalCode=(row["postcode"] or "").strip() or None,
        )
        telephone = [{"system": "phone", "value": row["telephone"]}] if row["telephone"] else None
        current = [r["practice_code"] for r in registrations if r["ended_on"] is None]
        return self._start("Patient", "persons", row["person_id"]) | _filled(
            meta={"profile": [f"{UK_CORE}/UKCore-Patient"]},
            extension=_ethnic_category(row["ethnic_category"]),
            identifier=identifiers,
            name=_name(row["family_name"], row["given_name"]),
            telecom=telephone,
            gender=row["sex"],
            birthDate=_day(row["birth_date"]),
            deceasedDateTime=_day(row["death_date"]),
            address=[address],
            generalPractitioner=[_organisation(current[-1])] if current else None,
        )

    def related_person(self, row: Row) -> Resource:
        """What another person is to this one; the other is known by NHS number and name."""
        kind, number = row["kind"], row["related_nhs_number"]
        return self._start("RelatedPerson", "relationships", row["relationship_id"]) | _filled(
            identifier=[{"system": NHS_NUMBER, "value": number}] if number else None,
            patient=self.reference("Patient", "persons", row["person_id"]),
            relationship=[_concept(RELATIONSHIP, kind, kind.replace("-", " "))],
            name=_name(row["related_family_name"], row["related_given_name"]),
            period=_period(row["started_on"], row["ended_on"]),
        )

    def stay(self, row: Row) -> Resource:
        """An inpatient Encounter, with the UK admission method."""
        kind, key = row["admission_type"], row["stay_id"]
        method = _concept(f"{UK_CORE_CODES}/UKCore-AdmissionMethodEngland", ADMISSION_METHODS[kind], kind)
        extension = [{"url": f"{UK_CORE}/Extension-UKCore-AdmissionMethod", "valueCodeableConcept": method}]
        priority = PRIORITIES.get(kind)
        destination = row["discharge_destination"]
        return self._encounter(
            "stays", key, row, "IMP", "finished" if row["discharged_on"] else "in-progress"
        ) | _filled(
            extension=extension,
            priority=_concept(f"{TERMINOLOGY}/v3-ActPriority", *priority) if priority else None,
            period=_period(
                row["admitted_at"] or row["admitted_on"], row["discharged_at"] or row["discharged_on"]
            ),
            hospitalization={"dischargeDisposition": {"text": destination}} if destination else None,
            serviceProvider=_organisation(row["provider_code"]),
        )

    def attendance(self, row: Row) -> Resource:
        """An emergency Encounter."""
        return self._encounter("attendances", row["attendance_id"], row, "EMER", "finished") | _filled(
            period=_period(row["arrived_at"] or row["arrived_on"], row["departed_at"]),
            hospitalization=_filled(
                admitSource={"text": row["arrival_mode"]} if row["arrival_mode"] else None,
                dischargeDisposition={"text": row["outcome"]} if row["outcome"] else None,
            )
            or None,
            serviceProvider=_organisation(row["provider_code"]),
        )

    def contact(self, row: Row) -> Resource:
        """An ambulatory, home or virtual Encounter; cancelled when the person did not attend."""
        status = "cancelled" if row["attended"] is False else "finished"
        kind = CONTACT_CLASSES.get(row["mode"], "AMB")
        return self._encounter("contacts", row["contact_id"], row, kind, status) | _filled(
            type=[_concept(CONTACT_SETTING, row["setting"], row["setting"].replace("-", " "))],
            participant=[{"type": [{"text": row["professional_role"]}]}]
            if row["professional_role"]
            else None,
            reasonCode=[{"text": row["reason"]}] if row["reason"] else None,
            period=_period(row["occurred_at"] or row["occurred_on"], None),
            serviceProvider=_organisation(row["provider_code"]),
        )

    def _encounter(self, table: str, key: int, row: Row, kind: str, status: str) -> Resource:
        return self._start("Encounter", table, key) | {
            "status": status,
            "class": {"system": f"{TERMINOLOGY}/v3-ActCode", "code": kind, "display": CLASSES[kind]},
            "subject": self.reference("Patient", "persons", row["person_id"]),
        }

    def diagnosis(self, row: Row) -> Resource:
        """A Condition of a stay, coded in ICD-10."""
        position = "Primary diagnosis" if row["position"] == 1 else "Secondary diagnosis"
        return self._start("Condition", "diagnoses", row["diagnosis_id"]) | {
            "extension": [{"url": f"{LOCAL_CODES}/diagnosis-position", "valuePositiveInt": row["position"]}],
            "category": [
                _concept(f"{TERMINOLOGY}/condition-category", "encounter-diagnosis", "Encounter Diagnosis")
                | {"text": position}
            ],
            "code": {"coding": [{"system": CODE_SYSTEMS["ICD-10"], "code": row["code"].strip()}]},
            "subject": self.reference("Patient", "persons", row["person_id"]),
            "encounter": self.reference("Encounter", "stays", row["stay_id"]),
            "recordedDate": _day(row["occurred_on"]),
        }

    def procedure(self, row: Row) -> Resource:
        """A completed Procedure, coded in OPCS-4."""
        return self._start("Procedure", "procedures", row["procedure_id"]) | {
            "status": "completed",
            "code": {"coding": [{"system": CODE_SYSTEMS["OPCS-4"], "code": row["code"].strip()}]},
            "subject": self.reference("Patient", "persons", row["person_id"]),
            "encounter": self.reference("Encounter", "stays", row["stay_id"]),
            "performedDateTime": _day(row["occurred_on"]),
        }

    def package(self, row: Row) -> Resource:
        """A CarePlan for a package of care."""
        kind = row["package_type"]
        return self._start("CarePlan", "packages", row["package_id"]) | _filled(
            status="completed" if row["ended_on"] else "active",
            intent="plan",
            category=[_concept(PACKAGE_TYPE, kind, kind.replace("-", " "))],
            title=kind.replace("-", " ").capitalize(),
            subject=self.reference("Patient", "persons", row["person_id"]),
            period=_period(row["started_on"], row["ended_on"]),
        )

    def fact(self, row: Row) -> Resource:
        """The resource for a coded fact, by its kind."""
        patient = self.reference("Patient", "persons", row["person_id"])
        kind = {
            "condition": "Condition",
            "medicine": "MedicationStatement",
            "allergy": "AllergyIntolerance",
            "procedure": "Procedure",
            "immunisation": "Immunization",
        }.get(row["kind"], "Observation")
        content = _FACT_CONTENT[kind](row, _fact_concept(row), patient)
        return self._start(kind, "facts", row["fact_id"]) | content


def organisation_resource(source: str, code: str) -> Resource:
    """The Organization that an ODS code stands for."""
    return {
        "resourceType": "Organization",
        "id": str(uuid5(NAMESPACE_URL, f"{source}/organisation/{code}")),
        "identifier": [{"system": ODS_CODE, "value": code}],
        "name": f"Practice {code} (synthetic)",
    }


def _condition(row: Row, code: Resource, patient: Resource) -> Resource:
    status = "resolved" if row["ended_on"] else "active"
    return _filled(
        clinicalStatus=_concept(f"{TERMINOLOGY}/condition-clinical", status),
        verificationStatus=_concept(f"{TERMINOLOGY}/condition-ver-status", "confirmed"),
        category=[_concept(f"{TERMINOLOGY}/condition-category", "problem-list-item", "Problem List Item")],
        code=code,
        subject=patient,
        onsetDateTime=_day(row["occurred_on"]),
        abatementDateTime=_day(row["ended_on"]),
        recordedDate=_day(row["recorded_on"]),
    )


def _medication_statement(row: Row, code: Resource, patient: Resource) -> Resource:
    return {
        "status": "completed" if row["ended_on"] else "active",
        "medicationCodeableConcept": code,
        "subject": patient,
        "effectivePeriod": _period(row["occurred_on"], row["ended_on"]),
        "dateAsserted": _day(row["recorded_on"] or row["occurred_on"]),
    }


def _allergy(row: Row, code: Resource, patient: Resource) -> Resource:
    return {
        "clinicalStatus": _concept(f"{TERMINOLOGY}/allergyintolerance-clinical", "active"),
        "verificationStatus": _concept(f"{TERMINOLOGY}/allergyintolerance-verification", "confirmed"),
        "code": code,
        "patient": patient,
        "onsetDateTime": _day(row["occurred_on"]),
        "recordedDate": _day(row["recorded_on"] or row["occurred_on"]),
    }


def _immunisation(row: Row, code: Resource, patient: Resource) -> Resource:
    return {
        "status": "completed",
        "vaccineCode": code,
        "patient": patient,
        "occurrenceDateTime": _day(row["occurred_on"]),
    }


def _procedure(row: Row, code: Resource, patient: Resource) -> Resource:
    return {
        "status": "completed",
        "code": code,
        "subject": patient,
        "performedDateTime": _day(row["occurred_on"]),
    }


def _observation(row: Row, code: Resource, patient: Resource) -> Resource:
    measured = row["value"] is not None
    quantity = _filled(
        value=row["value"],
        unit=row["unit"],
        system="http://unitsofmeasure.org" if row["unit"] else None,
        code=row["unit"],
    )
    category = "exam" if measured else "social-history"
    return {
        "status": "final",
        "category": [_concept(f"{TERMINOLOGY}/observation-category", category)],
        "code": code,
        "subject": patient,
        "effectiveDateTime": _day(row["occurred_on"]),
        **({"valueQuantity": quantity} if measured else {"valueBoolean": True}),
    }


_FACT_CONTENT = {
    "Condition": _condition,
    "MedicationStatement": _medication_statement,
    "AllergyIntolerance": _allergy,
    "Immunization": _immunisation,
    "Procedure": _procedure,
    "Observation": _observation,
}


def _fact_concept(row: Row) -> Resource:
    system = str(row["system"])
    concept = _concept(CODE_SYSTEMS.get(system, system), row["code"].strip(), row["text"])
    return concept | ({"text": row["text"]} if row["text"] else {})


def _concept(system: str, code: str, display: str | None = None) -> Resource:
    return {"coding": [_filled(system=system, code=code, display=display)]}


def _name(family: str | None, given: str | None) -> list[Resource] | None:
    if not (family or given):
        return None
    return [_filled(use="official", family=family, given=[given] if given else None)]


def _ethnic_category(code: str | None) -> list[Resource] | None:
    if code is None:
        return None
    concept = _concept(f"{UK_CORE_CODES}/UKCore-EthnicCategory", code)
    return [{"url": f"{UK_CORE}/Extension-UKCore-EthnicCategory", "valueCodeableConcept": concept}]


def _organisation(code: str | None) -> Resource | None:
    return {"identifier": {"system": ODS_CODE, "value": code}} if code else None


def _period(start: date | datetime | None, end: date | datetime | None) -> Resource | None:
    return _filled(start=_day(start), end=_day(end)) or None


def _day(value: date | datetime | None) -> str | None:
    """A FHIR date, or for a moment its date and time in UTC."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if value else None


def _filled(**items: Any) -> Resource:
    """Only the items that hold something: FHIR knows no null and no empty list."""
    return {name: value for name, value in items.items() if value is not None and value not in ([], {})}
