"""The entries of a history in the order in which they happen.

Each task has up to three moments: asked for, begun (when it waited), ended; a milestone on the way and the end of a
journey are moments of their own. What happens at one moment of a task goes together. Moments at the same time come in the
order milestones, endings, beginnings after a wait, requests, ends of journeys: so a cause comes before what it leads to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.history import History
from localcare.analysis.simulation.network import Plan

EVENTS = ("opened", "requested", "accepted", "started", "milestone", "done", "declined", "cancelled", "ended")
STATES = ("", "requested", "accepted", "started", "done", "declined", "cancelled")
OPENED, REQUESTED, ACCEPTED, STARTED, MILESTONE, DONE, DECLINED, CANCELLED, ENDED = range(len(EVENTS))
NONE, ASKED, TAKEN, AT_WORK, OVER, REFUSED, STOPPED = range(len(STATES))
NO_ROOM = (
    "no-room",
    "not-available-in-time",
    "other",
)  # what a refusal from a full waiting room is called, if it can be


@dataclass(frozen=True)
class Entries:
    """Columns of one length, in order; tasks and journeys by position, words by number."""

    at: np.ndarray
    journey: np.ndarray
    task: np.ndarray  # -1: of the journey
    event: np.ndarray
    from_state: np.ndarray
    to_state: np.ndarray
    code: np.ndarray
    finished_by: np.ndarray  # by task: the entry that finished it, -1 when none did
    code_names: tuple[str, ...]
    event_names: tuple[str, ...] = EVENTS
    state_names: tuple[str, ...] = STATES

    @property
    def is_request(self) -> np.ndarray:
        """Whether it asks for a task."""
        return np.asarray(self.event == REQUESTED)

    @property
    def is_opening(self) -> np.ndarray:
        """Whether it opens a journey."""
        return np.asarray(self.event == OPENED)


@dataclass
class _Part:
    """Entries of one kind: which moment they belong to, and their place within it."""

    moment: np.ndarray
    place: np.ndarray | int
    task: np.ndarray
    journey: np.ndarray
    event: int
    states: tuple[int | np.ndarray, int]
    code: np.ndarray | int = 0


def entries_of(plan: Plan, history: History) -> Entries:
    """The entries of a history that is in its order (`history.in_order`)."""
    return _Writer(plan, history).entries()


class _Writer:
    def __init__(self, plan: Plan, history: History) -> None:
        self.plan, self.rows, self.journeys = plan, history.task_rows, history.journey_rows
        state = self.rows[:, c.STATE]
        self.requested, self.started = self.rows[:, c.REQUESTED], self.rows[:, c.STARTED]
        self.ended, self.owner = self.rows[:, c.ENDED], self.rows[:, c.JOURNEY]
        self.has_begun = self.started != c.NOT_YET
        self.has_ended = self.ended != c.NOT_YET
        self.left = (state == c.GAVE_UP) | (state == c.TURNED_AWAY)
        self.left_as_outcome = self.left & (self.rows[:, c.OUTCOME] >= 0)
        self.refused = (state == c.TURNED_AWAY) & ~self.left_as_outcome
        self.cancelled = (state == c.STOPPED) | (self.left & ~self.left_as_outcome)
        self.done = state == c.DONE
        self.names: dict[str, int] = {"": 0}

    def name(self, word: str) -> int:
        return self.names.setdefault(word, len(self.names))

    def entries(self) -> Entries:
        count = len(self.rows)
        begins_at_once = self.has_begun & (self.started == self.requested)
        waits = self.has_begun & ~begins_at_once
        ends_at_start = self.has_ended & self.has_begun & (self.ended == self.started)
        ends_at_request = self.has_ended & ~self.has_begun & (self.ended == self.requested)
        milestones = self._milestones()
        apart = [(task, at, code) for task, at, code in milestones if len(task)]
        moments: list[np.ndarray] = []  # times, in the order in which moments at the same time come
        size = 0

        def moment(times: np.ndarray) -> int:
            nonlocal size
            moments.append(times)
            first, size = size, size + len(times)
            return first

        requests = np.arange(count)
        begun_apart, ended_apart = (
            np.flatnonzero(waits),
            np.flatnonzero(self.has_ended & ~ends_at_start & ~ends_at_request),
        )
        of_milestones = [moment(at[at > self.started[task]]) for task, at, _ in apart]
        first_end = moment(self.ended[ended_apart])
        first_begin = moment(self.started[begun_apart])
        first_request = moment(self.requested)
        closed = np.flatnonzero(self.journeys[:, c.CLOSED] != c.NOT_YET)
        first_close = moment(self.journeys[closed, c.CLOSED])

        request_of = first_request + requests
        begin_of = request_of.copy()
        begin_of[begun_apart] = first_begin + np.arange(len(begun_apart))
        end_of = np.where(self.has_begun, begin_of, request_of)
        end_of[ended_apart] = first_end + np.arange(len(ended_apart))

        opens = np.unique(self.owner, return_index=True)[1]
        parts = [
            _Part(request_of[opens], 0, np.full(len(opens), -1), self.owner[opens], OPENED, (NONE, NONE))
        ]
        parts.append(self._part(requests, request_of, 1, REQUESTED, (NONE, ASKED)))
        begun = np.flatnonzero(self.has_begun)
        parts.append(self._part(begun, begin_of, 2, ACCEPTED, (ASKED, TAKEN)))
        parts.append(self._part(begun, begin_of, 3, STARTED, (TAKEN, AT_WORK)))
        for (task, at, code), first in zip(apart, of_milestones, strict=True):
            later = at > self.started[task]
            at_once = task[~later]
            place = 4 + np.minimum(code[~later] % 64, 63)
            parts.append(
                _Part(
                    begin_of[at_once],
                    place,
                    at_once,
                    self.owner[at_once],
                    MILESTONE,
                    (AT_WORK, AT_WORK),
                    code[~later],
                )
            )
            parts.append(
                _Part(
                    first + np.arange(int(later.sum())), 0, task[later], self.owner[task[later]], MILESTONE,
                    (AT_WORK, AT_WORK), code[later],
                )
            )  # fmt: skip
        outcomes = np.array([self.name(outcome.code) for _, outcome in self.plan.outcomes] or [0])
        done, left = np.flatnonzero(self.done), np.flatnonzero(self.left_as_outcome)
        parts.append(
            self._part(done, end_of, 80, DONE, (AT_WORK, OVER), outcomes[self.rows[done, c.OUTCOME]])
        )
        parts.append(self._part(left, end_of, 80, ACCEPTED, (ASKED, TAKEN)))
        parts.append(self._part(left, end_of, 81, DONE, (TAKEN, OVER), outcomes[self.rows[left, c.OUTCOME]]))
        refused, cancelled = np.flatnonzero(self.refused), np.flatnonzero(self.cancelled)
        reasons = np.array([self.name(_refusal(step.decline_reasons)) for _, step in self.plan.steps] or [0])
        parts.append(
            self._part(refused, end_of, 80, DECLINED, (ASKED, REFUSED), reasons[self.rows[refused, c.STEP]])
        )
        before = np.where(self.refused, REFUSED, np.where(self.has_begun, AT_WORK, ASKED))[cancelled]
        parts.append(self._part(cancelled, end_of, 82, CANCELLED, (before, STOPPED)))
        parts.append(
            _Part(
                first_close + np.arange(len(closed)), 0, np.full(len(closed), -1), closed, ENDED, (NONE, NONE),
                self._ends(closed),
            )
        )  # fmt: skip
        return self._ordered(parts, np.concatenate(moments))

    def _part(
        self, tasks: np.ndarray, moments: np.ndarray, place: int, event: int, states: tuple[int | np.ndarray, int],
        code: np.ndarray | int = 0,
    ) -> _Part:  # fmt: skip
        return _Part(moments[tasks], place, tasks, self.owner[tasks], event, states, code)

    def _milestones(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Tasks, times and codes of the milestones reached, one kind after the other."""
        found = []
        end = self.plan.calendar.end - 1
        for row, (_, step) in enumerate(self.plan.steps):
            said = self.plan.step_scenario(row).milestones
            if not step.milestones:
                continue
            task = np.flatnonzero((self.rows[:, c.STEP] == row) & self.has_begun)
            for milestone in step.milestones:
                part = round(said.get(milestone, 0.0) * c.UNCHANGED)
                at = (
                    self.started[task]
                    + (self.rows[task, c.PLANNED] - self.started[task]) * part // c.UNCHANGED
                )
                until = np.where(self.has_ended[task], self.ended[task], end)
                reached = at <= until
                found.append((task[reached], at[reached], np.full(int(reached.sum()), self.name(milestone))))
        return found

    def _ends(self, closed: np.ndarray) -> np.ndarray:
        """The end that each journey came to."""
        pathways, ends = self.journeys[closed, c.PATHWAY], self.journeys[closed, c.END]
        most = max((len(pathway.ends) for pathway in self.plan.pathways), default=0)
        names = np.full((len(self.plan.pathways), most + 1), self.name("cancelled"))
        for place, pathway in enumerate(self.plan.pathways):
            for number, end in enumerate(pathway.ends):
                names[place, number] = self.name(end)
        return np.asarray(names[pathways, np.where(ends >= 0, ends, most)])

    def _ordered(self, parts: list[_Part], times: np.ndarray) -> Entries:
        moment = np.concatenate([part.moment for part in parts])
        place = np.concatenate([np.broadcast_to(part.place, len(part.moment)) for part in parts])
        ranks = np.empty(len(times), dtype=np.int64)
        ranks[np.argsort(times, kind="stable")] = np.arange(len(times))
        order = np.argsort(ranks[moment] * 128 + place, kind="stable")

        def column(values: list[object]) -> np.ndarray:
            filled = [
                np.broadcast_to(np.asarray(value), len(part.moment))
                for part, value in zip(parts, values, strict=True)
            ]
            return np.concatenate(filled)[order]

        task, event = column([part.task for part in parts]), column([part.event for part in parts])
        finished_by = np.full(len(self.rows), -1, dtype=np.int64)
        finishing = (event == DONE) | (event == CANCELLED)
        finished_by[task[finishing]] = np.flatnonzero(finishing)
        return Entries(
            at=times[moment[order]],
            journey=column([part.journey for part in parts]),
            task=task,
            event=event,
            from_state=column([part.states[0] for part in parts]),
            to_state=column([part.states[1] for part in parts]),
            code=column([part.code for part in parts]),
            finished_by=finished_by,
            code_names=tuple(self.names),
        )


def _refusal(reasons: object) -> str:
    """The word for a refusal because there is no room."""
    known = list(reasons) if isinstance(reasons, dict) else []
    return next((code for code in NO_ROOM if code in known), known[0] if known else "no-room")
