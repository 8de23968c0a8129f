"""More people by age: what "four times greater" says of each age group, in both readings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from localcare.analysis.projection.model import Projection, ProjectionError

READINGS = {
    "rate": "The number of over 65s grows at four times the rate: in per cent of those there are now",
    "absolute": "There are four times as many more people over 65 as more people under 65",
}
IDENTITIES = {
    "rate": "growth = (under 65 + times × over 65) × rate of the under 65s",
    "absolute": "growth = (1 + times) × more people under 65",
}


@dataclass(frozen=True)
class Growth:
    """How the two age groups grow: people (whole, adding up to the growth) and shares of those at the start."""

    reading: str
    base: Decimal
    share_over_65: Decimal
    under_65_start: Decimal
    over_65_start: Decimal
    under_65_more: int
    over_65_more: int

    @property
    def under_65_rate(self) -> Decimal:
        """Growth of the under 65s as a share of those at the start."""
        return Decimal(self.under_65_more) / self.under_65_start

    @property
    def over_65_rate(self) -> Decimal:
        """Growth of the over 65s as a share of those at the start."""
        return Decimal(self.over_65_more) / self.over_65_start

    @property
    def share_over_65_end(self) -> Decimal:
        """Share over 65 at the end."""
        over = self.over_65_start + self.over_65_more
        return over / (over + self.under_65_start + self.under_65_more)


def growth(
    *, more: Decimal, times: Decimal, base: Decimal, share_over_65: Decimal, reading: str = "rate"
) -> Growth:
    """Divide `more` people between the age groups; ProjectionError for inputs that make no sense.

    By rate, u·r + o·(times·r) = more gives r; by number, g + times·g = more gives g.
    """
    if reading not in READINGS:
        raise ProjectionError(f"{reading!r} is no reading. Use one of {', '.join(READINGS)}.")
    if base <= 0 or not 0 < share_over_65 < 1 or times < 0:
        raise ProjectionError(
            "The base must be above 0, the share over 65 between 0 and 1 and the times not below 0. Correct the inputs."
        )
    over = base * share_over_65
    under = base - over
    exact = more * under / (under + times * over) if reading == "rate" else more / (1 + times)
    under_more = int(exact.to_integral_value())
    return Growth(reading, base, share_over_65, under, over, under_more, int(more) - under_more)


def readings_of(projection: Projection) -> tuple[Growth, ...]:
    """Both readings at both shares over 65: rate low, rate high, absolute low, absolute high."""
    return tuple(
        growth(
            more=projection.input("growth"),
            times=projection.input("times"),
            base=projection.input("base"),
            share_over_65=projection.input(share),
            reading=reading,
        )
        for reading in READINGS
        for share in ("over_65_low", "over_65_high")
    )
