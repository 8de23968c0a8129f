"""What is found when two entries of the register are compared, what it weighs, and how it is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ENOUGH = 60  # from here on, a person should look at the two
STRONG = 75
VERY_STRONG = 90
STRONGEST = 100


@dataclass(frozen=True)
class Finding:
    """What one comparison found; points below nought speak against one person."""

    points: int
    words: str

    @property
    def is_against(self) -> bool:
        """Whether it speaks for two people."""
        return self.points < 0


# Weights were chosen so that twins, a parent and child of one name, and namesakes born on one day stay below ENOUGH;
# tests/people/test_duplicates.py measures what is found and what is missed in a synthetic population.
FINDINGS = {
    "names-exchanged": Finding(45, "given name and family name exchanged"),
    "family-same": Finding(25, "same family name"),
    "family-similar": Finding(18, "family names spelt nearly the same"),
    "family-sounds": Finding(15, "family names sound the same"),
    "family-missing": Finding(5, "family name missing on one"),
    "family-differs": Finding(-15, "different family names"),
    "given-same": Finding(25, "same given name"),
    "given-preferred": Finding(20, "the given name of one is the preferred name of the other"),
    "given-similar": Finding(18, "given names spelt nearly the same"),
    "given-sounds": Finding(15, "given names sound the same"),
    "given-initial": Finding(12, "one given name is the initial of the other"),
    "given-missing": Finding(5, "given name missing on one"),
    "given-differs": Finding(-30, "different given names"),
    "born-same": Finding(30, "same date of birth"),
    "born-exchanged": Finding(20, "day and month of birth exchanged"),
    "born-one-part": Finding(10, "date of birth differs in one part"),
    "born-differs": Finding(-30, "different dates of birth"),
    "address-same": Finding(20, "same address"),
    "postcode-same": Finding(10, "same postcode"),
    "telephone-same": Finding(10, "same telephone number"),
    "number-one": Finding(10, "only one has an NHS number"),
    "number-none": Finding(5, "neither has an NHS number"),
    "number-differs": Finding(-35, "different NHS numbers"),
    "sex-differs": Finding(-20, "different sex"),
    "death-differs": Finding(-20, "different dates of death"),
    "by-hand": Finding(0, "put together by a person"),
}


def points() -> dict[str, int]:
    """The weight of each finding, as the database is given it."""
    return {code: finding.points for code, finding in FINDINGS.items()}


def strength(codes: Iterable[str]) -> int:
    """The sum of the findings' weights, from 0 to STRONGEST."""
    return max(0, min(STRONGEST, sum(FINDINGS[code].points for code in codes)))


# Pairs of one person of all pairs of that strength: 17,000 synthetic people with 1,000 records of a poorer source among
# them (tests/linkage/test_against_the_rules.py measures a smaller place).
MEASURED = {"Very strong": (831, 831), "Strong": (23, 25), "Worth a look": (21, 42)}


def measured(score: int) -> tuple[int, int]:
    """Of the pairs of that strength, how many were of one person when it was measured, and how many there were."""
    return MEASURED[strength_in_words(score)]


def measured_in_words(score: int) -> str:
    """The same as pages say it; never rounded up to all."""
    same, pairs = measured(score)
    of_hundred = min(99, round(100 * same / pairs))
    return f"in tests on synthetic people {of_hundred} of 100 such pairs were the same person"


def strength_in_words(score: int) -> str:
    """A strength as pages say it."""
    if score >= VERY_STRONG:
        return "Very strong"
    return "Strong" if score >= STRONG else "Worth a look"


def reasons_for(codes: Iterable[str]) -> list[str]:
    """What speaks for one person."""
    return [_sentence(FINDINGS[code].words) for code in codes if not FINDINGS[code].is_against]


def reasons_against(codes: Iterable[str]) -> list[str]:
    """What speaks for two people."""
    return [_sentence(FINDINGS[code].words) for code in codes if FINDINGS[code].is_against]


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]
