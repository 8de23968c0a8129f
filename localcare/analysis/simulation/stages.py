"""The loops of the recursion: everybody of one stage in the order of asking, first come first served.

Who comes first begins first, so a place of a service need only know when it is free again. What follows is asked of
later stages, which are worked through when all that comes before them is known.
"""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.chances import drawn, length_of, outcome_of
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.journeys import new_task, next_of_others, open_journey
from localcare.analysis.simulation.rows import journey_row, outcome_row, service_row, step_row, task_row
from localcare.analysis.simulation.state import Numbers

OPENING_ROW = 3
BY_TASK, AT, WHICH = range(OPENING_ROW)  # a journey to be opened: by which task, when, which opening
MOST_OPENINGS = 64  # of one outcome


@compiled
def ask_of(
    net: Numbers, world: Numbers, stages: Numbers, journey: int, step: int, because: int, now: int
) -> None:
    """A new task in the stage of its service."""
    task = new_task(net, world, journey, step, because, c.NEVER, 1, now)
    service = world[task_row(world, task) + c.SERVICE]
    stages[1 + task] = stages[0] + step if net[net[c.ROOMS_AT] + service] == c.UNLIMITED else service
    row = service_row(world, service)
    world[row + c.AREA_UNDER] += world[c.NOW] - now
    world[journey_row(world, journey) + c.OPEN_TASKS] += 1


@compiled
def begin_stages(net: Numbers, chance: Numbers, world: Numbers, stages: Numbers) -> int:
    """Open the journeys of the demand."""
    for pathway in range(net[c.PATHWAYS]):
        first = chance[chance[c.ARRIVALS_FROM_AT] + pathway]
        for number in range(chance[chance[c.ARRIVALS_FROM_AT] + pathway + 1] - first):
            now = chance[chance[c.ARRIVALS_AT] + first + number]
            journey = open_journey(net, chance, world, pathway, number, c.NEVER, now)
            start = net[
                net[c.STARTS_AT] + net[net[c.PATHWAYS_AT] + pathway * c.PATHWAY_WIDTH + c.FIRST_START]
            ]
            ask_of(net, world, stages, journey, start, c.NEVER, now)
    return c.REACHED


@compiled
def next_free(free: Numbers, places: int, at: int) -> None:
    """Put the moment at which the earliest place is free again into the heap of places, in place of the old one."""
    place = 0
    while True:
        below = 2 * place + 1
        if below >= places:
            break
        if below + 1 < places and free[below + 1] < free[below]:
            below += 1
        if free[below] >= at:
            break
        free[place] = free[below]
        place = below
    free[place] = at


@compiled
def go_on(net: Numbers, world: Numbers, stages: Numbers, openings: Numbers, task: int, now: int) -> None:
    """What follows a task that ended: the next step, journeys to be opened, or the end of the journey."""
    at = task_row(world, task)
    world[at + c.ENDED] = now
    world[service_row(world, world[at + c.SERVICE]) + c.AREA_UNDER] -= world[c.NOW] - now
    journey = world[at + c.JOURNEY]
    whose = journey_row(world, journey)
    world[whose + c.OPEN_TASKS] -= 1
    if world[at + c.OUTCOME] >= 0:
        row = outcome_row(net, world[at + c.OUTCOME])
        if net[row + c.ENDS] >= 0:
            world[whose + c.END] = net[row + c.ENDS]
        first = net[c.TO_STEPS_AT] + net[row + c.FIRST_TO]
        for place in range(first, first + net[row + c.TOS]):
            ask_of(net, world, stages, journey, net[place], task, now)
        for place in range(net[row + c.FIRST_OPENING], net[row + c.FIRST_OPENING] + net[row + c.OPENINGS]):
            free = 1 + openings[0] * OPENING_ROW
            openings[free + BY_TASK] = task
            openings[free + AT] = now
            openings[free + WHICH] = place
            openings[0] += 1
    if world[whose + c.OPEN_TASKS] == 0:
        world[whose + c.CLOSED] = now


@compiled
def run_stage(
    net: Numbers, chance: Numbers, world: Numbers, stages: Numbers, openings: Numbers, order: Numbers, free: Numbers,
    places: int, end: int,
) -> int:  # fmt: skip
    """Work through the tasks of a stage in the order given; `free` says when each place is free (none: no limit)."""
    day = 0
    for task in order:
        if world[c.TASKS] + net[c.STEPS] >= world[c.MOST_TASKS]:
            return c.NEEDS_ROOM
        if 1 + (openings[0] + MOST_OPENINGS) * OPENING_ROW > len(openings):
            return c.NEEDS_DRAWS
        at = task_row(world, task)
        step, whose = world[at + c.STEP], journey_row(world, world[at + c.JOURNEY])
        number, area = world[whose + c.NUMBER], world[whose + c.AREA]
        asked = world[at + c.REQUESTED]
        now = max(asked, free[0]) if places else asked
        patience = net[step_row(net, step) + c.PATIENCE]
        if patience >= 0 and now > asked:
            gives_up = asked + drawn(chance, world, number, patience, 1)
            if gives_up < now:
                if gives_up < end:
                    world[at + c.STATE] = c.GAVE_UP
                    world[at + c.OUTCOME] = net[step_row(net, step) + c.GIVES_UP_AS]
                    go_on(net, world, stages, openings, task, gives_up)
                continue
        if now >= end:
            continue
        while now >= net[net[c.DAYS_AT] + day + 1]:
            day += 1
        outcome = outcome_of(net, step, area, day, drawn(chance, world, number, step, 1))
        draw = drawn(chance, world, number, net[outcome_row(net, outcome) + c.LENGTH], 1)
        until = now + length_of(net, step, area, day, draw)
        if places:
            next_free(free, places, until)
        world[at + c.STATE] = c.WORKING
        world[at + c.OUTCOME] = outcome
        world[at + c.STARTED] = now
        world[at + c.PLANNED] = until
        world[c.HANDLED] += 1
        if until < end:
            world[at + c.STATE] = c.DONE
            world[at + c.FREED] = until
            world[c.HANDLED] += 1
            go_on(net, world, stages, openings, task, until)
    return c.REACHED


@compiled
def open_pending(
    net: Numbers, chance: Numbers, world: Numbers, stages: Numbers, openings: Numbers, order: Numbers
) -> int:
    """Open the journeys that outcomes open, in the order given."""
    for opening in order:
        row = 1 + opening * OPENING_ROW
        task, now = openings[row + BY_TASK], openings[row + AT]
        which = net[c.OPENINGS_AT] + openings[row + WHICH] * c.OPENING_WIDTH
        pathway = net[which + c.OPENS_PATHWAY]
        parent = journey_row(world, world[task_row(world, task) + c.JOURNEY])
        number = next_of_others(chance, world, pathway)
        if number < 0:
            return c.NEEDS_DRAWS
        if world[c.TASKS] >= world[c.MOST_TASKS]:
            return c.NEEDS_ROOM
        journey = open_journey(net, chance, world, pathway, number, world[parent + c.AREA], now)
        world[journey_row(world, journey) + c.OPENED_FROM] = task
        if net[which + c.FOR_CARER] == 0:
            world[journey_row(world, journey) + c.PERSON] = world[parent + c.PERSON]
        start = net[net[c.STARTS_AT] + net[net[c.PATHWAYS_AT] + pathway * c.PATHWAY_WIDTH + c.FIRST_START]]
        ask_of(net, world, stages, journey, start, c.NEVER, now)
    return c.REACHED
