"""What a run gives back: days of all replications, intervals over them, a journal on request, a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.simulation.scenario.model import Scenario

if TYPE_CHECKING:
    from localcare.analysis.simulation.clock_plan import ClockPlan
    from localcare.analysis.simulation.closed_forms.answers import ClosedAnswer
    from localcare.analysis.simulation.draws import Prepared
    from localcare.analysis.simulation.replication import Figures


class NoDays(ValueError):
    """Closed forms give figures of the whole, no days and no journal."""


@dataclass(frozen=True)
class RunFacts:
    """How a run was made."""

    engine: str  # closed, recursion or events
    why_engine: str
    seed: int
    replications: int
    threads: int
    seconds: float
    versions: Mapping[str, str]


@dataclass(frozen=True)
class SimulationResult:
    """The outcome of `simulate`; tables are pyarrow tables."""

    scenario: Scenario
    facts: RunFacts
    prepared: Prepared
    clocks: ClockPlan
    figures: tuple[Figures, ...]  # one a replication

    @property
    def engine(self) -> str:
        """Which engine ran: closed, recursion or events."""
        return self.facts.engine

    @property
    def why_engine(self) -> str:
        """Why that engine, in words."""
        return self.facts.why_engine

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self.facts.seed

    @property
    def replications(self) -> int:
        """How many replications were run."""
        return self.facts.replications

    @cached_property
    def _summary(self) -> Any:
        from localcare.analysis.simulation.summary import summary

        return summary(self)

    def summary(self) -> Any:
        """One row a measure: measure, pathway, step, service, clock, unit, mean, lower, upper, sd (95% interval).

        Of a service: asked_per_day, started_per_day, finished_per_day, gave_up_per_day, turned_away_per_day, mean_wait
        (minutes), waited (share), wait_p50 and wait_p95 (minutes), waiting and occupied (average numbers), utilisation
        (share; none without limit); of a step: the same without utilisation; of a clock: met (share); of a pathway:
        ended_per_day. What does not apply to a row is an empty string.
        """
        return self._summary

    def measure(self, name: str, **of: str) -> Any:
        """The interval of one measure, `measure("mean_wait", service="operators")`; LookupError when there is none."""
        from localcare.analysis.simulation.summary import find

        return find(self.summary(), name, of)

    def values(self, name: str, **of: str) -> Any:
        """A measure in each replication, as an array."""
        from localcare.analysis.simulation.summary import values

        return values(self, name, of)

    def daily(self) -> Any:
        """One row a replication, day and service or step: asked, started, finished, gave_up, turned_away, wait_seconds (of
        those who started), waiting and occupied at the end of the day. A row of a service has no pathway and step.
        """
        from localcare.analysis.simulation.days import daily

        return daily(self)

    def clock_days(self) -> Any:
        """One row a replication, day (of its start) and clock: pathway, step, clock, standard, met, missed."""
        from localcare.analysis.simulation.days import clock_days

        return clock_days(self)

    def littles_law(self) -> Any:
        """For each service: the average number there as counted, and as arrivals x mean time; they must be the same."""
        from localcare.analysis.simulation.summary import littles_law

        return littles_law(self)

    def write_journal(self, folder: Path | str, replication: int = 0) -> JournalFolder:
        """Run one replication again and write it as a journal folder, with people and services."""
        from localcare.analysis.simulation.journal import write

        return write(self, Path(folder), replication)

    def report(self) -> str:
        """The assumptions and results under the STRESS-DES headings, in Markdown."""
        from localcare.analysis.simulation.report import report

        return report(self)


class ClosedResult(SimulationResult):
    """The outcome of the closed forms: a summary without intervals."""

    def __init__(self, scenario: Scenario, facts: RunFacts, answer: ClosedAnswer) -> None:
        object.__setattr__(self, "scenario", scenario)
        object.__setattr__(self, "facts", facts)
        object.__setattr__(self, "answer", answer)

    answer: ClosedAnswer

    @cached_property
    def _summary(self) -> Any:
        from localcare.analysis.simulation.summary import closed_summary

        return closed_summary(self.answer)

    def _refuse(self) -> Any:
        raise NoDays("Closed forms give no days and no journal: run it with engine='recursion' or 'events'.")

    def values(self, name: str, **of: str) -> Any:
        """Not known."""
        return self._refuse()

    def daily(self) -> Any:
        """Not known."""
        return self._refuse()

    def clock_days(self) -> Any:
        """Not known."""
        return self._refuse()

    def littles_law(self) -> Any:
        """Not known."""
        return self._refuse()

    def write_journal(self, folder: Path | str, replication: int = 0) -> JournalFolder:
        """Not possible."""
        found: JournalFolder = self._refuse()
        return found

    def report(self) -> str:
        """What the closed forms say and assume, in Markdown."""
        from localcare.analysis.simulation.report import closed_report

        return closed_report(self)
