"""Whether a risk of 10% comes true for 10 in 100: slope, intercept, observed to expected, Brier score, curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.libraries import Library
from localcare.analysis.risk.discrimination import NORMAL_95, NOTHING, Estimate

stats: Any = Library("scipy.stats")
STEPS = 50
SETTLED = 1e-10
EXTREME = 1e-9  # risks are kept this far from 0 and 1 when their log odds are taken
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Slope 1 and intercept 0 are perfect. A slope below 1: high risks are too high and low ones too low."""

    slope: Estimate
    intercept: Estimate  # of the log odds, with the slope held at 1: below 0, risks are too high on the whole
    observed_to_expected: Estimate


def calibrate(event: NDArray[Any], risk: Values) -> Calibration:
    """Slope and intercept by logistic regression on the log odds of the risk, and events for each expected."""
    came = np.asarray(event, dtype=np.float64)
    if not 0 < came.sum() < len(came):
        return Calibration(NOTHING, NOTHING, observed_to_expected(came, risk))
    odds = log_odds(risk)
    both = _fit(np.column_stack([np.ones(len(odds)), odds]), came, np.zeros(len(odds)))
    alone = _fit(np.ones((len(odds), 1)), came, odds)
    slope = both[1] if len(both) == 2 else NOTHING
    return Calibration(slope, alone[0], observed_to_expected(came, risk))


def log_odds(risk: Values) -> Values:
    """The log odds of risks, with risks of 0 and 1 kept just inside."""
    inside = np.clip(risk, EXTREME, 1.0 - EXTREME)
    return np.asarray(np.log(inside / (1.0 - inside)))


def _fit(columns: Values, came: Values, offset: Values) -> list[Estimate]:
    """Maximum likelihood by Newton's method; NaN when it does not settle."""
    weights = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(offset + columns @ weights, -36, 36)))
        curve = (columns * (chance * (1.0 - chance))[:, None]).T @ columns
        if np.linalg.cond(curve) > 1e14:
            return [NOTHING] * columns.shape[1]
        step = np.linalg.solve(curve, columns.T @ (came - chance))
        weights = weights + step
        if np.abs(step).max() < SETTLED:
            half = NORMAL_95 * np.sqrt(np.diag(np.linalg.inv(curve)))
            return [
                Estimate(float(w), float(w - h), float(w + h)) for w, h in zip(weights, half, strict=True)
            ]
    return [NOTHING] * columns.shape[1]


def observed_to_expected(event: NDArray[Any], risk: Values) -> Estimate:
    """Events for each one expected, with the exact Poisson interval of the events (Garwood 1936)."""
    observed, expected = float(np.sum(event)), float(np.sum(risk))
    if expected <= 0:
        return NOTHING
    low = stats.chi2.ppf(0.025, 2 * observed) / 2 if observed else 0.0
    high = stats.chi2.ppf(0.975, 2 * (observed + 1)) / 2
    return Estimate(observed / expected, float(low) / expected, float(high) / expected)


def brier(event: NDArray[Any], risk: Values) -> Estimate:
    """The mean squared distance of risk and event, with the interval of a mean."""
    squared = (np.asarray(event, dtype=np.float64) - risk) ** 2
    if len(squared) < 2:
        return NOTHING
    half = NORMAL_95 * float(squared.std(ddof=1)) / np.sqrt(len(squared))
    return Estimate(float(squared.mean()), float(squared.mean() - half), float(squared.mean() + half))


def brier_skill(event: NDArray[Any], risk: Values) -> float:
    """How much smaller the Brier score is than that of giving everybody the mean: 1 perfect, 0 no better."""
    mean = float(np.mean(event))
    usual = mean * (1.0 - mean)
    return 1.0 - brier(event, risk).value / usual if usual else float("nan")


@dataclass(frozen=True)
class CurvePoint:
    """People of similar risk: mean risk, share with the event and its interval (Wilson 1927)."""

    people: int
    events: int
    risk: float
    observed: Estimate


def deciles(event: NDArray[Any], risk: Values, *, parts: int = 10) -> list[CurvePoint]:
    """Equally many people in each part, in order of risk."""
    order = np.argsort(risk, kind="stable")
    came = np.asarray(event, dtype=np.float64)
    points = []
    for part in np.array_split(order, parts):
        if len(part):
            events = int(came[part].sum())
            points.append(CurvePoint(len(part), events, float(risk[part].mean()), share(events, len(part))))
    return points


def share(events: int, people: int) -> Estimate:
    """A share with Wilson's interval."""
    if not people:
        return NOTHING
    z2 = NORMAL_95**2
    middle = (events + z2 / 2) / (people + z2)
    half = NORMAL_95 / (people + z2) * np.sqrt(events * (people - events) / people + z2 / 4)
    return Estimate(events / people, float(max(0.0, middle - half)), float(min(1.0, middle + half)))


def smooth_curve(
    event: NDArray[Any], risk: Values, *, points: int = 40, width: float = 0.35
) -> list[tuple[float, float]]:
    """(risk, share with the event) along a smooth line: the risk and the local mean of what came beyond it.

    The mean is taken on the log odds with a normal kernel of standard deviation `width`. Because it is of what came
    beyond the risk, right risks give the line of perfect agreement, however unevenly they lie. People are first gathered
    into 400 parts of equal size.
    """
    order = np.argsort(risk, kind="stable")
    parts = [part for part in np.array_split(order, min(400, len(order))) if len(part)]
    odds = log_odds(risk)
    middle = np.array([odds[part].mean() for part in parts])
    beyond = np.asarray(event, dtype=np.float64) - risk
    excess = np.array([beyond[part].mean() for part in parts])
    size = np.array([len(part) for part in parts], dtype=np.float64)
    made = []
    for at in np.linspace(middle[0], middle[-1], points):
        weight = size * np.exp(-0.5 * ((middle - at) / width) ** 2)
        given = float(1 / (1 + np.exp(-at)))
        came = given + float((weight * excess).sum() / weight.sum())
        made.append((given, min(max(came, 0.0), 1.0)))
    return made
