"""Whether a code can exist in its code system at all: check digits and shapes, without any list of codes.

SNOMED CT identifiers end in a Verhoeff check digit (Verhoeff 1969; SNOMED CT Release File Specification, section 6),
LOINC codes in a modulus 10 one. ICD-10 and OPCS-4 have only a shape.
"""

from __future__ import annotations

import re
from enum import StrEnum

from localcare.analysis.scores.codes import normalise_icd10, normalise_system

_PRODUCT = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_PLACES = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)
_SNOMED = re.compile(r"[1-9]\d{5,17}")
_OF_CONCEPTS = (
    "00",
    "10",
)  # the two digits before the check digit; 01 and 11 name descriptions, 02 and 12 relationships
_ICD10 = re.compile(
    r"[A-Z]\d\d(?:X\d?|\d\d?)?[AD]?"
)  # a filler X, a fifth digit, dagger or asterisk as letters
_OPCS4 = re.compile(r"[A-HJ-Z]\d\d\d?")
_LOINC = re.compile(r"(\d{1,7})-(\d)")
_READ = re.compile(r"[0-9A-Za-z.]{5}(?:[0-9A-Za-z]{2})?")
_DIGITS = re.compile(r"\d{1,10}")
_SPREADSHEET = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
ANY_SHAPE = frozenset({"LOCAL"})  # the place's own codes


class Shape(StrEnum):
    """What is wrong with a code as written."""

    GOOD = "good"
    SPOILT = "spoilt by a spreadsheet"
    CHECK_DIGIT = "its check digit is wrong"
    NOT_A_CONCEPT = "names a description or a relationship, not a concept"
    MALFORMED = "has no shape of its code system"
    UNKNOWN_SYSTEM = "its code system is not known"


def verhoeff_holds(digits: str) -> bool:
    """Whether the last digit of a string of decimal digits is its Verhoeff check digit."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_PRODUCT[check][int(_PLACES[place % 8][int(digit)])])
    return check == 0


def luhn_holds(digits: str) -> bool:
    """Whether the last digit of a string of decimal digits is its modulus 10 check digit."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def shape_of(system: str | None, code: str | None) -> Shape:
    """What can be said of a code of a system, both as recorded."""
    name, text = normalise_system(system), (code or "").strip()
    if _SPREADSHEET.fullmatch(text):
        return Shape.SPOILT
    if name in ANY_SHAPE:
        return Shape.GOOD if text else Shape.MALFORMED
    if name in ("SNOMED-CT", "DMD"):
        return _snomed(text)
    if name == "LOINC":
        return _loinc(text)
    matches = {
        "ICD-10": lambda: _ICD10.fullmatch(normalise_icd10(text)),
        "OPCS-4": lambda: _OPCS4.fullmatch(normalise_icd10(text)),
        "CTV3": lambda: _READ.fullmatch(text),
        "READ-V2": lambda: _READ.fullmatch(text),
        "RXNORM": lambda: _DIGITS.fullmatch(text),
    }
    if name not in matches:
        return Shape.UNKNOWN_SYSTEM
    return Shape.GOOD if matches[name]() else Shape.MALFORMED


def _snomed(text: str) -> Shape:
    if not _SNOMED.fullmatch(text):
        return Shape.MALFORMED
    if not verhoeff_holds(text):
        return Shape.CHECK_DIGIT
    return Shape.GOOD if text[-3:-1] in _OF_CONCEPTS else Shape.NOT_A_CONCEPT


def _loinc(text: str) -> Shape:
    found = _LOINC.fullmatch(text)
    if not found:
        return Shape.MALFORMED
    return Shape.GOOD if luhn_holds(found[1] + found[2]) else Shape.CHECK_DIGIT
