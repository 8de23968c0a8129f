"""What was learnt: how often true pairs, and two people by chance, stand at each level; kept as JSON, never as code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import log2
from pathlib import Path
from typing import Any

from localcare.analysis.linkage.definition import LinkageModel

DIGITS = 10  # to which shares are kept: sums in another order give the same result
Shares = Mapping[str, Mapping[str, float]]  # comparison -> level -> share


class WeightsError(ValueError):
    """Weights that do not fit the definition; the message says what to do."""


@dataclass(frozen=True)
class Weights:
    """Shares by comparison and level, the chance that two records at random are of one person, and where they come from."""

    version: str  # of the definition
    m: Shares
    u: Shares
    prior: float
    learnt: bool  # whether m was learnt, or is the definition's
    how: tuple[str, ...]  # in sentences
    together: Mapping[str, float] = field(
        default_factory=dict
    )  # bits less where names and birthday agree at once

    def bits(self, comparison: str, level: str) -> float:
        """How far the level speaks for one person (above nought) or against it, in bits."""
        return log2(self.m[comparison][level] / self.u[comparison][level])

    def write(self, path: Path) -> None:
        """Keep the weights as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_weights(path: Path, model: LinkageModel) -> Weights:
    """Weights kept before; WeightsError when they are of another definition or not readable."""
    try:
        given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = Weights(
            str(given["version"]), given["m"], given["u"], float(given["prior"]), bool(given["learnt"]),
            tuple(given["how"]), given.get("together", {}),
        )  # fmt: skip
        for comparison in model.comparisons:
            _ = [found.bits(comparison.name, level.code) for level in comparison.levels]
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise WeightsError(
            f"{path} is no file of weights for this definition ({error!r}). Learn them again."
        ) from error
    if found.version != model.version:
        raise WeightsError(
            f"{path} was learnt for version {found.version} of the definition, which is {model.version} now. Learn again."
        )
    return found
