"""What a form definition says, as values that nothing changes; built by `reading.read_form`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Path = tuple[str | int, ...]
Test = Literal["equals", "in", "answered", "all", "any"]
NUMBERS = ("integer", "decimal", "quantity")
DAYS = ("date", "date-time")


@dataclass(frozen=True)
class Condition:
    """A question about the answers: of one item (equals, in, answered), or all or any of several conditions."""

    test: Test
    item: str = ""
    value: Any = None
    parts: tuple[Condition, ...] = ()

    def items(self) -> Iterator[str]:
        """The codes of the items it asks about."""
        if self.item:
            yield self.item
        for part in self.parts:
            yield from part.items()


@dataclass(frozen=True)
class Range:
    """From and to, both inside; for days `today`, `birth` or a date."""

    least: float | str | None = None
    most: float | str | None = None


@dataclass(frozen=True)
class Choice:
    """One answer to choose, with the code it has in a code system where there is one."""

    code: str
    text: str
    hint: str = ""
    system: str = ""
    system_code: str = ""


@dataclass(frozen=True)
class Prefill:
    """Where in the record the first answer comes from; `system` and `code` for the last value of a code."""

    source: str
    system: str = ""
    code: str = ""


@dataclass(frozen=True)
class Item:
    """One question, one line of words, or a group of questions (`at_most` above 1: one that repeats)."""

    code: str
    type: str
    text: str
    hint: str = ""
    required: bool = False
    required_when: Condition | None = None
    show_when: Condition | None = None
    unit: str = ""
    places: int = 0
    longest: int = 0
    limits: Range | None = None
    expected: Range | None = None
    choices: tuple[Choice, ...] = ()
    prefill: Prefill | None = None
    repeats: bool = False
    at_least: int = 0
    at_most: int = 1
    items: tuple[Item, ...] = ()

    def choice_text(self, code: str) -> str:
        """The words of a choice; the code where it is none of them."""
        return next((choice.text for choice in self.choices if choice.code == code), str(code))


@dataclass(frozen=True)
class Section:
    """Questions under one heading."""

    code: str
    title: str
    items: tuple[Item, ...]
    hint: str = ""
    show_when: Condition | None = None


@dataclass(frozen=True)
class FactRule:
    """Which answer (or score) becomes which coded fact of the record."""

    kind: str
    system: str
    code: str
    text: str
    item: str = ""
    score: str = ""
    equals: Any = None
    occurred: str = ""
    unit: str = ""


@dataclass(frozen=True)
class FormDefinition:
    """One form, as reviewed."""

    code: str
    title: str
    version: str
    owner: str
    source: str
    review_by: str
    sections: tuple[Section, ...]
    status: str = ""
    status_note: str = ""
    purpose: str = ""
    licence: str = ""
    slot: str = ""
    scores: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    facts: tuple[FactRule, ...] = ()

    def items(self) -> Iterator[Item]:
        """Every item in its order, those of groups after their group."""
        for section in self.sections:
            yield from _with_inner(section.items)

    def item(self, code: str) -> Item:
        """The item with this code; KeyError when there is none."""
        for item in self.items():
            if item.code == code:
                return item
        raise KeyError(f"{self.code} has no item {code!r}.")


def _with_inner(items: tuple[Item, ...]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _with_inner(item.items)
