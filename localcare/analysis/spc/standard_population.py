"""Standard populations: dated definitions that rates by age are weighted with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DEFINITIONS = Path(__file__).parents[2] / "definitions" / "standard_populations"
EUROPEAN = "european-2013"


@dataclass(frozen=True)
class StandardPopulation:
    """Age bands by their first year of age, and the people in each; the last band is open."""

    code: str
    title: str
    source: str
    from_ages: tuple[int, ...]
    people: tuple[int, ...]

    def joined(self, from_ages: tuple[int, ...]) -> tuple[int, ...]:
        """The people in wider bands that begin at these ages.

        Raises ValueError for an age at which no band of the standard begins.
        """
        if strange := [age for age in from_ages if age not in self.from_ages]:
            raise ValueError(
                f"{self.title} has no band that begins at age {strange[0]}; use {self.from_ages}"
            )
        ends = (*from_ages[1:], None)
        return tuple(
            sum(
                people
                for age, people in zip(self.from_ages, self.people, strict=True)
                if age >= first and (end is None or age < end)
            )
            for first, end in zip(from_ages, ends, strict=True)
        )


@cache
def standard_population(code: str = EUROPEAN) -> StandardPopulation:
    """The standard population of that code. Raises ValueError that names the file and the remedy."""
    file = DEFINITIONS / f"{code}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in DEFINITIONS.glob("*.yaml")))
        raise ValueError(f"{file}: there is no such standard population; use one of {known}")
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    ages = tuple(int(band["from_age"]) for band in content["bands"])
    if list(ages) != sorted(set(ages)) or any(band["people"] <= 0 for band in content["bands"]):
        raise ValueError(f"{file}: bands must rise in age and hold people; put them in order")
    people = tuple(int(band["people"]) for band in content["bands"])
    return StandardPopulation(content["code"], content["title"], content["source"], ages, people)
