"""A projection as reviewed: its inputs, its step-wise factors and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


class ProjectionError(ValueError):
    """A projection cannot be used; the message names the file, the place in it and the remedy."""


@dataclass(frozen=True)
class Input:
    """A figure with its unit, whether a paper states it or it is a synthetic stand-in, and its source."""

    code: str
    title: str
    value: Decimal
    unit: str
    status: str
    source: str


@dataclass(frozen=True)
class Factor:
    """A change as a share (0.02 is two per cent more), elicited as an 80 per cent interval within its valid range.

    `per_year` changes compound; others hold for the whole time. No `groups`: it applies to every group.
    """

    code: str
    title: str
    low: Decimal
    high: Decimal
    least: Decimal
    most: Decimal
    per_year: bool
    groups: tuple[str, ...]
    status: str
    source: str
    from_population: bool = False

    @property
    def principal(self) -> Decimal:
        """The middle of the interval, kept within the valid range."""
        return min(max((self.low + self.high) / 2, self.least), self.most)

    def times(self, value: Decimal, years: int) -> Decimal:
        """What the amount is multiplied by after `years` when the change is `value`."""
        return (1 + value) ** years if self.per_year else 1 + value

    def applies_to(self, group: str) -> bool:
        """Whether it changes this group."""
        return not self.groups or group in self.groups


@dataclass(frozen=True)
class Projection:
    """A reviewed projection of a kind: population, deficit or activity."""

    code: str
    kind: str
    title: str
    version: str
    owner: str
    source: str
    review_by: str
    summary: str
    from_year: int
    to_year: int
    other_from_years: tuple[int, ...]
    year_note: str
    reading: str
    population: str
    seed: int
    runs: int
    inputs: Mapping[str, Input]
    groups: Mapping[str, Input]
    factors: tuple[Factor, ...]

    @property
    def years(self) -> int:
        """How many steps there are."""
        return self.to_year - self.from_year

    def input(self, code: str) -> Decimal:
        """The value of an input; ProjectionError naming the one that is missing."""
        if code not in self.inputs:
            raise ProjectionError(
                f"{self.code}: inputs.{code} is missing. Add it with value, unit and source."
            )
        return self.inputs[code].value
