"""Charlson index: weights, hierarchies, code forms, and agreement with an independent implementation."""

from __future__ import annotations

import random
from datetime import date

import ibis
import polars as pl
import pytest
from pycomorb import CharlsonComorbidityIndex

from localcare.analysis.scores import charlson


def scored(*codes: str) -> tuple[int, int]:
    events = ibis.memtable([{"person_id": 1, "code": code} for code in codes])
    (row,) = charlson.score(events).to_pyarrow().to_pylist()
    return row["charlson_1987"], row["charlson_quan_2011"]


@pytest.mark.trace("T074")
@pytest.mark.parametrize(
    ("codes", "original", "quan"),
    [
        (("B20",), 6, 4),  # HIV is 6 in 1987 and 4 in Quan 2011
        (("M05.9",), 1, 1),
        (("I21.0", "I25.2"), 1, 0),
        (("E11.9",), 1, 0),
        (("E11.2",), 2, 1),
        (("E11.9", "E11.2"), 2, 1),
        (("K70.3", "K72.9"), 3, 4),
        (("C34.1", "C78.0"), 6, 6),
        (("C34.1",), 2, 2),
        (("C44.1",), 0, 0),  # skin
        (("N18.5",), 2, 1),
        (("F03", "F00.1"), 1, 2),
        (("Z00.0",), 0, 0),
    ],
)
def test_weights_and_hierarchies(codes: tuple[str, ...], original: int, quan: int) -> None:
    assert scored(*codes) == (original, quan)


@pytest.mark.parametrize("code", ["I110", "I11.0", "i110", " I110", "I11.0†", "I110*", "i11.0 "])
def test_one_code_in_every_form(code: str) -> None:
    assert scored(code) == (1, 2)


def test_mask_keeps_the_milder_form_for_the_explanation() -> None:
    events = ibis.memtable([{"person_id": 1, "code": code} for code in ("E11.9", "E11.2")])
    (row,) = charlson.score(events).to_pyarrow().to_pylist()
    members = charlson.masks().layout.members({charlson.MASK: row[charlson.MASK]})
    assert members == ("diabetes", "diabetes-complicated")


def test_outside_the_window_and_after_the_date_do_not_count() -> None:
    days = {1: date(2024, 2, 29), 2: date(2024, 3, 1), 3: date(2026, 2, 28), 4: date(2026, 3, 1)}
    events = ibis.memtable([{"person_id": who, "code": "C77", "day": day} for who, day in days.items()])
    rows = charlson.score(events, on="day", as_of=date(2026, 2, 28)).to_pyarrow().to_pylist()
    # 24 months before 28 February 2026 is 28 February 2024, which is outside; the 29th is inside
    assert {row["person_id"]: row["charlson_1987"] for row in rows} == {1: 6, 2: 6, 3: 6, 4: 0}


@pytest.mark.parametrize(
    ("weights", "column"), [("charlson", "charlson_1987"), ("quan", "charlson_quan_2011")]
)
def test_every_four_character_code_agrees_with_pycomorb(weights: str, column: str) -> None:
    codes = [f"{chr(65 + letter)}{number:03d}" for letter in range(26) for number in range(1000)]
    frame = pl.DataFrame({"id": list(range(len(codes))), "code": codes}).with_columns(age=pl.lit(30))
    peer = CharlsonComorbidityIndex(frame, weights=weights, implementation="quan")
    expected = {row["id"]: row["Charlson Comorbidity Index"] for row in peer.to_dicts()}
    ours = charlson.score(ibis.memtable(frame.to_arrow()), person="id").to_pyarrow().to_pylist()
    assert {row["id"]: row[column] for row in ours} == expected


@pytest.mark.parametrize(
    ("weights", "column"), [("charlson", "charlson_1987"), ("quan", "charlson_quan_2011")]
)
def test_people_with_many_diseases_agree_with_pycomorb(weights: str, column: str) -> None:
    chance = random.Random(7)
    prefixes = sorted(charlson.masks().bits_of_prefix)
    rows = [(person, code, 30) for person in range(2000) for code in chance.sample(prefixes, 5)]
    frame = pl.DataFrame(rows, schema={"id": pl.Int64, "code": pl.String, "age": pl.Int64}, orient="row")
    peer = CharlsonComorbidityIndex(frame, weights=weights, implementation="quan")
    expected = {row["id"]: row["Charlson Comorbidity Index"] for row in peer.to_dicts()}
    ours = charlson.score(ibis.memtable(frame.to_arrow()), person="id").to_pyarrow().to_pylist()
    assert {row["id"]: row[column] for row in ours} == expected
