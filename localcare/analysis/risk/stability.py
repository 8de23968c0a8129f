"""How far the people of a day differ from those a model was trained on: the population stability index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.risk.definitions import Factor
from localcare.analysis.risk.frame import Frame
from localcare.analysis.risk.logistic import to_risk
from localcare.analysis.risk.model import Estimator
from localcare.analysis.risk.values import Values, matrix

PARTS = 10
SMALLEST_SHARE = 1e-4  # an empty part counts as this much, so that the index stays finite


def cuts_of(values: Values) -> list[float]:
    """At most nine different values that cut the known ones into ten parts of about equal size."""
    known = values[~np.isnan(values)]
    if not len(known):
        return []
    tenths = np.quantile(known, np.arange(1, PARTS) / PARTS, method="inverted_cdf")
    return [float(cut) for cut in np.unique(tenths) if cut < known.max()]


def shares_of(values: Values, cuts: Sequence[float]) -> list[float]:
    """The share of known values up to each cut and beyond the last; sums to 1."""
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(np.asarray(cuts), known, side="left"), minlength=len(cuts) + 1)
    return [float(count) / max(len(known), 1) for count in counts]


def stability_index(expected: Sequence[float], found: Sequence[float]) -> float:
    """The sum of (found - expected) ln(found / expected) over the parts; 0 when nothing moved."""
    before = np.maximum(np.asarray(expected, dtype=np.float64), SMALLEST_SHARE)
    now = np.maximum(np.asarray(found, dtype=np.float64), SMALLEST_SHARE)
    return float(((now - before) * np.log(now / before)).sum())


def baseline_of(frame: Frame, factors: Sequence[Factor], estimator: Estimator) -> dict[str, Any]:
    """What drift is measured against: how each factor and the risk lay at training, for everybody asked about.

    Held-out practices and people who opted out are in it, as they are when everybody is scored.
    """
    rows = matrix(frame.columns, factors)
    risk = to_risk(estimator.log_odds(rows))
    return {
        "factors": {
            factor.name: described(rows[:, place], cuts_of(rows[:, place]))
            for place, factor in enumerate(factors)
        },
        "risk": described(risk, cuts_of(risk)) | {"mean": float(f"{risk.mean():.10g}")},
        "people": len(frame),
    }


def described(values: Values, cuts: Sequence[float]) -> dict[str, Any]:
    """Cuts, shares between them, and the share not known."""
    return {
        "cuts": list(cuts),
        "shares": shares_of(values, cuts),
        "missing": float(np.isnan(values).mean()) if len(values) else 0.0,
    }


def compared(values: NDArray[np.float64], before: Mapping[str, Any]) -> tuple[float, float]:
    """The stability index of the values against a description, and the share not known."""
    now = described(values, before["cuts"])
    return stability_index(before["shares"], now["shares"]), now["missing"]
