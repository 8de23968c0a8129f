"""Clocks, states and entries in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from localcare.analysis.pathways.model import Pathway
from localcare.foundation.pathways.models import ClockState, JournalEntry

LONDON = ZoneInfo("Europe/London")
SOON = timedelta(minutes=30)


@dataclass(frozen=True)
class TimeLeft:
    """What is left on a clock: words, and a tone (overdue, soon, good, met, missed, paused)."""

    words: str
    tone: str


def time_left(due_at: datetime | None, now: datetime, *, stopped_at: datetime | None = None) -> TimeLeft:
    """Say what is left until a moment, or how late it is; with `stopped_at`, whether it was met."""
    if due_at is None:
        return TimeLeft("Paused", "paused")
    if stopped_at is not None:
        if stopped_at <= due_at:
            return TimeLeft("Met", "met")
        return TimeLeft(f"Missed by {length(stopped_at - due_at)}", "missed")
    if now > due_at:
        return TimeLeft(f"{length(now - due_at)} overdue", "overdue")
    left = due_at - now
    return TimeLeft(f"{length(left)} left", "soon" if left <= SOON else "good")


def left_on(clock: ClockState, now: datetime) -> TimeLeft:
    """Say how a clock stands."""
    if clock.is_void:
        return TimeLeft("Not counted", "paused")
    return time_left(clock.due_at, now, stopped_at=clock.stopped_at)


def length(span: timedelta) -> str:
    """A length of time in its two largest units: 1 hour 5 minutes, 3 days 2 hours."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    parts = ((minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute"))
    said = [f"{amount} {unit}{'' if amount == 1 else 's'}" for amount, unit in parts if amount]
    return " ".join(said[:2])


def told(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    """One entry as a sentence."""
    writer = _SENTENCES.get(entry.event)
    said = writer(entry, pathway, services) if writer else entry.get_event_display()
    reason = entry.reason if entry.reason and entry.reason not in said else ""
    return f"{said} {reason}".strip()


def _opened(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    priority = pathway.priorities.get(entry.detail.get("priority", ""), "")
    return f"Opened as {priority}." if priority else "Opened."


def _ended(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    return f"Ended: {pathway.ends.get(entry.code, entry.code.replace('-', ' '))}."


def _requested(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    asked = entry.service.title if entry.service else "nobody yet: a service has to be chosen"
    asker = services.get(entry.detail.get("asked_by") or 0)
    return f"Asked of {asked}{f' by {asker}' if asker else ''}."


def _declined(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    reasons = pathway.steps[entry.task.step].decline_reasons if entry.task else {}
    why = reasons.get(entry.code, entry.code.replace("-", " "))
    return f"Declined: {why}." if why else "Declined."


def _done(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    outcomes = pathway.steps[entry.task.step].outcomes if entry.task else {}
    title = outcomes[entry.code].title if entry.code in outcomes else entry.code
    return f"Done: {title}."


def _milestone(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    milestones = pathway.steps[entry.task.step].milestones if entry.task else {}
    return f"{milestones.get(entry.code, entry.code)}."


def _transferred(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    to = entry.service.title if entry.service else "another service"
    source = services.get(entry.detail.get("from") or 0)
    return f"Handed on{f' by {source}' if source else ''} to {to}."


def _escalated(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    kind = str(entry.detail.get("to", "")).replace("-", " ")
    why = {"acceptance": "Nobody answered in time", "clock": "The time promised passed"}
    acts = {
        "transfer": f"it goes to {kind}",
        "ask_for_help": f"help was asked of {kind}",
        "inform": f"{kind} was told",
    }
    return f"{why.get(str(entry.detail.get('why')), 'Escalated')}: {acts.get(entry.code, entry.code)}."


def _timer(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    words = {
        "review": "A review fell due.",
        "end": "The planned end was reached.",
        "resume": "The pause ended.",
    }
    return words.get(entry.code, "A timer fired.")


def _paused(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    until = entry.detail.get("until")
    return f"Paused until {_day(until)}." if until else "Paused."


def _booked(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    return f"Booked for {_day(entry.detail.get('for'))}."


def _extended(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    return f"Extended until {_day(entry.detail.get('until'))}."


def _prioritised(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    return f"Priority is now {pathway.priorities.get(entry.code, entry.code)}."


def _undone(entry: JournalEntry, pathway: Pathway, services: Mapping[int, str]) -> str:
    before = entry.undoes
    return f"Taken back: {before.get_event_display().lower()}." if before else "Taken back."


def _day(said: str | None) -> str:
    if not said:
        return "a time not known"
    moment = datetime.fromisoformat(said).astimezone(LONDON)
    return f"{moment.day} {moment:%B %Y at %H:%M}"


_SENTENCES = {
    "opened": _opened,
    "ended": _ended,
    "requested": _requested,
    "accepted": lambda *_: "Accepted.",
    "declined": _declined,
    "taken": lambda *_: "Given to a member of the team.",
    "started": lambda *_: "Started.",
    "paused": _paused,
    "resumed": lambda *_: "Resumed.",
    "milestone": _milestone,
    "booked": _booked,
    "reviewed": lambda *_: "Reviewed.",
    "done": _done,
    "cancelled": lambda *_: "Cancelled.",
    "transferred": _transferred,
    "reopened": lambda *_: "Taken up again.",
    "escalated": _escalated,
    "timer": _timer,
    "noted": lambda *_: "Note:",
    "prioritised": _prioritised,
    "extended": _extended,
    "undone": _undone,
}
