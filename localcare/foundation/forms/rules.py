"""What is asked, what is kept and what is wrong: decided from the definition and the answers alone."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from localcare.foundation.forms.shape import (
    DAYS,
    NUMBERS,
    Condition,
    FormDefinition,
    Item,
    Path,
    Range,
)

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where, what kind, and (unless `required`) the words."""

    path: Path
    kind: str  # required, limit, expected, choice, type, rows
    words: str = ""


@dataclass
class Sifted:
    """What is asked with these answers, which of it is needed, and the answers that count."""

    kept: dict[str, Any] = field(default_factory=dict)
    asked: dict[Path, Item] = field(default_factory=dict)
    given: dict[Path, Any] = field(default_factory=dict)
    needed: set[Path] = field(default_factory=set)
    rows: dict[Path, int] = field(default_factory=dict)


def is_answered(value: Any) -> bool:
    """Whether something was answered: no is an answer, nothing and empty are not."""
    return value is not None and value != "" and value != [] and value != {}


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Whether the condition is met; no condition always is."""
    if condition is None:
        return True
    if condition.test == "all":
        return all(holds(part, answers) for part in condition.parts)
    if condition.test == "any":
        return any(holds(part, answers) for part in condition.parts)
    value = answers.get(condition.item)
    if condition.test == "answered":
        return is_answered(value) is bool(condition.value)
    wanted = condition.value if condition.test == "in" else (condition.value,)
    values = value if isinstance(value, list) else [value]
    return any(_same(one, each) for one in values for each in wanted)


def _same(one: Any, other: Any) -> bool:
    """Equal, and yes is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def sift(definition: FormDefinition, answers: Answers) -> Sifted:
    """Go through the form in its order; what a condition hides is neither asked nor kept."""
    sifted = Sifted()
    for section in definition.sections:
        if holds(section.show_when, sifted.kept):
            _sift(section.items, answers, sifted.kept, (), sifted, ChainMap(sifted.kept))
    return sifted


def _sift(
    items: Sequence[Item], answers: Answers, kept: dict[str, Any], path: Path, out: Sifted,
    seen: ChainMap[str, Any],
) -> None:  # fmt: skip
    for item in items:
        if item.type == "display" or not holds(item.show_when, seen):
            continue
        if item.repeats:
            _sift_rows(item, answers, kept, path, out, seen)
        elif item.type == "group":
            _sift(item.items, answers, kept, path, out, seen)
        else:
            here = (*path, item.code)
            out.asked[here] = item
            if item.required or (item.required_when and holds(item.required_when, seen)):
                out.needed.add(here)
            value = answers.get(item.code)
            if is_answered(value):
                kept[item.code] = out.given[here] = value


def _sift_rows(
    item: Item, answers: Answers, kept: dict[str, Any], path: Path, out: Sifted, seen: ChainMap[str, Any]
) -> None:
    given = answers.get(item.code)
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
    rows += [{}] * (item.at_least - len(rows))
    kept_rows = []
    for number, row in enumerate(rows):
        if number >= item.at_least and not any(is_answered(value) for value in row.values()):
            continue  # a row left empty asks nothing
        kept_row: dict[str, Any] = {}
        _sift(item.items, row, kept_row, (*path, item.code, number), out, seen.new_child(kept_row))
        if kept_row:
            kept_rows.append(kept_row)
    out.rows[(*path, item.code)] = len(kept_rows)
    if kept_rows:
        kept[item.code] = kept_rows


def problems(definition: FormDefinition, answers: Answers, *, today: date, born: date) -> list[Problem]:
    """Everything that keeps these answers from being complete, in the order of the form."""
    sifted = sift(definition, answers)
    found = [
        Problem((code,), "type", f"The form {definition.code} has no item {code}.")
        for code in sorted(set(answers) - {item.code for item in definition.items()})
    ]
    for path, item in sifted.asked.items():
        value = sifted.given.get(path)
        if value is None:
            if path in sifted.needed:
                found.append(Problem(path, "required"))
        elif problem := value_problem(path, item, value, today=today, born=born):
            found.append(problem)
    return found + _row_problems(definition, sifted)


def _row_problems(definition: FormDefinition, sifted: Sifted) -> list[Problem]:
    groups = {item.code: item for item in definition.items() if item.repeats}
    return [
        Problem(path, "rows", f"{groups[str(path[-1])].text}: give at most {groups[str(path[-1])].at_most}")
        for path, number in sifted.rows.items()
        if number > groups[str(path[-1])].at_most
    ]


def value_problem(path: Path, item: Item, value: Any, *, today: date, born: date) -> Problem | None:
    """What is wrong with one answer: of the wrong kind, no choice of the item, or beyond its limits."""
    if words := _kind_problem(item, value):
        return Problem(path, "type", words)
    if item.limits and item.type in (*NUMBERS, *DAYS):
        least, most = limits_of(item.limits, today=today, born=born)
        shown = _as_limit(item, value)
        if (least is not None and shown < least) or (most is not None and shown > most):
            return Problem(path, "limit", limit_words(item, least, most))
    return None


def _kind_problem(item: Item, value: Any) -> str:
    """Words when the answer is not of the item's type; empty when it is."""
    label = item.text.rstrip("?: ")
    if item.type == "yes-no":
        return "" if isinstance(value, bool) else f"{label}: answer yes or no"
    if item.type in ("choice", "choices"):
        codes = {choice.code for choice in item.choices}
        chosen = value if item.type == "choices" and isinstance(value, list) else [value]
        fits = all(isinstance(one, str) and one in codes for one in chosen)
        return "" if fits else f"{label}: choose from the list"
    if item.type in NUMBERS:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        is_whole = item.type != "integer" or (is_number and float(value).is_integer())
        return (
            "" if is_number and is_whole else f"{label} must be a {'whole ' * (item.type == 'integer')}number"
        )
    if not isinstance(value, str):
        return f"{label} must be words"
    if item.type in DAYS:
        return "" if _day_of(item, value) else f"{label} must be a real date"
    return "" if len(value) <= item.longest else f"{label} must be {item.longest} characters or fewer"


def _day_of(item: Item, value: str) -> date | None:
    pattern = r"\d{4}-\d\d-\d\d" + (r"T\d\d:\d\d.*" if item.type == "date-time" else "")
    if not re.fullmatch(pattern, value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.date()


def _as_limit(item: Item, value: Any) -> Any:
    return _day_of(item, value) if item.type in DAYS else value


def limits_of(limits: Range, *, today: date, born: date) -> tuple[Any, Any]:
    """Both ends of a range, `today` and `birth` put in."""
    days = {"today": today, "birth": born}

    def end(said: float | str | None) -> Any:
        if not isinstance(said, str):
            return said
        return days.get(said) or date.fromisoformat(said)

    return end(limits.least), end(limits.most)


def limit_words(item: Item, least: Any, most: Any) -> str:
    """What to enter instead, with the unit."""
    label = item.text.rstrip("?: ")
    unit = f" {item.unit}" if item.unit else ""
    if item.type in DAYS:
        words = {
            "today": "must be today or earlier",
            "birth": "must be after the person was born",
        }
        limits = item.limits or Range()
        if most is not None and limits.most == "today":
            earliest = " and after the person was born" if limits.least == "birth" else ""
            return f"{label} {words['today']}{earliest}"
        if least is not None and limits.least == "today":
            return f"{label} must be today or later"
        return f"{label} must be from {least} to {most}" if least and most else f"{label} {words['birth']}"
    if least is None:
        return f"{label} must be {most:g}{unit} or less"
    if most is None:
        return f"{label} must be {least:g}{unit} or more"
    return f"{label} must be from {least:g} to {most:g}{unit}"


def unusual(definition: FormDefinition, answers: Answers) -> list[Problem]:
    """Numbers outside of what is expected: possible, so they are asked about and not refused."""
    sifted = sift(definition, answers)
    found = []
    for path, item in sifted.asked.items():
        value = sifted.given.get(path)
        if item.expected and item.type in NUMBERS and isinstance(value, int | float):
            least, most = item.expected.least, item.expected.most
            if (isinstance(least, int | float) and value < least) or (
                isinstance(most, int | float) and value > most
            ):
                found.append(Problem(path, "expected", _unusual_words(item, value)))
    return found


def _unusual_words(item: Item, value: float) -> str:
    unit = f" {item.unit}" if item.unit else ""
    return f"{item.text.rstrip('?: ')} of {value:g}{unit} is unusual: correct it, or confirm it below"
