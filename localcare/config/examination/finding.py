"""One thing looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["well", "worth knowing", "missing"]


@dataclass(frozen=True)
class Finding:
    """How one thing is, and the remedy when it is not well."""

    text: str
    state: State = "well"
    remedy: str = ""


def missing(text: str, remedy: str) -> Finding:
    """Something without which the program cannot do its work."""
    return Finding(text, "missing", remedy)


def worth_knowing(text: str, remedy: str) -> Finding:
    """Something that works but should be otherwise."""
    return Finding(text, "worth knowing", remedy)
