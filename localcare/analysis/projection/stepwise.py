"""Multiplying a base by factors one after another, and saying what each did, with the interaction as a term of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from localcare.analysis.projection.model import Factor

INTERACTION = "interaction"


@dataclass(frozen=True)
class Bar:
    """One bar of a waterfall: what it adds (whole units, may be below 0) and where it starts and ends."""

    code: str
    title: str
    amount: int
    starts_at: int
    ends_at: int
    is_total: bool = False


def project(
    bases: Mapping[str, Decimal], factors: Sequence[Factor], values: Mapping[str, Decimal], years: int
) -> Decimal:
    """The sum over the groups of base times all factors that apply to the group."""
    total = Decimal(0)
    for group, base in bases.items():
        amount = base
        for factor in factors:
            if factor.applies_to(group):
                amount *= factor.times(values[factor.code], years)
        total += amount
    return total


def effects(
    bases: Mapping[str, Decimal], factors: Sequence[Factor], values: Mapping[str, Decimal], years: int
) -> list[tuple[str, str, int]]:
    """What each factor would do alone, and last what they do together beyond that; whole units that add up exactly."""
    start = round(sum(bases.values(), Decimal(0)))
    alone = [
        (factor.code, factor.title, round(project(bases, [factor], values, years)) - start)
        for factor in factors
    ]
    together = round(project(bases, factors, values, years)) - start
    rest = together - sum(amount for _, _, amount in alone)
    return [*alone, (INTERACTION, "Acting together (interaction)", rest)]


def waterfall(
    start: tuple[str, int], effects: Sequence[tuple[str, str, int]], end: tuple[str, int]
) -> tuple[Bar, ...]:
    """The bars from the start to the end; ValueError when the effects do not add up to it."""
    bars, level = [Bar("start", start[0], start[1], 0, start[1], is_total=True)], start[1]
    for code, title, amount in effects:
        bars.append(Bar(code, title, amount, level, level + amount))
        level += amount
    if level != end[1]:
        raise ValueError(f"The effects lead to {level}, not to {end[1]}.")
    return (*bars, Bar("end", end[0], end[1], 0, end[1], is_total=True))
