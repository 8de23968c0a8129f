"""People who are easily taken for one another: twins, a father and son of one name, newborn children."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from localcare.synthetic.damage import Record
from localcare.synthetic.definitions import definition

AT_HOME = ("family_name", "address_line", "postcode", "telephone", "household")
NEWBORN_DAYS = 60
FATHER_FROM_AGE = 40


def draw_families(random: np.random.Generator, records: list[Record], as_of: date) -> None:
    """Make some of the people twins, sons named after their father, or newborn; everybody stays who they are."""
    shares = definition("second_source")["families"]
    places = random.permutation(len(records))
    counts = {name: int(len(records) * share) for name, share in shares.items()}
    twins, places = places[: 2 * counts["twins"]], places[2 * counts["twins"] :]
    for one, other in zip(twins[::2].tolist(), twins[1::2].tolist(), strict=True):
        _make_twin(random, records[one], records[other])
    newborns, places = places[: counts["newborns"]], places[counts["newborns"] :]
    for place in newborns.tolist():
        records[place]["birth_date"] = as_of - timedelta(days=int(random.integers(1, NEWBORN_DAYS)))
    oldest_born = date(as_of.year - FATHER_FROM_AGE, 1, 1)
    men = [
        p for p in places.tolist() if records[p]["sex"] == "male" and records[p]["birth_date"] < oldest_born
    ]
    fathers = men[: counts["fathers_and_sons"]]
    taken = set(fathers)
    sons = [place for place in places.tolist() if place not in taken]
    for father, son in zip(fathers, sons, strict=False):
        _make_son(random, records[father], records[son])


def _make_twin(random: np.random.Generator, one: Record, other: Record) -> None:
    """The other is born on the day of the one, at the same address, and keeps a given name of their own."""
    given = other["given_name"]
    other.update({name: one[name] for name in (*AT_HOME, "birth_date")})
    if random.random() < 0.65:
        other["sex"] = one["sex"]
    other["given_name"] = given if given != one["given_name"] else f"{given}-Anne"


def _make_son(random: np.random.Generator, father: Record, son: Record) -> None:
    """The son has his father's name and lives with him."""
    son.update({name: father[name] for name in (*AT_HOME, "given_name", "sex")})
    years = int(random.integers(20, 36))
    born: date = father["birth_date"]
    son["birth_date"] = date(born.year + years, int(random.integers(1, 13)), int(random.integers(1, 29)))
