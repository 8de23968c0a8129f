"""Counting a history: what was asked, begun and finished on each day, how long people waited, how full it was."""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.state import Numbers

TENTH = 100_000  # of a second, in microseconds
FINE = 16  # bins of the waits for each doubling
BINS = 34 * FINE


@compiled
def day_of(midnights: Numbers, days: int, at: int) -> int:
    """The day of a moment; -1 before the first."""
    if at < midnights[0]:
        return -1
    day = min(at // 86_400_000_000, days - 1)
    while day > 0 and midnights[day] > at:
        day -= 1
    while day + 1 < days and midnights[day + 1] <= at:
        day += 1
    return int(day)


@compiled
def bin_of(wait: int) -> int:
    """The bin of a wait: 0 for none, then finer than a twentieth of the wait."""
    tenths = wait // TENTH
    if wait == 0:
        return 0
    above = 0
    while (tenths >> above) >= 2 * FINE:
        above += 1
    return int(1 + above * FINE + (tenths >> above))


@compiled
def count_span(daily: Numbers, cell: int, days: int, first: int, last: int, column: int, by: int) -> None:
    """Add to the midnights between two days, as differences of which `add_up` makes numbers.

    The first day may be -1, before the run, and the last one the number of days, after it.
    """
    if last > first:
        daily[cell + max(0, first) * c.DAILY_WIDTH + column] += by
        if last < days:
            daily[cell + last * c.DAILY_WIDTH + column] -= by


@compiled
def add_up(daily: Numbers, rows: int, days: int) -> None:
    """Turn the differences of the two columns that stand at the end of a day into numbers."""
    for row in range(rows):
        for day in range(1, days):
            at = (row * days + day) * c.DAILY_WIDTH
            for column in range(c.WAITING_AT_END, c.DAILY_WIDTH):
                daily[at + column] += daily[at + column - c.DAILY_WIDTH]


@compiled
def overlap(since: int, until: int, window: int, end: int) -> int:
    """How much of a span lies in the counted days."""
    return max(0, min(until, end) - max(since, window))


@compiled
def count(
    tasks: Numbers,
    journeys: Numbers,
    net: Numbers,
    midnights: Numbers,
    days: int,
    counted_from: int,
    daily: Numbers,
    waits: Numbers,
    totals: Numbers,
) -> None:
    """Count all tasks in the row of their step and area: steps x areas rows."""
    areas, end, window = net[c.AREAS], midnights[days], midnights[counted_from]
    for task in range(len(tasks) // c.TASK_WIDTH):
        at = task * c.TASK_WIDTH
        takes = net[net[c.STEPS_AT] + tasks[at + c.STEP] * c.STEP_WIDTH + c.TAKES]
        row = tasks[at + c.STEP] * areas + journeys[tasks[at + c.JOURNEY] * c.JOURNEY_WIDTH + c.AREA]
        count_task(tasks, at, takes, row, midnights, days, window, end, daily, waits, totals)
    add_up(daily, areas * net[c.STEPS], days)


@compiled
def count_task(
    tasks: Numbers, at: int, takes: int, row: int, midnights: Numbers, days: int, window: int, end: int,
    daily: Numbers, waits: Numbers, totals: Numbers,
) -> None:  # fmt: skip
    """Count one task in one row."""
    requested, started, ended = tasks[at + c.REQUESTED], tasks[at + c.STARTED], tasks[at + c.ENDED]
    freed, state, cell = tasks[at + c.FREED], tasks[at + c.STATE], row * days * c.DAILY_WIDTH
    asked_on = day_of(midnights, days, requested)
    left_on = days if ended == c.NOT_YET else day_of(midnights, days, ended)
    ended = end if ended == c.NOT_YET else ended
    waited_until = ended if started == c.NOT_YET else started
    began_on = (
        left_on
        if started == c.NOT_YET
        else (asked_on if started == requested else day_of(midnights, days, started))
    )
    totals[row * c.TOTALS + c.TIME_THERE] += ended - max(requested, 0)
    if waited_until > requested:
        totals[row * c.TOTALS + c.TIME_WAITING] += overlap(requested, waited_until, window, end)
        count_span(daily, cell, days, asked_on, began_on, c.WAITING_AT_END, 1)
    if asked_on >= 0:
        daily[cell + asked_on * c.DAILY_WIDTH + c.ASKED] += 1
    if started != c.NOT_YET:
        freed_on = days
        if freed != c.NOT_YET:
            freed_on = left_on if freed == ended else day_of(midnights, days, freed)
        freed = end if freed == c.NOT_YET else freed
        totals[row * c.TOTALS + c.TIME_OCCUPIED] += takes * overlap(started, freed, window, end)
        count_span(daily, cell, days, began_on, freed_on, c.OCCUPIED_AT_END, takes)
        if began_on >= 0:
            daily[cell + began_on * c.DAILY_WIDTH + c.BEGAN] += 1
            daily[cell + began_on * c.DAILY_WIDTH + c.WAITED] += started - requested
        if requested >= window:
            waits[row * BINS + bin_of(started - requested)] += 1
    column = -1
    if state == c.DONE:
        column = c.FINISHED
    elif state == c.GAVE_UP:
        column = c.GAVE_UP_THAT_DAY
    elif state == c.TURNED_AWAY:
        column = c.TURNED_AWAY_THAT_DAY
    if column >= 0:
        daily[cell + left_on * c.DAILY_WIDTH + column] += 1


@compiled
def count_ends(journeys: Numbers, window: int, most: int, found: Numbers) -> None:
    """Count the journeys that closed from a moment on: pathways x ends, the last for those that came to no end."""
    for journey in range(len(journeys) // c.JOURNEY_WIDTH):
        row = journey * c.JOURNEY_WIDTH
        if journeys[row + c.CLOSED] >= window:
            end = journeys[row + c.END]
            found[journeys[row + c.PATHWAY] * most + (end if end >= 0 else most - 1)] += 1
