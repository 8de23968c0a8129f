"""Whether acting on the model's risks would do more good than acting on everybody or on nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.risk.calibration import share
from localcare.analysis.risk.discrimination import NORMAL_95, Estimate


class CurveRow(TypedDict):
    """Net benefit at one threshold, in people rightly chosen per person, and how many are chosen."""

    threshold: float
    model: Estimate
    everybody: float
    nobody: float
    chosen: int


def decision_curve(
    event: NDArray[Any], risk: NDArray[np.float64], thresholds: Sequence[float]
) -> list[CurveRow]:
    """Net benefit (Vickers and Elkin 2006) at each threshold, with the interval of a mean.

    At a threshold t, choosing somebody without the event costs t / (1 - t) of what choosing one with it gains.
    """
    came = np.asarray(event, dtype=bool)
    rows: list[CurveRow] = []
    for threshold in thresholds:
        cost = threshold / (1.0 - threshold)
        chosen = risk >= threshold
        gains = np.where(chosen, np.where(came, 1.0, -cost), 0.0)
        spread = gains.std(ddof=1) if len(gains) > 1 else 0.0
        mean, half = float(gains.mean()), NORMAL_95 * float(spread) / np.sqrt(len(gains))
        prevalence = float(came.mean())
        rows.append(
            CurveRow(
                threshold=float(threshold),
                model=Estimate(mean, mean - half, mean + half),
                everybody=prevalence - (1.0 - prevalence) * cost,
                nobody=0.0,
                chosen=int(chosen.sum()),
            )
        )
    return rows


def top(score: NDArray[Any], keys: NDArray[np.int64], number: int) -> NDArray[np.bool_]:
    """The rows with the highest scores, so many of them; of equal ones those with the lower key."""
    chosen = np.zeros(len(score), dtype=bool)
    chosen[np.lexsort((keys, -np.asarray(score, dtype=np.float64)))[:number]] = True
    return chosen


def list_of(
    event: NDArray[Any], risk: NDArray[np.float64], keys: NDArray[np.int64], part: float
) -> dict[str, Any]:
    """A list of the highest risks: how many of it had the event, and how many of those with the event it holds."""
    number = max(1, round(part * len(risk)))
    chosen = top(risk, keys, number)
    events, found = int(event.sum()), int(event[chosen].sum())
    return {
        "share": part,
        "people": number,
        "events": found,
        "lowest_risk": float(risk[chosen].min()),
        "with_event": share(found, number),
        "of_all_events": share(found, events),
    }
