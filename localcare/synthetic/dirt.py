"""Dirt of real feeds that still passes the schema: odd codes, odd postcodes, the same person twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localcare.synthetic.columns import respelt
from localcare.synthetic.definitions import definition
from localcare.synthetic.people import NOBODY, Ints, People


@dataclass(frozen=True)
class Dirt:
    """Who in a chunk is another person again, and who comes without an NHS number."""

    duplicates: Ints  # by position
    originals: Ints
    without_number: NDArray[np.bool_]


def no_dirt(people: People) -> Dirt:
    """Nobody twice, everybody with a number."""
    nobody = np.zeros(0, dtype=np.int64)
    return Dirt(nobody, nobody, np.zeros(people.count, dtype=np.bool_))


def draw_dirt(random: np.random.Generator, people: People) -> Dirt:
    """Turns the last few unrelated people of the chunk into copies of others, and takes numbers away."""
    shares = definition("population")["dirt"]
    wanted = int(people.count * shares["duplicates"])
    related = (people.partner != NOBODY) | (people.parent != NOBODY)
    related[np.unique(people.parent[people.parent != NOBODY])] = True
    duplicates = np.flatnonzero(~related)[-wanted:] if wanted else np.zeros(0, dtype=np.int64)
    candidates = np.setdiff1d(np.arange(people.count), duplicates)
    originals = random.choice(candidates, len(duplicates), replace=False)
    for values in (people.born, people.age, people.sex, people.practice, people.lsoa, people.imd_decile,
                   people.household, people.in_care_home):  # fmt: skip
        values[duplicates] = values[originals]
    without = random.random(people.count) < shares["no_nhs_number"]
    without[originals] = False
    without[duplicates] = True
    return Dirt(duplicates, originals, without)


def soil_persons(
    random: np.random.Generator, columns: dict[str, pa.Array], people: People, dirt: Dirt
) -> dict[str, pa.Array]:
    """The persons columns with copies misspelt and a few odd postcodes."""
    soiled = dict(columns)
    for name in ("family_name", "given_name"):
        words = columns[name].take(pa.array(dirt.originals)).to_pylist()
        changed = [misspelt(random, word or "") if random.random() < 0.6 else word or "" for word in words]
        soiled[name] = respelt(columns[name], dirt.duplicates, changed)
    for name in ("address_line", "postcode"):
        words = columns[name].take(pa.array(dirt.originals)).to_pylist()
        soiled[name] = respelt(columns[name], dirt.duplicates, words)
    odd = np.flatnonzero(random.random(people.count) < definition("population")["dirt"]["odd_postcode"])
    usual: list[Any] = columns["postcode"].take(pa.array(odd)).to_pylist()
    soiled["postcode"] = respelt(soiled["postcode"], odd, [odd_postcode(random, word) for word in usual])
    return soiled


def odd_code_variants(code: str) -> tuple[str, ...]:
    """The ICD-10 code plain, then as also written: dotted, lower case, blank in front, dagger, asterisk."""
    dotted = f"{code[:3]}.{code[3:]}" if len(code) > 3 else f"{code}.X"
    marks = ("*", "A") if code.startswith(("F00", "G63", "N08", "M01")) else ("+", "D")
    padded = code if len(code) > 3 else f"{code}X"
    return (
        code, dotted, dotted, dotted, code.lower(), f" {code}", dotted.lower(), f"{dotted}{marks[0]}",
        f"{padded}{marks[1]}", f"{code} ",
    )  # fmt: skip


def misspelt(random: np.random.Generator, name: str) -> str:
    """The name as another clerk might hear or type it."""
    if len(name) < 4:
        return name
    place = int(random.integers(1, len(name) - 1))
    ways = (
        name[:place] + name[place + 1 :],
        name[:place] + name[place] + name[place:],
        name[:place] + name[place + 1] + name[place] + name[place + 2 :],
        name.upper(),
        name.replace("'", "").replace("-", " "),
    )
    return ways[int(random.integers(len(ways)))]


def odd_postcode(random: np.random.Generator, postcode: str) -> str:
    """The postcode without its blank, in lower case, or one that means "abroad" or "not known"."""
    ways = (postcode.replace(" ", ""), postcode.lower(), f" {postcode} ", "ZZ99 3VZ", "ZZ99 3WZ")
    return ways[int(random.integers(len(ways)))]
