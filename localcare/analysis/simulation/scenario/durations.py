"""How long something takes: a named distribution, its parameters in one unit, and where the numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

DurationUnit = Literal["minutes", "hours", "days"]
Distribution = Literal["exponential", "lognormal", "gamma", "triangular", "uniform", "fixed", "empirical"]

UNITS: tuple[str, ...] = get_args(DurationUnit)
HOURS_IN: Mapping[DurationUnit, float] = {"minutes": 1 / 60, "hours": 1.0, "days": 24.0}
PARAMETERS: Mapping[Distribution, tuple[str, ...]] = {
    "exponential": ("mean",),
    "lognormal": ("mean", "sd"),  # of the length itself, not of its logarithm
    "gamma": ("mean", "sd"),
    "triangular": ("low", "mode", "high"),
    "uniform": ("low", "high"),
    "fixed": ("value",),
    "empirical": (),  # `values`, each as likely as its weight
}


@dataclass(frozen=True)
class Duration:
    """A length of elapsed time, drawn anew for each person; `parameters` and `values` are in `unit`."""

    distribution: Distribution
    unit: DurationUnit
    parameters: Mapping[str, float] = field(default_factory=dict)  # the names of PARAMETERS[distribution]
    values: tuple[float, ...] = ()  # empirical: rising
    weights: tuple[float, ...] = ()  # empirical: one a value; empty: all alike
    source: str = ""

    @property
    def hours_per_unit(self) -> float:
        """What to multiply parameters and values by to have hours."""
        return HOURS_IN[self.unit]
