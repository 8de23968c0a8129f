"""What a run gives back: days of all replications, intervals over them, a journal on request, a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.simulation.scenario.model import Scenario


@dataclass(frozen=True)
class SimulationResult:
    """The outcome of `simulate`; tables are pyarrow tables."""

    scenario: Scenario
    engine: str  # closed, recursion or events
    why_engine: str  # in words
    seed: int
    replications: int

    def summary(self) -> Any:
        """One row a measure: measure, pathway, step, service, unit, mean, lower, upper, sd (95% interval over replications).

        Measures of a service: asked_per_day, started_per_day, finished_per_day, gave_up_per_day, mean_wait (minutes), waited
        (share), wait_p50 and wait_p95 (minutes), waiting (average number), occupied (average number), utilisation (share);
        of a step: the same without utilisation; of a clock: met (share of those that stopped or ran out).
        """
        raise NotImplementedError

    def daily(self) -> Any:
        """One row a replication, day and service or step: replication, day, pathway, step, service, asked, started,
        finished, gave_up, wait_seconds (sum of those who started that day), waiting and occupied (at the end of the day), places.
        """
        raise NotImplementedError

    def clock_days(self) -> Any:
        """One row a replication, day and clock: replication, day (of its start), pathway, step, clock, standard, met, missed."""
        raise NotImplementedError

    def write_journal(self, folder: Path | str, replication: int = 0) -> JournalFolder:
        """Run one replication again and write it as a journal folder, with people and services."""
        raise NotImplementedError

    def report(self) -> str:
        """The assumptions and results under the STRESS-DES headings, in Markdown."""
        raise NotImplementedError
