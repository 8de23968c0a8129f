"""Logistic regression: fitted by scikit-learn, worked out again with numpy alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.libraries import Library
from localcare.analysis.risk.definitions import Factor
from localcare.analysis.risk.design import Term, design, learn_terms
from localcare.analysis.risk.values import Values

linear_model: Any = Library("sklearn.linear_model")
SIGNIFICANT = 10  # digits kept of a weight: the same on every machine, and finer than any use
ROWS_AT_A_TIME = 200_000


@dataclass(frozen=True)
class LogisticModel:
    """An intercept, which is the log odds of the average person of the place, and a weight for each term."""

    factors: tuple[Factor, ...]
    intercept: float
    terms: tuple[Term, ...]
    weights: tuple[float, ...]

    def log_odds(self, rows: Values) -> Values:
        """The log odds of each row of factor values (n x factors)."""
        weights = np.array(self.weights)
        made = np.empty(len(rows))
        for first in range(0, len(rows), ROWS_AT_A_TIME):
            part = slice(first, first + ROWS_AT_A_TIME)
            made[part] = self.intercept + design(rows[part], self.factors, self.terms) @ weights
        return made

    def contributions(self, rows: Values) -> Values:
        """What each factor adds to the log odds against the average person (n x factors); exact: they sum up."""
        weighted = design(rows, self.factors, self.terms) * np.array(self.weights)
        place = {factor.name: number for number, factor in enumerate(self.factors)}
        made = np.zeros((len(rows), len(self.factors)))
        for number, term in enumerate(self.terms):
            made[:, place[term.factor]] += weighted[:, number]
        return made

    @property
    def baseline(self) -> float:
        """The log odds that contributions are added to."""
        return self.intercept

    def to_content(self) -> dict[str, Any]:
        """The model as plain values."""
        terms = [
            asdict(term) | {"weight": weight} for term, weight in zip(self.terms, self.weights, strict=True)
        ]
        return {"method": "logistic", "intercept": self.intercept, "terms": terms}

    @classmethod
    def from_content(cls, content: Mapping[str, Any], factors: Sequence[Factor]) -> LogisticModel:
        """The model read back."""
        terms, weights = [], []
        for item in content["terms"]:
            weights.append(float(item["weight"]))
            terms.append(Term(**{name: value for name, value in item.items() if name != "weight"}))
        return cls(tuple(factors), float(content["intercept"]), tuple(terms), tuple(weights))


def fit_logistic(
    rows: Values, event: NDArray[np.int8], factors: Sequence[Factor], *, penalty: float
) -> LogisticModel:
    """Fit on factor values (n x factors) with a slight penalty on the standardised weights (lbfgs)."""
    terms = learn_terms(rows, factors)
    fitted = linear_model.LogisticRegression(C=1.0 / penalty, solver="lbfgs", tol=1e-6, max_iter=2000)
    fitted.fit(design(rows, factors, terms, single=True), event)
    weights = tuple(_rounded(value) for value in fitted.coef_[0])
    return LogisticModel(tuple(factors), _rounded(fitted.intercept_[0]), terms, weights)


def _rounded(value: float) -> float:
    return float(f"{float(value):.{SIGNIFICANT}g}")


def to_risk(log_odds: Values) -> Values:
    """The chance, 0 to 1, of log odds."""
    risk: Values = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -36.0, 36.0)))
    return risk
