"""The reviewed rates, lengths and shares of the week: synthetic, and read in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from localcare.kernel.definitions import DEFINITIONS, load

FILE = DEFINITIONS / "synthetic" / "week.yaml"
SCHEMA = DEFINITIONS / "synthetic" / "week.schema.json"


@dataclass(frozen=True)
class Rates:
    """What the file says, with the look-ups that the stories need."""

    content: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.content[name]

    def work(self, step: str, kind: str) -> dict[str, Any]:
        """How a team does a step (`pathway/step`): the default, then its kind, then the step itself."""
        said = self.content["work"]
        return {**said["default"], **said["kinds"].get(kind, {}), **said["steps"].get(step, {})}

    def outcomes(self, step: str) -> Mapping[str, float]:
        """The shares of the outcomes of a step; empty when nothing is said."""
        shares: Mapping[str, float] = self.content["outcomes"].get(step, {})
        return shares


@cache
def rates() -> Rates:
    """The rates, checked against their schema."""
    return Rates(load(FILE, SCHEMA))


def drawn(random: Random, weights: Mapping[str, float]) -> str:
    """One of the names, by weight."""
    return random.choices(list(weights), list(weights.values()))[0]


def between(random: Random, pair: Sequence[float]) -> float:
    """A number between the least and the most, short ones more often."""
    least, most = pair
    share: float = random.random() ** 1.5
    return least + (most - least) * share
