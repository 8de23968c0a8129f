"""What falls by itself: against the closed form of people whose admissions differ only by chance and constitution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.analysis.effect import CannotCompare, by_itself
from localcare.analysis.effect.by_itself import FEWEST_PEOPLE, following

SHAPE, RATE = 0.5, 1.25  # of the gamma distribution that people's own rates are drawn from


def periods(people: int, *, seed: int, effect: float = 0.0) -> np.ndarray:
    """Admissions of people in three periods; those with two or more in the second are listed, and listing changes the third."""
    random = np.random.default_rng(seed)
    own = random.gamma(SHAPE, 1 / RATE, people)
    first, second = random.poisson(own), random.poisson(own)
    third = random.poisson(np.where(second >= 2, own * (1 + effect), own))
    return np.array([first, second, third])


def everybody(first: np.ndarray, second: np.ndarray) -> dict[int, tuple[int, float]]:
    return {
        int(number): (int((first == number).sum()), float(second[first == number].sum()))
        for number in np.unique(first)
    }


def answer_for(counts: np.ndarray):
    first, second, third = counts
    listed = second >= 2
    return by_itself({"all": everybody(first, second)}, {"all": everybody(second[listed], third[listed])})


def test_the_averages_are_those_of_the_closed_form():
    """With gamma rates the mean that follows k events is (shape + k) / (rate + 1): Greenwood and Yule 1920."""
    counts = periods(400_000, seed=1)
    for row in following(everybody(counts[0], counts[1]))[:-1]:
        assert row.mean_next == pytest.approx((SHAPE + row.events) / (RATE + 1), rel=0.03)


def test_with_no_effect_at_all_the_fall_is_what_was_expected():
    found = answer_for(periods(400_000, seed=2))
    assert found.fell > 0.4  # what before and after alone would boast of
    assert found.fell == pytest.approx(found.falls_by_itself, abs=0.015)
    assert found.seen == pytest.approx(found.expected, rel=0.03)


def test_an_effect_shows_beyond_what_falls_by_itself():
    found = answer_for(periods(400_000, seed=3, effect=-0.3))
    assert found.seen / found.expected == pytest.approx(0.7, rel=0.04)
    assert "not what the list did" in found.cannot_say


def test_numbers_that_few_people_have_join_the_next_smaller():
    rows = following({0: (1000, 50.0), 1: (100, 20.0), 2: (30, 15.0), 3: (10, 9.0), 7: (5, 11.0)})
    assert [(row.events, row.people, row.mean_next) for row in rows] == [
        (0, 1000, 0.05), (1, 100, 0.2), (2, 45, pytest.approx(35 / 45)),
    ]  # fmt: skip


@given(
    st.dictionaries(
        st.integers(0, 9), st.tuples(st.integers(0, 200), st.floats(0, 500)), min_size=1, max_size=10
    ),
)
def test_nobody_and_no_event_is_lost(everybody_of):
    rows = following(everybody_of)
    people = sum(people for people, _ in everybody_of.values())
    assert sum(row.people for row in rows) == people
    events = sum(events for _, events in everybody_of.values())
    if people and all(people for people, _ in everybody_of.values()):
        assert sum(row.people * row.mean_next for row in rows) == pytest.approx(events)
    assert all(row.people >= FEWEST_PEOPLE for row in rows[1:])


def test_somebody_listed_without_an_event_counts_with_those_who_had_none():
    found = by_itself(
        {"all": {0: (1000, 50.0), 1: (100, 20.0)}}, {"all": {0: (1, 0.0), 1: (1, 0.0), 5: (1, 1.0)}}
    )
    assert found.expected == pytest.approx((0.05 + 0.2 + 0.2) / 3)
    assert (found.before, found.seen) == (2.0, pytest.approx(1 / 3))


def test_nobody_listed_or_known_is_refused():
    with pytest.raises(CannotCompare, match="give people of both"):
        by_itself({}, {"all": {1: (1, 0.0)}})
    with pytest.raises(CannotCompare, match="give people of both"):
        by_itself({"all": {0: (10, 1.0)}}, {})


def test_people_of_each_kind_are_held_against_their_own():
    """The frail go on having admissions, the well hardly: a frail list falls less than everybody would have it."""
    frail, well = {0: (100, 80.0), 1: (100, 120.0)}, {0: (5000, 50.0), 1: (100, 5.0)}
    found = by_itself({"frail": frail, "well": well}, {"frail": {0: (1, 1.0), 1: (1, 1.0)}})
    assert found.expected == pytest.approx((1.2 + 0.8) / 2)
    assert [(row.people, row.mean_next) for row in found.rows] == [
        (5100, pytest.approx(130 / 5100)), (200, pytest.approx(125 / 200)),
    ]  # fmt: skip
