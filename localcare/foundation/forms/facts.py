"""Which facts a completed response says, each under a key of its own so that it is kept once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from localcare.foundation.forms import rules
from localcare.foundation.forms.shape import FactRule, FormDefinition, Item
from localcare.foundation.record.actions import CodedValue, NewFact


def key_prefix(reference: object) -> str:
    """What the keys of a response's facts begin with."""
    return f"form:{reference}:"


def facts_of(
    definition: FormDefinition,
    answers: Mapping[str, Any],
    scores: Mapping[str, Any],
    *,
    on: date,
    reference: object,
) -> list[NewFact]:
    """The facts that the answers and scores say; nothing for what was not answered."""
    items = {item.code: item for item in definition.items()}
    found: dict[str, NewFact] = {}
    for rule in definition.facts:
        for place, values, source in _sources(rule, answers, scores):
            says = _said(rule, items.get(rule.item), source)
            for number, one in enumerate(says):
                key = f"{key_prefix(reference)}{rule.code}:{place}{number or ''}"[:120]
                found[key] = NewFact(kind=rule.kind, says=one, occurred_on=_day(rule, values, on), key=key)
    return list(found.values())


def _sources(
    rule: FactRule, answers: Mapping[str, Any], scores: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """Each answer the rule looks at: where it stands, the answers around it, and itself."""
    if rule.score:
        yield rule.score, answers, scores.get(rule.score, {}).get("value")
        return
    if rule.item in answers:
        yield rule.item, answers, answers[rule.item]
    for code, rows in answers.items():
        if isinstance(rows, list):
            for number, row in enumerate(rows):
                if isinstance(row, Mapping) and rule.item in row:
                    yield f"{code}.{number}.{rule.item}", {**answers, **row}, row[rule.item]


def _said(rule: FactRule, item: Item | None, value: Any) -> list[CodedValue]:
    if not rules.is_answered(value):
        return []
    plain = CodedValue(system=rule.system, code=rule.code, text=rule.text)
    if rule.equals is not None:
        values = value if isinstance(value, list) else [value]
        return [plain] if any(one == rule.equals and type(one) is type(rule.equals) for one in values) else []
    if isinstance(value, bool):
        return [_with(plain, value_text="Yes" if value else "No")]
    if isinstance(value, int | float):
        return [_with(plain, value=float(value), unit=rule.unit or (item.unit if item else ""))]
    if item and item.choices:
        values = value if isinstance(value, list) else [value]
        return [_with(plain, value_text="; ".join(item.choice_text(one) for one in values))]
    return [_with(plain, value_text=str(value))]


def _with(says: CodedValue, **more: Any) -> CodedValue:
    return CodedValue(**{**vars(says), **more})


def _day(rule: FactRule, answers: Mapping[str, Any], on: date) -> date:
    said = answers.get(rule.occurred) if rule.occurred else None
    return datetime.fromisoformat(said).date() if said else on
