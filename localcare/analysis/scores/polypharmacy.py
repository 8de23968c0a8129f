"""Different medicines in 12 months, and polypharmacy at five."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from localcare.analysis.dataset.engine import lookup
from localcare.analysis.scores.coded import RAW_CODE, in_window
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.windows import Window


def window(as_of: date) -> Window:
    """The 12 months that end with the date."""
    return Window.ending(as_of, months=definition("polypharmacy").look_back_months)


def at_least() -> int:
    """How many different medicines make polypharmacy."""
    return int(definition("polypharmacy").parameters["at_least"])


def medicines_per_person(facts: Any, codes: Iterable[str], as_of: date) -> Any:
    """person_id and medicines_12m (int32) for everyone with a medicine in the window.

    `codes` are the distinct codes of the facts as recorded. Medicines are told apart by number, because engines group
    numbers quicker than text.
    """
    numbers: dict[str, int] = {}
    rows = [[code, numbers.setdefault(code.strip(), len(numbers))] for code in codes]
    known = lookup(facts, {RAW_CODE: "string", "medicine": "int64"}, rows)
    recent = facts.filter(facts.kind == "medicine", in_window(facts.occurred_on, window(as_of)))
    numbered = recent.join(known, recent.code == known[RAW_CODE], how="inner")
    different = numbered.select("person_id", "medicine").distinct()
    return different.group_by("person_id").aggregate(medicines_12m=different.count().cast("int32"))
