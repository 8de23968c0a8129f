"""The nightly list worked out by Spark: the same people, in force as always."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from localcare.analysis.dataset.engine import EngineChoice
from localcare.care.stratification import stages
from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.columns import STORED
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.models import ListEntry, PersonScore, Run
from localcare.kernel.access.readers import system_reader
from tests.stratification.population import TODAY, small_place


@pytest.mark.trace("T075")
def test_spark_puts_the_same_list_in_force(db, settings, tmp_path: Path, spark: EngineChoice) -> None:
    settings.HOME = tmp_path / "home"
    place = small_place()
    told: list[str] = []
    run = run_stratification(
        as_of=TODAY, by=system_reader("tests of Spark"), export=place.write, today=TODAY, choice=spark,
        progress=lambda _done, _total, what: told.append(what),
    )  # fmt: skip
    place.write(tmp_path / "dataset")
    expected = tmp_path / "by-duckdb.parquet"
    stages.place(tmp_path / "dataset", expected, as_of=TODAY, definitions=definitions())
    rows = {row["person_id"]: row for row in pq.read_table(expected).to_pylist()}
    found = {
        row["person_id"]: row for row in PersonScore.objects.filter(to_run=None).values("person_id", *STORED)
    }
    assert found == {who: {name: row[name] for name in ("person_id", *STORED)} for who, row in rows.items()}
    ranks = dict(ListEntry.objects.values_list("person_id", "rank"))
    assert ranks == {who: row["rank"] for who, row in rows.items() if row["on_list"]} != {}
    assert run.status == Run.Status.PUBLISHED and told[-1] == "The list is in force"
