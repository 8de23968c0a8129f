"""What every chart carries beside its picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Format = Literal["svg", "png"]
Draw = Callable[[Format], bytes]


@dataclass(frozen=True)
class Figure:
    """One chart; without `draw` there is none, and `empty` says why."""

    kind: str
    title: str
    words: str
    headings: tuple[Any, ...]
    rows: tuple[tuple[Any, ...], ...]  # as a page shows them
    columns: tuple[str, ...]
    raw: tuple[tuple[Any, ...], ...]  # as a file holds them
    draw: Draw | None = None
    empty: str = ""
    notes: tuple[str, ...] = field(default=())


def numeric(*words: str) -> tuple[dict[str, Any], ...]:
    """Headings of columns of numbers."""
    return tuple({"text": word, "numeric": True} for word in words)


def nothing(kind: str, title: str, why: str, headings: Sequence[Any] = ()) -> Figure:
    """A chart that cannot be drawn, and why."""
    return Figure(kind, title, why, tuple(headings), (), (), (), None, why)
