"""Hospital Frailty Risk Score: published vectors, the traps, and agreement with an independent implementation."""

from __future__ import annotations

import random
from datetime import date

import ibis
import polars as pl
import pytest
from pycomorb import HospitalFrailtyRiskScore

from localcare.analysis.scores import hfrs
from localcare.analysis.scores.definitions import definition

AS_OF = date(2026, 11, 22)


def tenths(*codes: str | None) -> int:
    return scored(codes)["hfrs_tenths"]


def scored(codes: tuple[str | None, ...]) -> dict:
    events = ibis.memtable(
        [{"person_id": 1, "code": code} for code in codes], schema={"person_id": "int64", "code": "string"}
    )
    (row,) = hfrs.score(events).to_pyarrow().to_pylist()
    return row


@pytest.mark.trace("T074", "T075")
@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("F00.1", "F00.9"), 71),  # a three-character code counts once
        (("F00", "W19"), 103),  # 7.1 + 3.2, the published example
        (("S06",), 24),
        (("S06.5", "S060"), 24),
        (("A00", "Q99"), 0),
        ((None,), 0),
        (("",), 0),
        (("I95.1", " i951", "I95†", "I95.1*"), 16),
        (("F00.1*", "G30.1†"), 111),
    ],
)
def test_points_in_tenths(codes: tuple[str | None, ...], expected: int) -> None:
    assert tenths(*codes) == expected


def test_the_whole_table_is_there() -> None:
    items = definition("hfrs").items
    assert len(items) == 109
    assert sum(item.weight for item in items) == 1732
    assert tenths(*(item.name for item in items)) == 1732


@pytest.mark.parametrize(
    ("codes", "total", "band"),
    [
        (("K92", "R47", "R33", "N20", "I95"), 54, "intermediate"),
        (("W19", "I69"), 69, "intermediate"),
        (("W19", "H54"), 51, "intermediate"),
        (("W19", "R54"), 54, "intermediate"),
        (("W19", "I67"), 58, "intermediate"),
        (("W19", "E53"), 51, "intermediate"),
        (("W19", "I95"), 48, "low"),
        (("W19", "Z60"), 50, "intermediate"),  # exactly 5.0
        (("F00", "G81", "R54", "R33"), 150, "intermediate"),  # exactly 15.0
        (("F00", "G81", "R54", "N19"), 153, "high"),
        (("F00", "G81", "R54", "R33", "R50"), 151, "high"),
    ],
)
def test_band_limits_are_exact(codes: tuple[str, ...], total: int, band: str) -> None:
    row = scored(codes)
    assert (row["hfrs_tenths"], row["hfrs_band"]) == (total, band)


def test_masks_name_the_codes_that_counted() -> None:
    row = scored(("F00.1", "W19", "I10", "R50.9"))
    assert hfrs.masks().layout.members({name: row[name] for name in hfrs.MASKS}) == ("F00", "W19", "R50")


def test_windows_are_half_open_and_everybody_is_kept() -> None:
    rows = [
        {"person_id": 1, "code": "F00", "day": date(2026, 11, 22)},
        {"person_id": 2, "code": "F00", "day": date(2026, 11, 23)},
        {"person_id": 3, "code": "F00", "day": date(2024, 11, 23)},
        {"person_id": 4, "code": "F00", "day": date(2024, 11, 22)},
    ]
    events = ibis.memtable(rows, schema={"person_id": "int64", "code": "string", "day": "date"})
    people = ibis.memtable([{"person_id": number} for number in range(1, 6)])
    for register in (people, None):
        table = hfrs.score(events, on="day", as_of=AS_OF, people=register).to_pyarrow().to_pylist()
        found = {row["person_id"]: row["hfrs_tenths"] for row in table}
        assert found == {1: 71, 2: 0, 3: 71, 4: 0} | ({5: 0} if register is not None else {})


def test_a_day_column_without_a_date_is_refused() -> None:
    events = ibis.memtable([{"person_id": 1, "code": "F00", "day": AS_OF}])
    with pytest.raises(ValueError, match="give both"):
        hfrs.score(events, on="day")


def test_agrees_with_pycomorb_on_random_people() -> None:
    chance = random.Random(20261122)
    codes = [
        f"{letter}{number:02d}{digit}"
        for letter in "ABEFGHIJKLMNRSTUWXYZ"
        for number in range(100)
        for digit in "019"
    ]
    rows = [(person, code) for person in range(400) for code in chance.sample(codes, 60)]
    frame = pl.DataFrame(rows, schema={"id": pl.Int64, "code": pl.String}, orient="row")
    peer = HospitalFrailtyRiskScore(frame)
    expected = {row["id"]: round(row["HFRS Score"] * 10) for row in peer.to_dicts()}
    ours = hfrs.score(ibis.memtable(frame.to_arrow()), person="id").to_pyarrow().to_pylist()
    assert {row["id"]: row["hfrs_tenths"] for row in ours} == expected
