"""Dorothy, Vera and Vera's husband: the people of the papers, always the first three of the population."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.dataset.writing import arrow_schema
from localcare.synthetic.definitions import conditions, definition
from localcare.synthetic.nhs_numbers import numbers_for
from localcare.synthetic.practices import PracticeShare

DOROTHY, VERA, ERNEST = 1, 2, 3
COUNT = 3
Rows = dict[str, list[dict[str, Any]]]

# Source: 002 lines 179 and 198. Family names are ours: the papers give none.
NAMES = {DOROTHY: ("Dorothy", "Oakhollow"), VERA: ("Vera", "Marshfield"), ERNEST: ("Ernest", "Marshfield")}
ADDRESSES = {DOROTHY: "14 Samphire Walk", VERA: "3 Lighthouse Lane", ERNEST: "3 Lighthouse Lane"}
AGES = {DOROTHY: 79, VERA: 79, ERNEST: 83}
CONDITIONS = {
    DOROTHY: ("diabetes", "copd", "cognitive_impairment", "depression", "hypertension", "arthritis", "falls",
              "mobility", "anaemia", "urinary_incontinence", "social_vulnerability", "dyspnoea"),
    VERA: ("diabetes", "copd", "dementia", "stroke", "hypertension", "atrial_fibrillation", "falls", "mobility",
           "activity_limitation", "urinary_incontinence", "chronic_kidney_disease", "osteoporosis", "hearing_loss",
           "care_requirement", "weight_loss"),
    ERNEST: ("heart_failure", "ischaemic_heart_disease", "arthritis", "hearing_loss", "visual_impairment", "mobility",
             "dyspnoea", "hypertension", "anaemia", "falls"),
}  # fmt: skip
MEDICINES = {
    DOROTHY: ("DMD-METFORMIN-500MG", "DMD-TIOTROPIUM-INHALER", "DMD-SALBUTAMOL-INHALER", "DMD-SERTRALINE-50MG",
              "DMD-AMLODIPINE-5MG", "DMD-PARACETAMOL-500MG", "DMD-ATORVASTATIN-20MG"),
    VERA: ("DMD-METFORMIN-500MG", "DMD-TIOTROPIUM-INHALER", "DMD-CLOPIDOGREL-75MG", "DMD-ATORVASTATIN-20MG",
           "DMD-RAMIPRIL-5MG", "DMD-DONEPEZIL-10MG", "DMD-BISOPROLOL-2.5MG", "DMD-APIXABAN-5MG",
           "DMD-ALENDRONIC-ACID-70MG"),
    ERNEST: ("DMD-FUROSEMIDE-40MG", "DMD-BISOPROLOL-2.5MG", "DMD-RAMIPRIL-5MG", "DMD-ASPIRIN-75MG",
             "DMD-ATORVASTATIN-20MG", "DMD-OMEPRAZOLE-20MG"),
}  # fmt: skip
# person, days before the date that the stay began, nights, diagnoses (primary first)
STAYS = (
    (DOROTHY, 310, 4, ("J441", "E119", "R296")),
    (DOROTHY, 95, 7, ("J440", "E119", "F067", "F329", "R410", "W190")),
    (VERA, 400, 5, ("N390", "F001", "F009", "E119")),
    (VERA, 160, 9, ("S720", "W190", "F001", "F009", "R296", "J449")),
    (
        VERA,
        15,
        12,
        ("I639", "G819", "F00.1", "F00.9", "G309", "E119", "J449", "R296", "R131", "Z742", "I489"),
    ),
    (ERNEST, 220, 6, ("I500", "I251", "N179")),
    (ERNEST, 60, 3, ("I500", "J181")),
)
CONTACTS = {
    DOROTHY: (("general-practice", 9), ("community", 6), ("mental-health", 2), ("social-care", 1)),
    VERA: (("general-practice", 8), ("community", 5), ("out-patient", 3)),
    ERNEST: (("general-practice", 11), ("out-patient", 4)),
}


def persona_tables(
    practices: tuple[PracticeShare, ...], *, people: int, seed: int, as_of: date
) -> dict[str, pa.Table]:
    """The rows of the personas for every table, keys from 1; all are registered with the first practice."""
    rows: Rows = {table.name: [] for table in TABLES}
    numbers = numbers_for(np.arange(COUNT), people=people, seed=seed)
    for person in NAMES:
        _add_person(rows, person, int(numbers[person - 1]), practices[0], as_of)
        _add_record(rows, person, as_of)
        _add_contacts(rows, person, practices[0], as_of)
    for person, ago, nights, codes in STAYS:
        _add_stay(rows, person, as_of - timedelta(days=ago), nights, codes)
    _add_household(rows, as_of)
    for table in TABLES:
        for number, row in enumerate(rows[table.name], start=1):
            row.setdefault(table.key, number)
    return {
        table.name: pa.Table.from_pylist(
            [{c.name: row.get(c.name) for c in table.columns} for row in rows[table.name]],
            schema=arrow_schema(table),
        )
        for table in TABLES
    }


def _add_person(rows: Rows, person: int, number: int, practice: PracticeShare, as_of: date) -> None:
    given, family = NAMES[person]
    born = as_of.replace(year=as_of.year - AGES[person], day=1) - timedelta(days=40 * person)
    rows["persons"].append({
        "person_id": person, "nhs_number": str(number) if number else None,
        "local_identifier": None if number else f"SYN-{person:08d}", "family_name": family, "given_name": given,
        "birth_date": born, "sex": "male" if person == ERNEST else "female", "ethnic_category": "A",
        "address_line": ADDRESSES[person], "postcode": f"{practice.postcode_district} 9AG",
        "telephone": f"01632 96000{person}", "lsoa_code": practice.lsoa_codes[0],
        "imd_decile": round(practice.imd_middle), "national_data_opt_out": False,
    })  # fmt: skip
    rows["registrations"].append(
        {"person_id": person, "practice_code": practice.code, "started_on": as_of - timedelta(days=7000)}
    )


def _add_record(rows: Rows, person: int, as_of: date) -> None:
    table, parameters = conditions(), definition("medicines")
    for number, name in enumerate(CONDITIONS[person]):
        condition = table.content[table.position(name)]
        onset = as_of - timedelta(days=(15 if name == "stroke" else 3200 - 190 * number))
        for code in dict.fromkeys(c for c in (condition["efi"], condition["cms"]) if c):
            _add_fact(rows, person, "condition", code, condition["title"], onset)
    texts = {medicine["code"]: medicine["text"] for medicine in parameters["medicines"]}
    for code in MEDICINES[person]:
        for ago in range(20, 370, 56):
            _add_fact(rows, person, "medicine", code, texts[code], as_of - timedelta(days=ago))
    for observation in parameters["observations"]:
        for ago in (33, 215, 398):
            rows["facts"].append({
                "person_id": person, "kind": "observation", "system": "LOINC", "code": observation["code"],
                "text": observation["text"], "unit": observation["unit"],
                "value": float(round(observation["mean"] + observation["shift"] * ago / 400, observation["round"])),
                "occurred_on": as_of - timedelta(days=ago), "recorded_on": as_of - timedelta(days=ago),
            })  # fmt: skip
    _add_fact(
        rows, person, "allergy", "ALG-PENICILLIN", "Allergy to penicillin", as_of - timedelta(days=9000)
    )


def _add_fact(rows: Rows, person: int, kind: str, code: str, text: str, day: date) -> None:
    rows["facts"].append({
        "person_id": person, "kind": kind, "system": "LOCAL", "code": code, "text": text,
        "occurred_on": day, "recorded_on": day,
    })  # fmt: skip


def _add_contacts(rows: Rows, person: int, practice: PracticeShare, as_of: date) -> None:
    parameters = definition("activity")
    for setting, count in CONTACTS[person]:
        provider = practice.code if setting == "general-practice" else parameters["providers"][setting][0]
        for number in range(count):
            day = as_of - timedelta(days=24 + 37 * number)
            rows["contacts"].append({
                "person_id": person, "setting": setting, "provider_code": provider, "occurred_on": day,
                "occurred_at": datetime.combine(day, time(10 + number % 6, 15)), "mode": "face-to-face",
                "professional_role": next(iter(parameters["roles"][setting])),
                "reason": parameters["reasons"][setting][0], "attended": True,
            })  # fmt: skip


def _add_stay(rows: Rows, person: int, admitted: date, nights: int, codes: tuple[str, ...]) -> None:
    stay = len(rows["stays"]) + 1
    provider = definition("activity")["providers"]["acute"][0]
    discharged = admitted + timedelta(days=nights)
    rows["stays"].append({
        "stay_id": stay, "person_id": person, "provider_code": provider, "site_code": f"{provider}-1",
        "admission_type": "emergency", "bed_type": "acute", "specialty_code": "300", "admitted_on": admitted,
        "discharged_on": discharged, "admitted_at": datetime.combine(admitted, time(14, 20)),
        "discharged_at": datetime.combine(discharged, time(15, 40)), "discharge_destination": "usual residence",
    })  # fmt: skip
    rows["diagnoses"] += [
        {"person_id": person, "stay_id": stay, "position": position, "code": code, "occurred_on": admitted}
        for position, code in enumerate(codes, start=1)
    ]
    rows["attendances"].append({
        "person_id": person, "provider_code": provider, "site_code": f"{provider}-1", "department_type": "1",
        "arrived_on": admitted, "arrived_at": datetime.combine(admitted, time(10, 5)),
        "departed_at": datetime.combine(admitted, time(14, 20)), "arrival_mode": "ambulance", "outcome": "admitted",
    })  # fmt: skip


def _add_household(rows: Rows, as_of: date) -> None:
    """Vera lives with Ernest, who cares for her; she has no package of care, Dorothy has a small one."""
    rows["relationships"] += [
        {"person_id": VERA, "related_person_id": ERNEST, "kind": "spouse-or-partner"},
        {"person_id": VERA, "related_person_id": ERNEST, "kind": "unpaid-carer",
         "started_on": as_of - timedelta(days=900)},
        {"person_id": ERNEST, "related_person_id": VERA, "kind": "spouse-or-partner"},
    ]  # fmt: skip
    rows["packages"].append({
        "person_id": DOROTHY, "package_type": "domiciliary-care", "started_on": as_of - timedelta(days=80),
        "provider_code": definition("activity")["providers"]["social-care"][0], "hours_per_week": 7.0,
    })  # fmt: skip


def persona_names() -> Iterator[tuple[int, str]]:
    """Identifier and short name of each persona, for the truth table."""
    return ((person, given.lower()) for person, (given, _) in NAMES.items())
