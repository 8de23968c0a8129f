"""Difference in differences: places with the change against places without, before and after.

Two-way fixed effects over a full panel with one starting period. With one start for all this is the plain difference of
differences; where places start at different times the two-way regression misleads (Goodman-Bacon 2021, J Econometrics
225:254), so each start is to be compared by itself with places that did not start.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from localcare.analysis.effect.results import CannotCompare, Effect, Interval, PreTrend
from localcare.analysis.effect.two_groups import Contrast, Values, contrast
from localcare.analysis.effect.wording import direction, span, verdict
from localcare.analysis.plain_numbers import figure, percent

FEWEST_UNITS = 5  # in either group: below this no error robust to clustering can be trusted
FEWEST_BEFORE = 3  # periods before the change: fewer say nothing about a trend
PRE_TREND_LEVEL = 0.05

CANNOT_SAY = (
    "It holds only if both groups would have gone on alike without the change. Moving alike before speaks for that but does "
    "not prove it. Something else that reached one group alone at the same time is counted as effect, and so is the fall that "
    "follows by itself when the places with the change were chosen because their latest figures were high: then match on those "
    "figures instead. Each place counts the same, whatever its size."
)


@dataclass(frozen=True)
class Panel:
    """One row for each unit (practice, cluster …) and period: all three sequences are equally long."""

    units: Sequence[str]
    periods: Sequence[int]
    outcomes: Sequence[float]


def difference_in_differences(
    panel: Panel, *, treated: Collection[str], starts: int, what: str = "the outcome", level: float = 0.95
) -> Effect:
    """Two-way fixed effects with errors robust to clustering by unit; `starts` is the first period with the change.

    When the groups moved apart already before the change, `estimate` is None and `says` why. Raises CannotCompare when there
    are too few units or periods, or a unit lacks a period.
    """
    names, periods, outcomes = _as_table(panel)
    has_change = np.array([name in set(treated) for name in names])
    before = np.array([period < starts for period in periods])
    _check(names, treated, has_change, before)
    effect = _contrast(outcomes[:, ~before].mean(axis=1) - outcomes[:, before].mean(axis=1), has_change)
    reference = int(before.sum()) - 1
    by_period = {
        period: _contrast(outcomes[:, place] - outcomes[:, reference], has_change)
        for place, period in enumerate(periods)
        if place != reference
    }
    pre_trend = _pre_trend(outcomes, has_change, periods, before, by_period, level)
    observed = float(outcomes[has_change][:, ~before].mean())
    expected = observed - effect.value
    estimate = effect.interval(level) if pre_trend.passed else None
    return Effect(
        method="difference in differences",
        heading="Estimated effect",
        estimate=estimate,
        relative=estimate.over(expected) if estimate else None,
        observed=observed,
        expected=expected if pre_trend.passed else None,
        says=_says(what, estimate, expected, pre_trend, starts),
        cannot_say=CANNOT_SAY,
        pre_trend=pre_trend,
        counts={"with the change": int(has_change.sum()), "without": int((~has_change).sum())},
        by_period={period: found.interval(level) for period, found in by_period.items()},
    )


def _as_table(panel: Panel) -> tuple[list[str], list[int], Values]:
    """Units by periods; raises CannotCompare for gaps, doubles and values that are no numbers."""
    if not len(panel.units) == len(panel.periods) == len(panel.outcomes):
        raise CannotCompare("units, periods and outcomes differ in length; give one of each per row")
    names, periods = sorted(set(panel.units)), sorted(set(panel.periods))
    row, column = ({key: place for place, key in enumerate(keys)} for keys in (names, periods))
    table = np.full((len(names), len(periods)), np.nan)
    for unit, period, outcome in zip(panel.units, panel.periods, panel.outcomes, strict=True):
        if not np.isnan(table[row[unit], column[period]]):
            raise CannotCompare(f"{unit} has two values for period {period}; give one")
        table[row[unit], column[period]] = outcome
    if np.isnan(table).any():
        unit_row, period_column = np.argwhere(np.isnan(table))[0]
        raise CannotCompare(
            f"{names[unit_row]} has no value for period {periods[period_column]}; give it or leave the unit out"
        )
    return names, periods, table


def _check(
    names: Sequence[str], treated: Collection[str], has_change: np.ndarray, before: np.ndarray
) -> None:
    if strange := sorted(set(treated) - set(names)):
        raise CannotCompare(
            f"{strange[0]} is said to have the change and is not in the data; correct the name"
        )
    with_change = int(has_change.sum())
    if min(with_change, len(names) - with_change) < FEWEST_UNITS:
        raise CannotCompare(
            f"{with_change} places with the change and {len(names) - with_change} without: at least {FEWEST_UNITS} of each are "
            "needed for an honest interval; compare smaller places (practices instead of localities)"
        )
    if before.sum() < FEWEST_BEFORE or before.all():
        raise CannotCompare(
            f"{int(before.sum())} periods before the change and {int((~before).sum())} after: give at least {FEWEST_BEFORE} "
            "before, so that the trend can be checked, and one after"
        )


def _contrast(per_unit: Values, has_change: np.ndarray) -> Contrast:
    return contrast(per_unit[has_change], per_unit[~has_change])


def _pre_trend(
    outcomes: Values,
    has_change: np.ndarray,
    periods: Sequence[int],
    before: np.ndarray,
    by_period: dict[int, Contrast],
    level: float,
) -> PreTrend:
    """Steady drift and single periods are both tested; the smaller p-value counts, corrected for all the looks."""
    leads = {period: found for period, found in by_period.items() if period < periods[int(before.sum()) - 1]}
    count = int(before.sum())
    steps = np.arange(count) - (count - 1) / 2
    drift = _contrast(outcomes[:, before] @ steps / (steps @ steps), has_change)
    singly = min(found.p_value for found in leads.values()) * len(leads)
    p_value = min(1.0, 2 * min(drift.p_value, singly))
    interval = drift.interval(level)
    distance = len(periods) / 2  # from the middle of the periods before to the middle of those after
    hidden = max(abs(interval.lower), abs(interval.upper)) * distance
    passed = p_value >= PRE_TREND_LEVEL
    words = (
        f"Before the change both groups moved alike as far as can be seen (p = {p_value:.2f}). A steady drift too small "
        f"to be seen could by itself make a difference of up to {figure(hidden)}."
        if passed
        else f"The groups moved apart already before the change (p = {_small(p_value)}; {figure(drift.value)} per period)."
    )
    return PreTrend(
        passed, p_value, interval, {key: found.interval(level) for key, found in leads.items()}, words
    )


def _small(p_value: float) -> str:
    return "less than 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def _says(what: str, estimate: Interval | None, expected: float, pre_trend: PreTrend, starts: int) -> str:
    if estimate is None:
        return f"No effect is stated. {pre_trend.words} What came after may be more of the same."
    share = f" ({percent(estimate.value / expected)})" if expected > 0 else ""
    return (
        f"From period {starts}, {what} was {figure(abs(estimate.value))}{share} {direction(estimate.value)} per place and period "
        f"than expected from the places without the change ({span(estimate)}). {verdict(estimate)} {pre_trend.words}"
    )
