"""Pathways and a scenario as a network of steps and services: arrays that the loops read, and the names behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from localcare.analysis.pathways.graph import arrows_of, following
from localcare.analysis.pathways.model import Outcome, Pathway, Step
from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.calendar import Calendar
from localcare.analysis.simulation.plan import CannotSimulate, Plan, Service
from localcare.analysis.simulation.scenario.durations import Duration
from localcare.analysis.simulation.scenario.lookup import (
    duration_factor,
    pathways_of,
    service_of,
    shares_on,
)
from localcare.analysis.simulation.scenario.model import Scenario, ServiceScenario, StepScenario
from localcare.analysis.simulation.state import laid_out

JOINS = ("each", "any", "all")
MOST_STEPS = 62  # of one pathway: a bit each


def plan_of(scenario: Scenario, pathways: Mapping[str, Pathway]) -> Plan:
    """Make a scenario ready; CannotSimulate where it lacks something."""
    found = tuple(pathways_of(scenario, pathways).values())
    return _Builder(scenario, found).plan()


def in_order_of_urgency(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """All priorities, each before those that some pathway calls less urgent; ties as first met."""
    lists = [list(one) for one in lists if one]
    found: list[str] = []
    left = list(dict.fromkeys(code for one in lists for code in one))
    while left:
        later = {after for one in lists for before, after in pairwise(one) if before in left}
        first = next((code for code in left if code not in later), left[0])
        found.append(first)
        left.remove(first)
    return tuple(found)


class _Builder:
    def __init__(self, scenario: Scenario, pathways: tuple[Pathway, ...]) -> None:
        self.scenario, self.pathways = scenario, pathways
        self.places = {pathway.code: place for place, pathway in enumerate(pathways)}
        self.calendar = Calendar(scenario.starts_on, scenario.warm_up_days + scenario.days)
        self.areas = self._areas()
        self.steps = tuple(
            (place, step)
            for place, pathway in enumerate(pathways)
            for step in pathway.steps.values()
            if step.code in scenario.pathways[pathway.code].steps
        )
        self.step_places = {
            (self.pathways[place].code, step.code): row for row, (place, step) in enumerate(self.steps)
        }
        self.services: list[Service] = [
            Service(code, said.kind, said.title, said) for code, said in scenario.services.items()
        ]
        self.left_out: list[str] = []
        self.series: list[tuple[int, str, Duration | None]] = []

    def _areas(self) -> tuple[str, ...]:
        named = list(self.scenario.areas)
        named += [code for said in self.scenario.pathways.values() for code in said.areas]
        named += [group.area for group in self.scenario.initial if group.area]
        return tuple(dict.fromkeys(named)) or ("",)

    def _said(self, row: int) -> StepScenario:
        place, step = self.steps[row]
        return self.scenario.pathways[self.pathways[place].code].steps[step.code]

    def plan(self) -> Plan:
        outcomes = self._outcomes()
        services_of = self._services_of()
        priorities = in_order_of_urgency([list(pathway.priorities) for pathway in self.pathways])
        shares, share_rows, widest = self._shares()
        factors, factor_rows = self._factors()
        self.series = [(row, "outcome", None) for row in range(len(self.steps))]
        outcome_rows, to_steps, openings = self._outcome_rows(outcomes)
        steps = self._step_rows(outcomes, share_rows, factor_rows)
        starts = [[self._step(pathway, code) for code in pathway.starts_with] for pathway in self.pathways]
        firsts = np.cumsum([0, *map(len, starts)])
        network = laid_out(
            c.NETWORK_HEAD,
            {
                c.AREAS: len(self.areas),
                c.STEPS: len(self.steps),
                c.WIDEST: widest,
                c.PRIORITIES: max(1, len(priorities)),
                c.SERVICES: len(self.services),
                c.PATHWAYS: len(self.pathways),
            },
            {
                c.PATHWAYS_AT: _flat([(firsts[place], len(starts[place])) for place in range(len(starts))]),
                c.STARTS_AT: _flat([(row,) for rows in starts for row in rows]),
                c.STEPS_AT: _flat(steps),
                c.OUTCOMES_AT: _flat(outcome_rows),
                c.TO_STEPS_AT: _flat([(row,) for row in to_steps]),
                c.OPENINGS_AT: _flat(openings),
                c.SERVICES_OF_AT: _flat(services_of),
                c.KEEPS_AT: self._keeps(services_of),
                c.CUMULATIVE_AT: np.ceil(np.minimum(shares, 2.0) * c.CERTAIN).astype(np.int64),
                c.FACTORS_AT: np.rint(factors * c.UNCHANGED).astype(np.int64),
                c.ROOMS_AT: _flat([(_room(one.scenario),) for one in self.services]),
                c.DAYS_AT: np.array(self.calendar.midnights, dtype=np.int64),
            },
        )
        return Plan(
            scenario=self.scenario, calendar=self.calendar, pathways=self.pathways, steps=self.steps, outcomes=outcomes,
            services=tuple(self.services), areas=self.areas, priorities=priorities, series=tuple(self.series),
            may_repeat=tuple(self._may_repeat(row) for row in range(len(self.steps))), network=network,
            left_out=tuple(dict.fromkeys(self.left_out)),
        )  # fmt: skip

    def _step(self, pathway: Pathway, code: str) -> int:
        row = self.step_places.get((pathway.code, code))
        if row is None:
            raise CannotSimulate(
                f"The scenario says nothing of the step {code!r} of {pathway.code}, which can be reached:"
                " add its duration and outcomes"
            )
        return row

    def _outcomes(self) -> tuple[tuple[int, Outcome], ...]:
        return tuple(
            (row, outcome) for row, (_, step) in enumerate(self.steps) for outcome in step.outcomes.values()
        )

    def _services_of(self) -> list[tuple[int, ...]]:
        codes = {service.code: place for place, service in enumerate(self.services)}
        found = []
        for place, step in self.steps:
            names = [
                service_of(self.scenario, self.pathways[place], step.code, area) or step.by
                for area in self.areas
            ]
            for name in names:
                if name not in codes:
                    codes[name] = len(self.services)
                    self.services.append(Service(name, step.by, name.replace("-", " ").capitalize(), None))
            found.append(tuple(codes[name] for name in names))
        return found

    def _shares(self) -> tuple[np.ndarray, list[tuple[int, int, int]], int]:
        widest = max(len(step.outcomes) for _, step in self.steps)
        rows: list[np.ndarray] = []
        places = []
        for place, step in self.steps:
            code = self.pathways[place].code
            changes = any(
                (one.what, one.pathway, one.step) == ("share", code, step.code)
                for one in self.scenario.changes
            )
            days = self.calendar.ordinals if changes else self.calendar.ordinals[:1]
            areas = self.areas if changes else self.areas[:1]
            places.append((len(rows), len(days) if changes else 0, 1 if changes else 0))
            for area in areas:
                rows += [
                    _cumulative(shares_on(self.scenario, code, step.code, area, day), step, widest)
                    for day in days
                ]
        return np.concatenate(rows), places, widest

    def _factors(self) -> tuple[np.ndarray, list[tuple[int, int, int]]]:
        factors: list[float] = []
        places = []
        for place, step in self.steps:
            code = self.pathways[place].code
            if not any(
                (one.what, one.pathway, one.step) == ("duration", code, step.code)
                for one in self.scenario.changes
            ):
                places.append((-1, 0, 0))
                continue
            places.append((len(factors), self.calendar.days, 1))
            factors += [
                duration_factor(self.scenario, code, step.code, area, day)
                for area in self.areas
                for day in self.calendar.ordinals
            ]
        return np.array(factors or [1.0]), places

    def _outcome_rows(
        self, outcomes: Sequence[tuple[int, Outcome]]
    ) -> tuple[list[tuple[int, ...]], list[int], list[tuple[int, int]]]:
        rows: list[tuple[int, ...]] = []
        to_steps: list[int] = []
        openings: list[tuple[int, int]] = []
        base: dict[int, int] = {}
        for row, outcome in outcomes:
            pathway = self.pathways[self.steps[row][0]]
            said = self._said(row)
            to = self._leads_to(row, outcome)
            opens = [*self._opens(outcome)] if self._can_happen(row, outcome.code) else []
            own = said.duration_by_outcome.get(outcome.code)
            if own is None and row not in base:
                base[row] = self._add_series(row, "duration", said.duration)
            length = self._add_series(row, f"duration:{outcome.code}", own) if own is not None else base[row]
            end = outcome.stop or outcome.end
            ends = list(pathway.ends).index(end) if end else -1
            rows.append(
                (len(to_steps), len(to), int(bool(outcome.stop)), ends, len(openings), len(opens), length)
            )
            to_steps += to
            openings += opens
        return rows, to_steps, openings

    def _can_happen(self, row: int, outcome: str) -> bool:
        """Whether the scenario lets the outcome happen, now or after a change."""
        place, step = self.steps[row]
        said = self._said(row)
        changed = any(
            (one.what, one.pathway, one.step, one.outcome)
            == ("share", self.pathways[place].code, step.code, outcome)
            for one in self.scenario.changes
        )
        return said.outcomes.get(outcome, 0) > 0 or said.abandons_as == outcome or changed

    def _leads_to(self, row: int, outcome: Outcome) -> list[int]:
        if not self._can_happen(row, outcome.code):
            return []
        return [self._step(self.pathways[self.steps[row][0]], to) for to in outcome.to]

    def _opens(self, outcome: Outcome) -> Iterator[tuple[int, int]]:
        for opening in outcome.opens:
            if opening.pathway in self.places:
                yield self.places[opening.pathway], int(opening.whom == "carer")
            else:
                self.left_out.append(opening.pathway)

    def _add_series(self, row: int, purpose: str, duration: Duration) -> int:
        self.series.append((row, purpose, duration))
        return len(self.series) - 1

    def _step_rows(
        self,
        outcomes: Sequence[tuple[int, Outcome]],
        shares: Sequence[tuple[int, int, int]],
        factors: Sequence[tuple[int, int, int]],
    ) -> list[tuple[int, ...]]:
        rows: list[tuple[int, ...]] = []
        for row, (place, step) in enumerate(self.steps):
            said = self._said(row)
            local = [one.code for position, one in self.steps if position == place].index(step.code)
            if local >= MOST_STEPS:
                raise CannotSimulate(
                    f"{self.pathways[place].code} has more than {MOST_STEPS} steps: split it"
                )
            first = next(position for position, (of, _) in enumerate(outcomes) if of == row)
            codes = list(step.outcomes)
            gives_up = first + codes.index(said.abandons_as) if said.abandons_as else c.NEVER
            patience = self._add_series(row, "patience", said.patience) if said.patience else c.NEVER
            rows.append(
                (
                    place,
                    JOINS.index(step.after),
                    1 << local,
                    said.takes,
                    first,
                    len(codes),
                    gives_up,
                    patience,
                )
                + shares[row]
                + factors[row]
            )
        return rows

    def _keeps(self, services_of: Sequence[Sequence[int]]) -> np.ndarray:
        """Whether somebody keeps a place of one step until the other begins."""
        count = len(self.steps)
        found = np.zeros((count, count), dtype=np.int64)
        for row, (place, step) in enumerate(self.steps):
            serving = [self.services[number] for number in services_of[row]]
            names = {step.by, *(one.code for one in serving), *(one.kind for one in serving)}
            blocks = any(one.scenario is not None and one.scenario.blocks for one in serving)
            for other, (whose, following_step) in enumerate(self.steps):
                if whose == place and other != row:
                    found[row, other] = blocks or following_step.waits_in in names
        return found.ravel()

    def _may_repeat(self, row: int) -> bool:
        """Whether one journey can come to the step twice: round again, or by branches side by side."""
        place, step = self.steps[row]
        pathway = self.pathways[place]
        splits = any(len(one.to) > 1 for other in pathway.steps.values() for one in other.outcomes.values())
        return splits or len(pathway.starts_with) > 1 or step.code in following(step.code, arrows_of(pathway))


def _cumulative(shares: Mapping[str, float], step: Step, widest: int) -> np.ndarray:
    given = np.array([max(0.0, shares.get(code, 0.0)) for code in step.outcomes])
    found = np.ones(widest)
    total = given.sum()
    found[: len(given)] = np.cumsum(given) / total if total > 0 else 1.0
    if total > 0:
        last = int(np.flatnonzero(given)[-1])
        found[last:] = 2.0  # rounding never leads to an outcome of share nothing
    return found


def _room(said: ServiceScenario | None) -> int:
    return c.NEVER if said is None or said.waiting_room is None else said.waiting_room


def _flat(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Rows laid end to end; never empty, so that its kind of number is known."""
    found = np.array([value for row in rows for value in row], dtype=np.int64)
    return found if len(found) else np.zeros(1, dtype=np.int64)
