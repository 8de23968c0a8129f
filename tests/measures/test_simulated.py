"""The same indicators on a simulated journal: its tables are what the fold says, its numbers what the twin says."""

from __future__ import annotations

from datetime import date

import pytest

from localcare.analysis.measures.definitions import indicators
from localcare.analysis.measures.engine import MeasureSource, measure
from localcare.analysis.measures.twin import twin
from tests.journal.test_set_clocks import compared
from tests.measures.rounded import rows
from tests.simulation.engine_cases import every_pathway, run

OF_JOURNAL = [code for code, one in indicators().items() if one.reads == "journal"]
DAYS = {"since": date(2025, 1, 1), "until": date(2025, 3, 1)}


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> MeasureSource:
    result = run(every_pathway(days=20, per_day=1.0), replications=1)
    return MeasureSource(result.write_journal(tmp_path_factory.mktemp("simulated")))


def test_its_tables_are_what_the_fold_says(source):
    for name, (by_set, by_fold) in compared(source.journal).items():
        assert by_fold, name
        assert by_set == by_fold, name


@pytest.mark.trace("T234")
@pytest.mark.parametrize("code", OF_JOURNAL)
def test_its_numbers_are_what_the_twin_says(code, source):
    options = {**DAYS, "by": ["deprivation_quintile"], "period": "week"}
    assert rows(measure(indicators()[code], source, **options)) == rows(
        twin(indicators()[code], source, **options)
    )
