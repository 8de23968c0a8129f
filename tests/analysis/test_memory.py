"""How much memory DuckDB is given when nobody says."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcare.analysis.dataset import LinkedDataset
from localcare.analysis.dataset.engine import (
    BYTES_A_PERSON,
    SHARE_OF_MACHINE,
    connect,
    give_memory,
    memory_limit_bytes,
)
from tests.analysis.test_dataset_check import PERSONS, dataset

LEAST = 800 * 10**6
PRECISION = 0.06  # DuckDB tells two digits: 1.8 GiB


def machine() -> int:
    fields = dict(line.split(":") for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    return int(fields["MemTotal"].split()[0]) * 1024


@pytest.mark.parametrize("people", [0, 1_000_000, 10_000_000, 10**12])
def test_memory_grows_with_the_people_and_stops_at_half_of_the_machine(people: int) -> None:
    backend = connect()
    give_memory(backend, people)
    expected = max(LEAST, min(people * BYTES_A_PERSON, machine() * SHARE_OF_MACHINE))
    assert memory_limit_bytes(backend) == pytest.approx(expected, rel=PRECISION)
    backend.disconnect()


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_small_dataset_has_the_least_and_a_limit_that_is_given_holds(tmp_path: Path, as_csv: bool) -> None:
    folder = dataset(tmp_path, as_csv=as_csv)
    with LinkedDataset.open(folder) as opened:
        assert opened.people_in_files() == (0 if as_csv else len(PERSONS))
        assert memory_limit_bytes(opened.backend) == pytest.approx(LEAST, rel=PRECISION)
    with LinkedDataset.open(folder, memory_limit="2GB") as opened:
        assert memory_limit_bytes(opened.backend) == pytest.approx(2 * 10**9, rel=PRECISION)
