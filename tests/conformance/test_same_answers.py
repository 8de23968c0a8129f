"""200,000 people: every column of every person, on DuckDB and on Spark, with its type; one difference fails."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from localcare.analysis.dataset.engine import DUCKDB, EngineChoice
from localcare.analysis.measures.dataset_rows import meanings
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import kent_and_medway_practices
from tests.conformance.differences import differences, types_of
from tests.conformance.stages import KEYS, STAGES, declared, written

AS_OF = date(2026, 11, 22)
PEOPLE = int(os.environ.get("LOCALCARE_CONFORMANCE_PEOPLE", 200_000))
# what must take many values, or hold of some and not of others, for the comparison to mean anything
TELLING = {
    "scores": ("hfrs_tenths", "hfrs_mask_high", "charlson_mask", "efi_mask", "cambridge_mask", "acsc_mask",
               "bed_days_12m", "medicines_12m", "last_contact_on", "in_hospital"),
    "places": ("segment", "tier", "cohorts", "priority", "on_list", "rank", "frailty_coded", "plan_recorded_on"),
    "population": ("practice", "locality", "age_five", "frailty", "has_plan", "deprivation_quintile"),
    "stays": ("nights", "is_sensitive", "readmitted", "at_home_on_day", "had_reablement"),
}  # fmt: skip


@pytest.fixture(scope="module")
def dataset(folder: Path) -> Path:
    made = synthesise(
        people=PEOPLE,
        seed=20261122,
        as_of=AS_OF,
        practices=kent_and_medway_practices(),
        out=folder / "dataset",
    )
    add_what_only_gps_code(made)
    return made


def add_what_only_gps_code(dataset: Path) -> None:
    """Frailty and care plans, which the synthetic people lack: some of one day, some ended, some to come.

    The facts become a folder of two files, as a lake has them.
    """
    whole = dataset / "facts.parquet"
    parts = dataset / "facts"
    parts.mkdir()
    whole.rename(parts / "as-synthesised.parquet")
    codes = [*(code for grade in meanings()["frailty"].values() for code in grade), *meanings()["plan"]]
    duckdb.connect().execute(
        f"""copy (select 10000000000 + range as fact_id, (1 + hash(range, 1) % {PEOPLE})::bigint as person_id,
            'condition' as kind, 'SNOMED-CT' as system, {codes}[1 + (hash(range, 2) % {len(codes)})::int] as code,
            null::varchar as text,
            null::double as value, null::varchar as unit, date '{AS_OF}' + 5 - (hash(range, 3) % 400)::int as occurred_on,
            case when range % 9 = 0 then date '{AS_OF}' - (hash(range, 4) % 30)::int end as ended_on,
            null::date as recorded_on from range({PEOPLE // 3}))
        to '{parts / "coded.parquet"}' (format parquet)"""
    )


@pytest.mark.trace("T052", "T074", "T075", "T081")
@pytest.mark.parametrize("stage", STAGES)
def test_both_engines_say_the_same_of_everyone(
    stage: str, dataset: Path, folder: Path, spark: EngineChoice
) -> None:
    one, other = folder / f"{stage}-duckdb.parquet", folder / f"{stage}-spark.parquet"
    rows = written(stage, dataset, one, as_of=AS_OF, choice=DUCKDB)
    assert written(stage, dataset, other, as_of=AS_OF, choice=spark) == rows
    assert differences(one, other, key=KEYS.get(stage, ("person_id",))) == []
    assert rows > (0.1 if stage == "stays" else 0.9) * PEOPLE
    assert types_of(one) == declared(stage)
    values = ", ".join(f"count(distinct {column})" for column in TELLING[stage])
    counts = duckdb.connect().execute(f"select {values} from read_parquet('{one}')").fetchone()
    assert counts is not None and min(counts) > 1, dict(zip(TELLING[stage], counts, strict=True))


def test_one_difference_is_found(tmp_path: Path) -> None:
    table = pa.table({"person_id": [1, 2, 3], "mask": [1 << 61, 0, 5], "band": ["low", None, ""]})
    for name, changed in {
        "same": table,
        "value": table.set_column(1, "mask", pa.array([(1 << 61) + 1, 0, 5])),
        "empty": table.set_column(2, "band", pa.array(["low", "", ""])),
        "type": table.set_column(1, "mask", pa.array([1, 0, 5], pa.int32())),
        "missing": table.slice(0, 2),
        "twice": pa.concat_tables([table, table.slice(0, 1)]),
    }.items():
        pq.write_table(changed, tmp_path / f"{name}.parquet")
    same = tmp_path / "same.parquet"
    found = {
        name: differences(same, tmp_path / f"{name}.parquet")
        for name in ("same", "value", "empty", "type", "missing", "twice")
    }
    assert found["same"] == []
    assert found["value"] == [f"mask differs for 1: [(1, {1 << 61}, {(1 << 61) + 1})]"]
    assert found["empty"] == ["band differs for 1: [(2, None, '')]"]
    assert "('mask', 'INTEGER')" in found["type"][0]
    assert found["missing"] == ["only one has [(3,)]"]
    assert found["twice"] == ["1 rows of other have a key that another has"]
