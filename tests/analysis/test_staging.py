"""The parts of the scores worked out in advance: the same values, whatever the keys of people look like."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from localcare.analysis.dataset import LinkedDataset, write_table
from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.scores import activity, score, staging
from localcare.analysis.scores.staging import array_bits, grouped_by_place, staged

AS_OF = date(2026, 11, 22)
PEOPLE = 40
KEYS = {
    "in a row": lambda who: who,
    "far apart": lambda who: who * 2**56 + 1,
    "some way apart": lambda who: who * 1000,
    "below zero": lambda who: -(who**5),
}


def write(folder: Path, key: Any) -> Path:
    """People with more of everything the higher their number, in no order of their keys."""
    content: dict[str, list[dict[str, Any]]] = {table.name: [] for table in TABLES}
    for who in sorted(range(1, PEOPLE + 1), key=lambda number: number * 37 % 41):
        day, person = AS_OF - timedelta(days=who), {"person_id": key(who)}
        rows = {
            "persons": [{"birth_date": date(1930 + who, 3, 1), "sex": "female" if who % 2 else "male"}],
            "registrations": [{"practice_code": f"G8200{who % 3}", "started_on": date(2000, 1, 1)}],
            "facts": [{"kind": "medicine", "system": "DMD", "code": str(n), "occurred_on": day} for n in range(who % 8)]
            + [{"kind": "observation", "system": "LOINC", "code": "718-7", "value": 90.0 + who, "unit": "g/L"}
               | {"occurred_on": day}],
            "stays": [{"admission_type": "emergency", "admitted_on": day, "discharged_on": AS_OF}] * (who % 3),
            "diagnoses": [{"stay_id": len(content["stays"]) + 1, "position": 1, "code": "J44.1", "occurred_on": day}] * (who % 3),
            "attendances": [{"arrived_on": day}] * (who % 4),
            "contacts": [{"setting": "community", "occurred_on": day}] * (who % 5),
        }  # fmt: skip
        for name, found in rows.items():
            content[name] += [person | row for row in found]
    for table in TABLES:
        filled = [{table.key: number} | row for number, row in enumerate(content[table.name], start=1)]
        write_table(folder, table.name, filled)
    return folder


def rows(dataset: LinkedDataset, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = score(dataset, as_of=AS_OF, **options).to_pyarrow().to_pylist()
    return sorted(found, key=lambda row: row["person_id"])


@pytest.mark.parametrize("keys", KEYS)
def test_parts_worked_out_in_advance_give_the_same_values(tmp_path: Path, keys: str) -> None:
    with LinkedDataset.open(write(tmp_path, KEYS[keys]), threads=2) as dataset:
        planned, worked_out = rows(dataset), rows(dataset, stage=staged(dataset.backend))
    assert worked_out == planned and len(planned) == PEOPLE
    assert {row["medicines_12m"] for row in planned} == set(range(8))
    assert len({row["efi_mask"] for row in planned}) > 1
    assert max(row["contacts_12m"] for row in planned) == 4 and any(row["acsc_mask"] for row in planned)


def test_a_table_that_is_not_there_stays_empty(tmp_path: Path) -> None:
    dataset_path = write(tmp_path, KEYS["in a row"])
    (dataset_path / "contacts.parquet").unlink()
    with LinkedDataset.open(dataset_path, threads=1, allow_missing=True) as dataset:
        found = rows(dataset, stage=staged(dataset.backend))
        assert found == rows(dataset)
    assert {row["contacts_12m"] for row in found} == {0} and {row["attendances_12m"] for row in found} == {
        0,
        1,
        2,
        3,
    }


def plan(dataset: LinkedDataset, part: Any) -> str:
    backend = dataset.backend
    with grouped_by_place(backend, part):
        return str(backend.con.execute(f"explain {backend.compile(part)}").fetchall()[0][1]).lower()


def test_only_parts_with_few_measures_are_grouped_by_place(tmp_path: Path) -> None:
    with LinkedDataset.open(write(tmp_path, KEYS["some way apart"]), threads=1) as dataset:
        attendances = activity.attendances_per_person(dataset.table("attendances"), AS_OF)
        contacts = activity.contacts_per_person(dataset.table("contacts"), AS_OF)
        assert "perfect" in plan(dataset, attendances)
        assert "perfect" not in plan(dataset, contacts)
        asked = f"explain {dataset.backend.compile(attendances)}"
        assert "perfect" not in str(dataset.backend.con.execute(asked).fetchall()).lower()


@pytest.mark.parametrize(("threads", "bits"), [(1, 23), (2, 22), (16, 19), (100_000, 12)])
def test_the_arrays_of_all_threads_stay_within_their_memory(threads: int, bits: int) -> None:
    assert array_bits(threads) == bits
    if bits > staging.ENGINE_DEFAULT_BITS:
        assert (
            threads * staging.STATE_BYTES * 2**bits
            <= staging.ARRAY_BYTES
            < 2 * threads * staging.STATE_BYTES * 2**bits
        )
