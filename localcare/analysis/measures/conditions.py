"""Conditions of a definition, asked of a whole table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localcare.analysis.libraries import ibis
from localcare.analysis.measures.definitions import Condition


def holds(rows: Any, conditions: Sequence[Condition]) -> Any:
    """Whether all conditions hold of each row: true or false, never unknown."""
    found = ibis.literal(True)
    for condition in conditions:
        found = found & _one(rows[condition.column], condition).fill_null(False)
    return found


def _one(column: Any, condition: Condition) -> Any:
    value = condition.value
    tests = {
        "is": lambda: column.isin(value),
        "is_not": lambda: column.notin(value),
        "at_least": lambda: column >= value,
        "at_most": lambda: column <= value,
        "below": lambda: column < value,
        "is_filled": lambda: column.notnull() == value,
        "is_true": lambda: column == value,
    }
    return tests[condition.test]()
