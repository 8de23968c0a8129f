"""What a reader may do on a task now, as pages and buttons; the deed itself is in `pathways.actions`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

from django.urls import reverse

from localcare.analysis.journal.states import may_happen
from localcare.analysis.pathways.model import Step
from localcare.foundation.pathways.desk.situation import Situation, situation_of
from localcare.foundation.pathways.models import Task, TaskState
from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class ActKind:
    """One kind of act: its words, whether it asks anything, and when it is possible."""

    code: str
    title: str
    button: str
    possible: Callable[[Situation], bool]
    is_quick: bool = False
    help: str = ""


@dataclass(frozen=True)
class Act:
    """One act that is possible now."""

    kind: ActKind
    title: str
    address: str
    key: str
    back: str = ""
    hidden: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The kind of act."""
        return self.kind.code

    @property
    def button(self) -> str:
        """The words on its button."""
        return self.title if self.hidden else self.kind.button

    @property
    def is_quick(self) -> bool:
        """Whether one button does it."""
        return self.kind.is_quick

    @property
    def link(self) -> str:
        """Where the act is asked for, with the way back."""
        query = {**self.hidden, **({"next": self.back} if self.back else {})}
        return f"{self.address}?{urlencode(query)}" if query else self.address


def _owned(event: str) -> Callable[[Situation], bool]:
    return lambda at: at.is_owner and at.journey_is_open and may_happen(event, at.state.state)


def _steered(event: str) -> Callable[[Situation], bool]:
    return lambda at: at.may_steer and at.journey_is_open and may_happen(event, at.state.state)


def _lasting(event: str) -> Callable[[Situation], bool]:
    return lambda at: at.step.lasts is not None and _owned(event)(at)


def _again(at: Situation) -> bool:
    refused = at.state.state in ("declined", "cancelled")
    return refused and at.is_asker and not at.state.is_dealt_with and at.journey_is_open


def _milestone(at: Situation) -> bool:
    return bool(at.milestones_ahead) and _owned("milestone")(at)


KINDS = {
    kind.code: kind
    for kind in (
        ActKind(
            "accept", "Accept", "Accept", _owned("accepted"), help="From now on the work is your team’s."
        ),
        ActKind(
            "decline",
            "Decline",
            "Decline",
            _owned("declined"),
            help="The team that asked sees your reason and must ask somebody else.",
        ),
        ActKind("resume", "Resume", "Resume", _owned("resumed"), is_quick=True, help="The work goes on."),
        ActKind("milestone", "Record progress", "Record", _milestone, is_quick=True),
        ActKind("start", "Start", "Start", _owned("started"), is_quick=True, help="The work begins now."),
        ActKind(
            "done",
            "Finish with an outcome",
            "Finish",
            _owned("done"),
            help="What the outcome leads to is asked for at once.",
        ),
        ActKind(
            "ask-again",
            "Ask another service",
            "Ask this service",
            _again,
            help="The request was not taken up. Ask somebody else.",
        ),
        ActKind(
            "take",
            "Take it myself",
            "Take it myself",
            lambda at: not at.is_mine and _owned("taken")(at),
            is_quick=True,
        ),
        ActKind("give", "Give to a colleague", "Give to this colleague", _owned("taken")),
        ActKind("review", "Record a review", "Record the review", _lasting("reviewed")),
        ActKind("book", "Book a time", "Book this time", _owned("booked")),
        ActKind(
            "note",
            "Write a note",
            "Keep the note",
            lambda at: at.is_party,
            help="Everybody on this pathway sees it. It moves no clock.",
        ),
        ActKind("pause", "Pause", "Pause", _owned("paused")),
        ActKind("extend", "Extend", "Extend", _lasting("extended")),
        ActKind(
            "priority",
            "Change the priority",
            "Change the priority",
            lambda at: len(at.pathway.priorities) > 1 and _steered("prioritised")(at),
        ),
        ActKind(
            "hand-on",
            "Hand on to another service",
            "Hand on",
            _steered("transferred"),
            help="It is theirs once they accept; you see their answer.",
        ),
        ActKind(
            "cancel",
            "Cancel",
            "Cancel this work",
            _steered("cancelled"),
            help="Everybody concerned sees the reason.",
        ),
        ActKind(
            "reopen",
            "Take up again",
            "Take up again",
            lambda at: at.may_steer and may_happen("reopened", at.state.state),
        ),
        ActKind(
            "undo",
            "Undo the last step",
            "Undo",
            lambda at: at.last is not None,
            help="What it led to is taken back too. The story keeps both.",
        ),
    )
}
MAIN = ("accept", "decline", "resume", "milestone", "start", "done", "ask-again")


class TaskActs:
    """What one reader may do on one task now."""

    def __init__(self, task: Task, reader: Reader, *, back: str = "") -> None:
        """Look at the task once; `back` is where each act returns to."""
        self.situation = situation_of(task, reader)
        self.back = back
        self.possible = [
            act for kind in KINDS.values() if kind.possible(self.situation) for act in self._made(kind)
        ]

    def _made(self, kind: ActKind) -> list[Act]:
        address = reverse("task-act", args=[self.situation.task.reference, kind.code])
        if kind.code != "milestone":
            return [Act(kind, kind.title, address, uuid4().hex, self.back)]
        ahead = self.situation.milestones_ahead.items()
        return [
            Act(kind, title, address, uuid4().hex, self.back, {"milestone": code}) for code, title in ahead
        ]

    @property
    def next(self) -> list[Act]:
        """The acts that bring the work forward: the first of them is the one to do next."""
        found = [act for act in self.possible if act.code in MAIN]
        has_milestone = any(act.code == "milestone" for act in found)
        firsts: list[Act] = []
        for act in sorted(found, key=lambda act: MAIN.index(act.code)):
            repeated = any(known.code == act.code for known in firsts)
            if not repeated and not (act.code == "start" and has_milestone):
                firsts.append(act)
        return firsts

    @property
    def main(self) -> Act | None:
        """The one act to do next; None when nothing is left to do here."""
        return next(iter(self.next), None)

    @property
    def others(self) -> list[Act]:
        """Everything else that is possible."""
        return [act for act in self.possible if act not in self.next]

    def named(self, code: str, milestone: str = "") -> Act | None:
        """One act by its code; None when it is not possible now."""
        wanted = (act for act in self.possible if act.code == code)
        return next(
            (act for act in wanted if not milestone or act.hidden.get("milestone") == milestone), None
        )


def next_act(state: TaskState, step: Step) -> str:
    """What to do next with a task, in the words of a list, for the team that has it."""
    if state.state == "requested":
        return "Accept or decline"
    if state.state == "paused":
        return "Resume"
    if state.state in ("accepted", "started"):
        codes = list(step.milestones)
        ahead = codes[codes.index(state.milestone) + 1 :] if state.milestone in codes else codes
        if ahead:
            return step.milestones[ahead[0]]
        return "Start" if state.state == "accepted" else "Finish with an outcome"
    return "Ask another service" if state.state in ("declined", "cancelled") else ""
