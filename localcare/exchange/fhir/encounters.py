"""Stays, attendances and contacts from encounters."""

from __future__ import annotations

from typing import Any

from localcare.analysis.dataset.schema import ATTENDANCES, CONTACT_SETTINGS
from localcare.exchange.fhir.context import Context, Resource, key_of
from localcare.exchange.fhir.values import (
    ODS_CODE,
    Misread,
    Moment,
    code_in,
    codings,
    first,
    moment_at,
    status_code,
    words_of,
)  # fmt: skip

INPATIENT = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC", "SS"})
NOT_HELD = frozenset({"planned", "entered-in-error"})
ADMISSION_METHOD = "https://fhir.hl7.org.uk/CodeSystem/UKCore-AdmissionMethodEngland"
# NHS Data Dictionary, admission method (hospital provider spell): the first figure says how the stay began
ADMISSION_METHODS = {"1": "elective", "2": "emergency", "3": "maternity", "8": "transfer"}
BABIES = frozenset({"82", "83"})
PRIORITIES = {"EM": "emergency", "UR": "emergency", "EL": "elective"}
MODES = {"HH": "home-visit", "VR": "telephone"}
SETTING_WORDS = (
    ("mental", "mental-health"), ("psychiatr", "mental-health"), ("social care", "social-care"),
    ("community", "community"), ("outpatient", "out-patient"), ("out-patient", "out-patient"),
)  # fmt: skip
ARRIVAL_MODES = frozenset(ATTENDANCES.column("arrival_mode").values)
OUTCOMES = frozenset(ATTENDANCES.column("outcome").values)
DISPOSITIONS = {"home": "discharged", "exp": "died", "aadvice": "left-before-treatment", "hosp": "admitted"}


def read_encounter(resource: Resource, context: Context) -> None:
    """An inpatient encounter is a stay, an emergency one an attendance, any other that was to take place a contact."""
    kind = encounter_kind(resource)
    if resource.get("status") in NOT_HELD:
        return
    cancelled = resource.get("status") == "cancelled"
    if cancelled and kind != "contact":
        return
    begun = moment_at(resource, "period.start", "meta.lastUpdated")
    if begun is None:
        raise Misread("Encounter.period.start", "missing", "no date says when it was")
    common = {"provider_code": provider_code(resource), "reason": _reason(resource)}
    {"stay": _stay, "attendance": _attendance, "contact": _contact}[kind](resource, context, begun, common)


def encounter_kind(resource: Resource) -> str:
    """What an encounter is kept as."""
    code = resource.get("class", {}).get("code", "") if isinstance(resource.get("class"), dict) else ""
    if code in INPATIENT:
        return "stay"
    return "attendance" if code == "EMER" else "contact"


def provider_code(resource: Resource) -> str:
    """The organisation code of the provider, where the reference carries it."""
    provider = resource.get("serviceProvider")
    identifier = provider.get("identifier") if isinstance(provider, dict) else None
    if isinstance(identifier, dict) and identifier.get("system") == ODS_CODE:
        return str(identifier.get("value", ""))[:16]
    return ""


def _stay(resource: Resource, context: Context, begun: Moment, common: dict[str, Any]) -> None:
    ended = moment_at(resource, "period.end")
    hospitalization = resource.get("hospitalization", {})
    context.put(
        "stay", key_of(resource), **common, admission_type=_admission_type(resource),
        admitted_on=begun.day, admitted_at=begun.at,
        discharged_on=ended.day if ended else None, discharged_at=ended.at if ended else None,
        discharge_destination=words_of(hospitalization.get("dischargeDisposition"))[:100],
    )  # fmt: skip


def _attendance(resource: Resource, context: Context, begun: Moment, common: dict[str, Any]) -> None:
    ended = moment_at(resource, "period.end")
    hospitalization = resource.get("hospitalization", {})
    mode = words_of(hospitalization.get("admitSource"))
    disposition = hospitalization.get("dischargeDisposition")
    outcome = words_of(disposition)
    context.put(
        "attendance", key_of(resource), **common, arrived_on=begun.day, arrived_at=begun.at,
        departed_at=ended.at if ended else None, arrival_mode=mode if mode in ARRIVAL_MODES else "",
        outcome=outcome if outcome in OUTCOMES else DISPOSITIONS.get(status_code(disposition), ""),
    )  # fmt: skip


def _contact(resource: Resource, context: Context, begun: Moment, common: dict[str, Any]) -> None:
    participant = first(resource.get("participant"))
    role = words_of(first(participant.get("type"))) if isinstance(participant, dict) else ""
    context.put(
        "contact", key_of(resource), **common, setting=_setting(resource), occurred_on=begun.day,
        occurred_at=begun.at, mode=MODES.get(resource["class"].get("code", ""), "face-to-face"),
        professional_role=role[:100], attended=resource.get("status") != "cancelled",
    )  # fmt: skip


def _admission_type(resource: Resource) -> str:
    for extension in resource.get("extension", []):
        method = code_in(extension.get("valueCodeableConcept"), ADMISSION_METHOD)
        if method:
            return "maternity" if method in BABIES else ADMISSION_METHODS.get(method[0], "other")
    for coding in codings(resource.get("priority")):
        if coding["code"] in PRIORITIES:
            return PRIORITIES[coding["code"]]
    source = status_code(resource.get("hospitalization", {}).get("admitSource"))
    return "emergency" if source == "emd" or resource["class"].get("code") == "ACUTE" else "other"


def _setting(resource: Resource) -> str:
    """Said by our own coding, else by the words of the type; home visits are community, the rest general practice."""
    words = []
    for concept in [*resource.get("type", []), resource.get("serviceType")]:
        for coding in codings(concept):
            if coding["code"] in CONTACT_SETTINGS:
                return str(coding["code"])
        words.append(words_of(concept).lower())
    for word, setting in SETTING_WORDS:
        if any(word in text for text in words):
            return setting
    return "community" if resource["class"].get("code") == "HH" else "general-practice"


def _reason(resource: Resource) -> str:
    return words_of(first(resource.get("reasonCode"))) or words_of(first(resource.get("type")))
