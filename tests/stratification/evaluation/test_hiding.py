"""What an evaluation hides cannot be worked out by a reader who sees the people of some practices and adds and subtracts."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from localcare.analysis.disclosure import SMALLEST, Sum, solved
from localcare.analysis.effect import by_itself
from localcare.care.stratification.evaluation.counting import LISTED, Counted
from localcare.care.stratification.evaluation.hiding import DECIDED, Places, shown
from localcare.care.stratification.evaluation.presenters import fall_by_itself

PRACTICES = ("P1", "P2", "P3", "P4")
ALONE = [frozenset({code}) for code in PRACTICES]
EVERYWHERE = frozenset(PRACTICES)


def counted(decisions: list[list[int]]) -> Counted:
    """Practices with so many of each decision; nothing followed."""
    numbers = {
        code: {**dict(zip(DECIDED, row, strict=True)), LISTED: sum(row), ("followed", "nothing"): sum(row)}
        for code, row in zip(PRACTICES, decisions, strict=True)
    }
    return Counted(numbers, {}, {})


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.one_of(st.integers(0, 6), st.integers(0, 60)), min_size=5, max_size=5), min_size=4, max_size=4),
    st.sets(st.sampled_from(PRACTICES), max_size=3),
)  # fmt: skip
@example(
    [[0, 0, 0, 0, 0], [0, 0, 0, 2, 3], [2, 0, 0, 0, 1], [3, 0, 0, 0, 0]], set()
)  # what helps is two sums away
@example([[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]], {"P1", "P2", "P3"})
def test_no_small_number_of_somebody_elses_people_is_told(decisions, own):
    counts = counted(decisions)
    seen = frozenset(frozenset({code}) for code in own)
    found = shown(counts, Places(frozenset(ALONE), EVERYWHERE, seen))
    cells = {
        (place, measure): counts.total(place)[measure]
        for place in [*ALONE, EVERYWHERE]
        for measure in (LISTED, *DECIDED)
    }
    of_others = {
        (place, measure): counts.total(place - own)[measure] for place, measure in cells if place not in seen
    }
    small = {cell for cell, number in of_others.items() if 0 < number < SMALLEST}
    hidden = {cell for cell in cells if cell in found.hidden and cell[0] not in seen}
    sums = [Sum((EVERYWHERE, one), tuple((place, one) for place in ALONE)) for one in (LISTED, *DECIDED)]
    sums += [Sum((place, LISTED), tuple((place, one) for one in DECIDED)) for place in [*ALONE, EVERYWHERE]]

    assert small <= hidden
    assert not small & solved(sums, hidden)
    assert not any(cells[cell] == 0 for cell in hidden)


def test_who_sees_everybody_is_shown_everything():
    found = shown(
        counted([[1, 2, 3, 4, 0]] * 4), Places(frozenset(ALONE), EVERYWHERE, frozenset({EVERYWHERE}))
    )
    assert not found.hidden


def test_an_average_on_few_events_is_not_told():
    everybody = {0: (100, float(SMALLEST - 1)), 1: (100, float(SMALLEST)), 2: (100, 0.0)}
    found = fall_by_itself(by_itself({"all": everybody}, {"all": {1: (100, 50.0)}}), 182)
    assert [cell for *_, cell in found.table.rows] == ["too few to say", "0.05", "0"]


def test_a_fall_from_or_to_few_events_is_not_told():
    everybody = {"all": {0: (100, 50.0), 1: (100, 80.0)}}
    assert fall_by_itself(by_itself(everybody, {"all": {1: (100, float(SMALLEST - 1))}}), 182) is None
    assert fall_by_itself(by_itself(everybody, {"all": {0: (90, 9.0), 1: (SMALLEST - 1, 9.0)}}), 182) is None
    assert fall_by_itself(by_itself(everybody, {"all": {1: (100, float(SMALLEST))}}), 182)
