"""Decisions of this desk. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from localcare.care.single_point_of_access.definitions import Definitions
from localcare.foundation.services.matching import Match

SECTIONS = {
    "waiting": "Waiting to be answered",
    "triage": "In triage",
    "arrange": "To arrange",
    "ring-back": "Ring back",
    "screening": "With mental health screening",
    "close": "To close",
}
SECTION_OF_STEP = {
    "answer": "waiting",
    "triage": "triage",
    "arrange": "arrange",
    "ring_back": "ring-back",
    "tell_caller": "ring-back",
    "mental_health_screening": "screening",
    "close": "close",
}
GRAVEST = ("emergency", "mental-health", "urgent")


@dataclass(frozen=True)
class Alarm:
    """What the red flags make somebody do at once."""

    does: str
    words: str


def alarm_of(flags: Iterable[str], known: Definitions) -> Alarm | None:
    """The gravest thing that the red flags ask for; None without any."""
    asked = {known.red_flags[flag] for flag in flags if flag in known.red_flags}
    does = next((one for one in GRAVEST if one in asked), None)
    return Alarm(does, known.what_to_do[does]) if does else None


def urgency_of(answers: Mapping[str, Any], known: Definitions) -> str:
    """How urgent a contact counts until a clinician has decided: what the caller says, raised by red flags."""
    alarm = alarm_of(answers.get("red-flags") or [], known)
    if alarm is not None:
        return "emergency" if alarm.does == "emergency" else "two-hour"
    return known.urgency.get(str(answers.get("urgency", "")), "")


def needs_of(answers: Mapping[str, Any], known: Definitions) -> list[str]:
    """The needs of the services directory in the answers, each once."""
    said = (known.needs[code].need for code in answers.get("needs") or [] if code in known.needs)
    return [need for need in dict.fromkeys(said) if need]


def is_mental_health(answers: Mapping[str, Any], known: Definitions) -> bool:
    """Whether the contact concerns mental health: by what it is about, or by a red flag."""
    about = any(known.needs[code].mental_health for code in answers.get("needs") or [] if code in known.needs)
    alarm = alarm_of(answers.get("red-flags") or [], known)
    return about or (alarm is not None and alarm.does == "mental-health")


def promise_warnings(
    match: Match, *, due_at: datetime | None, due_on: date, now: datetime, today: date
) -> list[str]:
    """Why a service cannot be promised by the time it is due; empty when nothing speaks against it."""
    said = list(match.why_not)
    if due_at is None:
        return said
    if not match.open_now and match.opens_at is not None and match.opens_at > due_at:
        said.append("It opens only after the time you would promise.")
    if match.room_left is not None and match.room_left <= 0 and (match.next_room_on or today) > due_on:
        said.append("Its next room is after the time you would promise.")
    if match.time_to_answer is not None and now + match.time_to_answer > due_at:
        said.append("It usually answers only after the time you would promise.")
    return said


def arranging_outcome(states: Sequence[str]) -> str:
    """How arranging may end, from the states of what was asked: `arranged` only when every service has accepted."""
    accepted = [state for state in states if state in ("accepted", "started", "paused", "done")]
    if accepted and len(accepted) == len([state for state in states if state != "cancelled"]):
        return "arranged"
    return "partly_arranged" if accepted else "not_available"
