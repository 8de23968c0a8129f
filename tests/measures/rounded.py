"""Rows of a measure, with values rounded: engines add fractions of a second in another order."""

from __future__ import annotations


def rows(table) -> list[dict]:
    """The rows of a table of numbers."""
    found = table.to_pylist()
    for row in found:
        row["value"] = row["value"] if row["value"] is None else round(row["value"], 6)
    return found
