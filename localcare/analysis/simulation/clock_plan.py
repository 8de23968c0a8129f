"""The clocks of a scenario's steps made ready for counting; every due time comes from the one rule of working time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import numpy as np

from localcare.analysis.journal.clocks import Rulebook
from localcare.analysis.pathways.model import Clock, Moment, Span, Step
from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.calendar import MINUTE, Calendar
from localcare.analysis.simulation.plan import CannotSimulate, Plan

KINDS = {
    "opened": c.WHEN_OPENED,
    "requested": c.WHEN_REQUESTED,
    "accepted": c.WHEN_ACCEPTED,
    "started": c.WHEN_STARTED,
    "milestone": c.AT_MILESTONE,
    "done": c.WHEN_DONE,
    "declined": c.WHEN_DECLINED,
    "cancelled": c.WHEN_CANCELLED,
}
CELLS = (30, 15, 5, 1)  # minutes, as coarse as opening hours and clocks allow


@dataclass(frozen=True)
class ClockPlan:
    """The clocks in the order of steps, and tables of when they are due."""

    clocks: tuple[tuple[int, Clock], ...]  # step, clock
    rows: np.ndarray
    first: np.ndarray  # of each step, one more than steps
    dues: np.ndarray


def clock_plan(plan: Plan, rules: Rulebook) -> ClockPlan:
    """Make the clocks ready. Those that count back from a booked time never run: nothing is booked in a simulation."""
    clocks: list[tuple[int, Clock]] = []
    first = [0]
    for row, (place, step) in enumerate(plan.steps):
        clocks += [
            (row, clock) for clock in step.clocks if not clock.counts_back and _can_run(plan, place, clock)
        ]
        first.append(len(clocks))
    spans = list(dict.fromkeys((clock.within, clock.hours) for _, clock in clocks))
    rows = [_row(plan, row, clock, spans.index((clock.within, clock.hours))) for row, clock in clocks]
    flat = np.array([value for row in rows for value in row] or [0], dtype=np.int64)
    return ClockPlan(
        tuple(clocks), flat, np.array(first, dtype=np.int64), dues_of(plan.calendar, spans, rules)
    )


def _can_run(plan: Plan, place: int, clock: Clock) -> bool:
    """Whether its moments are of steps in the scenario and of a kind that a simulation knows."""
    known = {step.code for whose, step in plan.steps if whose == place}
    moments = (clock.start, clock.stop)
    return all(one.event in KINDS and (not one.step or one.step in known) for one in moments)


def _row(plan: Plan, row: int, clock: Clock, due: int) -> tuple[int, ...]:
    priorities = sum(1 << plan.priorities.index(code) for code in clock.priorities)
    return (row, *_moment(plan, row, clock.start), *_moment(plan, row, clock.stop), priorities, due)


def _moment(plan: Plan, row: int, moment: Moment) -> tuple[int, int, int]:
    pathway = plan.pathways[plan.steps[row][0]].code
    step = plan.step_at(pathway, moment.step) if moment.step else row
    kind, part = KINDS[moment.event], milestone_part(plan, step, moment.milestone)
    if moment.event == "accepted":
        part = round(plan.step_scenario(step).accepted_after * c.UNCHANGED)
    if moment.event in ("accepted", "started") and part:
        kind = c.AT_MILESTONE  # work begins some way into the length, as a milestone is reached
    return kind, step if step != row else c.NEVER, part


def milestone_part(plan: Plan, step: int, milestone: str) -> int:
    """How far into the length a milestone is reached (without one: work begins), in parts of UNCHANGED."""
    return round(plan.step_scenario(step).reached_after(milestone) * c.UNCHANGED)


def dues_of(calendar: Calendar, spans: list[tuple[Span, str]], rules: Rulebook) -> np.ndarray:
    """For each span, when it is due by the moment it began: cells of time within which that is a straight line."""
    for minutes in CELLS:
        tables = [_table(calendar, span, hours, minutes, rules) for span, hours in spans]
        if all(table is not None for table in tables):
            cells = calendar.end // (minutes * MINUTE)
            found = [np.array([minutes * MINUTE, cells], dtype=np.int64)]
            return np.concatenate(found + [table for table in tables if table is not None])
    raise CannotSimulate("A clock's working hours begin or end within a minute: write them in whole minutes")


@lru_cache(maxsize=256)
def _remembered(
    start: Calendar, span: Span, hours: str, minutes: int, rules: Rulebook
) -> tuple[np.ndarray | None]:
    return (_worked_out(start, span, hours, minutes, rules),)


def _table(calendar: Calendar, span: Span, hours: str, minutes: int, rules: Rulebook) -> np.ndarray | None:
    return _remembered(calendar, span, hours, minutes, rules)[0]


def _worked_out(
    calendar: Calendar, span: Span, hours: str, minutes: int, rules: Rulebook
) -> np.ndarray | None:
    """Due at the beginning of each cell, just after it, and whether it moves on within it; None: not straight."""
    length = minutes * MINUTE
    begins = np.arange(0, calendar.end, length, dtype=np.int64)
    if _is_plain(calendar, span, hours, rules):
        since = np.array(
            [calendar.of(rules.due(calendar.moment(at), span, hours)) - at for at in calendar.midnights[:-1]]
        )
        due = begins + since[np.searchsorted(calendar.midnights, begins, side="right") - 1]
        return np.stack([due, due + 1, np.ones_like(due)], axis=1).ravel()

    def ask(at: int) -> int:
        return calendar.of(rules.due(calendar.moment(at), span, hours))

    rows = np.empty((len(begins), 3), dtype=np.int64)
    for cell, at in enumerate(begins.tolist()):
        rows[cell] = ask(at), ask(at + 1), ask(at + length - 1)
    moved = rows[:, 2] - rows[:, 1]
    if not np.isin(moved, (0, length - 2)).all():
        return None
    rows[:, 2] = moved > 0
    return rows.ravel()


def _is_plain(calendar: Calendar, span: Span, hours: str, rules: Rulebook) -> bool:
    """Whether only elapsed time counts, by a span that changes at midnights if at all."""
    working = rules.hours(hours)
    if working is not None and not working.is_always:
        return False
    days = range(calendar.days)
    return all(
        rules.span_on(span, calendar.starts_on + timedelta(days=day)).unit in ("m", "h") for day in days
    )


def clock_name(step: Step, clock: Clock) -> str:
    """What a clock is called in a table."""
    return f"{step.title}: {clock.title}"
