"""The closed forms' answer to a scenario, quick enough to follow a hand that moves a number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.closed_forms.answers import ClosedAnswer, ServiceAnswer, Waits
from localcare.analysis.simulation.closed_forms.census import census_interval
from localcare.analysis.simulation.closed_forms.erlang import erlang_a, erlang_b_each, finite_queue
from localcare.analysis.simulation.closed_forms.flows import Flows, StepUse, follow
from localcare.analysis.simulation.scenario.distributions import Array, mean_hours
from localcare.analysis.simulation.scenario.model import Scenario, ServiceScenario
from localcare.analysis.simulation.scenario.profiles import places_by_hour

WITHIN_A_DAY = 6.0  # hours: up to this mean stay each hour is taken by itself, above it each day
FIGURES = 3  # to so many figures are loads rounded where a formula is worked out one by one
ASSUMPTIONS = (
    "Each hour (short work) or day (longer stays) is taken as a queue that has settled at the load of that time.",
    "Who comes to a second step comes as if nobody had waited before the first, and by chance (Poisson).",
    "Waits are those of people who are served; who gave up or was turned away counts as lost.",
    "Queues that are left over from one day to the next are not carried on; where more is asked than there is, none is given.",
)


@dataclass(frozen=True)
class Cells:
    """A service's time in pieces: people who come, load, and places of each; arrays of one length."""

    weight: Array
    load: Array
    places: Array


def answer(scenario: Scenario, pathways: Mapping[str, Pathway]) -> ClosedAnswer | None:
    """What closed forms say of each service of a scenario free of faults; None when they can say nothing of any."""
    flows = follow(scenario, pathways)
    services = {
        code: _service_answer(scenario, pathways, flows, code, [*flows.uses[code].values()])
        for code in scenario.services
        if code in flows.uses
    }
    if not any(one.applies for one in services.values()):
        return None
    return ClosedAnswer(scenario.code, services, ASSUMPTIONS)


def _service_answer(
    scenario: Scenario, pathways: Mapping[str, Pathway], flows: Flows, code: str, uses: list[StepUse]
) -> ServiceAnswer:
    service = scenario.services[code]
    counted = slice(scenario.warm_up_days, None)
    asked = np.sum([use.asked for use in uses], axis=0)[counted]
    load = np.sum([use.there for use in uses], axis=0)[counted]
    open_places = places_by_hour(scenario, service)[counted]
    notes: list[str] = []
    if service.sickness:
        open_places = np.round(open_places * (1 - service.sickness.share))
        notes.append("Sickness takes its mean share of the places on every day.")
    if left_over := _days_short_before(scenario, uses, service):
        notes.append(
            f"On {left_over} days before those that are counted more was asked than there was: the queue left over from "
            "them is not in these waits."
        )
    places = open_places.mean(axis=1)
    missing = np.maximum(load - places, 0.0) if np.isfinite(places).all() else np.zeros(len(load))
    stay = _mean_stay(uses)
    cells = _cells(uses, asked, load, open_places, stay, counted)
    found = _why_not(service, flows, code, scenario, uses, open_places, stay)
    formula = (
        found
        if isinstance(found, Unanswered)
        else _formula(scenario, pathways, service, uses, cells, stay, notes)
    )
    return ServiceAnswer(
        service=code,
        title=service.title,
        unit=service.unit,
        formula="" if isinstance(formula, Unanswered) else formula.name,
        is_exact=not isinstance(formula, Unanswered) and formula.is_exact,
        why_not=formula.why if isinstance(formula, Unanswered) else "",
        notes=tuple(notes),
        asked_per_day=float(asked.mean()),
        mean_stay_hours=stay,
        load=float(load.mean()),
        places=float(places.mean()),
        most_load=float(load.max()),
        missing=float(missing.mean()),
        most_missing=float(missing.max()),
        days_short=int((missing > 1e-6).sum()),
        load_by_day=tuple(load.tolist()),
        places_by_day=tuple(places.tolist()),
        waits=None if isinstance(formula, Unanswered) else formula.waits,
        waits_by_priority=None if isinstance(formula, Unanswered) else formula.by_priority,
        lost=0.0 if isinstance(formula, Unanswered) else formula.lost,
        census_interval=census_interval(float(load.mean())) if np.isinf(places).all() else None,
    )


def _days_short_before(scenario: Scenario, uses: Sequence[StepUse], service: ServiceScenario) -> int:
    """Days of the warm-up on which more is asked than there is."""
    before = slice(0, scenario.warm_up_days)
    load = np.sum([use.there for use in uses], axis=0)[before]
    return int((load > places_by_hour(scenario, service)[before].mean(axis=1) + 1e-6).sum())


@dataclass(frozen=True)
class Unanswered:
    """Why no formula answers, in a sentence."""

    why: str


@dataclass(frozen=True)
class Answered:
    """The formula that answers, and what it says."""

    name: str
    is_exact: bool
    waits: Waits
    by_priority: Mapping[str, Waits] | None = None
    lost: float = 0.0


def _why_not(
    service: ServiceScenario,
    flows: Flows,
    code: str,
    scenario: Scenario,
    uses: Sequence[StepUse],
    open_places: Array,
    stay: float,
) -> Unanswered | None:
    """What a scenario asks of a service that no formula here knows."""
    before = {one for one in flows.after[code] if one in scenario.services}
    if service.blocks or any(scenario.services[one].blocks for one in before):
        return Unanswered(
            "People keep the place they are in until the next has room: that has to be simulated."
        )
    if len({use.said.takes for use in uses}) > 1:
        return Unanswered("Steps take different numbers of places of it: that has to be simulated.")
    if np.isfinite(open_places).all():
        if stay <= WITHIN_A_DAY and (open_places == 0).any():
            return Unanswered(
                "It is closed at some hours, so people wait until it opens: that has to be simulated."
            )
        if stay > WITHIN_A_DAY and (open_places.max(axis=1) > open_places.min(axis=1)).any():
            return Unanswered(
                "Its places change within the day while people stay longer: that has to be simulated."
            )
    return None


def _cells(
    uses: Sequence[StepUse], asked: Array, load: Array, open_places: Array, stay: float, counted: slice
) -> Cells:
    """Hours for short work, days for longer stays; places are whole, as many as take one person each."""
    takes = uses[0].said.takes
    if stay > WITHIN_A_DAY:
        return _peopled(asked, load / takes, open_places.mean(axis=1) / takes)
    by_hour = np.sum([np.outer(use.asked[counted], use.hours) / 24 for use in uses], axis=0)
    hourly_load = np.sum(
        [np.outer(use.asked[counted], use.load_hours) / 24 * use.mean_hours for use in uses], axis=0
    )
    return _peopled(by_hour.ravel(), hourly_load.ravel(), open_places.ravel() / takes)


def _peopled(people: Array, load: Array, places: Array) -> Cells:
    """The pieces of time in which anybody comes."""
    total = people.sum()
    some = people > 1e-9 * total if total > 0 else np.ones(len(people), bool)
    shares = people / total if total > 0 else np.full(len(people), 1 / len(people))
    return Cells(shares[some], load[some], np.floor(places[some] + 1e-9))


def _formula(
    scenario: Scenario,
    pathways: Mapping[str, Pathway],
    service: ServiceScenario,
    uses: Sequence[StepUse],
    cells: Cells,
    stay: float,
    notes: list[str],
) -> Answered | Unanswered:
    nobody = Waits(cells.weight, np.zeros(len(cells.load)), np.zeros(len(cells.load)))
    if np.isinf(cells.places).all():
        return Answered("Mt/G/infinity: nobody waits", True, nobody)
    if np.isinf(cells.places).any():
        return Unanswered("It is without limit on some days only: ask about those days alone.")
    variation = _squared_variation(uses, stay)
    exponential = all(use.is_exponential for use in uses) and abs(variation - 1) < 1e-9
    if service.waiting_room is not None:
        return _with_little_room(service.waiting_room, cells, stay, exponential)
    if any(use.said.patience for use in uses):
        return _with_patience(uses, cells, stay, exponential)
    short = cells.load >= cells.places
    if short.any():
        share = float(cells.weight[short].sum())
        return Unanswered(
            f"For {share:.0%} of those who come more is asked than there is, so the queue grows: "
            "how far has to be simulated."
        )
    probability, mean = _erlang_c(cells, stay)
    name = "Erlang C (M/M/c)" if exponential else "M/G/c, Allen-Cunneen approximation"
    mean = mean if exponential else mean * (1 + variation) / 2
    waits = Waits(cells.weight, probability, mean)
    if service.discipline == "priority":
        by_priority = _by_priority(scenario, pathways, uses, waits, cells)
        if len(by_priority) > 1:
            notes.append("Shares within a time by priority take each priority's wait as exponential.")
            return Answered(f"{name}, non-preemptive priorities", exponential, waits, by_priority)
    return Answered(name, exponential, waits)


def _erlang_c(cells: Cells, stay: float) -> tuple[Array, Array]:
    blocked = erlang_b_each(cells.places, cells.load)
    probability = blocked / (1 - cells.load / cells.places * (1 - blocked))
    return probability, probability * stay / (cells.places - cells.load)


def _with_little_room(room: int, cells: Cells, stay: float, exponential: bool) -> Answered:
    """Who finds no room to wait is turned away."""
    if room == 0:
        lost = float(np.dot(cells.weight, erlang_b_each(cells.places, cells.load)))
        nobody = np.zeros(len(cells.load))
        return Answered("Erlang B", True, Waits(cells.weight, nobody, nobody), lost=lost)
    rows, at = _alike(cells)
    found = [finite_queue(int(places), load, room) for places, load in rows]
    waits = Waits(
        cells.weight,
        np.array([one.wait_probability / max(1 - one.turned_away, 1e-12) for one in found])[at],
        np.array([one.mean_wait for one in found])[at] * stay,
    )
    lost = float(np.dot(cells.weight, np.array([one.turned_away for one in found])[at]))
    name = f"M/M/c with room for {room} to wait" + ("" if exponential else ", approximation")
    return Answered(name, exponential, waits, lost=lost)


def _with_patience(
    uses: Sequence[StepUse], cells: Cells, stay: float, exponential: bool
) -> Answered | Unanswered:
    patience = [use.said.patience for use in uses if use.said.patience]
    means = {mean_hours(one) for one in patience}
    if len(patience) < len(uses) or len(means) > 1 or stay <= 0:
        return Unanswered("Some give up sooner than others: that has to be simulated.")
    if (cells.places < 1).any():
        return Unanswered("It is closed at some hours: that has to be simulated.")
    ratio = means.pop() / stay
    rows, at = _alike(cells)
    found = [erlang_a(int(places), load, ratio) for places, load in rows]
    waits = Waits(
        cells.weight,
        np.array([(one.wait_probability - one.gave_up) / max(1 - one.gave_up, 1e-12) for one in found])[at],
        np.array([one.mean_wait_served for one in found])[at] * stay,
    )
    lost = float(np.dot(cells.weight, np.array([one.gave_up for one in found])[at]))
    exact = exponential and all(one.distribution == "exponential" for one in patience)
    return Answered("Erlang A" + ("" if exact else ", approximation"), exact, waits, lost=lost)


def _by_priority(
    scenario: Scenario, pathways: Mapping[str, Pathway], uses: Sequence[StepUse], waits: Waits, cells: Cells
) -> dict[str, Waits]:
    """The waits of each priority, by the formula of Cobham for one length of work."""
    asked: dict[str, float] = {}
    without = 0.0
    for use in uses:
        known = scenario.own_pathways.get(use.pathway) or pathways[use.pathway]
        given, people = scenario.pathways[use.pathway].priorities, float(use.asked.sum())
        without += 0.0 if given else people
        for name in known.priorities if given else ():
            asked[name] = asked.get(name, 0.0) + people * given.get(name, 0.0)
    if asked:
        asked[[*asked][-1]] += without  # people of a pathway without priorities go with the least urgent
    total = sum(asked.values())
    result, above = {}, np.zeros(len(cells.load))
    residual = waits.mean_hours * (1 - cells.load / cells.places)
    for name, people in asked.items():
        up_to = above + cells.load / cells.places * people / total
        result[name] = Waits(cells.weight, waits.probability, residual / ((1 - above) * (1 - up_to)))
        above = up_to
    return result


def _alike(cells: Cells) -> tuple[list[tuple[float, float]], npt.NDArray[np.intp]]:
    """Each pair of places and load once (loads to three figures), and where each cell's pair stands."""
    scale = 10 ** (FIGURES - 1 - np.floor(np.log10(np.maximum(cells.load, 1e-9))))
    rounded = np.round(cells.load * scale) / scale if len(np.unique(cells.load)) > 1 else cells.load
    pairs, at = np.unique(np.column_stack([cells.places, rounded]), axis=0, return_inverse=True)
    return [(float(places), float(load)) for places, load in pairs], at.reshape(-1)


def _mean_stay(uses: Sequence[StepUse]) -> float:
    people = [float(use.asked.sum()) for use in uses]
    total = sum(people)
    if total <= 0:
        return max(use.mean_hours for use in uses)
    return sum(count * use.mean_hours for count, use in zip(people, uses, strict=True)) / total


def _squared_variation(uses: Sequence[StepUse], stay: float) -> float:
    people = [float(use.asked.sum()) for use in uses]
    square = sum(count * use.square_hours for count, use in zip(people, uses, strict=True))
    total = sum(people)
    return square / total / stay**2 - 1 if total > 0 and stay > 0 and not math.isclose(stay, 0) else 1.0
