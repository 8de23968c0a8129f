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
STEPS, SETTLED = 100, 1e-11
LARGE = 20_000_000  # numbers in a design from which single precision halves the memory


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
    rows: Values,
    event: NDArray[np.int8],
    factors: Sequence[Factor],
    *,
    penalty: float,
    shrink: bool = True,
) -> LogisticModel:
    """Fit on factor values (n x factors) with a slight penalty on the standardised weights (lbfgs).

    A factor that may only raise (or lower) a risk and would do the opposite, because others say the same thing better,
    gets no weight. With `shrink`, all weights are then made smaller by one share, so that a model of few people does
    not promise more than it keeps; with many people the share is next to 1.
    """
    terms = learn_terms(rows, factors)
    large = len(rows) * len(terms) > LARGE
    columns = design(rows, factors, terms, single=large)
    tolerance = 1e-6 if large else 1e-9
    fitted = linear_model.LogisticRegression(C=1.0 / penalty, solver="lbfgs", tol=tolerance, max_iter=5000)
    fitted.fit(columns, event)
    signs, used = _signs(factors, terms), len(terms)
    while (against := fitted.coef_[0] * signs < 0).any():
        columns[:, against] = 0.0
        used -= int(against.sum())
        fitted.fit(columns, event)
    weights, intercept = fitted.coef_[0].astype(np.float64), float(fitted.intercept_[0])
    if shrink:
        slopes = columns @ weights
        weights = weights * shrinkage(slopes + intercept, event, used)
        intercept = _intercept_for(columns @ weights, event)
    rounded = tuple(_rounded(value) for value in weights)
    return LogisticModel(tuple(factors), _rounded(intercept), terms, rounded)


def _signs(factors: Sequence[Factor], terms: Sequence[Term]) -> Values:
    """1 or -1 for each term that may only raise or only lower a risk, else 0."""
    allowed = {factor.name: float(factor.monotone) for factor in factors}
    return np.array([0.0 if term.kind == "missing" else allowed[term.factor] for term in terms])


def shrinkage(log_odds: Values, event: NDArray[np.int8], terms: int) -> float:
    """(X - k) / X, X twice the gain in log likelihood over the mean and k the terms; never below 0.

    Source: Van Houwelingen and Le Cessie, Statistics in Medicine 1990.
    """
    rate = float(event.mean())
    without = len(event) * (rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
    with_model = float((event * log_odds - np.logaddexp(0.0, log_odds)).sum())
    gain = 2.0 * (with_model - without)
    return max(0.0, (gain - terms) / gain) if gain > 0 else 0.0


def _intercept_for(slopes: Values, event: NDArray[np.int8]) -> float:
    """The intercept with which as many events are expected as there were."""
    intercept, events = 0.0, float(event.sum())
    for _ in range(STEPS):
        risk = to_risk(slopes + intercept)
        step = (events - risk.sum()) / (risk * (1.0 - risk)).sum()
        intercept += float(np.clip(step, -2.0, 2.0))
        if abs(step) < SETTLED:
            break
    return intercept


def _rounded(value: float) -> float:
    return float(f"{float(value):.{SIGNIFICANT}g}")


def to_risk(log_odds: Values) -> Values:
    """The chance, 0 to 1, of log odds."""
    risk: Values = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -36.0, 36.0)))
    return risk
