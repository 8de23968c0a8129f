"""The clocks and timers of a task, computed from where its journey stands. Pure: definitions come as arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from localcare.analysis.journal.states import CLOSED, HELD
from localcare.analysis.journal.timeline import JourneyStanding, TaskStanding
from localcare.analysis.pathways.model import Clock, Moment, Span, Step
from localcare.analysis.pathways.working_time import WorkingHours, due_after, due_before, elapsed

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Rulebook:
    """How the names in a definition are looked up: working hours by code, spans by their dated setting."""

    hours: Callable[[str], WorkingHours | None]
    span_on: Callable[[Span, date], Span]

    def due(self, start: datetime, span: Span, hours: str) -> datetime:
        """When a span that began at `start` has passed, in the rule of that day."""
        day = start.astimezone(LONDON).date()
        return due_after(start, self.span_on(span, day), self.hours(hours))

    def before(self, moment: datetime, span: Span, hours: str) -> datetime:
        """The moment a span before another."""
        day = moment.astimezone(LONDON).date()
        return due_before(moment, self.span_on(span, day), self.hours(hours))


@dataclass(frozen=True)
class Running:
    """One clock as it stands."""

    code: str
    standard: str
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    paused_seconds: int
    is_met: bool | None
    is_void: bool


@dataclass(frozen=True)
class Due:
    """One timer: what will happen, unless something else happens first."""

    kind: str
    code: str
    key: str
    fires_at: datetime


def clocks_of(step: Step, task: TaskStanding, journey: JourneyStanding, rules: Rulebook) -> list[Running]:
    """The clocks of a task that have started and apply to its priority."""
    found = (_clock(clock, task, journey, rules) for clock in step.clocks if _applies(clock, task))
    return [clock for clock in found if clock is not None]


def _applies(clock: Clock, task: TaskStanding) -> bool:
    return not clock.priorities or task.priority in clock.priorities


def _clock(clock: Clock, task: TaskStanding, journey: JourneyStanding, rules: Rulebook) -> Running | None:
    start = _when(clock.start, task, journey)
    if start is None:
        return None
    if clock.counts_back:
        if task.booked_for is None:
            return None
        due: datetime | None = rules.before(task.booked_for, clock.within, clock.hours)
    else:
        due = rules.due(start, clock.within, clock.hours)
    stop = _end_of(clock, task) if _is_own_end(clock, task) else _when(clock.stop, task, journey)
    stop = stop if stop is not None and stop >= start else None
    paused = _paused(clock, task, start, stop, rules) if clock.stops_when_paused else timedelta()
    if due is not None and paused:
        due = due_after(due, paused, rules.hours(clock.hours))
    is_void = stop is None and task.state in CLOSED
    is_met = None if stop is None or due is None else stop <= due
    if clock.stops_when_paused and task.state == "paused" and stop is None:
        due = None
    return Running(clock.code, clock.standard, start, due, stop, int(paused.total_seconds()), is_met, is_void)


def _is_own_end(clock: Clock, task: TaskStanding) -> bool:
    return clock.stop.event == "done" and clock.stop.step in ("", task.step)


def _end_of(clock: Clock, task: TaskStanding) -> datetime | None:
    """When the work ended: for good the first time, unless the clock runs again while it is taken up again."""
    if not clock.runs_again:
        return task.first_done_at
    return task.finished_at if task.state == "done" else None


def _paused(
    clock: Clock, task: TaskStanding, start: datetime, stop: datetime | None, rules: Rulebook
) -> timedelta:
    """How much working time the pauses took, from the start of the clock on."""
    total = timedelta()
    for begun, ended in task.pauses:
        if ended is not None and ended > start and (stop is None or begun < stop):
            total += elapsed(max(begun, start), min(ended, stop) if stop else ended, rules.hours(clock.hours))
    return total


def _when(moment: Moment, task: TaskStanding, journey: JourneyStanding) -> datetime | None:
    if moment.event == "opened":
        return journey.opened_at
    if not moment.step or moment.step == task.step:
        return task.moments.get((moment.event, moment.milestone))
    times = [
        other.moments.get((moment.event, moment.milestone))
        for other in journey.of_step(moment.step)
        if other.task_id <= task.task_id
    ]
    return max((time for time in times if time is not None), default=None)


def timers_of(
    step: Step, task: TaskStanding, task_key: str, clocks: list[Running], rules: Rulebook
) -> list[Due]:
    """What is to happen by itself for an open task; what has fired already is left out."""
    if not task.is_open:
        return []
    dues = [*_acceptance(step, task, rules), *_breaches(step, clocks), *_lasting(step, task, rules)]
    if task.paused_until is not None:
        dues.append(("resume", "", task.paused_until))
    timers = [Due(kind, code, f"{task_key}:{kind}:{code}:{_stamp(at)}", at) for kind, code, at in dues]
    return [timer for timer in timers if timer.key not in task.fired]


def _acceptance(step: Step, task: TaskStanding, rules: Rulebook) -> list[tuple[str, str, datetime]]:
    if task.state != "requested" or step.acceptance is None or task.asked_at is None:
        return []
    at = rules.due(task.asked_at, step.acceptance.within, step.acceptance.hours)
    return [("acceptance", step.acceptance.escalation.act, at)]


def _breaches(step: Step, clocks: list[Running]) -> list[tuple[str, str, datetime]]:
    escalates = {clock.code for clock in step.clocks if clock.on_breach is not None}
    return [
        ("clock", clock.code, clock.due_at)
        for clock in clocks
        if clock.code in escalates and clock.stopped_at is None and clock.due_at is not None
    ]


def _lasting(step: Step, task: TaskStanding, rules: Rulebook) -> list[tuple[str, str, datetime]]:
    if task.state not in HELD:
        return []  # asked of another team since: it is told once it has the work
    dues: list[tuple[str, str, datetime]] = []
    review, end = review_due(step, task, rules), lasts_until(step, task, rules)
    if review is not None:
        dues.append(("review", "", review))
    if end is not None:
        dues.append(("end", "", end))
    return dues


def review_due(step: Step, task: TaskStanding, rules: Rulebook) -> datetime | None:
    """When the next review of a lasting step is due: counted from its start, then from each review."""
    begun = task.reviewed_at or task.started_at
    if step.lasts is None or step.lasts.review_every is None or begun is None or task.state not in HELD:
        return None
    due = rules.due(begun, step.lasts.review_every, "")
    end = lasts_until(step, task, rules)
    return due if end is None or due <= end else None


def lasts_until(step: Step, task: TaskStanding, rules: Rulebook) -> datetime | None:
    """When a lasting step comes to its end, unless it is extended."""
    if step.lasts is None or task.started_at is None:
        return None
    return task.extended_until or rules.due(task.started_at, step.lasts.up_to, "")


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%S")
