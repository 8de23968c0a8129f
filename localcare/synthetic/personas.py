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
DAYS_BETWEEN_ISSUES = 56
OBSERVED_DAYS_AGO = (33, 215, 398)

Rows = dict[str, list[dict[str, Any]]]


def persona_tables(
    practices: tuple[PracticeShare, ...], *, people: int, seed: int, as_of: date
) -> dict[str, pa.Table]:
    """The rows of the personas for every table, keys from 1; all are registered with the first practice."""
    rows: Rows = {table.name: [] for table in TABLES}
    numbers = numbers_for(np.arange(COUNT), people=people, seed=seed)
    for person, persona in _personas():
        _add_person(rows, person, persona, int(numbers[person - 1]), practices[0], as_of)
        _add_conditions(rows, person, persona, as_of)
        _add_medicines(rows, person, persona, as_of)
        _add_observations(rows, person, as_of)
        _add_contacts(rows, person, persona, practices[0], as_of)
        _add_packages(rows, person, persona, as_of)
        for stay in persona["stays"]:
            _add_stay(rows, person, as_of - timedelta(days=stay["ago"]), stay["nights"], stay["diagnoses"])
    _add_relationships(rows, as_of)
    for table in TABLES:
        for number, row in enumerate(rows[table.name], start=1):
            row.setdefault(table.key, number)
    return {
        table.name: pa.Table.from_pylist(rows[table.name], schema=arrow_schema(table)) for table in TABLES
    }


def persona_names() -> Iterator[tuple[int, str]]:
    """Identifier and short name of each persona, for the truth table."""
    return ((person, persona["given"].lower()) for person, persona in _personas())


def _personas() -> Iterator[tuple[int, dict[str, Any]]]:
    return enumerate(definition("personas")["personas"], start=DOROTHY)


def _add_person(
    rows: Rows, person: int, persona: dict[str, Any], number: int, practice: PracticeShare, as_of: date
) -> None:
    born = as_of.replace(year=as_of.year - persona["age"], day=1) - timedelta(days=40 * person)
    rows["persons"].append(
        {
            "person_id": person,
            "nhs_number": str(number) if number else None,
            "local_identifier": None if number else f"SYN-{person:08d}",
            "family_name": persona["family"],
            "given_name": persona["given"],
            "birth_date": born,
            "sex": persona["sex"],
            "ethnic_category": "A",
            "address_line": persona["address"],
            "postcode": f"{practice.postcode_district} 9AG",
            "telephone": f"01632 96000{person}",
            "lsoa_code": practice.lsoa_codes[0],
            "imd_decile": round(practice.imd_middle),
            "national_data_opt_out": False,
        }
    )
    rows["registrations"].append(
        {"person_id": person, "practice_code": practice.code, "started_on": as_of - timedelta(days=7000)}
    )


def _add_conditions(rows: Rows, person: int, persona: dict[str, Any], as_of: date) -> None:
    table = conditions()
    for number, name in enumerate(persona["conditions"]):
        condition = table.content[table.position(name)]
        ago = persona.get("recent", {}).get(name, 3200 - 190 * number)
        for code in dict.fromkeys(c for c in (condition["efi"], condition["cms"]) if c):
            _add_fact(rows, person, "condition", code, condition["title"], as_of - timedelta(days=ago))


def _add_medicines(rows: Rows, person: int, persona: dict[str, Any], as_of: date) -> None:
    texts = {medicine["code"]: medicine["text"] for medicine in definition("medicines")["medicines"]}
    for code in persona["medicines"]:
        for ago in range(20, 370, DAYS_BETWEEN_ISSUES):
            _add_fact(rows, person, "medicine", code, texts[code], as_of - timedelta(days=ago))
    _add_fact(
        rows, person, "allergy", "ALG-PENICILLIN", "Allergy to penicillin", as_of - timedelta(days=9000)
    )


def _add_observations(rows: Rows, person: int, as_of: date) -> None:
    for observation in definition("medicines")["observations"]:
        for ago in OBSERVED_DAYS_AGO:
            value = observation["mean"] + observation["shift"] * ago / OBSERVED_DAYS_AGO[-1]
            fact = _add_fact(
                rows,
                person,
                "observation",
                observation["code"],
                observation["text"],
                as_of - timedelta(days=ago),
            )
            fact["system"], fact["unit"] = "LOINC", observation["unit"]
            fact["value"] = float(round(value, observation["round"]))


def _add_fact(rows: Rows, person: int, kind: str, code: str, text: str, day: date) -> dict[str, Any]:
    fact: dict[str, Any] = {
        "person_id": person,
        "kind": kind,
        "system": "LOCAL",
        "code": code,
        "text": text,
        "occurred_on": day,
        "recorded_on": day,
    }
    rows["facts"].append(fact)
    return fact


def _add_contacts(
    rows: Rows, person: int, persona: dict[str, Any], practice: PracticeShare, as_of: date
) -> None:
    activity = definition("activity")
    for setting, count in persona["contacts"].items():
        provider = practice.code if setting == "general-practice" else activity["providers"][setting][0]
        for number in range(count):
            day = as_of - timedelta(days=24 + 37 * number)
            rows["contacts"].append(
                {
                    "person_id": person,
                    "setting": setting,
                    "provider_code": provider,
                    "occurred_on": day,
                    "occurred_at": datetime.combine(day, time(10 + number % 6, 15)),
                    "mode": "face-to-face",
                    "professional_role": next(iter(activity["roles"][setting])),
                    "reason": activity["reasons"][setting][0],
                    "attended": True,
                }
            )


def _add_packages(rows: Rows, person: int, persona: dict[str, Any], as_of: date) -> None:
    for package in persona.get("packages", []):
        rows["packages"].append(
            {
                "person_id": person,
                "package_type": package["type"],
                "provider_code": definition("activity")["providers"]["social-care"][0],
                "started_on": as_of - timedelta(days=package["ago"]),
                "hours_per_week": package["hours"],
            }
        )


def _add_stay(rows: Rows, person: int, admitted: date, nights: int, codes: list[str]) -> None:
    stay = len(rows["stays"]) + 1
    provider = definition("activity")["providers"]["acute"][0]
    discharged = admitted + timedelta(days=nights)
    place = {"person_id": person, "provider_code": provider, "site_code": f"{provider}-1"}
    rows["stays"].append(
        place
        | {
            "stay_id": stay,
            "admission_type": "emergency",
            "bed_type": "acute",
            "specialty_code": "300",
            "admitted_on": admitted,
            "discharged_on": discharged,
            "admitted_at": datetime.combine(admitted, time(14, 20)),
            "discharged_at": datetime.combine(discharged, time(15, 40)),
            "discharge_destination": "usual residence",
        }
    )
    rows["diagnoses"] += [
        {"person_id": person, "stay_id": stay, "position": position, "code": code, "occurred_on": admitted}
        for position, code in enumerate(codes, start=1)
    ]
    rows["attendances"].append(
        place
        | {
            "department_type": "1",
            "arrived_on": admitted,
            "arrived_at": datetime.combine(admitted, time(10, 5)),
            "departed_at": datetime.combine(admitted, time(14, 20)),
            "arrival_mode": "ambulance",
            "outcome": "admitted",
        }
    )


def _add_relationships(rows: Rows, as_of: date) -> None:
    known = {persona["given"]: person for person, persona in _personas()}
    for relationship in definition("personas")["relationships"]:
        ago = relationship.get("ago")
        rows["relationships"].append(
            {
                "person_id": known[relationship["person"]],
                "related_person_id": known[relationship["other"]],
                "kind": relationship["kind"],
                "started_on": as_of - timedelta(days=ago) if ago else None,
            }
        )
