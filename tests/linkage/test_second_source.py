"""The synthetic truth of linkage: seeded, at the stated rates, with people who are easily taken for one another."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from localcare.kernel.identifiers.nhs_number import is_synthetic
from localcare.synthetic.damage import DAMAGES
from localcare.synthetic.definitions import definition
from localcare.synthetic.second_source import draw_two_sources
from tests.linkage.conftest import AS_OF

OF_SOME = {  # kinds that are possible for some people only: how many of them at the least, of those drawn
    "given_typing_slip": 0.85, "family_typing_slip": 0.9, "family_as_heard": 0.3, "short_form": 0.3, "middle_name_used": 0.9,
    "names_exchanged": 0.9, "initial_only": 0.9, "maiden_name": 0.3, "double_barrelled": 0.3, "day_and_month_exchanged": 0.25,
    "birth_one_part": 0.95, "telephone_missing": 0.85, "postcode_missing": 0.95, "newborn_unnamed": 0.005,
    "number_of_relative": 0.4,
}  # fmt: skip


@pytest.fixture(scope="module")
def register(linked):
    return linked.sources.register.to_pylist()


@pytest.fixture(scope="module")
def feed(linked):
    return linked.sources.feed.to_pylist()


def test_the_same_seed_gives_the_same_records_and_another_seed_other_people(linked):
    again = draw_two_sources(people=3000, seed=11, as_of=AS_OF)
    assert again.register.equals(linked.sources.register) and again.feed.equals(linked.sources.feed)
    other = draw_two_sources(people=3000, seed=12, as_of=AS_OF)
    assert not other.feed.equals(linked.sources.feed)


def test_who_is_known_to_which_source(register, feed):
    shares = definition("second_source")["known_to"]
    known, also = {row["truth_key"] for row in register}, {row["truth_key"] for row in feed}
    assert len(known) == len(register) and len(also) == len(feed)
    for name, members in (
        ("both", known & also),
        ("register_only", known - also),
        ("feed_only", also - known),
    ):
        assert len(members) / 3000 == pytest.approx(shares[name], abs=0.03)


def test_every_kind_of_damage_happens_at_about_its_rate(feed):
    rates = definition("second_source")["damage"]
    assert set(rates) == set(DAMAGES)
    done = Counter(word for row in feed for word in row["damage"].split())
    for name, rate in rates.items():
        wanted = rate * len(feed)
        least = wanted * OF_SOME.get(name, 1.0) - 4 * wanted**0.5
        assert least <= done[name] <= wanted + 4 * wanted**0.5, name


def test_damage_is_what_it_says(register, feed):
    before = {row["truth_key"]: row for row in register}
    for row in feed:
        done, was = set(row["damage"].split()), before.get(row["truth_key"])
        if was is None:
            continue
        if "no_number" in done:
            assert row["nhs_number"] is None
        if not done:
            changed = {name for name in row if row[name] != was[name]} - {"record_id", "local_identifier"}
            assert changed <= {"nhs_number"}  # the register itself may lack the number
        if not done & {"day_and_month_exchanged", "birth_one_part"}:
            assert row["birth_date"] == was["birth_date"]
        assert row["birth_date"] <= AS_OF


def test_there_are_twins_fathers_and_sons_and_newborn_children(register):
    homes = defaultdict(list)
    for row in register:
        homes[row["address_line"], row["postcode"], row["family_name"]].append(row)
    pairs = [
        (one, other)
        for rows in homes.values()
        for one in rows
        for other in rows
        if one["record_id"] < other["record_id"]
    ]
    twins = [1 for one, other in pairs if one["birth_date"] == other["birth_date"]]
    of_one_name = [
        1 for one, other in pairs if one["given_name"] == other["given_name"] and one["sex"] == "male"
    ]
    assert len(twins) >= 20 and len(of_one_name) >= 8
    assert sum((AS_OF - row["birth_date"]).days < 60 for row in register) >= 15


def test_numbers_are_of_the_range_that_is_never_issued(register, feed):
    assert all(is_synthetic(row["nhs_number"]) for row in [*register, *feed] if row["nhs_number"])
