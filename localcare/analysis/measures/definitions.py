"""Indicator definitions: reviewed YAML files that say what is counted, of whom, when, against what, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from localcare.analysis.measures.subjects import BREAKDOWNS, SUBJECTS

Kind = Literal["share", "rate", "count", "mean", "median", "census"]
Direction = Literal["high", "low", "neutral"]  # where improvement lies
KINDS: tuple[str, ...] = get_args(Kind)
FOLDER = Path(__file__).parents[2] / "definitions" / "indicators"
SCHEMA = FOLDER / "indicator.schema.json"

__all__ = ["BREAKDOWNS", "Condition", "Indicator", "NotYet", "Target", "indicators", "read_indicator"]


class IndicatorError(ValueError):
    """An indicator cannot be read; the message names the file, the place and the remedy."""


@dataclass(frozen=True)
class Condition:
    """What a column of a subject must say; one of the tests, on what the column holds. Nothing known fails them all
    but `is_filled: false`."""

    column: str
    test: Literal["is", "is_not", "at_least", "at_most", "below", "is_filled", "is_true"]
    value: Any


@dataclass(frozen=True)
class Target:
    """What is wanted from a day on, and who says so; `status` is verified, paper, from-memory or local."""

    starts_on: date
    value: float
    source: str
    status: str
    ends_on: date | None = None


@dataclass(frozen=True)
class Indicator:
    """One reviewed indicator."""

    code: str
    title: str
    why: str
    kind: Kind
    unit: str  # per cent, per 1,000 people a year, minutes, people
    numerator: str  # in words
    denominator: str  # in words
    clock: str  # in words: which clock, or on which day something counts
    population: str  # in words
    direction: Direction
    source: str
    owner: str
    review_by: date
    version: str
    domain: str  # outcomes, access, flow, activity, carers, planning, workforce, spend
    status: str = ""  # of the definition: verified, paper, from-memory, local
    misleads: str = ""  # how the figure can mislead
    subject: str = ""  # which things are counted: see `subjects`
    counted_on: str = ""  # the column whose day puts a thing into a period
    among: tuple[Condition, ...] = ()  # the denominator
    hits: tuple[Condition, ...] = ()  # of these, the numerator
    of_people: tuple[Condition, ...] = ()  # of a rate: which of the people registered
    value_column: str = ""  # of a mean or a median
    per: float = 1.0  # value = per x numerator / denominator
    follow_up_days: int = 0  # days that must have passed before a thing is known
    parameters: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    by: tuple[str, ...] = ()  # the breakdowns it can be shown by
    not_yet: str = ""  # why it has no number today; then it never has one

    @property
    def reads(self) -> str:
        """What it is read off: journal, dataset, or nothing yet."""
        return SUBJECTS[self.subject].reads if self.subject else ""

    def target_on(self, day: date) -> Target | None:
        """The target in force on a day."""
        in_force = [
            target
            for target in self.targets
            if target.starts_on <= day and (target.ends_on is None or day < target.ends_on)
        ]
        return in_force[-1] if in_force else None


class NotYet(LookupError):
    """The indicator has no number yet; the message says why."""


@cache
def indicators() -> Mapping[str, Indicator]:
    """Every shipped indicator by its code, in the order of the codes. IndicatorError when one cannot be read."""
    return {file.stem: load_indicator(file) for file in sorted(FOLDER.glob("*.yaml"))}


def load_indicator(file: Path) -> Indicator:
    """The indicator of a file; IndicatorError naming the file and its faults."""
    from localcare.analysis.measures.checking import faults_of

    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as broken:
        raise IndicatorError(f"{file}: it cannot be read ({broken}); mend or restore it") from broken
    found = faults_of(content)
    if found:
        raise IndicatorError(f"{file}: " + "; ".join(str(fault) for fault in found))
    return read_indicator(content)


def read_indicator(content: Mapping[str, Any]) -> Indicator:
    """The indicator that a checked content says."""
    counts: Mapping[str, Any] = content.get("counts") or {}
    subject = SUBJECTS.get(str(counts.get("subject", "")))
    kind: Kind = content["kind"]
    possible = subject.by if subject else ()
    if kind == "rate":
        possible = tuple(name for name in possible if name not in ("service", "pathway"))
    return Indicator(
        code=content["indicator"],
        title=content["title"],
        why=_words(content["why"]),
        kind=kind,
        unit=content["unit"],
        numerator=_words(content["numerator"]),
        denominator=_words(content["denominator"]),
        clock=_words(content["clock"]),
        population=_words(content["population"]),
        direction=content["direction"],
        source=_words(content["source"]),
        owner=content["owner"],
        review_by=_day(content["review_by"]),
        version=str(content["version"]),
        domain=content["domain"],
        status=content["status"],
        misleads=_words(content.get("misleads", "")),
        subject=subject.code if subject else "",
        counted_on=counts.get("on", ""),
        among=_conditions(counts.get("among")),
        hits=_conditions(counts.get("hits")),
        of_people=_conditions(counts.get("of")),
        value_column=counts.get("value", ""),
        per=float(counts.get("per", 100 if kind == "share" else 1)),
        follow_up_days=int(counts.get("follow_up_days", 0)),
        parameters=dict(counts.get("with") or {}),
        targets=tuple(
            sorted((_target(said) for said in content.get("targets") or ()), key=lambda one: one.starts_on)
        ),
        by=tuple(name for name in possible if name in content.get("by", possible)),
        not_yet=_words(content.get("not_yet", "")),
    )


def _conditions(said: Sequence[Mapping[str, Any]] | None) -> tuple[Condition, ...]:
    """One condition for each test; the values of `is` and `is_not` as tuples."""
    found = []
    for one in said or ():
        for test, value in one.items():
            if test in ("is", "is_not"):
                value = tuple(value) if isinstance(value, list) else (value,)
            if test != "column":
                found.append(Condition(one["column"], test, value))  # type: ignore[arg-type]
    return tuple(found)


def _target(said: Mapping[str, Any]) -> Target:
    ends_on = _day(said["to"]) if said.get("to") else None
    return Target(_day(said["from"]), float(said["value"]), said["source"], said["status"], ends_on)


def _day(said: Any) -> date:
    return said if isinstance(said, date) else date.fromisoformat(str(said))


def _words(said: str) -> str:
    return " ".join(said.split())
