"""A model judged on later days and other practices, and whether it may be published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.risk.calibration import brier, brier_skill, calibrate
from localcare.analysis.risk.discrimination import auc, average_precision_estimate
from localcare.analysis.risk.logistic import to_risk
from localcare.analysis.risk.model import Estimator
from localcare.analysis.risk.values import matrix
from localcare.analysis.scores.packs import Packs

if TYPE_CHECKING:
    from localcare.analysis.risk.training import Material


@dataclass(frozen=True)
class Judgement:
    """All figures of the card, whether the model may be published, and why not."""

    figures: dict[str, Any]
    reasons: tuple[str, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        """Whether nothing speaks against publishing."""
        return not self.reasons


def judge(
    material: Material, estimator: Estimator, source: LinkedDataset, *, seed: int, packs: Packs | None
) -> Judgement:
    """Work out every figure on the rows that may be judged by."""
    from localcare.analysis.risk.training import usable

    test = material.test.where(usable(material.outcome, material.test))
    risk = to_risk(estimator.log_odds(matrix(test.columns, material.factors)))
    out = material.is_held_out(test)
    draws = material.outcome.content["judging"]["bootstraps"]
    figures = {"overall": performance(test.event, risk, seed=seed, draws=draws)}
    if out.any():
        figures["held_out_practices"] = performance(test.event[out], risk[out], seed=seed, draws=draws)
        figures["practices_trained_on"] = performance(test.event[~out], risk[~out], seed=seed, draws=draws)
    return Judgement(figures, tuple(_reasons(material, figures)))


def performance(event: NDArray[Any], risk: NDArray[np.float64], *, seed: int, draws: int) -> dict[str, Any]:
    """The figures of one set of people."""
    calibration = calibrate(event, risk)
    return {
        "people": len(event),
        "events": int(event.sum()),
        "observed": float(event.mean()),
        "expected": float(risk.mean()),
        "auc": auc(event, risk),
        "average_precision": average_precision_estimate(event, risk, seed=seed, draws=draws),
        "brier": brier(event, risk),
        "brier_skill": brier_skill(event, risk),
        "calibration_slope": calibration.slope,
        "calibration_intercept": calibration.intercept,
        "observed_to_expected": calibration.observed_to_expected,
    }


def _reasons(material: Material, figures: dict[str, Any]) -> list[str]:
    limits = material.outcome.content["judging"]
    reasons = []
    for name, said in (("overall", "of the test"), ("held_out_practices", "of the held-out practices")):
        if name not in figures:
            continue
        found = figures[name]
        slope = found["calibration_slope"].value
        if not limits["slope"]["least"] <= slope <= limits["slope"]["most"]:
            reasons.append(
                f"The calibration slope {said} is {slope:.2f}, outside"
                f" {limits['slope']['least']}–{limits['slope']['most']}."
            )
    return reasons
