"""What must be true of a person's details, and why two people may be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from localcare.foundation.people.search_terms import plain_words
from localcare.kernel.identifiers import nhs_number, postcodes

AMENDABLE = frozenset({
    "nhs_number", "nhs_number_status", "family_name", "given_name", "title", "preferred_name", "birth_date", "sex",
    "ethnic_category", "address_line", "town", "postcode", "lsoa_code", "imd_decile", "telephone", "email",
    "household", "national_data_opt_out",
})  # fmt: skip
OLDEST_AGE_YEARS = 130
ENOUGH = 60
ALIKE = 0.75  # one letter in four, such as Vale and Vail


class DetailRefused(ValueError):
    """A detail that cannot be right; the message says what to do."""


def checked(details: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """The details as they are kept; DetailRefused when one cannot be right."""
    if unknown := sorted(details.keys() - AMENDABLE):
        raise DetailRefused(
            f"{', '.join(unknown)} cannot be set here. Set one of {', '.join(sorted(AMENDABLE))}."
        )
    kept = dict(details)
    if kept.get("nhs_number"):
        try:
            kept["nhs_number"] = nhs_number.normalise(kept["nhs_number"])
        except nhs_number.InvalidNhsNumber as error:
            raise DetailRefused(str(error)) from error
    elif "nhs_number" in kept:
        kept["nhs_number"] = None  # empty text would stand for one person only
    if "postcode" in kept:
        kept["postcode"] = postcodes.normalise(kept["postcode"])
    if born := kept.get("birth_date"):
        if born > today:
            raise DetailRefused("The date of birth is in the future. Check day, month and year.")
        if born.year < today.year - OLDEST_AGE_YEARS:
            raise DetailRefused(f"That makes the person over {OLDEST_AGE_YEARS}. Check the year of birth.")
    return kept


def check_death(*, born: date, died: date, today: date) -> None:
    """DetailRefused when somebody cannot have died on the day."""
    if died > today:
        raise DetailRefused("The date of death is in the future. Check day, month and year.")
    if died < born:
        raise DetailRefused("The date of death is before the date of birth. Check both.")


@dataclass(frozen=True)
class Details:
    """What is compared between two people."""

    nhs_number: str
    family_name: str
    given_name: str
    birth_date: date
    sex: str
    address_line: str
    postcode: str
    death_date: date | None = None


@dataclass(frozen=True)
class Likeness:
    """Why two people may be one, and how likely: from 0 to 100."""

    score: int
    reasons: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether a person should look at the two."""
        return self.score >= ENOUGH


def likeness(first: Details, second: Details) -> Likeness:
    """Weigh names, birth dates, addresses and numbers; two different numbers and twins weigh against."""
    findings = [
        _family(first, second), _given(first, second), _born(first, second),
        _address(first, second), _number(first, second), _sex(first, second),
    ]  # fmt: skip
    score = sum(points for points, _ in findings)
    return Likeness(max(0, min(100, score)), tuple(words for _, words in findings if words))


def _family(first: Details, second: Details) -> tuple[int, str]:
    return _name(first.family_name, second.family_name, "family name", 25)


def _given(first: Details, second: Details) -> tuple[int, str]:
    points, words = _name(first.given_name, second.given_name, "given name", 25)
    return (points, words) if words else (-20, "")  # twins share everything else


def _name(one: str, other: str, what: str, points: int) -> tuple[int, str]:
    left, right = " ".join(plain_words(one)), " ".join(plain_words(other))
    if not left or not right:
        return points // 2, f"{what} missing on one"
    if left == right:
        return points, f"same {what}"
    if set(left.split()) & set(right.split()) or SequenceMatcher(None, left, right).ratio() >= ALIKE:
        return points * 3 // 5, f"similar {what}: {one} and {other}"
    return 0, ""


def _born(first: Details, second: Details) -> tuple[int, str]:
    one, other = first.birth_date, second.birth_date
    if one == other:
        return 30, "same date of birth"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return 20, "day and month of birth exchanged"
    same = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    return (10, "date of birth differs in one part") if same == 2 else (-20, "")


def _address(first: Details, second: Details) -> tuple[int, str]:
    lines = [" ".join(plain_words(person.address_line)) for person in (first, second)]
    same_postcode = bool(first.postcode) and first.postcode == second.postcode
    if same_postcode and lines[0] == lines[1] and lines[0]:
        return 20, "same address"
    return (10, "same postcode") if same_postcode else (0, "")


def _number(first: Details, second: Details) -> tuple[int, str]:
    if first.nhs_number and second.nhs_number:
        return -30, "different NHS numbers"
    if first.nhs_number or second.nhs_number:
        return 10, "no NHS number on one"
    return 5, "no NHS number on either"


def _sex(first: Details, second: Details) -> tuple[int, str]:
    known = {first.sex, second.sex} <= {"female", "male"}
    return (-10, "different sex") if known and first.sex != second.sex else (0, "")
