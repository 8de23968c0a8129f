"""How services answer requests: asked of whoever keeps the journal, which registers itself here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Performance:
    """How many requests were answered of late, how many of them accepted, and the usual time to an answer."""

    answered: int
    accepted: int
    time_to_answer: timedelta | None = None

    @property
    def acceptance_rate(self) -> float | None:
        """The share accepted, from 0 to 1; None while nothing was answered."""
        return self.accepted / self.answered if self.answered else None


PerformanceOf = Callable[[Collection[int]], Mapping[int, Performance]]
UNKNOWN = Performance(0, 0)
_source: list[PerformanceOf] = []


def register_performance(source: PerformanceOf) -> None:
    """Say where performance comes from: a function of the keys of services, asked once for a whole page."""
    _source[:] = [source]


def performance_of(services: Collection[int]) -> Mapping[int, Performance]:
    """What is known of each service; empty while nobody registered."""
    return _source[0](services) if _source and services else {}
