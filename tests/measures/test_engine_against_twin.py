"""Every indicator by the engine is what the slow twin says, on journals and datasets made at random."""

from __future__ import annotations

import random
from datetime import date

import pytest

from localcare.analysis.measures.definitions import NotYet, indicators
from localcare.analysis.measures.engine import MeasureSource, measure
from localcare.analysis.measures.twin import twin
from tests.journal.walks import random_folder
from tests.measures.datasets import PLACES, random_dataset
from tests.measures.rounded import rows

MEASURED = [code for code, one in indicators().items() if not one.not_yet]
SINCE, UNTIL = date(2025, 10, 10), date(2026, 12, 20)
PERIODS = ("day", "week", "month", "quarter", "all")


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> MeasureSource:
    folder = tmp_path_factory.mktemp("source")
    journal = random_folder(folder / "journal", seed=1, journeys=240)
    return MeasureSource(journal, random_dataset(folder / "dataset", seed=1), PLACES)


@pytest.mark.trace("T234")
@pytest.mark.parametrize("code", MEASURED)
def test_an_indicator_has_numbers_here(code, source):
    """So that what the two agree on is not nothing."""
    found = measure(indicators()[code], source, since=SINCE, until=UNTIL, period="all").to_pylist()
    assert sum(row["denominator"] or row["numerator"] for row in found) > 0


@pytest.mark.trace("T234")
@pytest.mark.parametrize("code", MEASURED)
def test_an_indicator_is_what_the_twin_says(code, source):
    indicator, chance = indicators()[code], random.Random(code)
    asked = [
        ((), "month"),
        *(((name,), chance.choice(PERIODS[1:])) for name in chance.sample(indicator.by, 1)),
    ]
    asked.append((tuple(chance.sample(indicator.by, 2)), "quarter"))
    for by, period in asked:
        options = {"since": SINCE, "until": UNTIL, "by": by, "period": period}
        assert rows(measure(indicator, source, **options)) == rows(twin(indicator, source, **options)), (
            by,
            period,
        )


@pytest.mark.parametrize("code", sorted(indicators().keys() - set(MEASURED)))
def test_what_has_no_data_has_no_number(code, source):
    for how in (measure, twin):
        with pytest.raises(NotYet, match=indicators()[code].not_yet[:20]):
            how(indicators()[code], source, since=SINCE, until=UNTIL)
