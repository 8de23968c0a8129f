"""Everything random of one replication, drawn before it runs: journeys have their numbers whatever else happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from localcare.analysis.simulation import capacity, lengths
from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.arrivals import Rate, area_shares, moments, rate_of
from localcare.analysis.simulation.plan import Plan
from localcare.analysis.simulation.scenario.durations import Duration
from localcare.analysis.simulation.state import Workspace, laid_out, part
from localcare.analysis.simulation.streams import Stream


@dataclass(frozen=True)
class Prepared:
    """What all replications share: rates, planned places, and how much to draw beyond the journeys of the demand."""

    plan: Plan
    rates: tuple[Rate | None, ...]
    places: tuple[capacity.Changes, ...]
    others_per_journey: tuple[
        float, ...
    ]  # journeys opened by outcomes, by pathway, for each expected new one

    def others(self, position: int, room: int) -> int:
        """For how many journeys besides those of the demand a pathway has draws."""
        code = self.plan.pathways[position].code
        given = sum(group.count for group in self.plan.scenario.initial if group.pathway == code)
        expected = self.others_per_journey[position]
        return int(given + (expected + 4 * expected**0.5 + 32) * 1.25 * room)


def prepare(plan: Plan) -> Prepared:
    """Work out once what all replications share."""
    rates = tuple(rate_of(plan, position) for position in range(len(plan.pathways)))
    places = tuple(capacity.changes_of(plan, service.scenario) for service in plan.services)
    visits = expected_visits(plan, [0.0 if rate is None else float(rate.expected[-1]) for rate in rates])
    return Prepared(plan, rates, places, tuple(opened(plan, visits)))


def expected_visits(plan: Plan, journeys: Sequence[float]) -> np.ndarray:
    """How often each step is expected to be asked for, from the shares of the first day; a rough upper figure."""
    count = len(plan.steps)
    flows = np.zeros((count, count))
    for row, (step, outcome) in enumerate(plan.outcomes):
        share = _share(plan, step, outcome.code)
        for to in plan.leads_to(row):
            flows[step, to] += share
        for position in plan.opens(row):
            flows[step, plan.starts(position)] += share
    new = np.zeros(count)
    for position, expected in enumerate(journeys):
        new[plan.starts(position)] += expected
    for group in plan.scenario.initial:
        new[plan.step_at(group.pathway, group.step)] += group.count
    visits = np.linalg.solve(np.eye(count) - flows.T * 0.999, new)
    return np.asarray(visits if (visits >= -1e-6).all() else np.full(count, new.sum() * 4.0))


def opened(plan: Plan, visits: np.ndarray) -> list[float]:
    """How many journeys of each pathway outcomes are expected to open."""
    found = [0.0] * len(plan.pathways)
    for row, (step, outcome) in enumerate(plan.outcomes):
        for position in plan.opens(row):
            found[position] += visits[step] * _share(plan, step, outcome.code)
    return found


def _share(plan: Plan, step: int, outcome: str) -> float:
    said = plan.step_scenario(step)
    changed = [
        one.value
        for one in plan.scenario.changes
        if (one.what, one.pathway, one.step, one.outcome)
        == ("share", plan.pathways[plan.steps[step][0]].code, plan.steps[step][1].code, outcome)
    ]
    return max([said.outcomes.get(outcome, 0.0), *changed])


def draw(prepared: Prepared, stream: Stream, room: int = 1, workspace: Workspace | None = None) -> np.ndarray:
    """The draws of one replication; with more `room` there are more of the same."""
    plan = prepared.plan
    arrivals = [
        np.empty(0, dtype=np.int64) if rate is None else moments(rate, f"arrivals:{plan.pathways[position].code}", stream)
        for position, rate in enumerate(prepared.rates)
    ]  # fmt: skip
    counts = [len(found) for found in arrivals]
    others = [prepared.others(position, room) for position in range(len(plan.pathways))]
    own = [count + more for count, more in zip(counts, others, strict=True)]
    own_from = np.cumsum([0, *own])
    priorities = np.empty(own_from[-1], dtype=np.int64)
    areas = np.empty(own_from[-1], dtype=np.int64)
    for position in range(len(plan.pathways)):
        span = slice(own_from[position], own_from[position + 1])
        priorities[span] = _priorities(plan, position, counts[position], others[position], stream)
        areas[span] = _areas(prepared, position, arrivals[position], others[position], stream)
    series, size = _series(plan, counts, others, room)
    times, services, places = capacity.timeline(plan, prepared.places, stream)
    found = laid_out(
        c.CHANCE_HEAD,
        {c.CHANGES: len(times)},
        {
            c.ARRIVALS_AT: np.concatenate(arrivals),
            c.ARRIVALS_FROM_AT: np.cumsum([0, *counts]),
            c.OWN_FROM_AT: own_from,
            c.OTHERS_AT: np.array(others, dtype=np.int64),
            c.PRIORITIES_AT: priorities,
            c.AREAS_AT: areas,
            c.SERIES_AT: series,
            c.CHANGE_TIMES_AT: times,
            c.CHANGE_SERVICES_AT: services,
            c.CHANGE_PLACES_AT: places,
        },
        {c.DRAWS_AT: size},
        workspace,
    )
    where = part(found, c.SERIES_AT, series.size).reshape(-1, c.SERIES_WIDTH)
    where[:, c.OWN_AT] += found[c.DRAWS_AT]
    where[:, c.AGAIN_AT] += found[c.DRAWS_AT]
    _fill(plan, found, where, counts, stream)
    return found


def _fill(plan: Plan, chance: np.ndarray, where: np.ndarray, counts: Sequence[int], stream: Stream) -> None:
    """Draw all series into their places: those of the demand, of others, and the stock, each with a stream of its own."""
    for (step, purpose, duration), (own, stride, stock, again) in zip(
        plan.series, where.tolist(), strict=True
    ):
        position, said = plan.steps[step]
        name = f"{plan.pathways[position].code}:{said.code}:{purpose}"
        if not stride:
            chance[own : own + 1] = _drawn(duration, 1, stream(name))
            continue
        count = counts[position]
        chance[own : own + count] = _drawn(duration, count, stream(name))
        chance[own + count : stock] = _drawn(duration, stock - own - count, stream(f"{name}:others"))
        chance[stock : stock + again] = _drawn(duration, again, stream(f"{name}:again"))


def _two(stream: Stream, purpose: str, count: int, others: int) -> np.ndarray:
    """Uniform numbers of the demand's journeys, then of others: each with a stream of its own."""
    return np.concatenate((stream(purpose).random(count), stream(f"{purpose}:others").random(others)))


def _priorities(plan: Plan, position: int, count: int, others: int, stream: Stream) -> np.ndarray:
    pathway = plan.pathways[position]
    shares = plan.scenario.pathways[pathway.code].priorities
    if not shares:
        least = max(0, len(plan.priorities) - 1)
        return np.full(count + others, least, dtype=np.int64)
    codes = list(shares)
    edges = np.cumsum(list(shares.values())) / sum(shares.values())
    uniform = _two(stream, f"priority:{pathway.code}", count, others)
    chosen = np.minimum(np.searchsorted(edges, uniform, side="right"), len(codes) - 1)
    return np.array([plan.priorities.index(code) for code in codes], dtype=np.int64)[chosen]


def _areas(
    prepared: Prepared, position: int, arrivals: np.ndarray, others: int, stream: Stream
) -> np.ndarray:
    plan = prepared.plan
    if len(plan.areas) == 1:
        return np.zeros(len(arrivals) + others, dtype=np.int64)
    uniform = _two(stream, f"area:{plan.pathways[position].code}", len(arrivals), others)
    rate = prepared.rates[position]
    usual = np.cumsum(area_shares(plan, position))
    chosen = np.minimum(np.searchsorted(usual, uniform, side="right"), len(plan.areas) - 1)
    if rate is not None:
        days = np.searchsorted(plan.calendar.midnights, arrivals, side="right") - 1
        of_day = (uniform[: len(arrivals), None] >= rate.areas[days]).sum(axis=1)
        chosen[: len(arrivals)] = np.minimum(of_day, len(plan.areas) - 1)
    return chosen.astype(np.int64)


def _series(plan: Plan, counts: Sequence[int], others: Sequence[int], room: int) -> tuple[np.ndarray, int]:
    """Where each series of draws stands among all draws, and how many there are."""
    rows = np.zeros((len(plan.series), c.SERIES_WIDTH), dtype=np.int64)
    size = 0
    for place, (step, _, duration) in enumerate(plan.series):
        own = counts[plan.steps[step][0]] + others[plan.steps[step][0]]
        if _is_certain(plan, step, duration):
            rows[place] = (size, 0, size, 0)
            size += 1
            continue
        again = int(256 + 0.25 * own) * room if plan.may_repeat[step] else 0
        rows[place] = (size, 1, size + own, again)
        size += own + again
    return rows, size


def _is_certain(plan: Plan, step: int, duration: Duration | None) -> bool:
    """Whether there is nothing to draw: one length for all, or one outcome."""
    if duration is not None:
        return duration.distribution == "fixed"
    is_fixed = plan.step_rows[step, c.SHARES_BY_DAY] == 0
    return bool(is_fixed and max(plan.step_scenario(step).outcomes.values(), default=1.0) >= 1.0)


def _drawn(duration: Duration | None, count: int, random: np.random.Generator) -> np.ndarray:
    """Parts of CERTAIN, or lengths, as floating numbers to be cut off."""
    if duration is None:
        found = random.random(count, dtype=np.float32)
        found *= np.float32(c.CERTAIN)
        return found
    return lengths.to_be_cut(duration, count, random)
