"""How well a risk puts people with the event before people without: AUC with DeLong's interval, average precision."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.libraries import Library

stats: Any = Library("scipy.stats")
NORMAL_95 = 1.959963984540054
BINS = 20_000  # different risks told apart when average precision is drawn again and again


class Estimate(NamedTuple):
    """A figure with its 95% interval; NaN where it cannot be worked out."""

    value: float
    low: float
    high: float


NOTHING = Estimate(float("nan"), float("nan"), float("nan"))


def auc(event: NDArray[Any], risk: NDArray[np.float64]) -> Estimate:
    """The chance that somebody with the event has the higher risk (ties count half), with DeLong's interval.

    Source: DeLong, DeLong and Clarke-Pearson 1988; by midranks as Sun and Xu 2014. NaN without both kinds of people.
    """
    came = np.asarray(event, dtype=bool)
    with_event, without = int(came.sum()), int((~came).sum())
    if not with_event or not without:
        return NOTHING
    overall = stats.rankdata(risk)
    positive = overall[came] - stats.rankdata(risk[came])
    negative = overall[~came] - stats.rankdata(risk[~came])
    shares_of_positive = positive / without
    shares_of_negative = 1.0 - negative / with_event
    area = float(shares_of_positive.mean())
    if with_event < 2 or without < 2:
        return Estimate(area, float("nan"), float("nan"))
    variance = shares_of_positive.var(ddof=1) / with_event + shares_of_negative.var(ddof=1) / without
    half = NORMAL_95 * float(np.sqrt(variance))
    return Estimate(area, max(0.0, area - half), min(1.0, area + half))


def average_precision(event: NDArray[Any], risk: NDArray[np.float64]) -> float:
    """The share with the event among those at or above each risk, averaged over the people with the event."""
    events, others = _by_risk(event, risk)
    return _precision(events, others)


def average_precision_estimate(
    event: NDArray[Any], risk: NDArray[np.float64], *, seed: int, draws: int
) -> Estimate:
    """Average precision with a seeded bootstrap interval: people at each risk are drawn again, Poisson by Poisson."""
    exact = average_precision(event, risk)
    events, others = _by_risk(event, _binned(risk))
    random = np.random.default_rng([seed, len(risk)])
    drawn = [_precision(random.poisson(events), random.poisson(others)) for _ in range(draws)]
    if not np.isfinite(drawn).any():
        return Estimate(exact, float("nan"), float("nan"))
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Estimate(exact, float(low), float(high))


def _binned(risk: NDArray[np.float64]) -> NDArray[np.float64]:
    """The risks themselves when few differ, else the equally large bin that each falls into."""
    if len(risk) <= BINS or len(np.unique(risk)) <= BINS:
        return risk
    edges = np.unique(np.quantile(risk, np.linspace(0, 1, BINS + 1)))
    return np.asarray(np.searchsorted(edges, risk, side="right"), dtype=np.float64)


def _by_risk(event: NDArray[Any], risk: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """How many with and without the event have each different risk, the highest first."""
    different, place = np.unique(risk, return_inverse=True)
    came = np.asarray(event, dtype=bool)
    events = np.bincount(place[came], minlength=len(different))[::-1]
    others = np.bincount(place[~came], minlength=len(different))[::-1]
    return events, others


def _precision(events: NDArray[Any], others: NDArray[Any]) -> float:
    total = events.sum()
    if not total:
        return float("nan")
    found = events.cumsum()
    chosen = found + others.cumsum()
    used = events > 0
    return float((events[used] * (found[used] / chosen[used])).sum() / total)
