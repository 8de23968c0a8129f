"""What a draw means when its time comes: the outcome of a step, how long it takes, how long somebody waits for it."""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.rows import step_row
from localcare.analysis.simulation.state import Numbers


@compiled
def drawn(chance: Numbers, world: Numbers, number: int, series: int, is_first: int) -> int:
    """A draw of a series: the journey's own the first time, else the next of the stock; -1: used up."""
    row = chance[c.SERIES_AT] + series * c.SERIES_WIDTH
    if chance[row + c.STRIDE] == 0:
        return int(chance[chance[row + c.OWN_AT]])
    if is_first:
        return int(chance[chance[row + c.OWN_AT] + number])
    stock = world[c.AGAIN_USED_AT] + series
    used = world[stock]
    if used >= chance[row + c.AGAIN]:
        return -1
    world[stock] = used + 1
    return int(chance[chance[row + c.AGAIN_AT] + used])


@compiled
def outcome_of(net: Numbers, step: int, area: int, day: int, draw: int) -> int:
    """The outcome that a draw (parts of CERTAIN) means for the step in the area on the day."""
    at = step_row(net, step)
    row = net[at + c.SHARES_ROW] + area * net[at + c.SHARES_BY_AREA] + day * net[at + c.SHARES_BY_DAY]
    row = net[c.CUMULATIVE_AT] + row * net[c.WIDEST]
    last = net[at + c.OUTCOMES] - 1
    place = 0
    while place < last and draw >= net[row + place]:
        place += 1
    return int(net[at + c.FIRST_OUTCOME] + place)


@compiled
def length_of(net: Numbers, step: int, area: int, day: int, draw: int) -> int:
    """A drawn length as the changes of the day make it, in microseconds."""
    at = step_row(net, step)
    row = net[at + c.FACTOR_ROW]
    if row < 0:
        return draw
    row += area * net[at + c.FACTOR_BY_AREA] + day * net[at + c.FACTOR_BY_DAY]
    return int(draw * net[net[c.FACTORS_AT] + row] // c.UNCHANGED)
