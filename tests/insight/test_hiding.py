"""No small number is shown to those who see no people, nor can it be worked out from what is."""

from __future__ import annotations

import random
from datetime import date

import pytest

from localcare.analysis.disclosure import SMALLEST, Sum, solved
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


def attacked(places: Tree, found: dict, hidden: set[Key]) -> set[Key]:
    """Who adds and subtracts all that is shown, over places, groups and those met and missed: what is told for certain."""
    cells = {(key, part): one for key, number in found.items() for part, one in parts_of(number).items()}
    out = {cell for cell in cells if cell[0] in hidden}
    return {key for key, _ in solved(sums_of(places, found, cells), out)}


def sums_of(places: Tree, found: dict, cells: dict) -> list[Sum]:
    sums = []
    for key, part in cells:
        if part == "of":
            sums.append(Sum((key, "of"), ((key, "met"), (key, "missed"))))
        children = [key._replace(place=child) for child in places[key.place].children]
        if there := [(child, part) for child in children if child in found]:
            sums.append(Sum((key, part), tuple(there)))
        members = [one for one in found if one.breakdown and not key.breakdown and one.place == key.place]
        if members:
            sums.append(Sum((key, part), tuple((one, part) for one in members)))
    return [one for one in sums if cells[one.total] == sum(cells[part] for part in one.parts)]


def small_in_one_sum(places: Tree, found: dict, hidden: set[Key]) -> set[Key]:
    """Small numbers that one sum whose total is shown limits to less than five."""
    cells = {(key, part): one for key, number in found.items() for part, one in parts_of(number).items()}
    told = set()
    for one in sums_of(places, found, cells):
        out = [cell for cell in one.parts if cell[0] in hidden]
        together = sum(cells[cell] for cell in out)
        if one.total[0] not in hidden and one.total[1] != "of" and together < SMALLEST:
            told |= {cell[0] for cell in out if cells[cell]}
    return told


def parts_of(number: Number) -> dict[str, int]:
    missed = number.denominator - number.numerator
    return {"met": number.numerator, "missed": missed, "of": number.denominator}


@pytest.mark.parametrize("seed", range(30))
def test_who_adds_and_subtracts_everything_learns_no_small_number(seed):
    draw = random.Random(seed)
    places = tree(clusters=draw.randint(1, 4), practices=draw.randint(2, 5))
    most = draw.choice([6, 20, 60])
    found: dict[Key, Number] = {}
    whole: dict[str, list[int]] = {code: [0, 0] for code in places[ALL].practices}
    for member in "abcd":
        counts = {}
        for code in sorted(places[ALL].practices):
            size = draw.randint(0, most)
            counts[code] = (draw.randint(0, size), size)
            whole[code] = [sum(pair) for pair in zip(whole[code], counts[code], strict=True)]
        found |= numbers(places, counts, "sex", member)
    found |= numbers(places, {code: tuple(pair) for code, pair in whole.items()})
    hidden = hidden_keys("share", found, places)
    for key, number in found.items():
        if any(0 < one < SMALLEST for one in (number.numerator, number.denominator - number.numerator)):
            assert key in hidden
    assert not attacked(places, found, hidden)
    assert not small_in_one_sum(places, found, hidden)


def test_a_month_is_not_the_year_less_the_other_months():
    places = tree(clusters=1, practices=1)
    months = [date(2026, month, 1) for month in range(1, 13)]
    found = {}
    for month in months:
        met = 2 if month.month == 5 else 20
        for place in places.places:
            found[Key(place, "month", month)] = Number(met, 40, 2.5 * met)
    for place in places.places:
        found[Key(place, "year", DAY)] = Number(222, 480, 46.25)
    hidden = {key.starts_on.month for key in hidden_keys("share", found, places) if key.period == "month"}
    assert 5 in hidden and len(hidden) >= 2


def test_ages_kept_for_standardising_are_never_shown_by_themselves():
    places = tree(clusters=1, practices=1)
    found = numbers(places, {"C0P0": (50, 100)}, "age_five", "65-69")
    assert hidden_keys("rate", found, places) == set(found)
