"""Difference in differences: places with the change against places without, before and after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from localcare.analysis.effect.results import Effect


@dataclass(frozen=True)
class Panel:
    """One row for each unit (practice, cluster …) and period: all three sequences are equally long."""

    units: Sequence[str]
    periods: Sequence[int]
    outcomes: Sequence[float]


def difference_in_differences(
    panel: Panel, *, treated: Collection[str], starts: int, what: str = "the outcome", level: float = 0.95
) -> Effect:
    """Two-way fixed effects with errors robust to clustering by unit; `starts` is the first period with the change.

    When the groups moved apart already before the change, `estimate` is None and `says` why. Raises CannotCompare when there
    are too few units or periods.
    """
    raise NotImplementedError
