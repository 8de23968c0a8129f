"""Different medicines in 12 months, and polypharmacy at five."""

from __future__ import annotations

from datetime import date
from typing import Any

from localcare.analysis.scores.coded import in_window
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.windows import Window


def window(as_of: date) -> Window:
    """The 12 months that end with the date."""
    return Window.ending(as_of, months=definition("polypharmacy").look_back_months)


def at_least() -> int:
    """How many different medicines make polypharmacy."""
    return int(definition("polypharmacy").parameters["at_least"])


def medicines_per_person(facts: Any, as_of: date) -> Any:
    """person_id and medicines_12m (int32) for everyone with a medicine in the window."""
    recent = facts.filter(facts.kind == "medicine", in_window(facts.occurred_on, window(as_of)))
    different = recent.select("person_id", medicine=recent.code.strip()).distinct()
    return different.group_by("person_id").aggregate(medicines_12m=different.medicine.count().cast("int32"))
