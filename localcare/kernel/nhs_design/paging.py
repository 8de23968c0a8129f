"""Addresses of the pages of a list, and of its columns' sort links, that keep what was already chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.http import QueryDict


@dataclass(frozen=True)
class Column:
    """A column of a list: its words, the word it is sorted by (empty when it is not) and whether it holds numbers."""

    text: str
    sort: str = ""
    numeric: bool = False


def page_addresses(query: QueryDict, name: str = "page") -> Callable[[int], str]:
    """Give the function that `pagination` asks for: a page number becomes an address with the same filters.

    `name` is the word in the address, where one page has several lists.
    """
    return lambda number: _with(query, **{name: str(number)})


def sortable(columns: Sequence[Column], query: QueryDict, *, default: str = "") -> list[dict[str, Any]]:
    """Make the headings of `data_table`; the order in force is `sort=word` or, downwards, `sort=-word`."""
    in_force = query.get("sort", default)
    return [_heading(column, query, in_force) for column in columns]


def _heading(column: Column, query: QueryDict, in_force: str) -> dict[str, Any]:
    heading: dict[str, Any] = {"text": column.text, "numeric": column.numeric}
    if not column.sort:
        return heading
    direction: Literal["ascending", "descending", ""] = ""
    if in_force.lstrip("-") == column.sort:
        direction = "descending" if in_force.startswith("-") else "ascending"
    following = f"-{column.sort}" if direction == "ascending" else column.sort
    return heading | {"sorted": direction, "href": _with(query, sort=following, page="")}


def _with(query: QueryDict, **changes: str) -> str:
    """The query with some values changed; an empty value takes its name out."""
    changed = query.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return f"?{changed.urlencode()}"
