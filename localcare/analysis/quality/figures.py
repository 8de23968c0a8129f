"""What a rule measures of the place, a practice or a feed; and the words for shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["place", "practice", "feed"]
CHANCE = 2.576  # of a normal distribution, 99% lie within so many standard deviations
NAMES = {
    "facts": "coded facts",
    "contacts": "contacts",
    "stays": "hospital stays",
    "attendances": "attendances",
    "diagnoses": "diagnoses",
    "procedures": "procedures",
    "persons": "people",
}


@dataclass(frozen=True)
class Figure:
    """What was measured; `judged` is what remains of the value once chance is allowed for."""

    kind: Kind
    code: str  # of the practice or feed; empty for the whole place
    table: str
    part: int  # things with the fault
    whole: int  # things looked at
    value: float
    judged: float
    words: str
    since: date | None = None


def surely(part: int, whole: int) -> float:
    """The lower end of the 99% Wilson interval of a share: what it is at least, chance aside."""
    share, sharpness = part / whole, CHANCE**2 / whole
    middle = share + sharpness / 2
    width = CHANCE * math.sqrt(share * (1 - share) / whole + sharpness / (4 * whole))
    return max(0.0, (middle - width) / (1 + sharpness))


def per_cent(share: float) -> str:
    """The share as words: two figures that matter."""
    percentage = 100 * share
    if percentage == 0 or percentage >= 10:
        return f"{percentage:.0f}%"
    return f"{percentage:.1f}".removesuffix(".0") + "%" if percentage >= 1 else f"{percentage:.2g}%"
