"""Whether what an indicator says can be counted, beyond what its schema asks; every fault with place and remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import jsonschema

from localcare.analysis.measures.definitions import SCHEMA
from localcare.analysis.measures.subjects import BREAKDOWNS, SUBJECTS, Subject

Place = tuple[str | int, ...]
TESTS = {
    "text": ("is", "is_not", "is_filled"),
    "number": ("is", "is_not", "at_least", "at_most", "below", "is_filled"),
    "truth": ("is_true", "is_filled"),
    "time": ("is_filled",),
    "day": ("is_filled",),
}


@dataclass(frozen=True)
class IndicatorFault:
    """One fault: where, what, and how to mend it."""

    place: Place
    fault: str
    remedy: str

    def __str__(self) -> str:
        where = ".".join(map(str, self.place)) or "the file"
        return f"{where}: {self.fault}. {self.remedy}"


def faults_of(content: Any) -> list[IndicatorFault]:
    """Everything wrong in the content of an indicator file; the places are paths of keys."""
    if not isinstance(content, Mapping):
        return [IndicatorFault((), "The file is not a mapping", "Begin it with indicator: …")]
    found = [_of_schema(error) for error in _validator().iter_errors(_plain(content))]
    return found or [*_of_meaning(content)]


def _of_schema(error: jsonschema.ValidationError) -> IndicatorFault:
    if error.validator == "oneOf":
        return IndicatorFault(
            (), "It says neither or both of counts and not_yet", "Say what is counted, or why nothing is yet"
        )
    remedies = {"required": "Add what is missing", "enum": f"Use one of {error.validator_value}",
                "additionalProperties": "Check the spelling of the key, or take it out"}  # fmt: skip
    remedy = remedies.get(
        str(error.validator), f"The schema asks for {error.validator}: {error.validator_value}"
    )
    return IndicatorFault(tuple(error.absolute_path), error.message, remedy)


def _of_meaning(content: Mapping[str, Any]) -> Iterator[IndicatorFault]:
    yield from _of_targets(content)
    counts = content.get("counts")
    if counts is None:
        return
    subject = SUBJECTS.get(counts["subject"])
    if subject is None:
        known = ", ".join(SUBJECTS)
        yield IndicatorFault(
            ("counts", "subject"), f"nothing is called {counts['subject']!r}", f"Use one of {known}"
        )
        return
    yield from _of_kind(content["kind"], counts, subject)
    columns = {**subject.columns}
    for name in ("among", "hits"):
        yield from _of_conditions(counts.get(name) or (), columns, ("counts", name))
    yield from _of_conditions(counts.get("of") or (), {"age": "number", "sex": "text"}, ("counts", "of"))
    for position, name in enumerate(content.get("by") or ()):
        if name not in subject.by:
            yield IndicatorFault(
                ("by", position), f"{subject.code} cannot be shown by {name!r}",
                f"Use some of {', '.join(one for one in BREAKDOWNS if one in subject.by)}",
            )  # fmt: skip


def _of_kind(kind: str, counts: Mapping[str, Any], subject: Subject) -> Iterator[IndicatorFault]:
    place: Place = ("counts",)
    if kind == "census" and subject.code != "waits":
        yield IndicatorFault((*place, "subject"), "only waits are counted at midnight", "Use waits")
    if kind != "census" and counts.get("on") not in subject.moments:
        yield IndicatorFault(
            (*place, "on"), f"{counts.get('on')!r} is no day of {subject.code}",
            f"Use one of {', '.join(subject.moments) or 'none: count a census'}",
        )  # fmt: skip
    if kind == "share" and not counts.get("hits"):
        yield IndicatorFault(place, "a share has no numerator", "Say under hits which of them count")
    if kind in ("mean", "median") and subject.columns.get(counts.get("value", "")) != "number":
        yield IndicatorFault((*place, "value"), f"a {kind} needs a number", "Name a column of numbers")
    if kind == "rate" and subject.reads != "dataset":
        yield IndicatorFault(
            (*place, "subject"), "a rate counts people of the linked dataset", "Use a subject of the dataset"
        )
    if counts.get("of") and kind != "rate":
        yield IndicatorFault((*place, "of"), f"a {kind} has no people registered", "Use among")


def _of_conditions(said: Any, columns: Mapping[str, str], place: Place) -> Iterator[IndicatorFault]:
    for position, condition in enumerate(said):
        kind = columns.get(condition["column"])
        if kind is None:
            yield IndicatorFault(
                (*place, position, "column"), f"there is no column {condition['column']!r}",
                f"Use one of {', '.join(columns)}",
            )  # fmt: skip
            continue
        for test in condition:
            if test != "column" and test not in TESTS[kind]:
                yield IndicatorFault(
                    (*place, position, test), f"{condition['column']} is a {kind} and cannot be tested so",
                    f"Use one of {', '.join(TESTS[kind])}",
                )  # fmt: skip


def _of_targets(content: Mapping[str, Any]) -> Iterator[IndicatorFault]:
    before = ""
    for position, target in enumerate(content.get("targets") or ()):
        begins, ends = str(target["from"]), str(target.get("to") or "")
        if ends and ends <= begins:
            yield IndicatorFault(
                ("targets", position, "to"), "it ends before it begins", "Mend one of the two days"
            )
        if begins <= before:
            yield IndicatorFault(
                ("targets", position, "from"), "it does not begin after the one before", "Put them in order"
            )
        before = begins


@cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def _plain(content: Any) -> Any:
    """As JSON knows it: YAML reads an unquoted date as a date."""
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_plain(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content
