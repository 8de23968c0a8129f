"""The chance of having the change, given what is known of each: logistic regression."""

from __future__ import annotations

import numpy as np

from localcare.analysis.effect.two_groups import Values

STEPS = 100
RIDGE = 1e-4  # keeps the weights finite where a covariate tells the groups apart completely
SETTLED = 1e-10


def logits(covariates: Values, has_change: np.ndarray) -> Values:
    """The log odds of the change for each row, by Newton's method with a slight ridge on standardised covariates."""
    spread = covariates.std(axis=0)
    scaled = (covariates - covariates.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(scaled)), scaled])
    weights = np.zeros(design.shape[1])
    penalty = np.diag([0.0, *[RIDGE * len(scaled)] * scaled.shape[1]])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (has_change - chance) - penalty @ weights
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + penalty
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < SETTLED:
            break
    fitted: Values = design @ weights
    return fitted
