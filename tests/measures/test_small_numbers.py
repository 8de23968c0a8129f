"""Numbers of data that left care: small ones are hidden, and no sum along a breakdown or over time tells them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from localcare.analysis.dataset import write_metadata, write_table
from localcare.analysis.disclosure import SMALLEST, Sum, solved
from localcare.analysis.measures.definitions import indicators
from localcare.analysis.measures.engine import table_of
from localcare.analysis.measures.small_numbers import left_care, without_small_numbers
from localcare.config.command_line.application import application

COUNT = replace(indicators()["attendances"], kind="count")
SHARE = indicators()["readmitted-in-30-days"]
MONTHS, PLACES, SEXES = (date(2026, 1, 1), date(2026, 2, 1)), ("east", "north", "west"), ("female", "male")
BY = ("locality", "sex")
DAYS = ["--since", "2026-01-01", "--until", "2026-03-01"]


def attendances(dataset):
    """The command that asks for attendances by practice."""
    return f"measure attendances --dataset {dataset} --by practice --period all".split() + DAYS


def measured(inside: list[int], *, misses: list[int] | None = None):
    """A table as the engine gives it: one number for each month, place and sex."""
    rows = [
        {"period_start": month, "locality": place, "sex": sex, "numerator": number,
         "denominator": number + missed if misses else 0, "value": float(number)}
        for (month, place, sex), number, missed in zip(product(MONTHS, PLACES, SEXES), inside, misses or inside, strict=True)
    ]  # fmt: skip
    return table_of(SHARE if misses else COUNT, rows, BY)


def every_sum(numbers: dict) -> tuple[dict, list[Sum]]:
    """Every total along the axes, written out: what a reader may ask for next."""
    everything = dict(numbers)
    sums = []
    for kept in product((True, False), repeat=3):
        if all(kept):
            continue
        groups: dict = {}
        for key in numbers:
            total = tuple(value if keep else "all" for value, keep in zip(key, kept, strict=True))
            groups.setdefault(total, []).append(key)
        for total, parts in groups.items():
            everything[total] = sum(numbers[part] for part in parts)
            sums.append(Sum(total, tuple(parts)))
    return everything, sums


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 6), st.integers(0, 300)), min_size=12, max_size=12))
def test_no_small_number_is_told_by_any_total(inside):
    rows = without_small_numbers(measured(inside), COUNT, BY).to_pylist()
    numbers = dict(zip(product(MONTHS, PLACES, SEXES), inside, strict=True))
    hidden = {key for key, row in zip(numbers, rows, strict=True) if row["hidden"]}
    small = {key for key, number in numbers.items() if 0 < number < SMALLEST}

    assert small <= hidden
    everything, sums = every_sum(numbers)
    for total, parts in ((one.total, one.parts) for one in sums):
        unseen = [part for part in parts if part in hidden]
        if unseen and everything[total] >= SMALLEST and len(unseen) == 1:
            assert all(numbers[part] == 0 for part in parts if part not in hidden), (
                "nothing was left to hide beside it"
            )
    if len(hidden) < len([number for number in inside if number]):
        assert not small & solved(sums, hidden)
    for key, row in zip(numbers, rows, strict=True):
        shown = (None, None) if key in hidden else (numbers[key], float(numbers[key]))
        assert (row["numerator"], row["value"]) == shown


def test_numbers_that_are_not_small_are_all_shown():
    found = without_small_numbers(measured([7, 12, 30, 0, 5, 9] * 2), COUNT, BY)
    assert not any(found["hidden"].to_pylist())
    assert found.drop_columns("hidden").equals(measured([7, 12, 30, 0, 5, 9] * 2))


def test_of_a_share_those_who_missed_it_are_hidden_too():
    found = without_small_numbers(
        measured([40] * 12, misses=[60, 60, 60, 60, 60, 2] * 2), SHARE, BY
    ).to_pylist()
    assert found[5]["hidden"] and found[5]["denominator"] is None
    assert (
        len([row for row in found if row["hidden"]]) > 2
    )  # and some beside them, so that none can be taken away


def test_of_a_median_what_counts_is_how_many_stand_behind_it():
    median = replace(COUNT, kind="median")
    table = table_of(
        median,
        [{"period_start": MONTHS[0], "numerator": number, "denominator": number, "value": 2.5} for number in (3,)], (),
    )  # fmt: skip
    assert without_small_numbers(table, median, ()).to_pylist()[0]["value"] is None


def test_an_empty_table_stays_empty():
    assert without_small_numbers(table_of(COUNT, [], BY), COUNT, BY).num_rows == 0


@pytest.fixture
def dataset(tmp_path):
    """Attendances of two localities: 3 in one, 9 in the other."""
    folder = tmp_path / "dataset"
    write_table(
        folder,
        "persons",
        [{"person_id": n, "birth_date": date(1950, 1, 1), "sex": "male"} for n in range(1, 13)],
    )
    write_table(
        folder, "registrations",
        [{"registration_id": n, "person_id": n, "practice_code": "SYN-DEAL-A" if n < 4 else "SYN-THAN-A",
          "started_on": date(2001, 1, 1)} for n in range(1, 13)],
    )  # fmt: skip
    write_table(
        folder, "attendances",
        [{"attendance_id": n, "person_id": n, "department_type": "1", "arrived_on": date(2026, 1, 4) + timedelta(days=n)}
         for n in range(1, 13)],
    )  # fmt: skip
    return folder


@pytest.mark.parametrize(
    ("source", "options", "hides"),
    [
        ("localcare export for planning", [], True),
        ("localcare export for research", [], True),
        ("localcare export for direct-care", [], False),
        ("another system", [], False),
        ("another system", ["--hide-small-numbers"], True),
        ("localcare export for planning", ["--show-small-numbers"], False),
    ],
)
def test_from_the_shell_what_left_care_hides_small_numbers(dataset, tmp_path, source, options, hides):
    write_metadata(dataset, as_of=date(2026, 3, 31), source=source)
    out = tmp_path / "numbers.csv"
    done = CliRunner().invoke(application, [*attendances(dataset), *options, "--out", str(out)])
    assert done.exit_code == 0, done.output
    found = pa.csv.read_csv(out).to_pylist()
    assert ("hidden" in found[0]) == hides
    numbers = {row["practice"]: row["numerator"] for row in found}
    assert numbers == (
        {"SYN-DEAL-A": None, "SYN-THAN-A": None} if hides else {"SYN-DEAL-A": 3, "SYN-THAN-A": 9}
    )
    assert ("2 of 2 numbers are hidden" in done.output) == hides
    assert left_care(dataset=dataset) == (source.rpartition(" ")[2] in ("planning", "research"))


def test_in_the_terminal_a_hidden_number_says_so(dataset):
    write_metadata(dataset, as_of=date(2026, 3, 31), source="localcare export for planning")
    told = CliRunner().invoke(application, attendances(dataset)).output
    assert "hidden │ hidden" in " ".join(told.split())


def test_one_by_one_is_refused_of_data_that_left_care(dataset):
    write_metadata(dataset, as_of=date(2026, 3, 31), source="localcare export for research")
    asked = ["measure", "stays-of-21-nights", "--dataset", str(dataset), *DAYS, "--breaches"]
    done = CliRunner().invoke(application, asked)
    assert done.exit_code == 1
    assert "one by one" in done.output
