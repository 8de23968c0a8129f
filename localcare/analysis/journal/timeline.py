"""Where a journey stands, folded from its journal. Pure: the same entries always give the same answer.

The live system and a rebuild both use `fold`, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from localcare.analysis.journal.entry import Entry
from localcare.analysis.journal.states import OPEN, state_after
from localcare.analysis.pathways.model import Pathway

AnyEntry = TypeVar("AnyEntry", bound=Entry)

Moments = dict[tuple[str, str], datetime]  # (event, milestone) -> when it last happened


@dataclass
class TaskStanding:
    """One task as its entries leave it. Times are UTC."""

    task_id: int
    step: str
    state: str = ""
    service_id: int | None = None
    asked_by_id: int | None = None
    assigned_to_id: int | None = None
    priority: str = ""
    requested_at: datetime | None = None
    asked_at: datetime | None = None  # of the service that has it now
    accepted_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    since: datetime | None = None
    paused_until: datetime | None = None
    milestone: str = ""
    outcome: str = ""
    reason: str = ""
    booked_for: datetime | None = None
    reviewed_at: datetime | None = None
    extended_until: datetime | None = None
    help_asked_of: str = ""
    last_entry: int = 0
    last_transition_at: datetime | None = None
    state_before_pause: str = ""
    because: int | None = None  # the entry whose outcome led here
    instead_of: int | None = None  # the task in whose place it is asked: refused or withdrawn there
    is_dealt_with: bool = False  # another service has been asked in its place
    is_taken_back: bool = False  # what led here was undone
    ends: set[int] = field(
        default_factory=set
    )  # the entries that finished it: several when it was taken up again
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    moments: Moments = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)
    first_done_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Somebody still has to do something."""
        return self.state in OPEN


@dataclass
class JourneyStanding:
    """A journey as its journal leaves it."""

    opened_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    priority: str = ""
    last_entry: int = 0
    tasks: dict[int, TaskStanding] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    branch_end: str = ""  # the end code of the branch that ended last
    task_of: dict[int, int] = field(default_factory=dict)  # of which task each entry is

    @property
    def is_open(self) -> bool:
        """The journey has begun and not ended."""
        return self.ended_at is None

    def of_step(self, step: str) -> list[TaskStanding]:
        """The tasks of a step, in their rounds."""
        return [task for task in self.tasks.values() if task.step == step]

    def blocking(self) -> list[TaskStanding]:
        """Tasks without which nothing can end: open ones, and refused ones that nobody has dealt with."""
        return [
            task
            for task in self.tasks.values()
            if task.is_open or (task.state == "declined" and not task.is_dealt_with)
        ]

    def in_the_place_of(self, task: TaskStanding) -> list[TaskStanding]:
        """The other tasks that stand for the same request: asked in its place, or in whose place it is asked."""
        place = self._place(task)
        return [
            other for other in self.of_step(task.step) if other is not task and self._place(other) == place
        ]

    def _place(self, task: TaskStanding) -> int:
        while task.instead_of in self.tasks:
            task = self.tasks[task.instead_of]
        return task.task_id

    def led_to(self, task: TaskStanding) -> set[int]:
        """The tasks whose outcomes led to this one, however many steps back."""
        found: set[int] = set()
        waiting = [task]
        while waiting:
            one = waiting.pop()
            before = {one.instead_of, self.task_of.get(one.because or 0)} - {None}
            for key in before - found:
                if key in self.tasks:
                    found.add(key)
                    waiting.append(self.tasks[key])
        return found


def standing_entries(entries: Sequence[AnyEntry]) -> list[AnyEntry]:
    """The entries that hold: without those undone, and without the undoing itself."""
    undone = {entry.undoes_id for entry in entries if entry.undoes_id}
    return [entry for entry in entries if entry.pk not in undone and entry.event != "undone"]


def fold(pathway: Pathway, steps: dict[int, str], entries: Sequence[Entry]) -> JourneyStanding:
    """Where the journey stands; `steps` gives the step of each task, `entries` come in the order of their id."""
    standing = JourneyStanding(last_entry=entries[-1].pk if entries else 0)
    joins: set[int] = set()  # tasks that were asked for once every branch had ended
    for entry in standing_entries(entries):
        if entry.task_id is None:
            _of_journey(standing, entry)
            continue
        standing.task_of[entry.pk] = entry.task_id
        task = standing.tasks.get(entry.task_id)
        if task is None:
            task = standing.tasks[entry.task_id] = TaskStanding(entry.task_id, steps[entry.task_id])
        _of_task(task, entry)
        if entry.event == "requested":
            _put_in_place(standing, task)
        if entry.event == "done":
            _lead_on(standing, pathway, task)
        elif entry.event == "requested" and task.step in standing.waiting:
            standing.waiting.remove(task.step)
            joins.add(task.task_id)
        elif entry.event == "cancelled" and task.is_taken_back and task.task_id in joins:
            standing.waiting.append(task.step)  # a branch is open again, and another still leads there
    return standing


def _put_in_place(standing: JourneyStanding, task: TaskStanding) -> None:
    """Which refusal a request is the answer to; where the entry does not say, the latest nobody has dealt with."""
    if task.instead_of is None and task.because is None:
        earlier = (other for other in reversed(standing.of_step(task.step)) if other is not task)
        refused = (one for one in earlier if one.state in ("declined", "cancelled") and not one.is_dealt_with)
        task.instead_of = next((one.task_id for one in refused), None)
    if task.instead_of in standing.tasks:
        standing.tasks[task.instead_of].is_dealt_with = True


def _of_journey(standing: JourneyStanding, entry: Entry) -> None:
    if entry.event == "opened":
        standing.opened_at = entry.effective_at
        standing.priority = entry.detail.get("priority", "")
    elif entry.event == "ended":
        standing.ended_at, standing.outcome = entry.effective_at, entry.code
    elif entry.event == "reopened":
        standing.ended_at, standing.outcome = None, ""
    elif entry.event == "prioritised":
        standing.priority = entry.code


def _lead_on(standing: JourneyStanding, pathway: Pathway, task: TaskStanding) -> None:
    """Remember the steps that now wait for the other branches, and where a branch ended."""
    step = pathway.steps.get(task.step)
    outcome = step.outcomes.get(task.outcome) if step else None
    if outcome is None:
        return
    for following in outcome.to:
        if pathway.steps[following].after == "all" and following not in standing.waiting:
            standing.waiting.append(following)
    standing.branch_end = outcome.end or outcome.stop or standing.branch_end


def _of_task(task: TaskStanding, entry: Entry) -> None:
    before = task.state
    task.state = state_after(entry.event, before, task.state_before_pause)
    task.moments[(entry.event, entry.code if entry.event == "milestone" else "")] = entry.effective_at
    task.last_entry = entry.pk
    if task.state != before:
        task.since = task.last_transition_at = entry.effective_at
    if entry.service_id is not None or entry.event in ("requested", "transferred"):
        task.service_id = entry.service_id
    handler = _HANDLERS.get(entry.event)
    if handler is not None:
        handler(task, entry)


def _requested(task: TaskStanding, entry: Entry) -> None:
    task.requested_at = task.asked_at = entry.effective_at
    task.asked_by_id = entry.detail.get("asked_by")
    task.priority = entry.detail.get("priority", "")
    task.because = entry.detail.get("because")
    task.instead_of = entry.detail.get("instead_of")


def _accepted(task: TaskStanding, entry: Entry) -> None:
    task.accepted_at = entry.effective_at
    task.help_asked_of = ""
    task.assigned_to_id = entry.detail.get("assigned_to", task.assigned_to_id)


def _started(task: TaskStanding, entry: Entry) -> None:
    task.started_at = task.started_at or entry.effective_at
    task.moments.setdefault(("started", ""), entry.effective_at)


def _milestone(task: TaskStanding, entry: Entry) -> None:
    task.milestone = entry.code
    task.last_transition_at = entry.effective_at  # what follows cannot have happened before it
    _started(task, entry)


def _paused(task: TaskStanding, entry: Entry) -> None:
    task.state_before_pause = entry.from_state
    task.pauses.append((entry.effective_at, None))
    task.paused_until = _moment(entry, "until")


def _end_pause(task: TaskStanding, at: datetime) -> None:
    if task.pauses and task.pauses[-1][1] is None:
        task.pauses[-1] = (task.pauses[-1][0], at)
    task.paused_until = None


def _resumed(task: TaskStanding, entry: Entry) -> None:
    _end_pause(task, entry.effective_at)


def _finished(task: TaskStanding, entry: Entry) -> None:
    _end_pause(task, entry.effective_at)
    task.finished_at = entry.effective_at
    task.reason = entry.reason
    task.outcome = entry.code if entry.event == "done" else ""
    task.help_asked_of = ""
    task.is_taken_back = bool(entry.detail.get("takes_back"))
    if entry.event == "done":
        task.ends.add(entry.pk)
        task.first_done_at = task.first_done_at or entry.effective_at
        _started(task, entry)


def _transferred(task: TaskStanding, entry: Entry) -> None:
    _end_pause(task, entry.effective_at)
    task.asked_at = task.last_transition_at = entry.effective_at  # nobody accepts before they are asked
    task.assigned_to_id = task.accepted_at = None
    task.help_asked_of = ""
    task.asked_by_id = entry.detail.get("asked_by", task.asked_by_id)


def _reopened(task: TaskStanding, entry: Entry) -> None:
    task.finished_at, task.outcome, task.reason = None, "", ""
    task.is_taken_back = False
    if task.state == "requested":
        task.asked_at = entry.effective_at
        task.assigned_to_id = task.accepted_at = None


def _taken(task: TaskStanding, entry: Entry) -> None:
    task.assigned_to_id = entry.detail.get("assigned_to")


def _booked(task: TaskStanding, entry: Entry) -> None:
    task.booked_for = _moment(entry, "for")


def _reviewed(task: TaskStanding, entry: Entry) -> None:
    task.reviewed_at = entry.effective_at


def _extended(task: TaskStanding, entry: Entry) -> None:
    task.extended_until = _moment(entry, "until")


def _prioritised(task: TaskStanding, entry: Entry) -> None:
    task.priority = entry.code


def _escalated(task: TaskStanding, entry: Entry) -> None:
    task.fired.add(entry.detail.get("timer", ""))
    if entry.code == "ask_for_help":
        task.help_asked_of = entry.detail.get("to", "")


def _fired(task: TaskStanding, entry: Entry) -> None:
    task.fired.add(entry.detail.get("timer", ""))


def _moment(entry: Entry, name: str) -> datetime | None:
    said = entry.detail.get(name)
    return datetime.fromisoformat(said) if said else None


_HANDLERS = {
    "requested": _requested,
    "accepted": _accepted,
    "started": _started,
    "milestone": _milestone,
    "paused": _paused,
    "resumed": _resumed,
    "done": _finished,
    "declined": _finished,
    "cancelled": _finished,
    "transferred": _transferred,
    "reopened": _reopened,
    "taken": _taken,
    "booked": _booked,
    "reviewed": _reviewed,
    "extended": _extended,
    "prioritised": _prioritised,
    "escalated": _escalated,
    "timer": _fired,
}


def steps_to_ask_for(pathway: Pathway, standing: JourneyStanding, task: TaskStanding) -> list[str]:
    """The steps that an outcome just reached asks for at once (those that wait for all come later)."""
    outcome = pathway.steps[task.step].outcomes[task.outcome]
    return [
        step
        for step in outcome.to
        if _now(pathway, standing, task, step) and not _led_there_before(standing, task, step)
    ]


def _led_there_before(standing: JourneyStanding, task: TaskStanding, step: str) -> bool:
    """Whether the task was finished before, taken up again, and somebody is at work on what it leads to."""
    return len(task.ends) > 1 and any(other.is_open for other in standing.of_step(step))


def _now(pathway: Pathway, standing: JourneyStanding, task: TaskStanding, step: str) -> bool:
    """Whether a branch that arrives at a step asks for it; a time round that led to the branch is over."""
    join = pathway.steps[step].after
    if join == "any":
        before = standing.led_to(task)
        asked = (one for one in standing.of_step(step) if not one.is_taken_back and one.task_id not in before)
        return not any(asked)  # the first branch to arrive asks; the others find it asked
    return join == "each"


def steps_now_free(standing: JourneyStanding) -> list[str]:
    """The waiting steps, once no branch is left open."""
    return [] if standing.blocking() else list(standing.waiting)


def ends_now(standing: JourneyStanding) -> bool:
    """Whether nothing is left to do or to wait for."""
    return standing.is_open and bool(standing.tasks) and not standing.blocking() and not standing.waiting


def latest_end(standing: JourneyStanding, at: datetime) -> datetime:
    """The moment, or the end of the task that ended last when that is later: nothing follows before its cause."""
    return max([at, *(task.finished_at for task in standing.tasks.values() if task.finished_at)])


def open_tasks(standing: JourneyStanding) -> Iterable[TaskStanding]:
    """The tasks that are open."""
    return (task for task in standing.tasks.values() if task.is_open)
