"""The raw figure against a baseline: a difference, with chance stated, and nothing said about its cause."""

from __future__ import annotations

from localcare.analysis.effect.results import Effect


def against_baseline(
    observed: float, baseline: float, *, what: str, period: str = "", level: float = 0.95
) -> Effect:
    """A count against the count planned or had before (`baseline`, taken as fixed); heading "Difference".

    The interval is the exact Poisson one of the observed count. Raises CannotCompare.
    """
    raise NotImplementedError
