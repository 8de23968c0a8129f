"""No small number is shown to those who see no people, nor can it be worked out from what is."""

from __future__ import annotations

import random
from datetime import date

import pytest

from localcare.analysis.disclosure import SMALLEST
from localcare.system.insight.hiding import hidden_keys
from localcare.system.insight.places import ALL, Place, Tree
from localcare.system.insight.rules import Key, Number, added

DAY = date(2026, 1, 1)


def tree(clusters: int = 2, practices: int = 3) -> Tree:
    """Everybody, clusters, and practices in them."""
    found, tops = [], []
    for cluster in range(clusters):
        codes = [f"C{cluster}P{number}" for number in range(practices)]
        area = f"area:c{cluster}"
        tops.append(area)
        found.append(
            Place(area, area, "cluster", ALL, tuple(f"practice:{one}" for one in codes), frozenset(codes))
        )
        found += [Place(f"practice:{one}", one, "practice", area, (), frozenset({one})) for one in codes]
    everybody = frozenset().union(*(place.practices for place in found))
    return Tree({one.code: one for one in [Place(ALL, "All", "all", None, tuple(tops), everybody), *found]})


def numbers(
    places: Tree, by_practice: dict[str, tuple[int, int]], breakdown: str = "", member: str = ""
) -> dict:
    """The numbers of every place from those of the practices."""
    found = {}
    for place in places.places.values():
        parts = [
            Number(*by_practice[code], 100 * by_practice[code][0] / by_practice[code][1])
            for code in sorted(place.practices)
            if code in by_practice and by_practice[code][1]
        ]
        if parts:
            found[Key(place.code, "year", DAY, breakdown, member)] = added("share", parts)
    return found


def shown(places: Tree, found: dict, kind: str = "share") -> set[str]:
    hidden = hidden_keys(kind, found, places)
    return {key.place for key in found if key not in hidden}


def test_a_small_number_takes_another_with_it_so_that_it_cannot_be_subtracted():
    places = tree(clusters=2, practices=2)
    found = numbers(places, {"C0P0": (2, 40), "C0P1": (20, 40), "C1P0": (20, 40), "C1P1": (25, 40)})
    seen = shown(places, found)
    assert "practice:C0P0" not in seen
    assert not {"practice:C0P1", "area:c0"} <= seen, "a cluster less the other practice tells the small one"


def test_few_who_missed_it_are_as_small_as_few_who_met_it():
    places = tree(clusters=1, practices=3)
    found = numbers(places, {"C0P0": (38, 40), "C0P1": (20, 40), "C0P2": (20, 40)})
    assert "practice:C0P0" not in shown(places, found)


def test_large_numbers_are_all_shown():
    places = tree()
    found = numbers(places, dict.fromkeys(places[ALL].practices, (50, 100)))
    assert shown(places, found) == set(places.places)


def test_nobody_subtracts_a_small_group_from_the_others():
    places = tree(clusters=1, practices=1)
    groups = {"female": (30, 60), "male": (30, 57), "other": (0, 3)}
    found = {}
    for member, counts in groups.items():
        found |= numbers(places, {"C0P0": counts}, "sex", member)
    found |= numbers(places, {"C0P0": (60, 120)})
    hidden = {key.member for key in hidden_keys("share", found, places) if key.breakdown and key.place == ALL}
    assert "other" in hidden
    assert hidden & {"female", "male"}, "all less the two others would tell the third"


@pytest.mark.parametrize("seed", range(8))
def test_no_small_number_is_left_alone_in_its_sum(seed):
    draw = random.Random(seed)
    places = tree(clusters=3, practices=4)
    counts = {code: (draw.randint(0, 12), draw.randint(12, 30)) for code in places[ALL].practices}
    found = numbers(places, counts)
    hidden = {key.place for key in hidden_keys("share", found, places)}
    for place in places.places.values():
        number = found[Key(place.code, "year", DAY)]
        if 0 < number.numerator < SMALLEST:
            assert place.code in hidden
    for place in places.places.values():
        out = [child for child in place.children if child in hidden]
        if place.code not in hidden and len(out) == 1:
            only = found[Key(out[0], "year", DAY)]
            small = [0 < one < SMALLEST for one in (only.numerator, only.denominator - only.numerator)]
            assert not any(small), f"{out[0]} is its place less the others"
