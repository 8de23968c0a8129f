"""Names, numbers, addresses and registrations: the persons and registrations tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localcare.analysis.dataset.schema import PERSONS, REGISTRATIONS
from localcare.synthetic.columns import NEVER, coded, days, record_batch
from localcare.synthetic.definitions import choose, definition, shares
from localcare.synthetic.nhs_numbers import numbers_for
from localcare.synthetic.people import DAYS_IN_YEAR, MALE, NOBODY, SEXES, Ints, People
from localcare.synthetic.practices import PracticeShare

HOUSE_NUMBERS = 120
INWARD = tuple(f"{digit}{a}{b}" for digit in range(10) for a in "ABDEF" for b in "GHJLN")


@dataclass(frozen=True)
class Words:
    """All family and given names, and where each group's names stand among them."""

    family: list[str]
    given: list[str]
    family_of: dict[str, Ints]
    given_of: dict[tuple[str, bool, int], Ints]  # group, male, generation


@cache
def name_words() -> Words:
    """The names of `names.yaml`; three generations: born before 1955, before 1985, later."""
    names = definition("names")
    made_up = [start + end for start in names["family_starts"] for end in names["family_ends"]]
    family_lists = {group: list(words) for group, words in names["family"].items()}
    family_lists["english"] = made_up + family_lists["english"]
    family_lists["single"] = list(names["single_names"])
    given_lists: dict[tuple[str, bool, int], list[str]] = {}
    for group, sexes in names["given"].items():
        for sex, generations in sexes.items():
            for number, generation in enumerate(("before_1955", "before_1985", "later")):
                given_lists[group, sex == "male", number] = generations.get("any") or generations[generation]
    family = list(dict.fromkeys(word for words in family_lists.values() for word in words))
    given = list(dict.fromkeys(word for words in given_lists.values() for word in words))
    family_at, given_at = ({word: i for i, word in enumerate(words)} for words in (family, given))
    return Words(
        family,
        given,
        {group: np.array([family_at[w] for w in words]) for group, words in family_lists.items()},
        {key: np.array([given_at[w] for w in words]) for key, words in given_lists.items()},
    )


@cache
def _addresses() -> pa.Array:
    names = definition("names")
    homes = [f"{home}, {street}" for home in names["care_homes"] for street in names["streets"][:4]]
    return pa.array(
        [f"{n} {street}" for street in names["streets"] for n in range(1, HOUSE_NUMBERS + 1)] + homes
    )


@cache
def _telephones() -> pa.Array:
    """Numbers that the regulator keeps free for drama: they ring nowhere."""
    return pa.array(
        [f"07700 {n}" for n in range(900_000, 901_000)] + [f"01632 {n}" for n in range(960_000, 961_000)]
    )


def person_columns(
    random: np.random.Generator, people: People, practices: tuple[PracticeShare, ...], *,
    total: int, seed: int, without_number: NDArray[np.bool_],
) -> dict[str, pa.Array]:  # fmt: skip
    """The columns of the persons table; those without an NHS number carry a local identifier."""
    parameters = definition("population")
    ethnic, cumulative = shares(parameters["ethnic_categories"])
    ethnicity = choose(random, cumulative, people.count)[people.household]
    family, given, single = _draw_names(random, people, [ethnic[i] for i in range(len(ethnic))], ethnicity)
    numbers = np.where(without_number, 0, numbers_for(people.ids - 1, people=total, seed=seed))
    missing = numbers == 0
    address, postcode = _draw_addresses(random, people, practices)
    lsoas = [code for practice in practices for code in practice.lsoa_codes]
    first_lsoa = np.cumsum([0, *(len(p.lsoa_codes) for p in practices)])[:-1]
    local = pa.array(
        [f"SYN-{i:08d}" if m else None for i, m in zip(people.ids.tolist(), missing.tolist(), strict=True)]
    )
    return {
        "person_id": pa.array(people.ids),
        "nhs_number": pa.array(numbers, mask=missing).cast(pa.string()),
        "local_identifier": local.cast(pa.string()),
        "family_name": coded(family, pa.array(name_words().family)),
        "given_name": coded(given, pa.array(name_words().given), missing=single),
        "birth_date": days(people.born),
        "death_date": days(people.died),
        "sex": coded(people.sex, pa.array(SEXES)),
        "ethnic_category": coded(ethnicity, pa.array(ethnic)),
        "address_line": address,
        "postcode": postcode,
        "telephone": coded(
            random.integers(0, 2000, people.count), _telephones(), missing=random.random(people.count) < 0.08
        ),
        "lsoa_code": coded(first_lsoa[people.practice] + people.lsoa, pa.array(lsoas)),
        "imd_decile": pa.array(people.imd_decile.astype(np.int32)),
        "national_data_opt_out": pa.array(random.random(people.count) < parameters["opt_out_share"]),
    }


def _draw_names(
    random: np.random.Generator, people: People, ethnic: list[Any], ethnicity: Ints
) -> tuple[Ints, Ints, Any]:
    """Family names (mostly shared at home), given names by sex and generation, who has one name only."""
    words, group_of = name_words(), definition("population")["name_groups"]
    groups = sorted(words.family_of.keys() - {"single"})
    count = people.count
    fixed = np.array([groups.index(group_of[e]) if e in group_of else -1 for e in ethnic])[ethnicity]
    group = np.where(fixed >= 0, fixed, random.integers(0, len(groups), count)[people.household])
    draw, given_draw = random.random(count)[people.household], random.random(count)
    keeps_own = (random.random(count) < 0.2) & (people.parent == NOBODY)
    draw = np.where(keeps_own, random.random(count), draw)
    generation = np.searchsorted([-5479, 5479], people.born, side="right")  # 1 January 1955 and 1985
    family, given = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for position, name in enumerate(groups):
        rows = np.flatnonzero(group == position)
        family[rows] = words.family_of[name][(draw[rows] * len(words.family_of[name])).astype(np.int64)]
        for male in (False, True):
            for number in range(3):
                some = rows[((people.sex[rows] == MALE) == male) & (generation[rows] == number)]
                choices = words.given_of[name, male, number]
                given[some] = choices[(given_draw[some] * len(choices)).astype(np.int64)]
    single = random.random(count) < definition("names")["single_name_share"]
    one_name = words.family_of["single"]
    family[single] = one_name[random.integers(0, len(one_name), int(single.sum()))]
    return family, given, single


def _draw_addresses(
    random: np.random.Generator, people: People, practices: tuple[PracticeShare, ...]
) -> tuple[pa.Array, pa.Array]:
    names = definition("names")
    houses = HOUSE_NUMBERS * len(names["streets"])
    line = random.integers(0, houses, people.count)[people.household]
    homes = 4 * len(names["care_homes"])
    line = np.where(people.in_care_home, houses + (people.practice * 3 + line % 3) % homes, line)
    districts = [practice.postcode_district for practice in practices]
    postcodes = pa.array([f"{district} {inward}" for district in districts for inward in INWARD])
    inward = (line * 7 + people.practice) % len(INWARD)
    return coded(line, _addresses()), coded(people.practice * len(INWARD) + inward, postcodes)


def registration_rows(
    random: np.random.Generator, people: People, practices: tuple[PracticeShare, ...]
) -> pa.Table:
    """The registrations table of the chunk: some moved practice, some have left; keys start at 1."""
    parameters, count = definition("population"), people.count
    codes = pa.array([practice.code for practice in practices])
    ago = np.minimum(random.exponential(11, count), people.age) * DAYS_IN_YEAR
    start = np.maximum(people.as_of - ago.astype(np.int64) - 1, people.born)
    left = random.random(count) < parameters["left_share"]
    ended = np.where(left & (people.as_of - start > 60), people.as_of - random.integers(1, 50, count), NEVER)
    ended = np.maximum(np.minimum(ended, np.where(people.died < NEVER, people.died + 1, NEVER)), start + 1)
    moved = (random.random(count) < parameters["moved_practice_share"]) & (people.as_of - start > 100)
    moved &= (len(practices) > 1) & (ended >= NEVER)
    moved_on = people.as_of - random.integers(1, 90, count)
    before = (people.practice + 1 + random.integers(0, max(len(practices) - 1, 1), count)) % len(practices)
    who = np.concatenate([np.flatnonzero(moved), np.arange(count)])
    earlier = np.arange(len(who)) < int(moved.sum())
    order = np.lexsort((~earlier, who))
    who, earlier = who[order], earlier[order]
    columns = {
        "registration_id": pa.array(np.arange(1, len(who) + 1)),
        "person_id": pa.array(people.ids[who]),
        "practice_code": coded(np.where(earlier, before[who], people.practice[who]), codes),
        "started_on": days(np.where(earlier | ~moved[who], start[who], moved_on[who])),
        "ended_on": days(np.where(earlier, moved_on[who], ended[who])),
    }
    return record_batch(REGISTRATIONS, columns, len(who))


def person_rows(columns: dict[str, pa.Array], count: int) -> pa.Table:
    """The persons table of the chunk."""
    return record_batch(PERSONS, columns, count)
