"""Why two records may be of one person: the waterfall of what was compared, in words and bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

from localcare.analysis.linkage.definition import LinkageModel

MISSING = "missing"
A_LITTLE, A_LOT = 3.0, 8.0  # bits: eight times, and some 250 times, as likely in one person as in two


@dataclass(frozen=True)
class Step:
    """One comparison: what was found and how many bits it speaks for one person, or against where below nought."""

    comparison: str
    title: str
    level: str
    words: str
    bits: float

    @property
    def strength(self) -> str:
        """How much it says, in words."""
        size = abs(self.bits)
        much = "strongly" if size >= A_LOT else "clearly" if size >= A_LITTLE else "a little"
        if self.level == MISSING:
            return "says nothing"
        return f"speaks {much} {'for' if self.bits >= 0 else 'against'}"


def waterfall(pair: Mapping[str, Any], model: LinkageModel) -> list[Step]:
    """The steps of a pair (a row of `pairs`), the one that says most first; they add up with the start to its bits."""
    steps = []
    for comparison in model.comparisons:
        code, bits = pair[f"level_{comparison.name}"], float(pair[f"bits_{comparison.name}"])
        missing = f"{comparison.title.lower()} missing on one"
        words = missing if code == MISSING else comparison.level(code).words
        steps.append(Step(comparison.name, comparison.title, code, words, bits))
    return sorted(steps, key=lambda step: (-abs(step.bits), step.comparison))


def starting_bits(prior: float) -> float:
    """What two records at random begin with: far below nought, because few pairs are of one person."""
    return log2(prior / (1 - prior))


def held_back_words(code: str | None, model: LinkageModel) -> str:
    """Why a pair is held back, or empty text."""
    return {held.code: held.words for held in model.held_back}.get(code or "", "")
