"""Matched controls: each person (or place) with the change beside the most alike without it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from localcare.analysis.effect.results import Effect


@dataclass(frozen=True)
class Candidates:
    """One group: identifiers, the outcome of each, covariates to balance on and keys that must agree exactly."""

    identifiers: Sequence[str]
    outcomes: Sequence[float]
    covariates: Mapping[str, Sequence[float]]
    exact: Mapping[str, Sequence[Hashable]] = field(default_factory=dict)


def matched_controls(
    treated: Candidates,
    controls: Candidates,
    *,
    what: str = "the outcome",
    seed: int = 0,
    caliper: float = 0.2,
    level: float = 0.95,
) -> Effect:
    """Exact strata, then the nearest neighbour by propensity, one control each, without replacement.

    When the groups stay unalike after matching, `estimate` is None and `says` why. Raises CannotCompare when there are too
    few pairs.
    """
    raise NotImplementedError
