"""A binary heap of moments and items in a flat table; equal moments come in the order of their items."""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.state import Numbers


@compiled
def schedule(world: Numbers, at: int, item: int) -> None:
    """Let an item come up at a moment."""
    heap, place = world[c.HEAP_AT], world[c.EVENTS]
    world[c.EVENTS] = place + 1
    while place > 0:
        above = (place - 1) >> 1
        row = heap + 2 * above
        if world[row] < at or (world[row] == at and world[row + 1] < item):
            break
        world[heap + 2 * place], world[heap + 2 * place + 1] = world[row], world[row + 1]
        place = above
    world[heap + 2 * place], world[heap + 2 * place + 1] = at, item


@compiled
def take_first(world: Numbers) -> int:
    """The item whose moment comes first, taken out."""
    heap, size = world[c.HEAP_AT], world[c.EVENTS] - 1
    first = world[heap + 1]
    world[c.EVENTS] = size
    at, item = world[heap + 2 * size], world[heap + 2 * size + 1]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        row = heap + 2 * below
        if below + 1 < size and (
            world[row + 2] < world[row] or (world[row + 2] == world[row] and world[row + 3] < world[row + 1])
        ):
            below += 1
            row += 2
        if world[row] > at or (world[row] == at and world[row + 1] > item):
            break
        world[heap + 2 * place], world[heap + 2 * place + 1] = world[row], world[row + 1]
        place = below
    world[heap + 2 * place], world[heap + 2 * place + 1] = at, item
    return int(first)
