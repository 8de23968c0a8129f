"""Reads the reviewed parameters of the synthetic population into arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FOLDER = Path(__file__).resolve().parent.parent / "definitions" / "synthetic"
OLDEST_AGE = 120


@cache
def definition(name: str) -> dict[str, Any]:
    """The definition `definitions/synthetic/<name>.yaml` as plain data."""
    content: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def by_age(ages: list[float], values: list[float]) -> Floats:
    """The values at each whole age 0 to 120, straight lines between the ages given."""
    return np.interp(np.arange(OLDEST_AGE + 1), ages, values)


def shares(weights: dict[Any, float]) -> tuple[list[Any], Floats]:
    """The names of a weighted choice and its cumulative shares, ending at exactly 1."""
    totals = np.cumsum(np.array(list(weights.values()), dtype=np.float64))
    cumulative = totals / totals[-1]
    cumulative[-1] = 1.0
    return list(weights), cumulative


def choose(random: np.random.Generator, cumulative: Floats, count: int) -> NDArray[np.int64]:
    """`count` positions drawn with the cumulative shares."""
    return np.searchsorted(cumulative, random.random(count), side="right")


@dataclass(frozen=True)
class Conditions:
    """The long-term conditions: names and, per condition, log-odds by whole age and slopes."""

    names: tuple[str, ...]
    content: tuple[dict[str, Any], ...]
    log_odds: NDArray[np.float32]  # conditions x ages
    deprivation: NDArray[np.float32]
    frailty: NDArray[np.float32]

    def position(self, name: str) -> int:
        """Where the named condition stands; ValueError when there is none."""
        return self.names.index(name)


@cache
def conditions() -> Conditions:
    """The long-term conditions of `conditions.yaml`."""
    parameters = definition("conditions")
    content = parameters["conditions"]
    ages = parameters["prevalence_ages"]
    rows = []
    for condition in content.values():
        share = np.clip(np.array(condition["prevalence"], dtype=np.float64) / 100, 1e-6, 0.95)
        rows.append(by_age(ages, list(np.log(share / (1 - share)))))
    return Conditions(
        tuple(content),
        tuple(content.values()),
        np.array(rows, dtype=np.float32),
        np.array([c["deprivation"] for c in content.values()], dtype=np.float32),
        np.array([c["frailty"] for c in content.values()], dtype=np.float32),
    )
