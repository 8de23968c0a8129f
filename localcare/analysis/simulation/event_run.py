"""One replication by the event loop: tables big enough, the loop in stretches, the history out of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from localcare.analysis.simulation import beginning, caseload, draws, events
from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.compiling import is_compiled, plain
from localcare.analysis.simulation.draws import Prepared
from localcare.analysis.simulation.history import History
from localcare.analysis.simulation.plan import CannotSimulate
from localcare.analysis.simulation.state import Numbers, Workspace, laid_out, part
from localcare.analysis.simulation.streams import Stream

STRETCHES = 8  # of a run, between which it can be stopped
MOST_ROOM = 16  # times as much as the shares of outcomes let expect


def run_events(
    prepared: Prepared,
    stream: Stream,
    *,
    as_plain: bool = False,
    keep_going: Callable[[], None] = lambda: None,
    workspace: Workspace | None = None,
) -> History:
    """The history of a replication; `as_plain` runs the same loop uncompiled. CannotSimulate when people go in circles."""
    room = 1
    while room <= MOST_ROOM:
        chance = draws.draw(prepared, stream, room, workspace)
        given = caseload.given(prepared.plan, stream)
        world = new_world(prepared, chance, given, room, workspace)
        status, world = _run(prepared, chance, world, given, as_plain, keep_going)
        if status == c.REACHED:
            return history_from(prepared, world)
        if status == c.GOES_ROUND:
            break
        room *= 2
    raise CannotSimulate(
        "People are sent round in a circle in which no time passes: give the steps of it a duration, or their"
        " services a place"
    )


def _run(
    prepared: Prepared,
    chance: np.ndarray,
    world: np.ndarray,
    given: np.ndarray,
    as_plain: bool,
    keep_going: Callable[[], None],
) -> tuple[int, np.ndarray]:
    end = prepared.plan.calendar.end - 1
    begin, advance = beginning.begin, events.advance
    row: list[Numbers] = [prepared.plan.network, chance, world, given]
    if as_plain or not is_compiled(advance):
        begin, advance = plain(begin), plain(advance)
        row = [numbers.tolist() for numbers in row]  # which plain Python reads faster than arrays
    net, drawn, changing, people = row
    status = begin(net, drawn, changing, people)
    for stretch in range(1, STRETCHES + 1):
        if status == c.REACHED:
            keep_going()
            status = advance(net, drawn, changing, end * stretch // STRETCHES)
    return int(status), np.asarray(changing, dtype=np.int64)


def new_world(
    prepared: Prepared, chance: np.ndarray, given: np.ndarray, room: int, workspace: Workspace | None = None
) -> np.ndarray:
    """Nothing has happened yet."""
    plan = prepared.plan
    counts = np.diff(part(chance, c.ARRIVALS_FROM_AT, len(plan.pathways) + 1))
    others = part(chance, c.OTHERS_AT, len(plan.pathways))
    visits = draws.expected_visits(plan, [float(count) for count in counts]).sum()
    tasks = int(room * (1.15 * visits + 8 * visits**0.5 + 1024)) + len(given)
    journeys = int(counts.sum() + others.sum() + 1)
    services = np.zeros((len(plan.services), c.SERVICE_WIDTH), dtype=np.int64)
    for place, service in enumerate(plan.services):
        services[place, c.IS_PRIORITISED] = (
            service.scenario is not None and service.scenario.discipline == "priority"
        )
    queues = np.full(len(plan.services) * plan.network[c.PRIORITIES], c.NEVER, dtype=np.int64)
    nothing = np.zeros(max(len(counts), len(plan.series), len(plan.services)), dtype=np.int64)
    events_to_come = 2 * tasks + len(counts) + 8
    return laid_out(
        c.WORLD_HEAD,
        {c.MOST_TASKS: tasks, c.MOST_JOURNEYS: journeys},
        {
            c.SERVICES_AT: services,
            c.HEADS_AT: queues,
            c.TAILS_AT: queues,
            c.ARRIVED_AT: nothing,
            c.OTHERS_USED_AT: nothing,
            c.AGAIN_USED_AT: nothing,
            c.TODO_AT: nothing,
        },
        {
            c.ASKS_AT: c.ASKS_OF_ONE_MOMENT * c.ASK_WIDTH,
            c.HEAP_AT: 2 * events_to_come,
            c.TASKS_AT: tasks * c.TASK_WIDTH,
            c.JOURNEYS_AT: journeys * c.JOURNEY_WIDTH,
        },
        workspace,
    )


def history_from(prepared: Prepared, world: np.ndarray) -> History:
    """The history that a run leaves behind."""
    services = part(world, c.SERVICES_AT, len(prepared.plan.services) * c.SERVICE_WIDTH).reshape(
        -1, c.SERVICE_WIDTH
    )
    left = prepared.plan.calendar.end - services[:, c.SINCE]
    return History(
        part(world, c.TASKS_AT, int(world[c.TASKS]) * c.TASK_WIDTH).reshape(-1, c.TASK_WIDTH),
        part(world, c.JOURNEYS_AT, int(world[c.JOURNEYS]) * c.JOURNEY_WIDTH).reshape(-1, c.JOURNEY_WIDTH),
        services[:, c.AREA_UNDER] + services[:, c.PEOPLE] * left,
        int(world[c.HANDLED]),
    )
