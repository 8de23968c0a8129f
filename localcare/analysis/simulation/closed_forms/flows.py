"""How many ask each service on each day, and how many would be there if nobody had to wait.

Journeys are followed step by step through their stays (as if each began at once), day by day. Where branches of a
journey join, it counts once: every branch of k carries a k-th of it to the join.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from localcare.analysis.pathways.model import Outcome, Pathway
from localcare.analysis.simulation.closed_forms.census import convolved, remaining, staying, staying_hours
from localcare.analysis.simulation.scenario.distributions import Array, mean_hours, variance_hours
from localcare.analysis.simulation.scenario.durations import Duration
from localcare.analysis.simulation.scenario.lookup import (
    duration_factor,
    pathways_of,
    service_of,
    shares_on,
)
from localcare.analysis.simulation.scenario.model import InitialGroup, Scenario, StepScenario
from localcare.analysis.simulation.scenario.profiles import (
    area_shares,
    daily_demand,
    hourly_weights,
    run_days,
)

SHORT_HOURS = 1.0  # a step this short does not change at which hours of the day people come to the next
TOO_FEW = 1e-6  # of all who came: no longer followed
MOST_ROUNDS = 1000


class Stream(NamedTuple):
    """People a day, and the part of a journey that each is when branches join (the same array while there is one branch)."""

    people: Array
    journeys: Array


@dataclass
class StepUse:
    """What one step asks of its service over the run."""

    pathway: str
    step: str
    asked: Array  # people a day
    there: Array  # mean number at the end of each day, if nobody waits
    hours: Array  # 24 weights of the hours in which they come
    mean_hours: float
    square_hours: float  # mean of the squared length
    load_hours: Array  # 24 weights of the hours in which their work falls
    is_exponential: bool
    said: StepScenario


@dataclass
class Flows:
    """The uses of each service, by its code; "" for steps without a service."""

    uses: dict[str, dict[tuple[str, str], StepUse]] = field(default_factory=lambda: defaultdict(dict))
    after: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # service -> those before it


class _Followed:
    """The following of one scenario."""

    def __init__(self, scenario: Scenario, pathways: Mapping[str, Pathway]) -> None:
        self.scenario = scenario
        self.pathways = pathways_of(scenario, pathways)
        self.days = run_days(scenario)
        self.first = scenario.starts_on.toordinal()
        self.flows = Flows()
        self.kernels: dict[tuple[int, float], Array] = {}
        self.parts: dict[tuple[str, str, str], dict[str, float | Array]] = {}
        self.orders = {code: _order(pathway) for code, pathway in self.pathways.items()}
        self.changed = {(one.what, one.pathway, one.step) for one in scenario.changes}
        self.total = 0.0

    def run(self) -> Flows:
        """Follow everybody who comes, and everybody whom those bring on other pathways."""
        by_area = _by_area(self.scenario)
        for code in self.pathways:
            shares = area_shares(self.scenario, code) if by_area else {"": 1.0}
            for area, share in shares.items():
                groups = [*_groups(self.scenario, code, area, shares)]
                ahead = {(code, area): daily_demand(self.scenario, code, area, share)}
                self.total += float(ahead[code, area].sum()) + sum(count for _, count in groups)
                opened: dict[str, Array] = defaultdict(lambda: np.zeros(self.days))
                self._follow(code, area, ahead[code, area], groups, opened)
                for _ in range(MOST_ROUNDS):
                    opened = self._follow_opened(area, opened)
                    if not opened:
                        break
        return self.flows

    def _follow_opened(self, area: str, opened: Mapping[str, Array]) -> dict[str, Array]:
        fresh: dict[str, Array] = defaultdict(lambda: np.zeros(self.days))
        for code, people in opened.items():
            if code in self.pathways and people.sum() > TOO_FEW * max(self.total, 1e-300):
                self._follow(code, area, people, [], fresh)
        return fresh

    def _follow(
        self,
        code: str,
        area: str,
        people: Array,
        groups: list[tuple[InitialGroup, float]],
        opened: dict[str, Array],
    ) -> None:
        pathway, said = self.pathways[code], self.scenario.pathways[code]
        demand = said.demand
        profile = hourly_weights(demand.by_hour if demand else ())
        starts = pathway.starts_with
        start = Stream(people, people if len(starts) == 1 else people / len(starts))
        ahead: dict[str, Stream] = dict.fromkeys(starts, start)
        hours = dict.fromkeys(starts, profile)
        for group, count in groups:
            for step, stream in self._from_initial(pathway, area, group, count, opened):
                ahead[step] = _sum(ahead.get(step), stream)
        order = self.orders[code]
        for _ in range(MOST_ROUNDS):
            ahead = {step: one for step, one in ahead.items() if one.people.sum() > TOO_FEW * self.total}
            if not ahead:
                return
            step = min(ahead, key=order.__getitem__)
            for to, after in self._through(pathway, area, step, ahead.pop(step), hours, opened):
                ahead[to] = _sum(ahead.get(to), after)

    def _through(
        self,
        pathway: Pathway,
        area: str,
        step: str,
        stream: Stream,
        hours: dict[str, Array],
        opened: dict[str, Array],
    ) -> Iterator[tuple[str, Stream]]:
        """Count who comes to a step, and give on who leaves it."""
        one = self.scenario.pathways[pathway.code].steps[step]
        if pathway.steps[step].after != "each":
            stream = Stream(stream.journeys, stream.journeys)
        service = service_of(self.scenario, pathway, step, area)
        use = self._use(service, pathway.code, step, one, hours.get(step, np.ones(24)))
        use.asked += stream.people
        profile = use.hours if mean_hours(one.duration) <= SHORT_HOURS else np.ones(24)
        for outcome, part in self._parts(pathway.code, step, area, one).items():
            duration = one.duration_by_outcome.get(outcome, one.duration)
            for factor, when in self._factors(pathway.code, step, area):
                kernel = self._kernel(duration, factor)
                came = stream.people * part * when
                here = convolved(came, kernel)
                use.there += one.takes * here
                left = _leaving(came, here)
                journeys = left
                if stream.journeys is not stream.people:
                    begun = stream.journeys * part * when
                    journeys = _leaving(begun, convolved(begun, kernel))
                gone = Stream(left, journeys)
                yield from self._on(pathway, pathway.steps[step].outcomes[outcome], gone, opened)
            for to in pathway.steps[step].outcomes[outcome].to:
                hours.setdefault(to, profile)
                if following := service_of(self.scenario, pathway, to, area):
                    self.flows.after[following].add(service)

    def _on(
        self, pathway: Pathway, outcome: Outcome, gone: Stream, opened: dict[str, Array]
    ) -> Iterator[tuple[str, Stream]]:
        for opening in outcome.opens:
            opened[opening.pathway] = opened[opening.pathway] + gone.people
        for to in outcome.to:
            yield to, gone if len(outcome.to) == 1 else Stream(gone.people, gone.journeys / len(outcome.to))

    def _from_initial(
        self,
        pathway: Pathway,
        area: str,
        group: InitialGroup,
        count: float,
        opened: dict[str, Array],
    ) -> Iterator[tuple[str, Stream]]:
        """Who is there already: those who wait come on the first day, the others leave as their time is up."""
        if group.state == "requested":
            first = np.zeros(self.days)
            first[0] = count
            yield group.step, Stream(first, first)
            return
        one = self.scenario.pathways[pathway.code].steps[group.step]
        service = service_of(self.scenario, pathway, group.step, area)
        use = self._use(service, pathway.code, group.step, one, np.ones(24))
        for outcome, part in self._parts(pathway.code, group.step, area, one).items():
            duration = one.duration_by_outcome.get(outcome, one.duration)
            begun = count * float(np.ravel(part)[0])
            still = begun * remaining(duration, self.days, group.elapsed)
            use.there += one.takes * still
            left = np.concatenate([[begun], still[:-1]]) - still
            yield from self._on(
                pathway, pathway.steps[group.step].outcomes[outcome], Stream(left, left), opened
            )

    def _use(self, service: str, code: str, step: str, one: StepScenario, hours: Array) -> StepUse:
        uses = self.flows.uses[service]
        if (code, step) not in uses:
            mixed = [
                (share, one.duration_by_outcome.get(outcome, one.duration))
                for outcome, share in one.outcomes.items()
            ]
            uses[code, step] = StepUse(
                pathway=code,
                step=step,
                asked=np.zeros(self.days),
                there=np.zeros(self.days),
                hours=hours,
                mean_hours=sum(share * mean_hours(each) for share, each in mixed),
                square_hours=sum(
                    share * (variance_hours(each) + mean_hours(each) ** 2) for share, each in mixed
                ),
                load_hours=_load_hours(hours, mixed),
                is_exponential=all(each.distribution == "exponential" for share, each in mixed if share > 0),
                said=one,
            )
        return uses[code, step]

    def _parts(self, code: str, step: str, area: str, one: StepScenario) -> dict[str, float | Array]:
        """The share of each outcome; by the day on which the step begins where it changes."""
        if ("share", code, step) not in self.changed:
            return {outcome: part for outcome, part in one.outcomes.items() if part > 0}
        key = (code, step, area)
        if key not in self.parts:
            days = range(self.first, self.first + self.days)
            by_day = [shares_on(self.scenario, code, step, area, day) for day in days]
            self.parts[key] = {
                outcome: np.array([shares.get(outcome, 0.0) for shares in by_day]) for outcome in by_day[-1]
            }
        return self.parts[key]

    def _factors(self, code: str, step: str, area: str) -> Iterator[tuple[float, float | Array]]:
        """What changes make of the length, with the days (1 or 0) on which it is so; to the nearest fiftieth."""
        if ("duration", code, step) not in self.changed:
            yield 1.0, 1.0
            return
        days = range(self.first, self.first + self.days)
        found = np.array([duration_factor(self.scenario, code, step, area, day) for day in days])
        rounded = np.round(found * 50) / 50
        for factor in np.unique(rounded):
            when = rounded == factor
            yield float(found[when].mean()), when.astype(float)

    def _kernel(self, duration: Duration, factor: float) -> Array:
        key = (id(duration), factor)
        if key not in self.kernels:
            self.kernels[key] = staying(_stretched(duration, factor), self.days)
        return self.kernels[key]


def follow(scenario: Scenario, pathways: Mapping[str, Pathway]) -> Flows:
    """Who asks which service on which day of the run, and who would be there. The scenario must be free of faults."""
    return _Followed(scenario, pathways).run()


def _stretched(duration: Duration, factor: float) -> Duration:
    if factor == 1:
        return duration
    return Duration(
        duration.distribution,
        duration.unit,
        {name: value * factor for name, value in duration.parameters.items()},
        tuple(value * factor for value in duration.values),
        duration.weights,
        duration.source,
    )


def _leaving(came: Array, here: Array) -> Array:
    """Who leaves on each day, from who came and who is there at the end of it."""
    return np.asarray(np.maximum(came - np.diff(here, prepend=0.0), 0.0), float)


def _sum(one: Stream | None, other: Stream) -> Stream:
    if one is None:
        return other
    people = one.people + other.people
    alike = one.journeys is one.people and other.journeys is other.people
    return Stream(people, people if alike else one.journeys + other.journeys)


def _load_hours(hours: Array, mixed: list[tuple[float, Duration]]) -> Array:
    """In which hours of the day the work falls of people who come in given hours."""
    kernel = np.sum([share * staying_hours(duration) for share, duration in mixed], axis=0)
    if kernel.sum() <= 0:
        return hours
    spread = np.array([np.dot(np.roll(hours[::-1], hour + 1), kernel) for hour in range(24)])
    return np.asarray(spread / spread.mean(), float)


def _order(pathway: Pathway) -> dict[str, int]:
    """The steps in an order in which, going round apart, each comes after all that lead to it."""
    seen: set[str] = set()
    done: list[str] = []

    def visit(step: str) -> None:
        if step in seen or step not in pathway.steps:
            return
        seen.add(step)
        for outcome in pathway.steps[step].outcomes.values():
            for to in outcome.to:
                visit(to)
        done.append(step)

    for step in (*pathway.starts_with, *pathway.steps):
        visit(step)
    return {step: -place for place, step in enumerate(done)}


def _by_area(scenario: Scenario) -> bool:
    """Whether it makes a difference where somebody lives."""
    return any(service.areas for service in scenario.services.values()) or any(
        change.areas for change in scenario.changes
    )


def _groups(
    scenario: Scenario, code: str, area: str, shares: Mapping[str, float]
) -> Iterator[tuple[InitialGroup, float]]:
    for group in scenario.initial:
        if group.pathway == code:
            if not area or group.area == area:
                yield group, float(group.count)
            elif not group.area:
                yield group, group.count * shares[area]
