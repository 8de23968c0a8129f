"""A scenario made ready: its names by position, and the network that the loops read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from localcare.analysis.pathways.model import Outcome, Pathway, Step
from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.calendar import Calendar
from localcare.analysis.simulation.scenario.durations import Duration
from localcare.analysis.simulation.scenario.model import Scenario, ServiceScenario, StepScenario
from localcare.analysis.simulation.state import part


class CannotSimulate(ValueError):
    """The scenario asks for something that the simulation does not know; the message names it and the remedy."""


@dataclass(frozen=True)
class Service:
    """A service of the network; without `scenario` it is nobody in particular, without limit."""

    code: str
    kind: str
    title: str
    scenario: ServiceScenario | None


@dataclass(frozen=True)
class Plan:
    """A scenario made ready: names by position, arrays for the loops, and what to draw."""

    scenario: Scenario
    calendar: Calendar
    pathways: tuple[Pathway, ...]
    steps: tuple[tuple[int, Step], ...]  # position of the pathway, and the step
    outcomes: tuple[tuple[int, Outcome], ...]  # position of the step, and the outcome
    services: tuple[Service, ...]
    areas: tuple[str, ...]  # at least one; "" where the scenario names none
    priorities: tuple[str, ...]  # of all pathways, most urgent first
    series: tuple[tuple[int, str, Duration | None], ...]  # step, purpose and length of each series of draws
    may_repeat: tuple[bool, ...]  # by step
    network: np.ndarray  # as laid out by `columns`
    left_out: tuple[str, ...]  # pathways that an outcome opens and the scenario does not hold

    def step_scenario(self, step: int) -> StepScenario:
        """What the scenario says of a step."""
        pathway, said = self.steps[step]
        return self.scenario.pathways[self.pathways[pathway].code].steps[said.code]

    @cached_property
    def step_rows(self) -> np.ndarray:
        """The rows of the steps."""
        return part(self.network, c.STEPS_AT, len(self.steps) * c.STEP_WIDTH).reshape(-1, c.STEP_WIDTH)

    @cached_property
    def outcome_rows(self) -> np.ndarray:
        """The rows of the outcomes."""
        return part(self.network, c.OUTCOMES_AT, len(self.outcomes) * c.OUTCOME_WIDTH).reshape(
            -1, c.OUTCOME_WIDTH
        )

    @cached_property
    def services_of(self) -> tuple[tuple[int, ...], ...]:
        """The services that do each step, by area."""
        size = len(self.steps) * len(self.areas)
        found = part(self.network, c.SERVICES_OF_AT, size).reshape(-1, len(self.areas))
        return tuple(tuple(map(int, row)) for row in found)

    @cached_property
    def keeps(self) -> np.ndarray:
        """Step x step: whether who goes on from one to the other keeps the place until they begin."""
        return part(self.network, c.KEEPS_AT, len(self.steps) ** 2).reshape(len(self.steps), -1)

    def is_unlimited(self, service: int) -> bool:
        """Whether a service has no limit on any day."""
        said = self.services[service].scenario
        return said is None or all(period.places is None and not period.shifts for period in said.capacity)

    @cached_property
    def _following(self) -> tuple[frozenset[int], ...]:
        found: list[set[int]] = [set() for _ in self.steps]
        for row, (step, _) in enumerate(self.outcomes):
            found[step].update(self.leads_to(row))
            found[step].update(start for pathway in self.opens(row) for start in self.starts(pathway))
        return tuple(map(frozenset, found))

    def follows(self, step: int) -> frozenset[int]:
        """The steps that may be asked for after a step, those of pathways it opens with them."""
        return self._following[step]

    def leads_to(self, outcome: int) -> list[int]:
        """The steps that an outcome leads to."""
        first, count = self.outcome_rows[outcome, [c.FIRST_TO, c.TOS]]
        return [int(self.network[self.network[c.TO_STEPS_AT] + first + place]) for place in range(count)]

    def opens(self, outcome: int) -> list[int]:
        """The pathways, by position, that an outcome opens."""
        first, count = self.outcome_rows[outcome, [c.FIRST_OPENING, c.OPENINGS]]
        begins = self.network[c.OPENINGS_AT] + c.OPENS_PATHWAY
        return [int(self.network[begins + (first + place) * c.OPENING_WIDTH]) for place in range(count)]

    def starts(self, pathway: int) -> list[int]:
        """The steps that a pathway begins with."""
        return [
            self.step_at(self.pathways[pathway].code, code) for code in self.pathways[pathway].starts_with
        ]

    def step_at(self, pathway: str, step: str) -> int:
        """The position of a step."""
        names = [(self.pathways[place].code, found.code) for place, found in self.steps]
        return names.index((pathway, step))
