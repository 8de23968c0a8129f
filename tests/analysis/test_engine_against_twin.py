"""The engine over many random people gives exactly what the plain one-person explanation gives."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from localcare.analysis.dataset import LinkedDataset, write_table
from localcare.analysis.dataset.schema import ADMISSION_TYPES, CONTACT_SETTINGS
from localcare.analysis.scores import score
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.explain import PersonRows, score_one
from localcare.analysis.scores.packs import shipped_packs
from localcare.analysis.scores.windows import months_before

AS_OF = date(2026, 2, 28)
BOUNDARIES = [
    months_before(AS_OF, months) + timedelta(days=shift) for months in (0, 12, 24, 60) for shift in (-1, 0, 1)
]
DAYS = st.one_of(st.sampled_from(BOUNDARIES), st.dates(date(2019, 1, 1), AS_OF + timedelta(days=20)))
ICD_CODES = ["F00.1", "F009", " f00.1", "G30.1†", "I11.0", "i110", "J20.9", "J44.1", "J18.1", "K25.3", "K25.4", "E10.2",
             "E10.9", "C34", "C78.7", "B20", "W19", "S06.5", "R50", "K70.4", "K70.3", "Z99", "", "E10.8", "I10X"]  # fmt: skip
PACK_CODES = sorted(
    {
        (code.system, code.code)
        for pack in shipped_packs().packs
        for code in pack.codes
        if not code.code_list.startswith("measure/")
    }
)
FACT_CODES = [
    *PACK_CODES,
    ("local", " efi-falls "),
    ("http://snomed.info/sct", "44054006"),
    ("SNOMED-CT", "999"),
]
MEASURES = [("LOINC", "718-7"), ("LOINC", "62238-1"), ("LOINC", "3016-3"), ("LOCAL", "MEASURE-SIX-CIT"),
            ("LOCAL", "MEASURE-BARTHEL"), ("LOCAL", "MEASURE-HIP-T-SCORE"), ("LOCAL", "MEASURE-MUST")]  # fmt: skip
VALUES = [None, 0.0, 0.36, 0.35, 1.0, 5.5, 5.6, 8.0, 7.9, 18.0, 18.1, 59.9, 60.0, 115.0, 114.9, 129.9, 130.0, -2.5, 12.0,
          float("nan"), float("inf"), float("-inf")]  # fmt: skip
UNITS = [None, "", "g/L", "g/dL", "mL/min", "mU/L", "{score}", "mmol/L"]


@st.composite
def person(draw: st.DrawFn) -> dict[str, Any]:
    stays = [
        {"admission_type": draw(st.sampled_from(ADMISSION_TYPES)), "admitted_on": admitted,
         "discharged_on": None if nights is None else admitted + timedelta(days=nights)}
        for admitted in draw(st.lists(DAYS, max_size=4))
        for nights in [draw(st.one_of(st.none(), st.integers(0, 30), st.integers(300, 500)))]
    ]  # fmt: skip
    diagnoses = [
        {
            "stay": number,
            "position": draw(st.integers(1, 3)),
            "code": code,
            "occurred_on": stay["admitted_on"],
        }
        for number, stay in enumerate(stays)
        for code in draw(st.lists(st.sampled_from(ICD_CODES), max_size=5))
    ]
    coded = [
        {"kind": "condition", "system": system, "code": code}
        for system, code in draw(st.lists(st.sampled_from(FACT_CODES), max_size=14))
    ]
    measured = [
        {"kind": "observation", "system": system, "code": code,
         "value": draw(st.sampled_from(VALUES)), "unit": draw(st.sampled_from(UNITS))}
        for system, code in draw(st.lists(st.sampled_from(MEASURES), max_size=3))
    ]  # fmt: skip
    medicines = [
        {"kind": "medicine", "system": "DMD", "code": code}
        for code in draw(st.lists(st.sampled_from(["A", "B ", "B", "C", "D", "E", "F"]), max_size=8))
    ]
    contact = st.fixed_dictionaries(
        {
            "setting": st.sampled_from(CONTACT_SETTINGS),
            "occurred_on": DAYS,
            "attended": st.sampled_from([True, False, None]),
        }
    )
    return {
        "birth_date": draw(st.dates(date(1920, 1, 1), date(2020, 1, 1))),
        "sex": draw(st.sampled_from(["female", "male", "other", "unknown"])),
        "stays": stays,
        "diagnoses": diagnoses,
        "facts": [fact | {"occurred_on": draw(DAYS)} for fact in coded + measured + medicines],
        "attendances": [{"arrived_on": day} for day in draw(st.lists(DAYS, max_size=3))],
        "contacts": draw(st.lists(contact, max_size=4)),
    }


def numbered(people: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The people as tables of a dataset, with keys."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in (
        "persons", "registrations", "facts", "stays", "diagnoses", "attendances", "contacts", "packages")}  # fmt: skip
    keys = {"facts": "fact_id", "attendances": "attendance_id", "contacts": "contact_id"}
    for who, one in enumerate(people, start=1):
        tables["persons"].append({"person_id": who, "birth_date": one["birth_date"], "sex": one["sex"]})
        tables["registrations"].append(
            {
                "registration_id": who,
                "person_id": who,
                "practice_code": "G82001",
                "started_on": date(2000, 1, 1),
            }
        )
        for number, stay in enumerate(one["stays"]):
            tables["stays"].append(stay | {"person_id": who, "stay_id": who * 100 + number})
        for row in one["diagnoses"]:
            filled = {name: value for name, value in row.items() if name != "stay"}
            tables["diagnoses"].append(
                filled
                | {
                    "person_id": who,
                    "stay_id": who * 100 + row["stay"],
                    "diagnosis_id": len(tables["diagnoses"]),
                }
            )
        for name, key in keys.items():
            for row in one[name]:
                tables[name].append(row | {"person_id": who, key: len(tables[name])})
    return tables


def rows_of(tables: dict[str, list[dict[str, Any]]], who: int) -> PersonRows:
    me = tables["persons"][who - 1]
    mine = {
        name: [row for row in tables[name] if row["person_id"] == who]
        for name in ("facts", "stays", "diagnoses", "attendances", "contacts")
    }
    return PersonRows(me["birth_date"], me["sex"], **mine)


@pytest.mark.trace("T052", "T074", "T075", "T081")
@settings(
    max_examples=12,
    deadline=None,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # each try runs an engine, so shrinking takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(person(), min_size=1, max_size=12))
def test_engine_equals_twin(people: list[dict[str, Any]]) -> None:
    tables = numbered(people)
    with TemporaryDirectory() as folder:
        for name, rows in tables.items():
            write_table(Path(folder), name, rows)
        with LinkedDataset.open(folder, threads=1) as dataset:
            scored = {row["person_id"]: row for row in score(dataset, as_of=AS_OF).to_pyarrow().to_pylist()}
    assert sorted(scored) == list(range(1, len(people) + 1))
    for who, row in scored.items():
        expected = score_one(rows_of(tables, who), as_of=AS_OF)
        differing = {name: (row[name], value) for name, value in expected.items() if row[name] != value}
        assert not differing, (differing, rows_of(tables, who))
        assert set(row) - set(expected) == {"person_id", "practice_code", "age", "sex", "imd_decile"}


def test_the_windows_of_the_definitions_are_those_whose_edges_are_drawn() -> None:
    months = {
        definition(name).look_back_months for name in ("hfrs", "charlson", "acsc", "polypharmacy", "activity")
    }
    assert months | {item.look_back_months for item in definition("cambridge").items} <= {None, 12, 24, 60}
