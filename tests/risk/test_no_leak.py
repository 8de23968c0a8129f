"""Nothing after the index day reaches a factor, and discharges laid over one day score as each on its own day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.risk.definitions import outcome
from localcare.analysis.risk.frame import read_frame
from localcare.analysis.risk.known import KnownOn
from localcare.analysis.risk.values import matrix
from localcare.analysis.scores.pipeline import score
from localcare.synthetic.population import synthesise
from tests.risk.conftest import AS_OF, PRACTICES

INDEX = date(2025, 9, 30)
YEAR = outcome("emergency-admission-12m")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("few")
    return synthesise(people=600, seed=3, as_of=AS_OF, practices=PRACTICES, out=out, years=3)


def factors_of(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    with LinkedDataset.open(folder) as dataset:
        frame = read_frame(dataset, YEAR, last=INDEX)
    return frame.people, matrix(frame.columns, YEAR.factors)


@pytest.fixture(scope="module")
def before(few: Path) -> tuple[np.ndarray, np.ndarray]:
    return factors_of(few)


def later_rows(table: str, person: int, days: int, number: int) -> list[dict[str, object]]:
    """A record that could not be known on the index day."""
    day = INDEX + timedelta(days=days)
    key = 10**9 + number
    if table == "stays":
        return [{"stay_id": key, "person_id": person, "admission_type": "emergency", "admitted_on": day}]
    if table == "facts":
        late = {
            "fact_id": key,
            "person_id": person,
            "kind": "condition",
            "system": "SNOMED-CT",
            "code": "13645005",
        }
        return [late | {"occurred_on": INDEX - timedelta(days=days), "recorded_on": day}]
    if table == "medicines":
        return [
            {
                "fact_id": key + n,
                "person_id": person,
                "kind": "medicine",
                "system": "DMD",
                "code": str(n),
                "occurred_on": day,
            }
            for n in range(20)
        ]
    if table == "attendances":
        return [{"attendance_id": key, "person_id": person, "arrived_on": day}]
    return [{"contact_id": key, "person_id": person, "setting": "community", "occurred_on": day}]


def with_more(few: Path, folder: Path, rows: dict[str, list[dict[str, object]]]) -> Path:
    folder.mkdir(exist_ok=True)
    for table in TABLES:
        whole = pq.read_table(few / f"{table.name}.parquet")
        if more := rows.get(table.name):
            filled = [{column: row.get(column) for column in whole.schema.names} for row in more]
            whole = pa.concat_tables([whole, pa.Table.from_pylist(filled, schema=whole.schema)])
        pq.write_table(whole, folder / f"{table.name}.parquet")
    return folder


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["stays", "facts", "medicines", "attendances", "contacts"]),
            st.integers(1, 590),
            st.integers(1, 360),
        ),
        min_size=20,
        max_size=60,
    )
)
def test_later_records_change_no_factor(few: Path, before, tmp_path: Path, added: list[tuple[str, int, int]]):
    rows: dict[str, list[dict[str, object]]] = {}
    for number, (table, person, days) in enumerate(added):
        name = "facts" if table == "medicines" else table
        rows.setdefault(name, []).extend(later_rows(table, person, days, number * 100))
    people, after = factors_of(with_more(few, tmp_path / "more", rows))
    assert (people == before[0]).all()
    assert np.array_equal(after, before[1], equal_nan=True)


def test_the_same_records_a_day_earlier_do_change_factors(few: Path, before, tmp_path: Path):
    """Or the test above could not fail."""
    rows = {
        "contacts": later_rows("contacts", 300, 0, 1),
        "stays": later_rows("stays", 301, 0, 2),
        "facts": later_rows("facts", 302, 0, 3),
    }
    _, after = factors_of(with_more(few, tmp_path / "more", rows))
    changed = {
        factor.name
        for place, factor in enumerate(YEAR.factors)
        if not np.array_equal(after[:, place], before[1][:, place], equal_nan=True)
    }
    assert {"contacts_community_12m", "emergency_admissions_12m", "in_hospital"} <= changed


def test_a_diagnosis_of_an_open_stay_is_not_known_yet(few: Path, before, tmp_path: Path):
    open_stay = {
        "stay_id": 10**9,
        "person_id": 300,
        "admission_type": "emergency",
        "admitted_on": INDEX - timedelta(days=2),
        "discharged_on": INDEX + timedelta(days=9),
    }
    coded = {
        "diagnosis_id": 10**9,
        "person_id": 300,
        "stay_id": 10**9,
        "position": 1,
        "code": "F00",
        "occurred_on": INDEX - timedelta(days=2),
    }
    names = [factor.name for factor in YEAR.factors]
    place = [names.index("hfrs"), names.index("charlson"), names.index("acsc_admissions_12m")]
    _, after = factors_of(with_more(few, tmp_path / "open", {"stays": [open_stay], "diagnoses": [coded]}))
    assert np.array_equal(after[:, place], before[1][:, place])
    closed = open_stay | {"discharged_on": INDEX}
    _, after = factors_of(with_more(few, tmp_path / "closed", {"stays": [closed], "diagnoses": [coded]}))
    assert not np.array_equal(after[:, place], before[1][:, place])


def test_discharges_on_one_common_day_score_as_each_on_its_own(few: Path):
    """Days after February 2026 up to the common day have no 29 February more or less in their windows."""
    last, asked = date(2026, 8, 31), outcome("readmission-30d")
    with LinkedDataset.open(few) as dataset:
        frame = read_frame(dataset, asked, last=last, first=date(2026, 3, 1))
        stays = dataset.table("stays").to_pyarrow().to_pylist()
        left_on = {row["stay_id"]: row["discharged_on"] for row in stays}
        assert len(frame) >= 5
        for key, person, place in list(zip(frame.keys, frame.people, range(len(frame)), strict=True))[:3]:
            day = left_on[int(key)]
            (own,) = [
                row
                for row in score(KnownOn(dataset, day), as_of=day).to_pyarrow().to_pylist()
                if row["person_id"] == person
            ]
            for column in {factor.column for factor in asked.factors} - {"sex"}:
                assert frame.columns[column][place] == own[column], (column, key)
