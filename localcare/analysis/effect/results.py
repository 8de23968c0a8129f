"""What a comparison returns: the figure with its interval, what it can show, and what it cannot, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class CannotCompare(ValueError):
    """The data cannot carry the comparison asked for; the message says why and what would help."""


@dataclass(frozen=True)
class Interval:
    """A figure with its interval, all in one unit; `level` is the share of such intervals that hold the truth."""

    value: float
    lower: float
    upper: float
    level: float = 0.95

    @property
    def holds_zero(self) -> bool:
        """Whether no difference at all is inside the interval."""
        return self.lower <= 0 <= self.upper

    def over(self, expected: float) -> Interval | None:
        """The interval as shares of what was expected, taken as exact; None unless that is above zero."""
        if expected <= 0:
            return None
        return Interval(self.value / expected, self.lower / expected, self.upper / expected, self.level)


@dataclass(frozen=True)
class PreTrend:
    """Whether the two groups moved together before the change.

    `leads` holds, for each period before the last one before the change, the gap between the groups relative to that
    last one; `drift` how much the gap moved per period; `p_value` the smaller of the tests, corrected for their number.
    """

    passed: bool
    p_value: float
    drift: Interval
    leads: Mapping[int, Interval]
    words: str


@dataclass(frozen=True)
class BalanceRow:
    """How alike two groups are in one respect: standardised mean differences before and after matching."""

    name: str
    treated_mean: float
    control_mean_before: float
    control_mean_after: float
    before: float
    after: float


@dataclass(frozen=True)
class Effect:
    """The answer of one comparison.

    `heading` is what a page may call it: "Difference" where nothing was controlled for, "Estimated effect" where it was.
    `estimate` is None when a check failed: then `says` gives the reason instead of a figure. `relative` is the estimate as a
    share of what was expected without the change (−0.128 is −12.8%).
    """

    method: str
    heading: str
    estimate: Interval | None
    relative: Interval | None
    says: str
    cannot_say: str
    observed: float | None = None
    expected: float | None = None
    pre_trend: PreTrend | None = None
    balance: tuple[BalanceRow, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    by_period: Mapping[int, Interval] = field(default_factory=dict)
