from __future__ import annotations

import csv
from pathlib import Path

import nhs_number
import pyarrow.parquet as pq
import pytest

from localcare.analysis.dataset.schema import TABLES, table
from localcare.synthetic.spoiling import FAULTS, Fault, spoil
from tests.synthetic.conftest import write_small


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Fault]]:
    good, bad = tmp_path_factory.mktemp("good"), tmp_path_factory.mktemp("bad")
    write_small(good)
    return good, bad, spoil(good, bad)


def value(folder: Path, fault: Fault) -> object:
    path = folder / f"{fault.table}.csv"
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))[fault.row - 1][fault.column]
    return pq.read_table(folder / f"{fault.table}.parquet").column(fault.column)[fault.row - 1].as_py()


def test_every_fault_stands_where_it_is_said_to_stand(spoilt: tuple[Path, Path, list[Fault]]) -> None:
    good, bad, faults = spoilt
    assert len(faults) == len(FAULTS)
    for fault in faults:
        assert str(value(bad, fault)) != str(value(good, fault)), fault
    by_column = {(fault.table, fault.column, fault.problem): value(bad, fault) for fault in faults}
    assert not nhs_number.is_valid(by_column["persons", "nhs_number", "wrong check digit"])
    assert by_column["registrations", "practice_code", "unknown practice"] == "NOWHERE"
    assert by_column["packages", "hours_per_week", "not a number"] == "plenty"
    stays = pq.read_table(bad / "stays.parquet").column("stay_id").to_pylist()
    assert by_column["diagnoses", "stay_id", "unknown stay"] not in stays


def test_nothing_else_changes(spoilt: tuple[Path, Path, list[Fault]]) -> None:
    good, bad, faults = spoilt
    for name in (candidate.name for candidate in TABLES):
        if name == "packages":
            continue
        before, after = (pq.read_table(folder / f"{name}.parquet").to_pylist() for folder in (good, bad))
        changed = {position + 1 for position, (b, a) in enumerate(zip(before, after, strict=True)) if b != a}
        assert changed == {fault.row for fault in faults if fault.table == name}
    assert not (bad / "packages.parquet").exists()


def test_keys_are_those_of_the_good_rows(spoilt: tuple[Path, Path, list[Fault]]) -> None:
    good, _, faults = spoilt
    for fault in faults:
        keys = pq.read_table(good / f"{fault.table}.parquet").column(table(fault.table).key)
        assert keys[fault.row - 1].as_py() == fault.key


def test_a_dataset_too_small_to_spoil_is_refused(tmp_path: Path) -> None:
    write_small(tmp_path / "tiny", people=3)
    with pytest.raises(ValueError, match="is to be spoilt"):
        spoil(tmp_path / "tiny", tmp_path / "out")
