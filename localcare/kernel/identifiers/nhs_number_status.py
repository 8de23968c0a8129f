"""What the status indicator beside an NHS number means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from localcare.kernel.definitions import load

VERIFIED = "01"


@dataclass(frozen=True)
class NumberStatus:
    """One status indicator code; `is_verified` is false while its meaning is from memory."""

    code: str
    title: str
    is_verified: bool


@cache
def number_statuses() -> dict[str, NumberStatus]:
    """Every status indicator code of the reviewed definition."""
    folder = "identifiers/nhs_number_status"
    rows = load(f"{folder}.yaml", f"{folder}.schema.json")["codes"]
    return {row["code"]: NumberStatus(row["code"], row["title"], row["status"] == "verified") for row in rows}
