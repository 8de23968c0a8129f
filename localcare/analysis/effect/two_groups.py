"""The difference of two groups' means with an interval that holds for unequal spread and few members.

Source: the bias-reduced cluster-robust variance (CR2), which for two groups is the sum of the unbiased variances of their means,
with Bell and McCaffrey's degrees of freedom: Imbens and Kolesár 2016 (Rev Econ Stat 98:701).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.effect.results import Interval
from localcare.analysis.libraries import Library

special: Any = Library("scipy.special")
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Contrast:
    """Difference of means (first group minus second), its standard error and degrees of freedom."""

    value: float
    error: float
    freedom: float

    def interval(self, level: float) -> Interval:
        """The interval of that level by Student's t."""
        reach = float(special.stdtrit(self.freedom, 0.5 + level / 2)) * self.error
        return Interval(self.value, self.value - reach, self.value + reach, level)

    @property
    def p_value(self) -> float:
        """How often chance alone would give a difference as large or larger."""
        if not self.error:
            return float(self.value == 0)
        return float(2 * special.stdtr(self.freedom, -abs(self.value) / self.error))


def contrast(first: Values, second: Values) -> Contrast:
    """Compare two groups of at least two members each, one number per member."""
    one, two = len(first), len(second)
    variance = first.var(ddof=1) / one + second.var(ddof=1) / two
    freedom = (one + two) ** 2 * (one - 1) * (two - 1) / (one**2 * (one - 1) + two**2 * (two - 1))
    return Contrast(float(first.mean() - second.mean()), float(variance**0.5), freedom)


def mean_of(differences: Values) -> Contrast:
    """The mean of paired differences against none."""
    count = len(differences)
    return Contrast(float(differences.mean()), float(differences.std(ddof=1) / count**0.5), count - 1)
