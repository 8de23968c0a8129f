"""Facts from clinical resources: conditions, observations, medicines, allergies, procedures, immunisations, plans."""

from __future__ import annotations

from typing import Any

from localcare.analysis.dataset.schema import PACKAGE_TYPES
from localcare.exchange.fhir.context import Context, Resource, key_of
from localcare.exchange.fhir.values import (
    Code,
    Misread,
    Moment,
    code_of,
    first,
    moment_at,
    status_code,
    words_of,
)

VOID = frozenset(
    {
        "entered-in-error",
        "refuted",
        "cancelled",
        "draft",
        "not-done",
        "unknown",
        "registered",
        "preparation",
        "not-taken",
    }
)
OVER = frozenset({"resolved", "inactive", "remission", "completed", "stopped", "ended", "revoked"})
STAY = "stay"


def read_condition(resource: Resource, context: Context) -> None:
    """A problem; or a diagnosis, when it is coded in ICD-10 and belongs to a hospital stay."""
    if status_code(resource.get("verificationStatus")) in VOID:
        return
    code, begun = (
        _code(resource, "code"),
        _begun(resource, "onsetDateTime", "onsetPeriod.start", "recordedDate"),
    )
    if code.system == "ICD-10" and _put_stay_code("diagnosis", resource, context, code, begun):
        return
    ended = moment_at(resource, "abatementDateTime", "abatementPeriod.end")
    if ended is None and status_code(resource.get("clinicalStatus")) in OVER:
        ended = begun
    _put(context, key_of(resource), "condition", code, begun, ended, resource,
         moment_at(resource, "recordedDate"))  # fmt: skip


def read_observation(resource: Resource, context: Context) -> None:
    """A measurement or finding; each component of one (the two blood pressures) is a fact of its own."""
    if resource.get("status") in VOID:
        return
    begun = _begun(resource, "effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "issued")
    recorded = moment_at(resource, "issued")
    components = resource.get("component", [])
    if not components or any(name.startswith("value") for name in resource):
        code = _code(resource, "code")
        _put(
            context,
            key_of(resource),
            "observation",
            code,
            begun,
            None,
            resource,
            recorded,
            **value_of(resource),
        )
    for place, component in enumerate(components):
        measured = code_of(component.get("code"))
        if measured is None:
            raise Misread(f"Observation.component[{place}].code", "missing", "the component has no code")
        key = f"{key_of(resource)}#component{place}"
        _put(context, key, "observation", measured, begun, None, resource, recorded, **value_of(component))


def read_medicine(resource: Resource, context: Context) -> None:
    """A medicine prescribed, dispensed or taken."""
    if resource.get("status") in VOID:
        return
    code = code_of(resource.get("medicationCodeableConcept")) or _medication_referred_to(resource)
    if code is None:
        raise Misread(f"{resource['resourceType']}.medication[x]", "missing", "the medicine is not named")
    begun = _begun(resource, "authoredOn", "effectiveDateTime", "effectivePeriod.start", "dateAsserted")
    ended = moment_at(resource, "effectivePeriod.end", "dispenseRequest.validityPeriod.end")
    if ended is None and resource.get("status") in OVER:
        ended = begun
    dosage = first(resource.get("dosageInstruction") or resource.get("dosage"))
    _put(context, key_of(resource), "medicine", code, begun, ended, resource,
         moment_at(resource, "authoredOn", "dateAsserted"),
         value_text=dosage.get("text", "") if isinstance(dosage, dict) else "")  # fmt: skip


def read_allergy(resource: Resource, context: Context) -> None:
    """An allergy or intolerance."""
    if status_code(resource.get("verificationStatus")) in VOID:
        return
    code = code_of(resource.get("code")) or _substance(resource)
    if code is None:
        raise Misread("AllergyIntolerance.code", "missing", "what the allergy is to is not named")
    begun = _begun(resource, "onsetDateTime", "recordedDate", "lastOccurrence")
    ended = begun if status_code(resource.get("clinicalStatus")) in OVER else None
    _put(
        context,
        key_of(resource),
        "allergy",
        code,
        begun,
        ended,
        resource,
        moment_at(resource, "recordedDate"),
    )


def read_procedure(resource: Resource, context: Context) -> None:
    """Something done; or a procedure of a stay, when it is coded in OPCS-4 and belongs to one."""
    if resource.get("status") in VOID:
        return
    code = _code(resource, "code")
    begun = _begun(resource, "performedDateTime", "performedPeriod.start", "meta.lastUpdated")
    if code.system == "OPCS-4" and _put_stay_code("procedure", resource, context, code, begun):
        return
    _put(
        context,
        key_of(resource),
        "procedure",
        code,
        begun,
        moment_at(resource, "performedPeriod.end"),
        resource,
        None,
    )


def read_immunisation(resource: Resource, context: Context) -> None:
    """A vaccination given."""
    if resource.get("status") in VOID:
        return
    code, begun = _code(resource, "vaccineCode"), _begun(resource, "occurrenceDateTime", "recorded")
    _put(
        context,
        key_of(resource),
        "immunisation",
        code,
        begun,
        None,
        resource,
        moment_at(resource, "recorded"),
    )


def read_care_plan(resource: Resource, context: Context) -> None:
    """A package of care, when its category says which; else the fact that there is a plan."""
    if resource.get("status") in VOID:
        return
    begun, ended = _begun(resource, "period.start", "created"), moment_at(resource, "period.end")
    for category in resource.get("category", []):
        if status_code(category) in PACKAGE_TYPES:
            context.put("package", key_of(resource), package_type=status_code(category), started_on=begun.day,
                        ended_on=ended.day if ended else None)  # fmt: skip
            return
    categories = [code for category in resource.get("category", []) if (code := code_of(category))]
    chosen = next((code for code in categories if code.system == "SNOMED-CT"), None)
    title = resource.get("title", "") or (chosen.text if chosen else "")
    code = chosen or Code("LOCAL", "care-plan", title or "Care plan")
    _put(context, key_of(resource), "other", Code(code.system, code.code, title or code.text), begun, ended, resource,
         moment_at(resource, "created"))  # fmt: skip


def value_of(holder: Resource) -> dict[str, Any]:
    """The value of an observation or component: a number with its unit, or words."""
    quantity = holder.get("valueQuantity")
    if isinstance(quantity, dict) and isinstance(quantity.get("value"), int | float):
        unit = quantity.get("code") or quantity.get("unit") or ""
        return {"value": float(quantity["value"]), "unit": str(unit)[:40],
                "value_text": quantity.get("comparator", "")}  # fmt: skip
    if isinstance(holder.get("valueInteger"), int):
        return {"value": float(holder["valueInteger"])}
    if "valueCodeableConcept" in holder:
        return {"value_text": words_of(holder["valueCodeableConcept"])}
    if isinstance(holder.get("valueBoolean"), bool):
        return {"value_text": "yes" if holder["valueBoolean"] else "no"}
    for name in ("valueString", "valueDateTime", "valueTime"):
        if isinstance(holder.get(name), str):
            return {"value_text": holder[name]}
    return {}


def _put(
    context: Context, key: str, kind: str, code: Code, begun: Moment, ended: Moment | None, resource: Resource,
    recorded: Moment | None, **values: Any,
) -> None:  # fmt: skip
    context.put(
        "fact", key, kind=kind, system=code.system, code=code.code, text=code.text,
        occurred_on=begun.day, occurred_at=begun.at, ended_on=ended.day if ended else None,
        recorded_on=recorded.day if recorded else None, recorded_by=_recorder(resource), **values,
    )  # fmt: skip


def _put_stay_code(table: str, resource: Resource, context: Context, code: Code, begun: Moment) -> bool:
    _, encounter = context.target_of(resource.get("encounter"))
    if context.encounter_kinds.get(encounter) != STAY:
        return False
    context.positions[f"{table} {encounter}"] += 1
    position = _position(resource) or context.positions[f"{table} {encounter}"]
    context.put(table, key_of(resource), stay_key=f"Encounter/{encounter}", position=position, code=code.code,
                text=code.text, occurred_on=begun.day)  # fmt: skip
    return True


def _position(resource: Resource) -> int | None:
    for extension in resource.get("extension", []):
        if str(extension.get("url", "")).endswith("/diagnosis-position"):
            return int(extension.get("valuePositiveInt", 0)) or None
    return None


def _code(resource: Resource, name: str) -> Code:
    code = code_of(resource.get(name))
    if code is None:
        raise Misread(
            f"{resource['resourceType']}.{name}", "missing", f"{name} holds neither a code nor words"
        )
    return code


def _begun(resource: Resource, *paths: str) -> Moment:
    found = moment_at(resource, *paths, "meta.lastUpdated")
    if found is None:
        raise Misread(f"{resource['resourceType']}.{paths[0]}", "missing", "no date says when it was")
    return found


def _recorder(resource: Resource) -> str:
    for name in ("recorder", "asserter", "requester"):
        if isinstance(resource.get(name), dict):
            return str(resource[name].get("display", ""))[:150]
    performer = first(resource.get("performer"))
    if isinstance(performer, dict):
        return str(performer.get("display") or performer.get("actor", {}).get("display", ""))[:150]
    return ""


def _medication_referred_to(resource: Resource) -> Code | None:
    reference = resource.get("medicationReference")
    if not isinstance(reference, dict):
        return None
    for contained in resource.get("contained", []):
        if reference.get("reference") == f"#{contained.get('id')}":
            return code_of(contained.get("code"))
    return (
        Code("LOCAL", reference["display"][:100], reference["display"]) if reference.get("display") else None
    )


def _substance(resource: Resource) -> Code | None:
    reaction = first(resource.get("reaction"))
    return code_of(reaction.get("substance")) if isinstance(reaction, dict) else None
