"""Every indicator of the linked dataset has numbers on synthetic people, or nothing of its kind is recorded of them."""

from __future__ import annotations

from datetime import date

import pytest

from localcare.analysis.measures.definitions import indicators
from localcare.analysis.measures.engine import MeasureSource, measure
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares

AS_OF = date(2026, 10, 1)
OF_DATASET = [code for code, one in indicators().items() if one.reads == "dataset"]
NOT_RECORDED = {"care-plans-held"}  # of synthetic people no clinician has coded frailty or a plan


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> MeasureSource:
    folder = tmp_path_factory.mktemp("synthetic")
    practices = practice_shares([("SYN-DOVR-A", "Dover", 20.0), ("SYN-QUEX-A", "Quex", 10.0)])
    return MeasureSource(
        dataset=synthesise(people=6000, seed=5, as_of=AS_OF, practices=practices, out=folder)
    )


@pytest.mark.trace("T234")
@pytest.mark.parametrize("code", OF_DATASET)
def test_it_has_numbers(code, source):
    rows = measure(
        indicators()[code], source, since=date(2025, 7, 1), until=AS_OF, by=["locality"], period="all"
    ).to_pylist()
    if code in NOT_RECORDED:
        assert rows == []
        return
    assert sum(row["numerator"] for row in rows) > 0
    assert {"south-kent-coast", "thanet"} <= {row["locality"] for row in rows}
