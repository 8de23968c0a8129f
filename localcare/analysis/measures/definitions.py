"""Indicator definitions: reviewed YAML files that say what is counted, of whom, when, against what, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Kind = Literal["share", "rate", "count", "mean", "median", "census"]
Direction = Literal["high", "low", "neutral"]  # where improvement lies
BREAKDOWNS = (
    "locality", "cluster", "practice", "service", "age_band", "sex", "deprivation_quintile", "pathway",
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """What a column of a subject must say: one of the values, within limits, empty or filled, or true or false."""

    column: str
    among: tuple[Any, ...] = ()
    not_among: tuple[Any, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None
    is_filled: bool | None = None
    is_true: bool | None = None


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
    domain: str  # of the delivery framework: outcomes, activity, access, flow, carers, workforce
    subject: str = ""  # which things are counted: clocks, requests, tasks, stays …
    counted_on: str = ""  # the column whose day puts a thing into a period
    among: tuple[Condition, ...] = ()  # the denominator
    hits: tuple[Condition, ...] = ()  # of these, the numerator
    value_column: str = ""  # of a mean or a median
    per: float = 1.0  # value = per x numerator / denominator
    parameters: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    by: tuple[str, ...] = ()  # the breakdowns it can be shown by
    status: str = ""  # of the definition: verified, paper, from-memory, local
    not_yet: str = ""  # why it has no number today; then it never has one

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
