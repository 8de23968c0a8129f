"""Differences of two runs, against the formulas written out and SciPy's own tests."""

import numpy as np
import pytest
from scipy import stats

from localcare.system.planning.differences import difference

NOW, BEFORE = [5.0, 6.0, 7.5, 4.0], [4.0, 5.5, 6.0, 4.2]


def test_pairs_give_the_interval_of_their_differences():
    found = difference({"values": NOW}, {"values": BEFORE}, paired=True)
    expected = stats.ttest_rel(NOW, BEFORE).confidence_interval(0.95)

    assert found.mean == pytest.approx(np.mean(NOW) - np.mean(BEFORE))
    assert (found.lower, found.upper) == pytest.approx((expected.low, expected.high))
    assert found.is_paired and not found.is_clear


def test_without_common_numbers_the_interval_is_welchs():
    found = difference({"values": NOW}, {"values": BEFORE}, paired=False)
    expected = stats.ttest_ind(NOW, BEFORE, equal_var=False).confidence_interval(0.95)

    assert (found.lower, found.upper) == pytest.approx((expected.low, expected.high))


def test_common_numbers_make_the_interval_narrower():
    rng = np.random.default_rng(1)
    days = rng.normal(100, 20, 30)
    now, before = list(days + rng.normal(3, 1, 30)), list(days)
    paired = difference({"values": now}, {"values": before}, paired=True)
    side_by_side = difference({"values": now}, {"values": before}, paired=False)

    assert paired.is_clear and not side_by_side.is_clear


@pytest.mark.parametrize("values", [[], [1.0], [1.0, None]])
def test_what_is_not_known_gives_no_difference(values):
    assert difference({"values": values}, {"values": values}, paired=True) is None
