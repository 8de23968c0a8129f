"""Whether a practice's monthly counts of one kind of code changed abruptly: a robust rule on the log of the count.

What all practices do in a month (winter, a campaign, a holiday) is taken out first: each month is divided by the median
over practices of the count relative to the practice's own usual month. Then, for each month of the latest few, the median
level from there on is compared with the median of the months before it, in units of what chance (Poisson), the unrest that
practices have in common, and any greater unrest of the series' own (median absolute deviation) make of it. A change is
told when it is beyond `limit` units, at least `factor` times more or less, and the series is large enough. tests/quality
proves the rate of false alarms and the power by simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

TO_SPREAD = (
    1.4826  # the median absolute deviation of a normal distribution is 1 / 1.4826 of its standard deviation
)
OF_MEDIANS = 1.2533  # the median of a normal sample varies sqrt(pi / 2) times as much as its mean
OWN_UNREST = (
    0.8  # twelve months tell a series' own unrest poorly: a little more than the others' is not believed
)
ENOUGH_PRACTICES = 5  # below, one practice's change would move what "all practices do"


@dataclass(frozen=True)
class ChangeRule:
    """How the rule is set: months looked at, months before them, units, factor and size."""

    latest: int = 6
    before: int = 12
    limit: float = 4.5
    factor: float = 1.5
    usual_at_least: float = 20.0


@dataclass(frozen=True)
class Change:
    """One abrupt change: which series, from which month (position), how many times as much, in how many units."""

    series: int
    month: int
    times: float
    units: float


def changes(counts: Any, rule: ChangeRule | None = None) -> list[Change]:
    """The abrupt changes in an array of series x months of counts, the earliest month first; one at most for each series.

    Fewer months than `latest + before` leave nothing to compare: an empty list.
    """
    rule = rule or ChangeRule()
    values = np.asarray(counts, dtype=np.float64)
    if values.ndim != 2 or not values.size or values.shape[1] < rule.latest + rule.before:
        return []
    values = values[:, -(rule.latest + rule.before) :]
    logs = np.log(values + 0.5) - np.log(_what_all_do(values))
    best, size = np.zeros(len(values)), np.zeros(len(values))
    for month in range(rule.before, rule.before + rule.latest):
        units, difference = _units(values, logs, month, rule)
        better = np.abs(units) > np.abs(best)
        best[better], size[better] = units[better], difference[better]
    usual = np.maximum(
        np.median(values[:, : rule.before], axis=1), np.median(values[:, rule.before :], axis=1)
    )
    told = (
        (np.abs(best) > rule.limit) & (np.abs(size) >= np.log(rule.factor)) & (usual >= rule.usual_at_least)
    )
    offset = np.asarray(counts).shape[1] - values.shape[1]
    return [_told(logs[row], int(row), float(best[row]), offset, rule) for row in np.flatnonzero(told)]


def _told(logs: Any, series: int, units: float, offset: int, rule: ChangeRule) -> Change:
    """Since when, and how many times as much: the month that leaves least between the series and its two levels."""
    usual = np.median(logs[: rule.before])

    def left_over(month: int) -> float:
        before, after = logs[rule.before : month], logs[month:]
        return float(np.abs(before - usual).sum() + np.abs(after - np.median(after)).sum())

    month = min(range(rule.before, len(logs)), key=left_over)
    times = float(np.exp(np.median(logs[month:]) - usual))
    return Change(series, month + offset, times, units)


def _what_all_do(values: Any) -> Any:
    """By month, the median over practices of the count relative to the practice's own median month; 1 with few."""
    usual = np.median(values, axis=1)
    large = values[usual > 0] / usual[usual > 0][:, None]
    if len(large) < ENOUGH_PRACTICES:
        return np.ones(values.shape[1])
    return np.maximum(np.median(large, axis=0), 0.05)


def _units(values: Any, logs: Any, month: int, rule: ChangeRule) -> tuple[Any, Any]:
    """The change at a month in units of its own chance, and its size as a difference of logs."""
    before, after = logs[:, month - rule.before : month], logs[:, month:]
    middle = np.median(before, axis=1)
    difference = np.median(after, axis=1) - middle
    unrest = TO_SPREAD * np.median(np.abs(before - middle[:, None]), axis=1)
    mean = np.maximum(values[:, month - rule.before : month].mean(axis=1), 0.5)
    months = after.shape[1]
    of_after = OF_MEDIANS if months > 2 else 1.0
    share = np.sqrt(OF_MEDIANS**2 / rule.before + of_after**2 / months)
    common = max(float(np.median(unrest**2 - 1 / mean)), 0.0)  # beyond chance, of the series in the middle
    spread = np.maximum(np.sqrt(1 / mean + common), OWN_UNREST * unrest)
    return difference / (spread * share), difference


def whole_series(rows: Sequence[tuple[str, int, int]], months: Sequence[int]) -> tuple[list[str], Any]:
    """Names and an array of series x months from rows of (name, month, count); a month without rows counts nought."""
    names = sorted({name for name, _, _ in rows})
    place, column = (
        {name: row for row, name in enumerate(names)},
        {month: at for at, month in enumerate(months)},
    )
    counts = np.zeros((len(names), len(months)), dtype=np.int64)
    for name, month, count in rows:
        if month in column:
            counts[place[name], column[month]] += count
    return names, counts
