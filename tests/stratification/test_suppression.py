"""What is hidden in the overview cannot be worked out by adding and subtracting what is shown."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.analysis.disclosure import SMALLEST, Sum, hidden_cells, possible
from localcare.care.stratification.overview import widest_parts

ROWS, COLUMNS = ("a", "b", "c", "d"), ("1", "2", "3")
ALL = "all"


def table_of(inside: list[list[int]]) -> tuple[dict[tuple[str, str], int], list[Sum[tuple[str, str]]]]:
    """A table with totals of rows and columns, as numbers and sums."""
    numbers = {
        (row, column): inside[r][c] for (r, row), (c, column) in product(enumerate(ROWS), enumerate(COLUMNS))
    }
    for row in ROWS:
        numbers[row, ALL] = sum(numbers[row, column] for column in COLUMNS)
    for column in (*COLUMNS, ALL):
        numbers[ALL, column] = sum(numbers[row, column] for row in ROWS)
    sums = [Sum((row, ALL), tuple((row, column) for column in COLUMNS)) for row in (*ROWS, ALL)]
    sums += [Sum((ALL, column), tuple((row, column) for row in ROWS)) for column in (*COLUMNS, ALL)]
    return numbers, sums


def only_solutions(
    sums: list[Sum[tuple[str, str]]], hidden: set[tuple[str, str]], numbers: dict[tuple[str, str], int]
) -> set:
    """The hidden cells that linear algebra gives exactly: those alone in a row of the reduced sums."""
    cells = sorted(hidden)
    rows = [[Fraction((cell == each.total) - each.parts.count(cell)) for cell in cells] for each in sums]
    done = 0
    for column in range(len(cells)):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [value / rows[done][column] for value in rows[done]]
        for other in range(len(rows)):
            if other != done and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [
                    value - factor * first for value, first in zip(rows[other], rows[done], strict=True)
                ]
        done += 1
    alone = [[place for place, value in enumerate(row) if value] for row in rows]
    return {cells[places[0]] for places in alone if len(places) == 1}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.integers(0, 6), st.integers(0, 400)), min_size=3, max_size=3),
        min_size=4,
        max_size=4,
    )
)
def test_no_small_number_comes_out_of_rows_columns_and_totals(inside):
    numbers, sums = table_of(inside)
    small = {cell for cell, people in numbers.items() if 0 < people < SMALLEST}

    hidden = hidden_cells(numbers, sums)

    assert small <= hidden
    assert all(numbers[cell] for cell in hidden), "a zero need not be hidden"
    bounds = possible(numbers, sums, hidden)
    assert not {cell for cell in small if bounds[cell][1] < SMALLEST}, (
        "it can be told that the number is small"
    )
    assert not small & only_solutions(sums, hidden, numbers), "a small number is the only solution"


def test_a_table_without_small_numbers_is_shown_whole():
    numbers, sums = table_of([[10, 20, 30]] * 4)

    assert hidden_cells(numbers, sums) == set()


def test_the_attack_finds_a_number_that_stands_alone():
    numbers, sums = table_of([[3, 20, 30], [10, 20, 30], [10, 20, 30], [10, 20, 30]])

    assert possible(numbers, sums, {("a", "1")}) == {("a", "1"): (3, 3)}
    assert len(hidden_cells(numbers, sums)) >= 4


def test_a_number_that_only_all_sums_together_tell_is_protected():
    numbers, sums = table_of([[0, 0, 0], [0, 0, 3], [0, 1, 3], [3, 3, 0]])
    small = {cell for cell, people in numbers.items() if 0 < people < SMALLEST}

    hidden = hidden_cells(numbers, sums)

    assert not small & only_solutions(sums, hidden, numbers)


@pytest.mark.parametrize("people", [1, 4])
def test_what_the_reader_knows_is_not_relied_on(people):
    numbers = {"place": 50 + people, "own": 50, "other": people}

    hidden = hidden_cells(numbers, [Sum("place", ("own", "other"))], known={"own"})

    assert hidden == {"place", "other"}


def test_a_place_is_the_sum_of_its_widest_parts():
    place = frozenset("abcd")
    places = {place, frozenset("ab"), *map(frozenset, "abcd")}

    assert sorted(map(sorted, widest_parts(place, places))) == [["a", "b"], ["c"], ["d"]]
