"""Services while a run goes on: places, queues, and who is next."""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.rows import journey_row, service_row, step_row, task_row
from localcare.analysis.simulation.state import Numbers


@compiled
def count_people(world: Numbers, service: int, now: int, change: int) -> None:
    """Somebody came to a service or left it."""
    row = service_row(world, service)
    people = world[row + c.PEOPLE]
    world[row + c.AREA_UNDER] += people * (now - world[row + c.SINCE])
    world[row + c.SINCE] = now
    world[row + c.PEOPLE] = people + change


@compiled
def look_again(world: Numbers, service: int) -> None:
    """See, before time goes on, whether the service can begin with somebody."""
    row = service_row(world, service)
    if world[row + c.IS_TODO] == 0:
        world[row + c.IS_TODO] = 1
        world[world[c.TODO_AT] + world[c.TODO]] = service
        world[c.TODO] += 1


@compiled
def free_place(net: Numbers, world: Numbers, task: int) -> None:
    """A task no longer holds its places."""
    at = task_row(world, task)
    service = world[at + c.SERVICE]
    row = service_row(world, service)
    world[at + c.FREED] = world[c.NOW]
    world[row + c.BUSY] -= net[step_row(net, world[at + c.STEP]) + c.TAKES]
    if world[row + c.QUEUE] > 0:
        look_again(world, service)


@compiled
def forget_keeper(net: Numbers, world: Numbers, held: int) -> None:
    """One less keeps the place of a task that is over; the last one frees it."""
    if held < 0:
        return
    row = task_row(world, held)
    world[row + c.KEEPERS] -= 1
    if world[row + c.KEEPERS] == 0:
        free_place(net, world, held)


@compiled
def let_go(net: Numbers, world: Numbers, task: int) -> None:
    """A task that kept somebody's place elsewhere needs it no more."""
    row = task_row(world, task)
    held = world[row + c.HELD]
    world[row + c.HELD] = c.NEVER
    forget_keeper(net, world, held)


@compiled
def has_room(net: Numbers, world: Numbers, service: int, step: int) -> bool:
    """Whether enough places are free for the step now."""
    row = service_row(world, service)
    return bool(world[row + c.BUSY] + net[step_row(net, step) + c.TAKES] <= world[row + c.PLACES])


@compiled
def line_up(net: Numbers, world: Numbers, task: int) -> None:
    """Join the end of the queue: of its priority, where the service goes by that."""
    at = task_row(world, task)
    row = service_row(world, world[at + c.SERVICE])
    queue = world[at + c.SERVICE] * net[c.PRIORITIES]
    if world[row + c.IS_PRIORITISED]:
        queue += world[journey_row(world, world[at + c.JOURNEY]) + c.PRIORITY]
    if world[world[c.HEADS_AT] + queue] < 0:
        world[world[c.HEADS_AT] + queue] = task
    else:
        world[task_row(world, world[world[c.TAILS_AT] + queue]) + c.BEHIND] = task
    world[world[c.TAILS_AT] + queue] = task
    world[row + c.QUEUE] += 1
    if world[at + c.HELD] < 0:
        world[row + c.ROOM] += 1


@compiled
def leave_queue(world: Numbers, task: int) -> None:
    """Count a waiting task out; its place in the line is passed over when it comes up."""
    at = task_row(world, task)
    row = service_row(world, world[at + c.SERVICE])
    world[row + c.QUEUE] -= 1
    if world[at + c.HELD] < 0:
        world[row + c.ROOM] -= 1


@compiled
def first_in_line(net: Numbers, world: Numbers, service: int) -> int:
    """Where the head of the queue stands that is next, people who left passed over; -1 when nobody waits."""
    first = world[c.HEADS_AT] + service * net[c.PRIORITIES]
    for queue in range(first, first + net[c.PRIORITIES]):
        head = world[queue]
        while head >= 0 and world[task_row(world, head) + c.STATE] != c.WAITING:
            head = world[task_row(world, head) + c.BEHIND]
        world[queue] = head
        if head >= 0:
            return int(queue)
    return -1
