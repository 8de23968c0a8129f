"""Postcodes: one way to store them and the outward part."""

from __future__ import annotations

import re

SHAPE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
FULL_SHAPE = re.compile(rf"({SHAPE.pattern})([0-9][A-Z]{{2}})")


def normalise(text: str) -> str:
    """A full postcode in capitals with one space; text that has no such shape comes back trimmed, in capitals."""
    bare = re.sub(r"[^A-Z0-9]", "", text.upper())
    match = FULL_SHAPE.fullmatch(bare)
    return f"{match[1]} {match[2]}" if match else " ".join(text.upper().split())


def is_full(text: str) -> bool:
    """Whether the text has the shape of a full postcode."""
    return FULL_SHAPE.fullmatch(normalise(text).replace(" ", "")) is not None


def is_outward(text: str) -> bool:
    """Whether the text has the shape of the first part of a postcode, such as CT14."""
    return SHAPE.fullmatch(text.upper().strip()) is not None
