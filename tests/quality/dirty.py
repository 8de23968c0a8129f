"""Small datasets with dirt of every kind, by chance from a seed; and large ones with one planted fault."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from localcare.analysis.dataset import write_metadata, write_table
from localcare.analysis.dataset.schema import CONTACT_SETTINGS

AS_OF = date(2026, 10, 1)
CODES = [("SNOMED-CT", "22298006"), ("SNOMED-CT", "22298007"), ("http://snomed.info/sct", "73211009"), ("LOCAL", "EFI-FALLS"),
         ("local", " efi-falls "), ("LOINC", "718-7"), ("LOINC", "718-8"), ("READ-V9", "XX"), ("SNOMED-CT", "4.78711E+14"),
         ("ICD-10", "I21.4"), ("CTV3", "XE0Uc"), ("CTV3", "XE"), ("LOCAL", "MEASURE-BARTHEL"),
         ("LOCAL", ""), ("", "22298006")]  # fmt: skip
NAMES = ["Ash", "ASH", "Beck", "Cole"]
Tables = dict[str, list[dict[str, Any]]]


def dirty_tables(seed: int, people: int = 120) -> Tables:
    """Rows of every table with wrong codes, wrong days, rows twice, people twice, missing values."""
    chance = random.Random(seed)
    tables: Tables = {name: [] for name in ("persons", "registrations", "facts", "stays", "diagnoses", "procedures",
                                            "attendances", "contacts", "packages")}  # fmt: skip
    for key in range(1, people + 1):
        born = date(1925, 1, 1) + timedelta(days=chance.randrange(36_000))
        died = AS_OF - timedelta(days=chance.randrange(-20, 900)) if chance.random() < 0.2 else None
        tables["persons"].append({
            "person_id": key, "birth_date": chance.choice([born, date(1950, 5, 5), date(1950, 5, 5)]), "death_date": died,
            "nhs_number": chance.choice([None, "", f"9990000{key:03d}", "999 000 0001", "9990000001"]),
            "family_name": chance.choice([*NAMES, None]), "given_name": chance.choice(NAMES),
            "postcode": chance.choice(["CT1 1AA", "ct11aa", None]), "sex": chance.choice(["female", "male", "unknown"]),
            "ethnic_category": chance.choice([None, "A", "Z", "99"]), "imd_decile": chance.choice([None, 3]),
        })  # fmt: skip
        for _ in range(chance.randrange(3)):
            tables["registrations"].append({
                "registration_id": len(tables["registrations"]) + 1, "person_id": key,
                "practice_code": chance.choice(["A", "B"]), "started_on": _day(chance, 2000),
                "ended_on": chance.choice([None, None, _day(chance, 300)]),
            })  # fmt: skip
        if chance.random() < 0.9:  # of the others nothing is known
            _events(chance, tables, key)
    return tables


def _day(chance: random.Random, back: int, ahead: int = 20) -> date:
    if chance.random() < 0.1:
        return chance.choice([AS_OF + timedelta(days=30), date(1901, 1, 1)])
    return AS_OF - timedelta(days=chance.randrange(-ahead, back))


def _events(chance: random.Random, tables: Tables, person: int) -> None:
    for _ in range(chance.choice([0, 0, *range(12)])):
        system, code = chance.choice(CODES)
        day = chance.choice([_day(chance, 1300), _day(chance, 40_000), AS_OF, date(2026, 3, 3)])
        tables["facts"].append({
            "fact_id": len(tables["facts"]) + 1, "person_id": person, "system": system, "code": code,
            "kind": chance.choice(["condition", "observation", "medicine"]), "value": chance.choice([None, 1.0, 100.0]),
            "unit": chance.choice([None, "g/L", "stone"]), "occurred_on": day,
            "ended_on": chance.choice([None, day + timedelta(days=chance.randrange(-9, 9))]),
            "recorded_on": chance.choice([None, day + timedelta(days=chance.randrange(-5, 60))]),
        })  # fmt: skip
        if chance.random() < 0.3:
            tables["facts"].append({**tables["facts"][-1], "fact_id": len(tables["facts"]) + 1})
    for _ in range(chance.randrange(4)):
        day, stay = _day(chance, 600), len(tables["stays"]) + 1
        tables["stays"].append({
            "stay_id": stay, "person_id": person, "provider_code": chance.choice([None, "T1", "T2"]),
            "admission_type": "emergency", "admitted_on": day,
            "discharged_on": chance.choice([None, day + timedelta(days=chance.randrange(-2, 40))]),
        })  # fmt: skip
        for position in range(chance.randrange(3)):
            tables["diagnoses"].append({
                "diagnosis_id": len(tables["diagnoses"]) + 1, "person_id": person, "stay_id": stay,
                "position": position + 1, "code": chance.choice(["I21.4", "f00.1", "21I", "??"]), "occurred_on": day,
            })  # fmt: skip
        if chance.random() < 0.2:
            tables["stays"].append({**tables["stays"][-1], "stay_id": len(tables["stays"]) + 1})
    for _ in range(chance.randrange(4)):
        tables["attendances"].append({"attendance_id": len(tables["attendances"]) + 1, "person_id": person,
                                      "provider_code": "T1", "arrived_on": _day(chance, 900)})  # fmt: skip
        tables["contacts"].append({"contact_id": len(tables["contacts"]) + 1, "person_id": person,
                                   "setting": chance.choice(CONTACT_SETTINGS), "occurred_on": _day(chance, 1200),
                                   "provider_code": chance.choice(["A", "C1", None])})  # fmt: skip


def write(tables: Tables, folder: Path) -> Path:
    """The tables as a linked dataset."""
    for name, rows in tables.items():
        write_table(folder, name, rows)
    write_metadata(folder, as_of=AS_OF, source="tests of data quality")
    return folder
