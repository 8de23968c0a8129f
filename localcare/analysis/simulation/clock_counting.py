"""Clocks of a history, met and missed: the same moments as the fold finds in the journal of it."""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.counting import day_of
from localcare.analysis.simulation.state import Numbers


@compiled
def milestone_at(tasks: Numbers, at: int, part: int, end: int) -> int:
    """When a milestone so far into the work was reached; NOT_YET when it was not."""
    started = tasks[at + c.STARTED]
    if started == c.NOT_YET:
        return c.NOT_YET
    reached = started + (tasks[at + c.PLANNED] - started) * part // c.UNCHANGED
    ended = tasks[at + c.ENDED]
    return int(reached) if reached <= (end - 1 if ended == c.NOT_YET else ended) else c.NOT_YET


@compiled
def moment_of(tasks: Numbers, at: int, kind: int, part: int, end: int) -> int:
    """When something happened to a task, NOT_YET when it did not."""
    state, ended = tasks[at + c.STATE], tasks[at + c.ENDED]
    went_as_outcome = (state == c.GAVE_UP or state == c.TURNED_AWAY) and tasks[at + c.OUTCOME] >= 0
    if kind == c.WHEN_REQUESTED:
        return int(tasks[at + c.REQUESTED])
    if kind == c.WHEN_ACCEPTED or kind == c.WHEN_STARTED:
        return int(ended) if went_as_outcome else int(tasks[at + c.STARTED])
    if kind == c.AT_MILESTONE:
        return int(milestone_at(tasks, at, part, end))
    if kind == c.WHEN_DONE:
        return int(ended) if state == c.DONE or went_as_outcome else c.NOT_YET
    if went_as_outcome:
        return c.NOT_YET
    if kind == c.WHEN_DECLINED:
        return int(ended) if state == c.TURNED_AWAY else c.NOT_YET
    if kind == c.WHEN_CANCELLED:
        return int(ended) if state == c.STOPPED or state == c.GAVE_UP or state == c.TURNED_AWAY else c.NOT_YET
    return c.NOT_YET


@compiled
def moment_for(
    tasks: Numbers, journeys: Numbers, task: int, kind: int, step: int, part: int, end: int
) -> int:
    """The moment of a task, of its journey, or the latest of another step's tasks asked for before it."""
    at = task * c.TASK_WIDTH
    if kind == c.WHEN_OPENED:
        return int(journeys[tasks[at + c.JOURNEY] * c.JOURNEY_WIDTH + c.OPENED])
    if step < 0 or step == tasks[at + c.STEP]:
        return int(moment_of(tasks, at, kind, part, end))
    found, other = c.NOT_YET, tasks[at + c.BEFORE]
    while other >= 0:
        row = other * c.TASK_WIDTH
        if tasks[row + c.STEP] == step:
            found = max(found, moment_of(tasks, row, kind, part, end))
        other = tasks[row + c.BEFORE]
    return int(found)


@compiled
def due_at(dues: Numbers, row: int, start: int) -> int:
    """When what began at a moment is due, from the table of `clock_plan.dues_of`."""
    cell, beyond = start // dues[0], start % dues[0]
    at = 2 + (row * dues[1] + cell) * 3
    if beyond == 0:
        return int(dues[at])
    return int(dues[at + 1] + dues[at + 2] * (beyond - 1))


@compiled
def count_clocks(
    tasks: Numbers, journeys: Numbers, clocks: Numbers, first_clock: Numbers, dues: Numbers, midnights: Numbers,
    days: int, found: Numbers,
) -> None:  # fmt: skip
    """Count each clock by the day of its start: met, or missed (stopped late, or still running when it was due)."""
    end = midnights[days]
    for task in range(len(tasks) // c.TASK_WIDTH):
        at = task * c.TASK_WIDTH
        step, state = tasks[at + c.STEP], tasks[at + c.STATE]
        whose = tasks[at + c.JOURNEY] * c.JOURNEY_WIDTH
        for clock in range(first_clock[step], first_clock[step + 1]):
            row = clock * c.CLOCK_WIDTH
            if clocks[row + c.CLOCK_PRIORITIES] and not clocks[row + c.CLOCK_PRIORITIES] & (
                1 << journeys[whose + c.PRIORITY]
            ):
                continue
            start = moment_for(
                tasks, journeys, task, clocks[row + c.START_KIND], clocks[row + c.START_STEP], clocks[row + c.START_PART], end
            )  # fmt: skip
            if start < 0:
                continue
            stop = moment_for(
                tasks, journeys, task, clocks[row + c.STOP_KIND], clocks[row + c.STOP_STEP], clocks[row + c.STOP_PART], end
            )  # fmt: skip
            due = due_at(dues, clocks[row + c.DUE_ROW], start)
            what = -1
            if stop >= start:
                what = c.MET if stop <= due else c.MISSED
            elif (state == c.WAITING or state == c.WORKING) and due < end:
                what = c.MISSED
            if what >= 0:
                found[(clock * days + day_of(midnights, days, start)) * 2 + what] += 1
