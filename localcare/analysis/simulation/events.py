"""The event loop: queues with priorities, blocking, giving up, repeats, joins, and capacity that changes meanwhile.

Everything random was drawn before (see `draws`), and what is simultaneous happens in a fixed order. So the same draws
give the same history, compiled or not, on any number of threads. Where a function returns a number, it is how it ended:
`columns.REACHED`, or what was lacking.
"""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.chances import drawn, length_of, outcome_of
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.heap import schedule, take_first
from localcare.analysis.simulation.journeys import (
    ask,
    ask_first_steps,
    new_task,
    next_of_others,
    open_journey,
)
from localcare.analysis.simulation.queues import (
    count_people,
    first_in_line,
    forget_keeper,
    free_place,
    has_room,
    leave_queue,
    let_go,
    line_up,
    look_again,
)
from localcare.analysis.simulation.rows import (
    journey_row,
    keeps,
    outcome_row,
    service_row,
    step_row,
    task_row,
)
from localcare.analysis.simulation.state import Numbers


@compiled
def start(net: Numbers, chance: Numbers, world: Numbers, task: int, now: int) -> int:
    """Begin with a task: its outcome and length are settled now."""
    at = task_row(world, task)
    step, whose = world[at + c.STEP], journey_row(world, world[at + c.JOURNEY])
    is_first = 1 if world[at + c.OUTCOME] == c.FIRST_TIME else 0
    area, day, number = world[whose + c.AREA], world[c.DAY], world[whose + c.NUMBER]
    draw = drawn(chance, world, number, step, is_first)
    if draw < 0:
        return c.NEEDS_DRAWS
    outcome = outcome_of(net, step, area, day, draw)
    draw = drawn(chance, world, number, net[outcome_row(net, outcome) + c.LENGTH], is_first)
    if draw < 0:
        return c.NEEDS_DRAWS
    planned = now + length_of(net, step, area, day, draw)
    world[at + c.STATE] = c.WORKING
    world[at + c.OUTCOME] = outcome
    world[at + c.STARTED] = now
    world[at + c.PLANNED] = planned
    world[service_row(world, world[at + c.SERVICE]) + c.BUSY] += net[step_row(net, step) + c.TAKES]
    schedule(world, planned, task * 2)
    let_go(net, world, task)
    return c.REACHED


@compiled
def serve(net: Numbers, chance: Numbers, world: Numbers, service: int, now: int) -> int:
    """Begin with whoever is next as long as places are free; the first in line is never passed over."""
    while world[service_row(world, service) + c.QUEUE] > 0:
        queue = first_in_line(net, world, service)
        task = world[queue]
        at = task_row(world, task)
        if not has_room(net, world, service, world[at + c.STEP]):
            return c.REACHED
        world[queue] = world[at + c.BEHIND]
        leave_queue(world, task)
        status = start(net, chance, world, task, now)
        if status != c.REACHED:
            return int(status)
    return c.REACHED


@compiled
def request(net: Numbers, chance: Numbers, world: Numbers, asked: int, now: int) -> int:
    """Ask a service for a step: begin at once, wait, or be turned away from a full waiting room."""
    said = world[c.ASKS_AT] + asked * c.ASK_WIDTH
    journey, step, held = world[said + c.ASK_JOURNEY], world[said + c.ASK_STEP], world[said + c.ASK_HELD]
    because, is_first = world[said + c.ASK_BECAUSE], world[said + c.ASK_FIRST]
    if world[journey_row(world, journey) + c.CLOSED] >= 0:  # stopped in this very moment
        forget_keeper(net, world, held)
        return c.REACHED
    if world[c.TASKS] >= world[c.MOST_TASKS]:
        return c.NEEDS_ROOM
    if world[c.ASKS] + 4 * net[c.STEPS] + 64 > c.ASKS_OF_ONE_MOMENT:
        return c.GOES_ROUND
    task = new_task(net, world, journey, step, because, held, is_first, now)
    service = world[task_row(world, task) + c.SERVICE]
    count_people(world, service, now, 1)
    row, room = service_row(world, service), net[net[c.ROOMS_AT] + service]
    if world[row + c.QUEUE] == 0 and has_room(net, world, service, step):
        return int(start(net, chance, world, task, now))
    if held < 0 and room >= 0 and world[row + c.ROOM] >= room:
        return int(go_without(net, chance, world, task, c.TURNED_AWAY, now))
    line_up(net, world, task)
    look_again(world, service)
    return int(lose_patience_later(net, chance, world, task, is_first, now))


@compiled
def lose_patience_later(
    net: Numbers, chance: Numbers, world: Numbers, task: int, is_first: int, now: int
) -> int:
    """Let somebody who waits from now on give up when their patience ends, where the scenario says so."""
    at = task_row(world, task)
    patience = net[step_row(net, world[at + c.STEP]) + c.PATIENCE]
    if patience < 0:
        return c.REACHED
    number = world[journey_row(world, world[at + c.JOURNEY]) + c.NUMBER]
    draw = drawn(chance, world, number, patience, is_first)
    if draw < 0:
        return c.NEEDS_DRAWS
    schedule(world, max(0, now + draw), task * 2 + 1)
    return c.REACHED


@compiled
def open_others(net: Numbers, chance: Numbers, world: Numbers, task: int, now: int) -> int:
    """Open the journeys that the outcome of a task opens, for the person or for somebody who cares for them."""
    at = task_row(world, task)
    row = outcome_row(net, world[at + c.OUTCOME])
    parent = journey_row(world, world[at + c.JOURNEY])
    first = net[row + c.FIRST_OPENING]
    for place in range(first, first + net[row + c.OPENINGS]):
        opening = net[c.OPENINGS_AT] + place * c.OPENING_WIDTH
        pathway = net[opening + c.OPENS_PATHWAY]
        number = next_of_others(chance, world, pathway)
        if number < 0:
            return c.NEEDS_DRAWS
        journey = open_journey(net, chance, world, pathway, number, world[parent + c.AREA], now)
        world[journey_row(world, journey) + c.OPENED_FROM] = task
        if net[opening + c.FOR_CARER] == 0:
            world[journey_row(world, journey) + c.PERSON] = world[parent + c.PERSON]
        ask_first_steps(net, world, journey)
    return c.REACHED


@compiled
def stop_the_rest(net: Numbers, world: Numbers, journey: int, now: int) -> None:
    """Cancel whatever of a journey is open; work that was going on ends."""
    row = journey_row(world, journey)
    task = world[row + c.LAST_TASK]
    while task >= 0:
        at = task_row(world, task)
        state = world[at + c.STATE]
        if state == c.WAITING or state == c.WORKING:
            world[at + c.STATE] = c.STOPPED
            world[at + c.ENDED] = now
            count_people(world, world[at + c.SERVICE], now, -1)
            if state == c.WAITING:
                leave_queue(world, task)
                let_go(net, world, task)
            else:
                free_place(net, world, task)
        task = world[at + c.BEFORE]
    world[row + c.OPEN_TASKS] = 0
    world[row + c.WAITING_STEPS] = 0


@compiled
def lead_on(net: Numbers, world: Numbers, task: int, now: int) -> None:
    """Ask for what the outcome of a task leads to; what waits for all branches waits; or stop the journey."""
    at = task_row(world, task)
    journey, step = world[at + c.JOURNEY], world[at + c.STEP]
    whose, row = journey_row(world, journey), outcome_row(net, world[at + c.OUTCOME])
    if net[row + c.ENDS] >= 0:
        world[whose + c.END] = net[row + c.ENDS]
    if net[row + c.STOPS]:
        stop_the_rest(net, world, journey, now)
        return
    first = net[c.TO_STEPS_AT] + net[row + c.FIRST_TO]
    for place in range(first, first + net[row + c.TOS]):
        to = net[place]
        join, bit = net[step_row(net, to) + c.JOIN], net[step_row(net, to) + c.BIT]
        if join == c.AFTER_ALL:
            world[whose + c.WAITING_STEPS] |= bit
        elif join == c.AFTER_EACH or not world[whose + c.ASKED_STEPS] & bit:
            ask(net, world, journey, to, task, task if keeps(net, step, to) else c.NEVER)


@compiled
def settle(net: Numbers, world: Numbers, task: int, now: int) -> None:
    """When no branch is open after a task: ask for the steps that waited for that, or end the journey."""
    at = task_row(world, task)
    journey, from_step = world[at + c.JOURNEY], world[at + c.STEP]
    whose = journey_row(world, journey)
    if world[whose + c.OPEN_TASKS] > 0:
        return
    if world[whose + c.WAITING_STEPS] == 0:
        world[whose + c.CLOSED] = now
        return
    for step in range(net[c.STEPS]):
        row = step_row(net, step)
        if (
            net[row + c.STEP_PATHWAY] == world[whose + c.PATHWAY]
            and world[whose + c.WAITING_STEPS] & net[row + c.BIT]
        ):
            ask(net, world, journey, step, task, task if keeps(net, from_step, step) else c.NEVER)
    world[whose + c.WAITING_STEPS] = 0


@compiled
def finish(net: Numbers, chance: Numbers, world: Numbers, task: int, now: int) -> int:
    """The work on a task is done: what follows is asked for, and the place is free unless somebody still keeps it."""
    at = task_row(world, task)
    world[at + c.STATE] = c.DONE
    world[at + c.ENDED] = now
    world[journey_row(world, world[at + c.JOURNEY]) + c.OPEN_TASKS] -= 1
    count_people(world, world[at + c.SERVICE], now, -1)
    lead_on(net, world, task, now)
    status = open_others(net, chance, world, task, now)
    settle(net, world, task, now)
    if world[at + c.KEEPERS] == 0:
        free_place(net, world, task)
    return int(status)


@compiled
def go_without(net: Numbers, chance: Numbers, world: Numbers, task: int, how: int, now: int) -> int:
    """Somebody gives up or is turned away: the outcome for that follows, or this branch is lost."""
    at = task_row(world, task)
    world[at + c.STATE] = how
    world[at + c.ENDED] = now
    world[journey_row(world, world[at + c.JOURNEY]) + c.OPEN_TASKS] -= 1
    count_people(world, world[at + c.SERVICE], now, -1)
    let_go(net, world, task)
    world[at + c.OUTCOME] = net[step_row(net, world[at + c.STEP]) + c.GIVES_UP_AS]
    status = c.REACHED
    if world[at + c.OUTCOME] >= 0:
        lead_on(net, world, task, now)
        status = open_others(net, chance, world, task, now)
    settle(net, world, task, now)
    return int(status)


@compiled
def settle_moment(net: Numbers, chance: Numbers, world: Numbers, now: int) -> int:
    """Do what follows at once: steps asked for in their order, then services that can begin."""
    done = 0
    while done < world[c.ASKS] or world[c.TODO] > 0:
        if done < world[c.ASKS]:
            status = request(net, chance, world, done, now)
            done += 1
        else:
            world[c.TODO] -= 1
            service = world[world[c.TODO_AT] + world[c.TODO]]
            world[service_row(world, service) + c.IS_TODO] = 0
            status = serve(net, chance, world, service, now)
        if status != c.REACHED:
            return int(status)
    world[c.ASKS] = 0
    return c.REACHED


@compiled
def arrive(net: Numbers, chance: Numbers, world: Numbers, pathway: int, now: int) -> int:
    """A new journey of the demand; the next one is put on the list."""
    if world[c.JOURNEYS] >= world[c.MOST_JOURNEYS]:
        return c.NEEDS_ROOM
    number = world[world[c.ARRIVED_AT] + pathway]
    world[world[c.ARRIVED_AT] + pathway] = number + 1
    following = chance[chance[c.ARRIVALS_FROM_AT] + pathway] + number + 1
    if following < chance[chance[c.ARRIVALS_FROM_AT] + pathway + 1]:
        schedule(world, chance[chance[c.ARRIVALS_AT] + following], pathway - net[c.PATHWAYS])
    ask_first_steps(net, world, open_journey(net, chance, world, pathway, number, c.NEVER, now))
    return c.REACHED


@compiled
def happen(net: Numbers, chance: Numbers, world: Numbers, item: int, now: int) -> int:
    """One event: somebody comes (a negative item), is done (even), or has no more patience (odd)."""
    if item < 0:
        return int(arrive(net, chance, world, item + net[c.PATHWAYS], now))
    task = item // 2
    state = world[task_row(world, task) + c.STATE]
    if item % 2 == 0:
        return int(finish(net, chance, world, task, now)) if state == c.WORKING else c.REACHED
    if state != c.WAITING:
        return c.REACHED
    leave_queue(world, task)
    return int(go_without(net, chance, world, task, c.GAVE_UP, now))


@compiled
def advance(net: Numbers, chance: Numbers, world: Numbers, until: int) -> int:
    """Let everything happen up to and including a moment."""
    while True:
        now = world[world[c.HEAP_AT]] if world[c.EVENTS] > 0 else c.FOREVER
        change = world[c.NEXT_CHANGE]
        is_change = change < chance[c.CHANGES] and chance[chance[c.CHANGE_TIMES_AT] + change] <= now
        if is_change:
            now = chance[chance[c.CHANGE_TIMES_AT] + change]
        if now > until:
            return c.REACHED
        while now >= net[net[c.DAYS_AT] + world[c.DAY] + 1]:
            world[c.DAY] += 1
        world[c.HANDLED] += 1
        world[c.STILL] = world[c.STILL] + 1 if now == world[c.NOW] else 0
        if world[c.STILL] > c.EVENTS_OF_ONE_MOMENT:
            return c.GOES_ROUND
        world[c.NOW] = now
        if is_change:
            service = chance[chance[c.CHANGE_SERVICES_AT] + change]
            world[service_row(world, service) + c.PLACES] = chance[chance[c.CHANGE_PLACES_AT] + change]
            world[c.NEXT_CHANGE] = change + 1
            look_again(world, service)
            status = c.REACHED
        else:
            status = happen(net, chance, world, take_first(world), now)
        if status == c.REACHED:
            status = settle_moment(net, chance, world, now)
        if status != c.REACHED:
            return int(status)
