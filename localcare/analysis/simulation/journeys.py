"""Journeys that begin and tasks that are asked for: the rows that a run adds."""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.rows import journey_row, step_row, task_row
from localcare.analysis.simulation.state import Numbers


@compiled
def ask(net: Numbers, world: Numbers, journey: int, step: int, because: int, held: int) -> None:
    """Put a step among those to be asked for now; it counts as asked for and open from here on."""
    row = journey_row(world, journey)
    bit, asked = net[step_row(net, step) + c.BIT], world[row + c.ASKED_STEPS]
    world[row + c.ASKED_STEPS] = asked | bit
    world[row + c.OPEN_TASKS] += 1
    at = world[c.ASKS_AT] + world[c.ASKS] * c.ASK_WIDTH
    world[at + c.ASK_JOURNEY] = journey
    world[at + c.ASK_STEP] = step
    world[at + c.ASK_BECAUSE] = because
    world[at + c.ASK_HELD] = held
    world[at + c.ASK_FIRST] = 0 if asked & bit else 1
    world[c.ASKS] += 1
    if held >= 0:
        world[task_row(world, held) + c.KEEPERS] += 1


@compiled
def new_task(
    net: Numbers, world: Numbers, journey: int, step: int, because: int, held: int, is_first: int, now: int
) -> int:
    """The row of a task that waits for its service."""
    task, whose = world[c.TASKS], journey_row(world, journey)
    world[c.TASKS] = task + 1
    at = task_row(world, task)
    world[at + c.REQUESTED] = now
    world[at + c.STARTED] = c.NOT_YET
    world[at + c.ENDED] = c.NOT_YET
    world[at + c.PLANNED] = c.NOT_YET
    world[at + c.JOURNEY] = journey
    world[at + c.STEP] = step
    world[at + c.SERVICE] = net[net[c.SERVICES_OF_AT] + step * net[c.AREAS] + world[whose + c.AREA]]
    world[at + c.STATE] = c.WAITING
    world[at + c.OUTCOME] = c.FIRST_TIME if is_first else c.NEVER
    world[at + c.BECAUSE] = because
    world[at + c.BEFORE] = world[whose + c.LAST_TASK]
    world[at + c.BEHIND] = c.NEVER
    world[at + c.HELD] = held
    world[at + c.KEEPERS] = 0
    world[at + c.FREED] = c.NOT_YET
    world[whose + c.LAST_TASK] = task
    return int(task)


@compiled
def open_journey(
    net: Numbers, chance: Numbers, world: Numbers, pathway: int, number: int, area: int, now: int
) -> int:
    """The row of a new journey, no step asked for yet; without an area (-1) it has the one that was drawn."""
    journey = world[c.JOURNEYS]
    world[c.JOURNEYS] = journey + 1
    draw = chance[chance[c.OWN_FROM_AT] + pathway] + number
    at = journey_row(world, journey)
    world[at + c.OPENED] = now
    world[at + c.CLOSED] = c.NOT_YET
    world[at + c.ASKED_STEPS] = 0
    world[at + c.WAITING_STEPS] = 0
    world[at + c.PATHWAY] = pathway
    world[at + c.NUMBER] = number
    world[at + c.PRIORITY] = chance[chance[c.PRIORITIES_AT] + draw]
    world[at + c.AREA] = chance[chance[c.AREAS_AT] + draw] if area < 0 else area
    world[at + c.OPEN_TASKS] = 0
    world[at + c.LAST_TASK] = c.NEVER
    world[at + c.OPENED_FROM] = c.NEVER
    world[at + c.END] = c.NEVER
    world[at + c.PERSON] = journey
    world[at + c.IS_INITIAL] = 0
    return int(journey)


@compiled
def ask_first_steps(net: Numbers, world: Numbers, journey: int) -> None:
    """Ask for the steps that a pathway begins with."""
    row = net[c.PATHWAYS_AT] + world[journey_row(world, journey) + c.PATHWAY] * c.PATHWAY_WIDTH
    first = net[c.STARTS_AT] + net[row + c.FIRST_START]
    for place in range(first, first + net[row + c.STARTS]):
        ask(net, world, journey, net[place], c.NEVER, c.NEVER)


@compiled
def next_of_others(chance: Numbers, world: Numbers, pathway: int) -> int:
    """The number of a journey that does not come from the demand; -1 when there are no draws for it."""
    used = world[world[c.OTHERS_USED_AT] + pathway]
    if used >= chance[chance[c.OTHERS_AT] + pathway]:
        return -1
    world[world[c.OTHERS_USED_AT] + pathway] = used + 1
    first = chance[c.ARRIVALS_FROM_AT] + pathway
    return int(chance[first + 1] - chance[first] + used)
