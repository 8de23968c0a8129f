"""NHS numbers: validity, one way to store them, one way to show them."""

from __future__ import annotations

import re

import nhs_number as library

LENGTH = 10
SYNTHETIC_PREFIX = "999"  # 999 000 0000 to 999 999 9999 are never issued
SEPARATORS = re.compile(r"[\s\u00a0\-]+")


class InvalidNhsNumber(ValueError):
    """Text that is no NHS number; the message says why and what to do, without repeating the number."""


def normalise(text: str) -> str:
    """The ten digits of an NHS number written with or without spaces or hyphens; InvalidNhsNumber otherwise."""
    digits = SEPARATORS.sub("", text)
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidNhsNumber("An NHS number has digits and spaces only. Take out everything else.")
    if len(digits) != LENGTH:
        raise InvalidNhsNumber(f"An NHS number has 10 digits, this has {len(digits)}. Count them again.")
    if len(set(digits)) == 1:
        raise InvalidNhsNumber("Ten equal digits are no NHS number. Leave it empty when it is not known.")
    if library.calculate_checksum(digits[:-1]) != int(digits[-1]):
        raise InvalidNhsNumber(
            "The check digit of the NHS number does not fit. Compare it with the letter or card."
        )
    if not library.is_valid(digits):
        raise InvalidNhsNumber(
            "A Scottish number begins with a date of birth, this does not. Check its first digits."
        )
    return digits


def is_valid(text: str) -> bool:
    """Whether the text is an NHS number whose check digit fits."""
    try:
        normalise(text)
    except InvalidNhsNumber:
        return False
    return True


def display(number: str | None) -> str:
    """The number as people read it, 3-3-4; empty text when there is none."""
    return f"{number[:3]} {number[3:6]} {number[6:]}" if number else ""


def is_synthetic(number: str) -> bool:
    """Whether the number lies in the range that is never issued, the only one for synthetic people."""
    return is_valid(number) and normalise(number).startswith(SYNTHETIC_PREFIX)
