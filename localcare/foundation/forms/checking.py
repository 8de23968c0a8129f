"""Whether a form definition hangs together: what the schema cannot say, each fault with its place and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localcare.analysis.early_warning import news2

Content = Mapping[str, Any]
Place = tuple[str | int, ...]
Found = tuple[Place, str, str]
WITH_LIMITS = ("integer", "decimal", "quantity", "date", "date-time")
MEASURES = {"news2": news2.MEASURES}
MAY_BE_MISSING = {"news2": news2.OPTIONAL}
RESERVED = ("action", "revision", "reference", "after")


def faults_of(content: Content) -> list[Found]:
    """Every fault of a content that keeps to the schema: place, fault, remedy."""
    found: list[Found] = []
    known: dict[str, Content] = {}
    for number, section in enumerate(content["sections"]):
        place: Place = ("sections", number)
        found += _condition_faults((*place, "show_when"), section.get("show_when"), known)
        found += _items_faults((*place, "items"), section["items"], known, inside=False)
    found += _score_faults(content, known)
    found += _fact_faults(content, known)
    return found


def _items_faults(
    place: Place, items: Sequence[Content], known: dict[str, Content], *, inside: bool
) -> Iterator[Found]:
    for number, item in enumerate(items):
        at = (*place, number)
        yield from _own_faults(at, item, known, inside)
        for key in ("show_when", "required_when"):
            yield from _condition_faults((*at, key), item.get(key), known)
        known[item["code"]] = item
        if item["type"] == "group":
            inner = inside or "repeats" in item
            seen = dict(known) if "repeats" in item else known
            yield from _items_faults((*at, "items"), item["items"], seen, inside=inner)
            known.update({code: {**one, "in_rows": True} for code, one in seen.items() if code not in known})


def _own_faults(at: Place, item: Content, known: Mapping[str, Content], inside: bool) -> Iterator[Found]:
    code, kind = item["code"], item["type"]
    if code in known:
        yield (*at, "code"), f"The code {code!r} is used twice", "Give each item its own code"
    if code in RESERVED:
        yield (*at, "code"), f"The code {code!r} is kept for the page itself", "Choose another code"
    if kind not in WITH_LIMITS and ("range" in item or "expected" in item):
        yield (
            at,
            f"An item of type {kind} cannot have limits",
            f"Take them out, or use {', '.join(WITH_LIMITS)}",
        )
    if "choices" in item and kind not in ("choice", "choices"):
        yield (*at, "choices"), f"An item of type {kind} has no choices", "Use the type choice or choices"
    codes = [choice["code"] for choice in item.get("choices", ())]
    if len(codes) != len(set(codes)):
        yield (*at, "choices"), "A choice has the code of another", "Give each choice its own code"
    if "repeats" in item and (kind != "group" or inside):
        yield (
            (*at, "repeats"),
            "Only a group outside of other repeating groups may repeat",
            "Take repeats out",
        )
    if kind == "display" and (item.get("required") or "required_when" in item):
        yield at, "Words cannot be required: they have no answer", "Take required out"
    yield from _range_faults(at, item)


def _range_faults(at: Place, item: Content) -> Iterator[Found]:
    for key in ("range", "expected"):
        limits = item.get(key) or {}
        numbers = [limits[end] for end in ("from", "to") if end in limits]
        if item["type"] in ("integer", "decimal", "quantity"):
            if any(isinstance(number, str) for number in numbers):
                yield (*at, key), "A limit of a number must be a number", "Write it without quotes"
            elif len(numbers) == 2 and numbers[0] > numbers[1]:
                yield (*at, key), "The range ends before it begins", "Swap from and to"
        elif any(not isinstance(number, str) for number in numbers):
            yield (
                (*at, key),
                "A limit of a day must be a date, today or birth",
                "Write 2026-04-01, today or birth",
            )


def _condition_faults(
    place: Place, condition: Content | None, known: Mapping[str, Content]
) -> Iterator[Found]:
    if not condition:
        return
    for test in ("all", "any"):
        for number, part in enumerate(condition.get(test, ())):
            yield from _condition_faults((*place, test, number), part, known)
    if "item" not in condition:
        return
    item = known.get(condition["item"])
    if item is None or item.get("in_rows"):
        remedy = "Name an item that stands before this one (and, in a repeating group, in the same row)"
        yield (*place, "item"), f"There is no earlier item {condition['item']!r} to ask about", remedy
        return
    values = condition.get("in", [condition["equals"]] if "equals" in condition else [])
    for value in values:
        if fault := _value_fault(item, value):
            yield (*place, "item"), fault, "Use a code from its choices (true or false for yes or no)"


def _value_fault(item: Content, value: Any) -> str:
    """Why the item can never have this answer; empty when it can."""
    if item["type"] == "yes-no":
        return "" if isinstance(value, bool) else f"{item['code']} is answered true or false, not {value!r}"
    if "choices" in item and value not in [choice["code"] for choice in item["choices"]]:
        return f"{item['code']} has no choice {value!r}"
    return f"{item['code']} has no answer" if item["type"] in ("group", "display") else ""


def _score_faults(content: Content, known: Mapping[str, Content]) -> Iterator[Found]:
    for name, score in content.get("scores", {}).items():
        place = ("scores", name, "uses")
        for measure, code in score["uses"].items():
            if measure not in MEASURES[name]:
                yield (*place, measure), f"{name} has no {measure}", f"Use: {', '.join(MEASURES[name])}"
            if code not in known or known[code].get("in_rows"):
                yield (
                    (*place, measure),
                    f"There is no item {code!r}",
                    "Name an item of this form outside repeats",
                )
        missing = [
            one for one in MEASURES[name] if one not in score["uses"] and one not in MAY_BE_MISSING[name]
        ]
        if missing:
            yield place, f"{name} lacks {', '.join(missing)}", "Say which item each is answered by"


def _fact_faults(content: Content, known: Mapping[str, Content]) -> Iterator[Found]:
    for number, fact in enumerate(content.get("facts", ())):
        place: Place = ("facts", number)
        if fact.get("score") and fact["score"] not in content.get("scores", {}):
            yield (*place, "score"), f"The form has no score {fact['score']!r}", "Add it under scores"
        for key in ("item", "occurred"):
            if key in fact and fact[key] not in known:
                yield (*place, key), f"There is no item {fact[key]!r}", "Name an item of this form"
        if "occurred" in fact and known.get(fact["occurred"], {}).get("type") not in ("date", "date-time"):
            yield (*place, "occurred"), f"{fact['on']!r} is not a day", "Name a date or date-time item"
        if "equals" in fact and "item" in fact and fact["item"] in known:
            fault = _value_fault(known[fact["item"]], fact["equals"])
            if fault:
                yield (*place, "equals"), fault, "Use an answer that the item can have"
