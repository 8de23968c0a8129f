"""How a run begins: with people who are there already, and the first journey of each pathway to come."""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.events import lose_patience_later
from localcare.analysis.simulation.heap import schedule
from localcare.analysis.simulation.journeys import ask, new_task, next_of_others, open_journey
from localcare.analysis.simulation.queues import line_up
from localcare.analysis.simulation.rows import journey_row, service_row, step_row, task_row
from localcare.analysis.simulation.state import Numbers


@compiled
def place_initial(net: Numbers, chance: Numbers, world: Numbers, given: Numbers, row: int) -> int:
    """One person who waits for a step or is in it when the run begins."""
    number = next_of_others(chance, world, given[row + c.GIVEN_PATHWAY])
    if number < 0:
        return c.NEEDS_DRAWS
    step, asked_at, started_at = (
        given[row + c.GIVEN_STEP],
        given[row + c.GIVEN_REQUESTED],
        given[row + c.GIVEN_STARTED],
    )
    journey = open_journey(
        net, chance, world, given[row + c.GIVEN_PATHWAY], number, given[row + c.GIVEN_AREA], asked_at
    )
    whose = journey_row(world, journey)
    world[whose + c.IS_INITIAL] = 1
    if given[row + c.GIVEN_PRIORITY] >= 0:
        world[whose + c.PRIORITY] = given[row + c.GIVEN_PRIORITY]
    ask(net, world, journey, step, c.NEVER, c.NEVER)
    world[c.ASKS] = 0  # in place already
    task = new_task(net, world, journey, step, c.NEVER, c.NEVER, 1, asked_at)
    at = task_row(world, task)
    service = service_row(world, world[at + c.SERVICE])
    world[service + c.PEOPLE] += 1
    if started_at == c.FOREVER:
        line_up(net, world, task)
        return int(lose_patience_later(net, chance, world, task, 1, asked_at))
    world[at + c.STATE] = c.WORKING
    world[at + c.OUTCOME] = given[row + c.GIVEN_OUTCOME]
    world[at + c.STARTED] = started_at
    world[at + c.PLANNED] = given[row + c.GIVEN_PLANNED]
    world[service + c.BUSY] += net[step_row(net, step) + c.TAKES]
    schedule(world, given[row + c.GIVEN_PLANNED], task * 2)
    return c.REACHED


@compiled
def begin(net: Numbers, chance: Numbers, world: Numbers, given: Numbers) -> int:
    """Put those in place who are there at the start, and let the first of each pathway come."""
    for person in range(len(given) // c.GIVEN_WIDTH):
        status = place_initial(net, chance, world, given, person * c.GIVEN_WIDTH)
        if status != c.REACHED:
            return int(status)
    for pathway in range(net[c.PATHWAYS]):
        first = chance[chance[c.ARRIVALS_FROM_AT] + pathway]
        if first < chance[chance[c.ARRIVALS_FROM_AT] + pathway + 1]:
            schedule(world, chance[chance[c.ARRIVALS_AT] + first], pathway - net[c.PATHWAYS])
    return c.REACHED
