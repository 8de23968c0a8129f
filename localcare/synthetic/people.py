"""People: ages, sexes, households, couples, carers, practices and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from localcare.synthetic.columns import NEVER
from localcare.synthetic.definitions import Floats, by_age, choose, definition, shares
from localcare.synthetic.practices import PracticeShare

FEMALE, MALE, OTHER, UNKNOWN = range(4)
SEXES = ("female", "male", "other", "unknown")
NOBODY = -1
DAYS_IN_YEAR = 365.25
WIDEST_AGE_GAP = 15

Ints = NDArray[np.int64]


@dataclass
class People:
    """A chunk of people; arrays of one value per person, `partner` and `parent` by position in the chunk."""

    first_id: int
    as_of: int
    born: Ints
    age: Floats
    sex: NDArray[np.int8]
    partner: Ints
    parent: Ints
    household: Ints
    in_care_home: NDArray[np.bool_]
    practice: Ints
    lsoa: Ints
    imd_decile: NDArray[np.int8]
    died: Ints

    @property
    def count(self) -> int:
        """How many people the chunk holds."""
        return len(self.born)

    @property
    def ids(self) -> Ints:
        """The person_id of each."""
        return np.arange(self.first_id, self.first_id + self.count, dtype=np.int64)

    @property
    def whole_age(self) -> Ints:
        """Completed years at the date of the dataset."""
        return self.age.astype(np.int64)

    @property
    def last_day(self) -> Ints:
        """The last day on which something can happen to the person."""
        return np.minimum(self.died, self.as_of)


@cache
def _pyramid() -> tuple[Floats, Floats]:
    """Cumulative shares over (sex, age band) and the lower ends of the bands."""
    parameters = definition("population")
    tilt = np.array(parameters["kent_tilt"])
    weights = np.concatenate([np.array(parameters["females"]) * tilt, np.array(parameters["males"]) * tilt])
    return np.cumsum(weights) / weights.sum(), np.array(parameters["age_bands_from"], dtype=np.float64)


def draw_people(
    random: np.random.Generator, *, count: int, first_id: int, as_of: int, practices: Sequence[PracticeShare]
) -> People:
    """`count` people in households, registered with the practices by weight; nobody has died yet."""
    age, sex = _draw_ages(random, count)
    partner = _draw_couples(random, age, sex)
    parent = _draw_parents(random, age, sex)
    in_care_home = (random.random(count) < _by_whole_age("care_home", age)) & (partner == NOBODY)
    household = _households(partner, parent)
    practice, lsoa, decile = _draw_areas(random, household, practices)
    born = np.floor(as_of - age * DAYS_IN_YEAR).astype(np.int64)
    _rename_sexes(random, sex)
    return People(
        first_id, as_of, born, age, sex, partner, parent, household, in_care_home, practice, lsoa, decile,
        np.full(count, NEVER, dtype=np.int64),
    )  # fmt: skip


def _draw_ages(random: np.random.Generator, count: int) -> tuple[Floats, NDArray[np.int8]]:
    cumulative, lower = _pyramid()
    drawn = np.minimum(choose(random, cumulative, count), 2 * len(lower) - 1)
    sex = (drawn >= len(lower)).astype(np.int8)
    band = drawn % len(lower)
    age = lower[band] + random.random(count) * 5
    oldest = band == len(lower) - 1
    age[oldest] = 90 + random.exponential(3.2, int(oldest.sum()))
    return np.minimum(age, definition("population")["oldest_age"] + random.random(count)), sex


def _by_whole_age(name: str, age: Floats) -> Floats:
    parameters = definition("population")[name]
    return by_age(parameters["ages"], parameters["share"])[age.astype(np.int64)]


def _draw_couples(random: np.random.Generator, age: Floats, sex: NDArray[np.int8]) -> Ints:
    """Pairs people of similar age; the other's position, or NOBODY."""
    count = len(age)
    partner = np.full(count, NOBODY, dtype=np.int64)
    wants = random.random(count) < _by_whole_age("couples", age)
    shift = np.where(sex == MALE, -2.0, 0.0) + random.normal(0, 2.5, count)
    same_sex = random.random(count) < 0.02
    order = np.argsort(age + shift, kind="stable")
    women = order[(wants & ~same_sex & (sex == FEMALE))[order]]
    men = order[(wants & ~same_sex & (sex == MALE))[order]]
    _pair(partner, age, women, men)
    for one in (FEMALE, MALE):
        alike = order[(wants & same_sex & (sex == one))[order]]
        _pair(partner, age, alike[0::2], alike[1::2])
    return partner


def _pair(partner: Ints, age: Floats, ones: Ints, others: Ints) -> None:
    """Pairs two lists sorted by age, thinning the longer one evenly."""
    pairs = min(len(ones), len(others))
    if pairs == 0:
        return
    ones = ones[np.arange(pairs) * len(ones) // pairs]
    others = others[np.arange(pairs) * len(others) // pairs]
    close = np.abs(age[ones] - age[others]) <= WIDEST_AGE_GAP
    partner[ones[close]] = others[close]
    partner[others[close]] = ones[close]


def _draw_parents(random: np.random.Generator, age: Floats, sex: NDArray[np.int8]) -> Ints:
    """A mother in the chunk for each child under 18; position or NOBODY."""
    parent = np.full(len(age), NOBODY, dtype=np.int64)
    children = np.flatnonzero(age < 18)
    women = np.flatnonzero((sex == FEMALE) & (age >= 18) & (age < 62))
    if len(women) == 0 or len(children) == 0:
        return parent
    women = women[np.argsort(age[women], kind="stable")]
    wanted = age[children] + np.clip(random.normal(30, 5.5, len(children)), 17, 44)
    found = women[np.minimum(np.searchsorted(age[women], wanted), len(women) - 1)]
    plausible = age[found] - age[children] > 15
    parent[children[plausible]] = found[plausible]
    return parent


def _households(partner: Ints, parent: Ints) -> Ints:
    """The household of each, numbered by its first member: couples share one, children join their mother."""
    positions = np.arange(len(partner))
    head = np.where(partner == NOBODY, positions, np.minimum(positions, partner))
    return np.where(parent == NOBODY, head, head[np.maximum(parent, 0)])


def _draw_areas(
    random: np.random.Generator, household: Ints, practices: Sequence[PracticeShare]
) -> tuple[Ints, Ints, NDArray[np.int8]]:
    """Practice, small area within it and its deprivation decile, one draw for each household."""
    count = len(household)
    _, cumulative = shares({index: practice.weight for index, practice in enumerate(practices)})
    practice = choose(random, cumulative, count)[household]
    most = max(len(p.lsoa_codes) for p in practices)
    lsoa = random.integers(0, most, count)[household]
    lsoa = lsoa % np.array([len(p.lsoa_codes) for p in practices])[practice]
    middle = np.array([p.imd_middle for p in practices])[practice]
    decile = np.clip(np.rint(middle + (lsoa - (most - 1) / 2) * 0.9), 1, 10)
    return practice, lsoa, decile.astype(np.int8)


def _rename_sexes(random: np.random.Generator, sex: NDArray[np.int8]) -> None:
    parameters = definition("population")["other_sex"]
    draw = random.random(len(sex))
    sex[draw < parameters["other"] + parameters["unknown"]] = UNKNOWN
    sex[draw < parameters["other"]] = OTHER
