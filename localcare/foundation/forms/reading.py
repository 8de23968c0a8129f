"""Reading a form definition from its content: the mapping that the YAML file or a kept version holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localcare.foundation.forms.shape import (
    Choice,
    Condition,
    FactRule,
    FormDefinition,
    Item,
    Prefill,
    Range,
    Section,
    Test,
)

Content = Mapping[str, Any]


def read_form(content: Content) -> FormDefinition:
    """The definition that the content says; the content keeps to the schema."""
    return FormDefinition(
        code=content["form"],
        title=content["title"],
        version=str(content["version"]),
        owner=content["owner"],
        source=str(content["source"]).strip(),
        review_by=str(content["review_by"]),
        sections=tuple(_section(section) for section in content["sections"]),
        status=content.get("status", ""),
        status_note=str(content.get("status_note", "")).strip(),
        purpose=str(content.get("purpose", "")).strip(),
        licence=str(content.get("licence", "")).strip(),
        slot=str(content.get("slot", "")).strip(),
        scores={name: dict(score["uses"]) for name, score in content.get("scores", {}).items()},
        facts=tuple(FactRule(**fact) for fact in content.get("facts", ())),
    )


def _section(content: Content) -> Section:
    return Section(
        code=content["code"],
        title=content["title"],
        items=_items(content["items"]),
        hint=content.get("hint", ""),
        show_when=condition(content.get("show_when")),
    )


def _items(content: Sequence[Content]) -> tuple[Item, ...]:
    return tuple(_item(item) for item in content)


def _item(content: Content) -> Item:
    repeats = content.get("repeats")
    return Item(
        code=content["code"],
        type=content["type"],
        text=str(content["text"]).strip(),
        hint=str(content.get("hint", "")).strip(),
        required=content.get("required", False),
        required_when=condition(content.get("required_when")),
        show_when=condition(content.get("show_when")),
        unit=content.get("unit", ""),
        places=content.get("places", 1),
        longest=content.get("longest", 200 if content["type"] == "text" else 4000),
        limits=_range(content.get("range")),
        expected=_range(content.get("expected")),
        choices=tuple(_choice(choice) for choice in content.get("choices", ())),
        prefill=_prefill(content.get("prefill")),
        repeats=repeats is not None,
        at_least=repeats.get("at_least", 0) if repeats else 0,
        at_most=repeats["at_most"] if repeats else 1,
        items=_items(content.get("items", ())),
    )


def condition(content: Content | None) -> Condition | None:
    """The condition that the content says, none for nothing."""
    if not content:
        return None
    joined: tuple[Test, ...] = ("all", "any")
    for test in joined:
        if test in content:
            parts = tuple(part for part in map(condition, content[test]) if part)
            return Condition(test=test, parts=parts)
    asked: tuple[Test, ...] = ("equals", "in", "answered")
    one = next(test for test in asked if test in content)
    value = tuple(content[one]) if one == "in" else content[one]
    return Condition(test=one, item=content["item"], value=value)


def _range(content: Content | None) -> Range | None:
    return Range(content.get("from"), content.get("to")) if content else None


def _choice(content: Content) -> Choice:
    coded = content.get("coded", {})
    return Choice(
        content["code"],
        content["text"],
        content.get("hint", ""),
        coded.get("system", ""),
        coded.get("code", ""),
    )


def _prefill(content: Content | None) -> Prefill | None:
    if not content:
        return None
    coded = content.get("coded", {})
    return Prefill(content["from"], coded.get("system", ""), coded.get("code", ""))
