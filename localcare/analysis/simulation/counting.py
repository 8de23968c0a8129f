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
def count_span(
    daily: Numbers, midnights: Numbers, days: int, row: int, column: int, since: int, until: int, by: int
) -> None:
    """Add to the midnights that lie in a span (as differences; `add_up` makes numbers of them)."""
    first, last = max(0, day_of(midnights, days, since)), day_of(midnights, days, until)
    if until >= midnights[days]:  # still so at the last midnight
        last = days
    if first == last or until < midnights[0]:
        return
    daily[(row * days + first) * c.DAILY_WIDTH + column] += by
    if last < days:
        daily[(row * days + last) * c.DAILY_WIDTH + column] -= by


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
    freed, state = tasks[at + c.FREED], tasks[at + c.STATE]
    ended = end if ended == c.NOT_YET else ended
    freed = end if freed == c.NOT_YET else freed
    waited_until = ended if started == c.NOT_YET else started
    totals[row * c.TOTALS + c.TIME_THERE] += ended - max(requested, 0)
    totals[row * c.TOTALS + c.TIME_WAITING] += overlap(requested, waited_until, window, end)
    count_span(daily, midnights, days, row, c.WAITING_AT_END, requested, waited_until, 1)
    day = day_of(midnights, days, requested)
    if day >= 0:
        daily[(row * days + day) * c.DAILY_WIDTH + c.ASKED] += 1
    if started != c.NOT_YET:
        totals[row * c.TOTALS + c.TIME_OCCUPIED] += takes * overlap(started, freed, window, end)
        count_span(daily, midnights, days, row, c.OCCUPIED_AT_END, started, freed, takes)
        day = day_of(midnights, days, started)
        if day >= 0:
            began = (row * days + day) * c.DAILY_WIDTH
            daily[began + c.BEGAN] += 1
            daily[began + c.WAITED] += started - requested
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
        daily[(row * days + day_of(midnights, days, ended)) * c.DAILY_WIDTH + column] += 1
