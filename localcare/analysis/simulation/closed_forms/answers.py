"""What the closed forms say of a scenario: for each service, or why they cannot."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from localcare.analysis.simulation.scenario.distributions import Array


@dataclass(frozen=True)
class Waits:
    """Waits of those who are served, nothing or exponential, hour by hour or day by day: three arrays of one length."""

    weight: Array  # people who come; they sum to 1
    probability: Array  # that they wait
    mean_hours: Array  # of all, waiting or not

    def share_within(self, hours: float) -> float:
        """The share that waits no longer than this."""
        if_waiting = self.mean_hours / np.maximum(self.probability, 1e-300)
        longer = self.probability * np.exp(-hours / np.maximum(if_waiting, 1e-300))
        return float(1 - np.dot(self.weight, longer))

    @property
    def wait_probability(self) -> float:
        """The share that waits at all."""
        return float(np.dot(self.weight, self.probability))

    @property
    def mean(self) -> float:
        """The mean wait of all in hours."""
        return float(np.dot(self.weight, self.mean_hours))


@dataclass(frozen=True)
class ServiceAnswer:
    """One service over the counted days; waits are missing where `why_not` says why."""

    service: str
    title: str
    unit: str
    formula: str  # its published name; empty where none applies
    is_exact: bool  # the formula holds exactly for what the scenario says of a steady state
    why_not: str
    notes: tuple[str, ...]  # what was left out of account
    asked_per_day: float
    mean_stay_hours: float
    load: float  # mean number of places that would be taken if nobody waited
    places: float  # mean number open; infinite without limit
    most_load: float  # of any day
    missing: float  # mean number of places by which load exceeds what is open
    most_missing: float
    days_short: int  # counted days on which load exceeds what is open
    load_by_day: tuple[float, ...]
    places_by_day: tuple[float, ...]
    waits: Waits | None = None
    waits_by_priority: Mapping[str, Waits] | None = None
    lost: float = 0.0  # share turned away or giving up
    census_interval: tuple[int, int] | None = None  # of the number there, 95% of the time, where nobody waits

    @property
    def applies(self) -> bool:
        """Whether a formula answers."""
        return bool(self.formula)

    @property
    def utilisation(self) -> float:
        """The share of the places that is taken: 1 where more is asked than there is."""
        if math.isinf(self.places):
            return 0.0
        return min(self.load * (1 - self.lost) / self.places, 1.0) if self.places > 0 else 1.0

    @property
    def wait_probability(self) -> float | None:
        """The share that waits at all."""
        return self.waits.wait_probability if self.waits else None

    @property
    def mean_wait_hours(self) -> float | None:
        """The mean wait of all."""
        return self.waits.mean if self.waits else None

    def share_within(self, hours: float, priority: str = "") -> float | None:
        """The share (of a priority) that waits no longer than this; None where no formula answers."""
        waits = (self.waits_by_priority or {}).get(priority) if priority else self.waits
        return waits.share_within(hours) if waits else None


@dataclass(frozen=True)
class ClosedAnswer:
    """The answer of the closed forms to a scenario."""

    scenario: str
    services: Mapping[str, ServiceAnswer]
    assumptions: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every service has its answer."""
        return all(one.applies for one in self.services.values())
