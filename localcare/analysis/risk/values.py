"""The value of a factor from the columns of the scores table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.risk.definitions import Factor

Values = NDArray[np.float64]


def factor_values(columns: Mapping[str, NDArray[Any]], factor: Factor) -> Values:
    """One number per row, NaN where it is not known; a flag is 1 or 0. Before any transform."""
    column = columns[factor.column]
    if factor.bit:
        return np.asarray((column.astype(np.int64) & factor.bit) != 0, dtype=np.float64)
    if factor.equals:
        known = np.isin(column, factor.known) if factor.known else np.ones(len(column), dtype=bool)
        return np.where(known, (column == factor.equals).astype(np.float64), np.nan)
    values = column.astype(np.float64)
    if factor.minus:
        values = values - columns[factor.minus]
    return values / factor.divide_by


def matrix(columns: Mapping[str, NDArray[Any]], factors: Sequence[Factor]) -> Values:
    """Rows by factors (shape n x factors, column order)."""
    rows = len(next(iter(columns.values())))
    made = np.empty((rows, len(factors)), order="F")
    for place, factor in enumerate(factors):
        made[:, place] = factor_values(columns, factor)
    return made


def capped(values: Values, factor: Factor) -> Values:
    """The values with the factor's upper end."""
    return values if factor.up_to is None else np.minimum(values, factor.up_to)
