"""Conditions and answers in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from localcare.foundation.forms.shape import Condition, FormDefinition, Item
from localcare.kernel.nhs_design.formatting import format_date, format_moment


def in_words(condition: Condition, definition: FormDefinition) -> str:
    """The condition as a clause: `“Mobility” is Walks with help`."""
    if condition.test in ("all", "any"):
        joined = " and " if condition.test == "all" else ", or "
        return joined.join(in_words(part, definition) for part in condition.parts)
    item = definition.item(condition.item)
    name = f"“{item.text}”"
    if condition.test == "answered":
        return f"{name} is {'answered' if condition.value else 'left empty'}"
    values = condition.value if condition.test == "in" else (condition.value,)
    verb = "includes" if item.type == "choices" else "is"
    return f"{name} {verb} {' or '.join(answer_words(item, value) for value in values)}"


def answer_words(item: Item, value: Any) -> str:
    """One answer as a reader writes it, with its unit."""
    if isinstance(value, list):
        return "; ".join(answer_words(item, one) for one in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if item.choices:
        return item.choice_text(str(value))
    if isinstance(value, int | float):
        return f"{value:g} {item.unit}".strip()
    if item.type == "date":
        return format_date(date.fromisoformat(value))
    if item.type == "date-time":
        return format_moment(datetime.fromisoformat(value))
    return str(value)
