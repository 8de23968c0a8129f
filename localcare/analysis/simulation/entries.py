"""The entries of a history in the order in which they happen.

Each task has up to four moments: asked for, answered and begun (when it waited), ended; a milestone on the way and the end of a
journey are moments of their own. What happens at one moment of a task goes together. Moments at the same time come in the
order milestones, endings, answers, beginnings after a wait, requests, ends of journeys: so a cause comes before what it leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.history import History
from localcare.analysis.simulation.plan import Plan

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
    """Entries of one kind: which moment each belongs to."""

    moment: np.ndarray
    task: np.ndarray
    journey: np.ndarray
    event: int
    states: tuple[int | np.ndarray, int]
    code: np.ndarray | int = 0
    place: np.ndarray | int = 0  # within its moment


def entries_of(plan: Plan, history: History) -> Entries:
    """The entries of a history that is in its order (`history.in_order`)."""
    return _Writer(plan, history).entries()


class _Writer:
    def __init__(self, plan: Plan, history: History) -> None:
        self.plan, self.rows, self.journeys = plan, history.task_rows, history.journey_rows
        state = self.rows[:, c.STATE]
        self.requested, self.ended = self.rows[:, c.REQUESTED], self.rows[:, c.ENDED]
        self.owner = self.rows[:, c.JOURNEY]
        self.has_place = self.rows[:, c.STARTED] != c.NOT_YET
        self.has_ended = self.ended != c.NOT_YET
        said = [plan.step_scenario(row) for row in range(len(plan.steps))]
        self.started = self._some_way([one.begins_after for one in said])
        self.answered = self._some_way([one.accepted_after for one in said])
        self.has_begun = self.started != c.NOT_YET
        self.is_answered = self.answered != c.NOT_YET
        self.left = (state == c.GAVE_UP) | (state == c.TURNED_AWAY)
        self.left_as_outcome = self.left & (self.rows[:, c.OUTCOME] >= 0)
        self.refused = (state == c.TURNED_AWAY) & ~self.left_as_outcome
        self.cancelled = (state == c.STOPPED) | (self.left & ~self.left_as_outcome)
        self.done = state == c.DONE
        self.names: dict[str, int] = {"": 0}
        self.times: list[np.ndarray] = []

    def name(self, word: str) -> int:
        return self.names.setdefault(word, len(self.names))

    def _some_way(self, parts: list[float]) -> np.ndarray:
        """When each task is so far into its length, by step; NOT_YET where it never was."""
        if not any(parts):
            return np.asarray(self.rows[:, c.STARTED])
        steps = np.array([round(part * c.UNCHANGED) for part in parts])
        at = self._part_of_the_way(np.arange(len(self.rows)), steps[self.rows[:, c.STEP]])
        until = np.where(self.has_ended, self.ended, self.plan.calendar.end - 1)
        return np.where(self.has_place & (at <= until), at, c.NOT_YET)

    def _part_of_the_way(self, task: np.ndarray, part: int | np.ndarray) -> np.ndarray:
        """The moment so far (in parts of UNCHANGED) into the length of tasks that have their place."""
        begun = self.rows[task, c.STARTED]
        return np.asarray(begun + (self.rows[task, c.PLANNED] - begun) * part // c.UNCHANGED)

    def entries(self) -> Entries:
        """All entries; moments at the same time come in the order in which they are numbered here."""
        reached = self._milestones()
        of_milestones = [self._moments(at[at > self.started[task]]) for task, at, _ in reached]
        self._number_moments()
        parts = [*self._asking()]
        for (task, at, code), first in zip(reached, of_milestones, strict=True):
            later = at > self.started[task]
            apart = first + np.arange(int(later.sum()))
            for tasks, moment, codes in (
                (task[~later], self.begin_of[task[~later]], code[~later]),
                (task[later], apart, code[later]),
            ):
                parts.append(_Part(moment, tasks, self.owner[tasks], MILESTONE, (AT_WORK, AT_WORK), codes))
        return self._ordered([*parts, *self._ending()])

    def _moments(self, times: np.ndarray) -> int:
        """Number some moments; the number of the first."""
        first = sum(map(len, self.times))
        self.times.append(times)
        return first

    def _number_moments(self) -> None:
        """Number the moments of endings, answers, beginnings after a wait, requests and ends of journeys."""
        count = len(self.rows)
        waited = np.flatnonzero(self.has_begun & (self.started != self.requested))
        at_once = self.has_ended & (self.ended == np.where(self.has_begun, self.started, self.requested))
        ended_later = np.flatnonzero(self.has_ended & ~at_once)
        answered = np.flatnonzero(
            self.is_answered & (self.answered != self.requested) & (self.answered != self.started)
        )
        first_end = self._moments(self.ended[ended_later])
        first_answer = self._moments(self.answered[answered])
        first_begin = self._moments(self.started[waited])
        self.request_of = self._moments(self.requested) + np.arange(count)
        self.begin_of = self.request_of.copy()
        self.begin_of[waited] = first_begin + np.arange(len(waited))
        self.answer_of = np.where(self.answered == self.requested, self.request_of, self.begin_of)
        self.answer_of[answered] = first_answer + np.arange(len(answered))
        self.end_of = np.where(self.has_begun, self.begin_of, self.request_of)
        self.end_of[ended_later] = first_end + np.arange(len(ended_later))
        self.closed = np.flatnonzero(self.journeys[:, c.CLOSED] != c.NOT_YET)
        self.close_of = self._moments(self.journeys[self.closed, c.CLOSED]) + np.arange(len(self.closed))

    def _asking(self) -> Iterator[_Part]:
        """From the opening of a journey to the beginning of work."""
        first = np.unique(self.owner, return_index=True)[1]
        nobody = np.full(len(first), -1)
        yield _Part(self.request_of[first], nobody, self.owner[first], OPENED, (NONE, NONE))
        everybody = np.arange(len(self.rows))
        yield self._part(everybody, self.request_of, REQUESTED, (NONE, ASKED))
        begun = np.flatnonzero(self.has_begun)
        yield self._part(np.flatnonzero(self.is_answered), self.answer_of, ACCEPTED, (ASKED, TAKEN))
        yield self._part(begun, self.begin_of, STARTED, (TAKEN, AT_WORK))

    def _ending(self) -> Iterator[_Part]:
        """How tasks end, and journeys."""
        outcomes = np.array([self.name(outcome.code) for _, outcome in self.plan.outcomes] or [0])
        done, left = np.flatnonzero(self.done), np.flatnonzero(self.left_as_outcome)
        yield self._part(done, self.end_of, DONE, (AT_WORK, OVER), outcomes[self.rows[done, c.OUTCOME]])
        yield self._part(left, self.end_of, ACCEPTED, (ASKED, TAKEN))
        yield self._part(left, self.end_of, DONE, (TAKEN, OVER), outcomes[self.rows[left, c.OUTCOME]])
        reasons = np.array([self.name(_refusal(step.decline_reasons)) for _, step in self.plan.steps] or [0])
        refused, cancelled = np.flatnonzero(self.refused), np.flatnonzero(self.cancelled)
        yield self._part(
            refused, self.end_of, DECLINED, (ASKED, REFUSED), reasons[self.rows[refused, c.STEP]]
        )
        before = np.where(self.has_begun, AT_WORK, np.where(self.is_answered, TAKEN, ASKED))
        before = np.where(self.refused, REFUSED, before)[cancelled]
        yield self._part(cancelled, self.end_of, CANCELLED, (before, STOPPED))
        nobody = np.full(len(self.closed), -1)
        yield _Part(self.close_of, nobody, self.closed, ENDED, (NONE, NONE), self._ends(self.closed))

    def _part(
        self,
        tasks: np.ndarray,
        moments: np.ndarray,
        event: int,
        states: tuple[int | np.ndarray, int],
        code: np.ndarray | int = 0,
    ) -> _Part:
        return _Part(moments[tasks], tasks, self.owner[tasks], event, states, code)

    def _milestones(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Tasks, times and codes of the milestones reached, one kind after the other."""
        found = []
        end = self.plan.calendar.end - 1
        for row, (_, step) in enumerate(self.plan.steps):
            said = self.plan.step_scenario(row)
            if not step.milestones:
                continue
            task = np.flatnonzero((self.rows[:, c.STEP] == row) & self.has_place)
            for milestone in step.milestones:
                at = self._part_of_the_way(task, round(said.reached_after(milestone) * c.UNCHANGED))
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

    def _ordered(self, parts: list[_Part]) -> Entries:
        """The columns: parts of the same moment follow each other in the order of the parts."""
        times = np.concatenate(self.times)
        counts = np.zeros(len(times), dtype=np.int32)
        for part in parts:
            part.place = counts[part.moment]
            counts[part.moment] += 1  # a part has one entry a moment at most
        order = np.argsort(times, kind="stable")
        first = np.empty(len(times), dtype=np.int64)
        first[order] = np.cumsum(counts[order]) - counts[order]
        places = [first[part.moment] + part.place for part in parts]
        size = sum(map(len, places))

        def column(kind: type, values: Iterable[np.ndarray | int]) -> np.ndarray:
            found: np.ndarray = np.empty(size, dtype=kind)
            for place, value in zip(places, values, strict=True):
                found[place] = value
            return found

        finished_by = np.full(len(self.rows), -1, dtype=np.int64)
        for part, place in zip(parts, places, strict=True):
            if part.event in (DONE, CANCELLED):
                finished_by[part.task] = place
        return Entries(
            at=column(np.int64, (times[part.moment] for part in parts)),
            journey=column(np.int32, (part.journey for part in parts)),
            task=column(np.int32, (part.task for part in parts)),
            event=column(np.int8, (part.event for part in parts)),
            from_state=column(np.int8, (part.states[0] for part in parts)),
            to_state=column(np.int8, (part.states[1] for part in parts)),
            code=column(np.int32, (part.code for part in parts)),
            finished_by=finished_by,
            code_names=tuple(self.names),
        )


def _refusal(reasons: object) -> str:
    """The word for a refusal because there is no room."""
    known = list(reasons) if isinstance(reasons, dict) else []
    return next((code for code in NO_ROOM if code in known), known[0] if known else "no-room")
