"""The pipeline and the same output written by hand in Polars agree about everybody of a generated dataset."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bench.pipeline import AS_OF, differing, generate, growth
from bench.pipeline_peer import pipeline_peer
from localcare.analysis.scores.run import write_scores

PEOPLE = 3_000


@pytest.mark.parametrize("order", ["none", "person"])
def test_the_pipeline_gives_what_polars_gives(tmp_path: Path, order: str) -> None:
    dataset, mine, theirs = tmp_path / "dataset", tmp_path / "mine.parquet", tmp_path / "theirs.parquet"
    dataset.mkdir()
    generate(dataset, PEOPLE, order)
    write_scores(dataset, AS_OF, mine, threads=2)
    pipeline_peer(dataset, AS_OF, theirs)
    one, other = (pl.read_parquet(file).sort("person_id") for file in (mine, theirs))
    assert one.schema == other.schema
    assert one.equals(other) and differing(mine, theirs) == 0
    assert 0.9 * PEOPLE < one.height <= PEOPLE
    varied = {name for name in one.columns if one[name].n_unique() > 1}
    assert {"hfrs_tenths", "efi_deficits", "cambridge_hundredths", "medicines_12m", "bed_days_12m"} <= varied
    assert {"acsc_admissions_12m", "charlson_1987", "contacts_12m", "last_contact_on"} <= varied


def test_a_value_that_differs_is_found(tmp_path: Path) -> None:
    for name, score in (("one", 5), ("other", 6)):
        pl.DataFrame({"person_id": [1, 2], "score": [4, score]}).write_parquet(tmp_path / f"{name}.parquet")
    assert differing(tmp_path / "one.parquet", tmp_path / "other.parquet") == 2, "one row on either side"


def test_growth_is_told_against_linear() -> None:
    small = {"people": 200_000, "pipeline_seconds": 2.0}
    line = growth(small, {"people": 2_000_000, "pipeline_seconds": 23.2})
    assert (line["times_the_people"], line["times_linear"], line["met"]) == (10.0, 1.16, False)
    assert line["exponent"] == 1.064
