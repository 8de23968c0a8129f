"""What is wrong with a definition that the library reads, and where: shared by pathways and scenarios."""

from __future__ import annotations

from typing import NamedTuple

Place = tuple[str | int, ...]


class Fault(NamedTuple):
    """One fault: the keys that lead to it, what is wrong, and how to mend it."""

    place: Place
    fault: str
    remedy: str


class Unreadable(ValueError):
    """A definition whose words could not be read; `found` says where and why."""

    def __init__(self, place: Place, fault: str, remedy: str) -> None:
        self.found = Fault(place, fault, remedy)
        shown = ".".join(map(str, place))
        super().__init__(f"{shown + ': ' if shown else ''}{fault}. {remedy}")
