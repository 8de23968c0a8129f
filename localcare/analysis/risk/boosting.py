"""Gradient boosting by LightGBM: deterministic, monotone where the factor says so, kept as LightGBM's own text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.libraries import Library
from localcare.analysis.risk.definitions import Factor
from localcare.analysis.risk.values import Values

lightgbm: Any = Library("lightgbm")
STOPPING_SHARE, STOPPING_ROUNDS = 0.2, 20
FEW_ROWS = 200_000
ADDS_UP = 1e-6  # how far contributions may be from the log odds they explain


class BoostingMissing(ImportError):
    """LightGBM is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "This model needs LightGBM, which is not installed. Install the extra: pip install 'localcare[boosting]',"
            " or train with the method logistic."
        )


class NotAdditive(ValueError):
    """The contributions do not add up to the risk; such an explanation is not shown."""


@dataclass(frozen=True)
class BoostedModel:
    """Trees in LightGBM's text format over the values of the factors."""

    factors: tuple[Factor, ...]
    text: str
    baseline: float

    @cached_property
    def _booster(self) -> Any:
        require()
        return lightgbm.Booster(model_str=self.text)

    def log_odds(self, rows: Values) -> Values:
        """The log odds of each row of factor values (n x factors)."""
        return np.asarray(
            self._booster.predict(rows, raw_score=True, num_threads=threads_for(rows)), dtype=np.float64
        )

    def contributions(self, rows: Values) -> Values:
        """TreeSHAP values (n x factors) against the average person; NotAdditive unless they add up."""
        found = np.asarray(
            self._booster.predict(rows, pred_contrib=True, num_threads=threads_for(rows)), dtype=np.float64
        )
        moved: Values = found[:, :-1]
        if len(rows) and np.abs(self.baseline + moved.sum(axis=1) - self.log_odds(rows)).max() > ADDS_UP:
            raise NotAdditive("The explanation of this model does not add up to its risk; train it again.")
        return moved

    def to_content(self) -> dict[str, Any]:
        """The model as plain values; the text is a file of its own."""
        return {"method": "lightgbm", "baseline": self.baseline}

    @classmethod
    def from_content(cls, content: Mapping[str, Any], factors: Sequence[Factor], text: str) -> BoostedModel:
        """The model read back."""
        return cls(tuple(factors), text, float(content["baseline"]))


def threads_for(rows: Values) -> int:
    """One thread for few rows, where handing out work costs more than it saves; the result is the same."""
    return 1 if len(rows) < FEW_ROWS else 2


def require() -> None:
    """BoostingMissing, with the remedy, when LightGBM is not there."""
    if find_spec("lightgbm") is None:
        raise BoostingMissing


def fit_boosted(
    rows: Values,
    event: NDArray[np.int8],
    factors: Sequence[Factor],
    *,
    seed: int,
    settings: Mapping[str, Any],
) -> BoostedModel:
    """Fit on factor values (n x factors, NaN where not known).

    How many trees is settled on a fifth of the rows, drawn by the seed; then all rows are used for so many.
    """
    require()
    parameters = {
        "objective": "binary",
        "num_leaves": settings["leaves"],
        "max_depth": settings["depth"],  # an explanation takes the square of the depth in time
        "learning_rate": settings["learning_rate"],
        "min_data_in_leaf": settings["least_people_in_leaf"],
        "monotone_constraints": [factor.monotone for factor in factors],
        "monotone_constraints_method": "advanced",
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads_for(rows),
        "verbosity": -1,
    }
    trees = _trees(rows, event, parameters, seed=seed, most=settings["trees"])
    booster = lightgbm.train(parameters, _data(rows, event, factors), num_boost_round=trees)
    text = booster.model_to_string()
    baseline = booster.predict(rows[:1], pred_contrib=True)[0, -1]
    return BoostedModel(tuple(factors), text, float(baseline))


def _trees(
    rows: Values, event: NDArray[np.int8], parameters: Mapping[str, Any], *, seed: int, most: int
) -> int:
    """How many trees serve a fifth of the people best, learnt from the others."""
    aside = np.random.default_rng(seed).random(len(rows)) < STOPPING_SHARE
    learnt = lightgbm.Dataset(rows[~aside], label=event[~aside])
    judged = lightgbm.Dataset(rows[aside], label=event[aside], reference=learnt)
    stopping = lightgbm.early_stopping(STOPPING_ROUNDS, verbose=False)
    booster = lightgbm.train(
        {**parameters, "metric": "binary_logloss"},
        learnt,
        num_boost_round=most,
        valid_sets=[judged],
        callbacks=[stopping],
    )
    return int(booster.best_iteration or most)


def _data(rows: Values, event: NDArray[np.int8], factors: Sequence[Factor]) -> Any:
    return lightgbm.Dataset(rows, label=event, feature_name=[factor.name for factor in factors])
