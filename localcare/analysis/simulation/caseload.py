"""People who are somewhere already when a run begins: since when, and how long they still stay."""

from __future__ import annotations

import numpy as np

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation import lengths
from localcare.analysis.simulation.plan import Plan
from localcare.analysis.simulation.scenario.model import InitialGroup, StepScenario
from localcare.analysis.simulation.streams import Stream

CANDIDATES = 64  # stays to choose from for each person, at least
FEWEST_CANDIDATES = 20_000


def given(plan: Plan, stream: Stream) -> np.ndarray:
    """The rows (`columns.GIVEN_…`, flat) of everybody who is there at the start, those longest there first."""
    rows = [
        _rows(plan, group, stream(f"initial:{number}:{group.pathway}:{group.step}"))
        for number, group in enumerate(plan.scenario.initial)
        if group.count
    ]
    if not rows:
        return np.empty(0, dtype=np.int64)
    found = np.concatenate(rows)
    return found[np.argsort(found[:, c.GIVEN_REQUESTED], kind="stable")].ravel()


def _rows(plan: Plan, group: InitialGroup, random: np.random.Generator) -> np.ndarray:
    step = plan.step_at(group.pathway, group.step)
    rows = np.empty((group.count, c.GIVEN_WIDTH), dtype=np.int64)
    rows[:, c.GIVEN_PATHWAY] = plan.steps[step][0]
    rows[:, c.GIVEN_STEP] = step
    rows[:, c.GIVEN_AREA] = plan.areas.index(group.area) if group.area else c.NEVER
    rows[:, c.GIVEN_PRIORITY] = plan.priorities.index(group.priority) if group.priority else c.NEVER
    if group.state == "requested":
        waited = (
            np.zeros(group.count)
            if group.elapsed is None
            else lengths.draw(group.elapsed, group.count, random)
        )
        rows[:, c.GIVEN_REQUESTED] = -waited
        rows[:, c.GIVEN_STARTED] = c.FOREVER
        rows[:, c.GIVEN_PLANNED] = rows[:, c.GIVEN_OUTCOME] = c.NEVER
        return rows
    said = plan.step_scenario(step)
    first = next(row for row, (of, _) in enumerate(plan.outcomes) if of == step)
    outcomes, stays = _candidates(plan, step, said, max(FEWEST_CANDIDATES, CANDIDATES * group.count), random)
    if (
        group.elapsed is None
    ):  # somebody found in a census: longer stays are met more often, anywhere within them
        chosen = (
            random.choice(len(stays), group.count, p=stays / stays.sum())
            if stays.sum()
            else np.zeros(group.count, int)
        )
        elapsed = np.rint(stays[chosen] * random.random(group.count)).astype(np.int64)
    else:
        elapsed = lengths.draw(group.elapsed, group.count, random)
        chosen = _longer_than(elapsed, stays, random)
    stay = np.maximum(stays[chosen], elapsed + 1)  # longer than any known stay: leaves at once
    rows[:, c.GIVEN_REQUESTED] = rows[:, c.GIVEN_STARTED] = -elapsed
    rows[:, c.GIVEN_PLANNED] = stay - elapsed
    rows[:, c.GIVEN_OUTCOME] = first + outcomes[chosen]
    return rows


def _candidates(
    plan: Plan, step: int, said: StepScenario, count: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes and lengths of many stays."""
    codes = list(plan.steps[step][1].outcomes)
    shares = np.array([said.outcomes.get(code, 0.0) for code in codes])
    outcomes = random.choice(len(codes), count, p=shares / shares.sum())
    stays = lengths.draw(said.duration, count, random)
    for place, code in enumerate(codes):
        if code in said.duration_by_outcome:
            mine = outcomes == place
            stays[mine] = lengths.draw(said.duration_by_outcome[code], int(mine.sum()), random)
    return outcomes, stays


def _longer_than(elapsed: np.ndarray, stays: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """For each person one of the stays that are longer than theirs is already."""
    order = np.argsort(stays, kind="stable")
    first = np.minimum(np.searchsorted(stays[order], elapsed, side="right"), len(stays) - 1)
    return np.asarray(
        order[first + np.floor(random.random(len(elapsed)) * (len(stays) - first)).astype(np.int64)]
    )
