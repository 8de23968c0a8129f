"""How factors enter a logistic model: logarithms, bends, indicators of what is missing; all standardised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.risk.definitions import Factor
from localcare.analysis.risk.values import Values, capped

Single = NDArray[np.float32]


@dataclass(frozen=True)
class Term:
    """One column of the design: a factor's value, what it has beyond a bend, or that it is missing.

    Standardised as (x - mean) / spread over the people the model was trained on; an unknown value stands at the mean.
    """

    factor: str
    kind: str
    at: float | None
    mean: float
    spread: float


def raw_terms(values: Values, factor: Factor) -> Iterator[tuple[str, float | None, Values]]:
    """The columns of one factor before standardising, NaN where the value is not known."""
    values = capped(values, factor)
    yield "value", None, np.log1p(np.maximum(values, 0.0)) if factor.log else values
    for bend in factor.bend_at:
        yield "beyond", bend, np.maximum(values - bend, 0.0)
    if factor.may_be_missing:
        yield "missing", None, np.isnan(values).astype(np.float64)


def learn_terms(rows: Values, factors: Sequence[Factor]) -> tuple[Term, ...]:
    """The terms of the factors (columns of `rows`) with mean and spread; those that never vary are left out."""
    terms = []
    for place, factor in enumerate(factors):
        for kind, at, column in raw_terms(rows[:, place], factor):
            known = column[~np.isnan(column)]
            if len(known) and (spread := float(known.std())) > 0:
                terms.append(Term(factor.name, kind, at, float(known.mean()), spread))
    return tuple(terms)


def design(rows: Values, factors: Sequence[Factor], terms: Sequence[Term], *, single: bool = False) -> Any:
    """The standardised design (n x terms), as float32 when `single`, in row order."""
    places = {(term.factor, term.kind, term.at): number for number, term in enumerate(terms)}
    made = np.zeros((len(rows), len(terms)), dtype=np.float32 if single else np.float64)
    for place, factor in enumerate(factors):
        for kind, at, column in raw_terms(rows[:, place], factor):
            number = places.get((factor.name, kind, at))
            if number is not None:
                term = terms[number]
                made[:, number] = np.nan_to_num((column - term.mean) / term.spread, nan=0.0)
    return made
