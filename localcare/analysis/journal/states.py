"""The states of a task and which event is possible in which. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OPEN = frozenset({"requested", "accepted", "started", "paused"})
HELD = frozenset({"accepted", "started", "paused"})
CLOSED = frozenset({"done", "declined", "cancelled"})


@dataclass(frozen=True)
class Move:
    """From which states an event is possible, and to which it leads; empty: the state stays as it is."""

    sources: frozenset[str]
    target: str = ""
    verb: str = ""  # as in "You cannot … this"


MOVES: Mapping[str, Move] = {
    "requested": Move(frozenset({""}), "requested", "ask for"),
    "accepted": Move(frozenset({"requested"}), "accepted", "accept"),
    "declined": Move(frozenset({"requested"}), "declined", "decline"),
    "taken": Move(HELD, "", "take"),
    "started": Move(frozenset({"accepted"}), "started", "start"),
    "paused": Move(frozenset({"accepted", "started"}), "paused", "pause"),
    "resumed": Move(frozenset({"paused"}), "", "resume"),  # to the state it was paused in
    "milestone": Move(frozenset({"accepted", "started"}), "started", "record progress on"),
    "booked": Move(HELD, "", "book a time for"),
    "reviewed": Move(frozenset({"accepted", "started"}), "", "review"),
    "done": Move(HELD, "done", "finish"),
    "cancelled": Move(OPEN | {"declined"}, "cancelled", "cancel"),
    "transferred": Move(OPEN, "requested", "hand on"),
    "reopened": Move(CLOSED, "started", "reopen"),
    "escalated": Move(OPEN, "", "escalate"),
    "timer": Move(OPEN, "", ""),
    "noted": Move(OPEN | CLOSED, "", "write a note on"),
    "prioritised": Move(OPEN, "", "change the priority of"),
    "extended": Move(frozenset({"accepted", "started"}), "", "extend"),
}
STATE_WORDS = {
    "requested": "waiting for an answer",
    "accepted": "accepted",
    "started": "started",
    "paused": "paused",
    "done": "done",
    "declined": "declined",
    "cancelled": "cancelled",
}
TRANSITIONS = frozenset({"accepted", "declined", "started", "done", "cancelled", "transferred", "reopened"})


def may_happen(event: str, state: str) -> bool:
    """Whether the event is possible in the state."""
    return state in MOVES[event].sources


def state_after(event: str, state: str, state_before_pause: str = "") -> str:
    """The state after an event."""
    if event == "resumed":
        return state_before_pause or "accepted"
    if event == "reopened":
        return "started" if state == "done" else "requested"
    return MOVES[event].target or state
