"""Stage-by-stage queue recursion: for pathways on which everybody goes forward and is served in the order of asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation import draws, stages
from localcare.analysis.simulation.capacity import changes_of
from localcare.analysis.simulation.compiling import is_compiled, plain
from localcare.analysis.simulation.draws import Prepared
from localcare.analysis.simulation.event_run import MOST_ROOM, history_from, new_world
from localcare.analysis.simulation.history import History
from localcare.analysis.simulation.plan import CannotSimulate, Plan
from localcare.analysis.simulation.state import Numbers, Workspace, part
from localcare.analysis.simulation.streams import Stream

LOOPS: list[Callable[..., Any]] = [stages.begin_stages, stages.run_stage, stages.open_pending]


def why_not(plan: Plan) -> str:
    """Why the plan needs the event loop, in a sentence; empty when a recursion knows it exactly."""
    return next(_hindrances(plan), "")


def _hindrances(plan: Plan) -> Iterator[str]:
    if any(group.count for group in plan.scenario.initial):
        yield "People are there already when it begins."
    for pathway in plan.pathways:
        if len(pathway.starts_with) > 1:
            yield f"{pathway.title}: branches go side by side."
    for row, (step, outcome) in enumerate(plan.outcomes):
        if len(plan.leads_to(row)) > 1:
            yield f"{plan.steps[step][1].title}: after {outcome.title!r} branches go side by side."
    for place, service in enumerate(plan.services):
        yield from _of_service(plan, place, service.title)
    for step, row in enumerate(plan.step_rows):
        if row[c.TAKES] != 1 and not plan.is_unlimited(plan.services_of[step][0]):
            yield f"{plan.steps[step][1].title}: one person takes several places."
        for to in plan.follows(step):
            if plan.keeps[step, to] and not all(plan.is_unlimited(one) for one in plan.services_of[step]):
                yield f"{plan.steps[step][1].title}: people keep the place until the next step begins."
    try:
        stages_of(plan)
    except CycleError:
        yield "People come back to a step or service that they were at before."


def _of_service(plan: Plan, place: int, title: str) -> Iterator[str]:
    said = plan.services[place].scenario
    if said is None or plan.is_unlimited(place):
        return
    if len(changes_of(plan, said)) > 1 or said.sickness is not None:
        yield f"{title}: its places change during the run."
    if said.discipline == "priority" and len(plan.priorities) > 1:
        yield f"{title}: the most urgent come first."
    if said.waiting_room is not None:
        yield f"{title}: people are turned away when too many wait."


def stages_of(plan: Plan) -> list[int]:
    """The stages in an order in which nothing comes back: services with a limit, and steps (after them) without."""
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for step in range(len(plan.steps)):
        for stage in _stages_at(plan, step):
            sorter.add(stage)
            for to in plan.follows(step):
                for later in _stages_at(plan, to):
                    sorter.add(later, stage)
    return list(sorter.static_order())


def _stages_at(plan: Plan, step: int) -> set[int]:
    found = plan.services_of[step]
    return {len(plan.services) + step if plan.is_unlimited(one) else one for one in found}


def run_recursion(
    prepared: Prepared,
    stream: Stream,
    *,
    as_plain: bool = False,
    keep_going: Callable[[], None] = lambda: None,
    workspace: Workspace | None = None,
) -> History:
    """The history of a replication; `as_plain` runs the same loops uncompiled."""
    room = 1
    while room <= MOST_ROOM:
        run = _Run(prepared, draws.draw(prepared, stream, room, workspace), room, as_plain, workspace)
        if run.through(keep_going) == c.REACHED:
            return history_from(prepared, np.asarray(run.world, dtype=np.int64))
        room *= 2
    raise CannotSimulate("There are many more people than the shares of outcomes let expect.")


class _Run:
    """One replication on its way through the stages."""

    def __init__(
        self, prepared: Prepared, chance: np.ndarray, room: int, as_plain: bool, workspace: Workspace | None
    ) -> None:
        self.plan = prepared.plan
        self.end = prepared.plan.calendar.end
        world = new_world(prepared, chance, np.empty(0, dtype=np.int64), room, workspace)
        world[c.NOW] = self.end
        tasks = int(world[c.MOST_TASKS])
        net = prepared.plan.network.copy()
        limits = part(net, c.ROOMS_AT, len(self.plan.services))
        limits[:] = [c.UNLIMITED if self.plan.is_unlimited(one) else 0 for one in range(len(limits))]
        marks = np.full(tasks + 1, -1, dtype=np.int16)  # the stage of each task, scanned once a stage
        marks[0] = len(self.plan.services)
        others = int(part(chance, c.OTHERS_AT, len(self.plan.pathways)).sum())
        openings = np.zeros(1 + (2 * others + stages.MOST_OPENINGS) * stages.OPENING_ROW, dtype=np.int64)
        self.is_plain = as_plain or not is_compiled(stages.run_stage)
        loops = [plain(loop) for loop in LOOPS] if self.is_plain else LOOPS
        self.begin, self.run_stage, self.open_pending = loops
        row: list[Numbers] = [net, chance, world, marks, openings]
        self.net, self.chance, self.world, self.marks, self.openings = map(self._kept, row)
        self.opened = 0

    def _kept(self, numbers: np.ndarray) -> Numbers:
        return numbers.tolist() if self.is_plain else numbers

    def through(self, keep_going: Callable[[], None]) -> int:
        """Work through all stages; how it ended."""
        self.begin(self.net, self.chance, self.world, self.marks)
        for stage in stages_of(self.plan):
            keep_going()
            status = self._open_pending(stage)
            if status != c.REACHED:
                return status
            places = 0 if stage >= len(self.plan.services) else self._places(stage)
            free = self._kept(np.zeros(max(1, places), dtype=np.int64))
            order = self._kept(self._tasks_of(stage))
            if stage < len(self.plan.services) and not places:
                continue  # nobody is ever served
            status = self.run_stage(
                self.net, self.chance, self.world, self.marks, self.openings, order, free, places, self.end
            )
            if status != c.REACHED:
                return int(status)
        return c.REACHED

    def _places(self, service: int) -> int:
        return changes_of(self.plan, self.plan.services[service].scenario)[0][1]

    def _tasks_of(self, stage: int) -> np.ndarray:
        """The tasks of a stage in the order of asking."""
        count = int(self.world[c.TASKS])
        mine = np.flatnonzero(np.asarray(self.marks[1 : count + 1]) == stage)
        first = int(self.world[c.TASKS_AT])
        rows = np.asarray(self.world[first : first + count * c.TASK_WIDTH]).reshape(-1, c.TASK_WIDTH)
        return np.asarray(mine[np.argsort(rows[mine, c.REQUESTED], kind="stable")])

    def _open_pending(self, stage: int) -> int:
        """Before a stage with which a pathway begins: open, in the order of time, what outcomes open of it."""
        count = int(self.openings[0])
        if count == self.opened:
            return c.REACHED
        rows = np.asarray(self.openings[1 : 1 + count * stages.OPENING_ROW]).reshape(-1, stages.OPENING_ROW)
        begins = [
            any(stage in _stages_at(self.plan, step) for step in self.plan.starts(pathway))
            for pathway in range(len(self.plan.pathways))
        ]
        which = self.plan.network[c.OPENINGS_AT] + rows[:, stages.WHICH] * c.OPENING_WIDTH + c.OPENS_PATHWAY
        waiting = (rows[:, stages.BY_TASK] >= 0) & np.array(begins)[self.plan.network[which]]
        mine = np.flatnonzero(waiting)
        order = mine[np.argsort(rows[mine, stages.AT], kind="stable")]
        status = self.open_pending(
            self.net, self.chance, self.world, self.marks, self.openings, self._kept(order)
        )
        for opening in order.tolist():
            self.openings[1 + opening * stages.OPENING_ROW + stages.BY_TASK] = c.NEVER
        self.opened += len(order)
        return int(status)
