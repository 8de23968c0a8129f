"""What the journal says about the response of a team: nothing is kept anywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from localcare.analysis.journal.timeline import standing_entries
from localcare.analysis.pathways.model import Clock, Step
from localcare.care.rapid_response import queries, rules
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.ledger import RULEBOOK
from localcare.foundation.pathways.models import JournalEntry
from localcare.foundation.people.presenters import full_name
from localcare.foundation.services.models import Service

TWO_HOUR = "two-hour"


@dataclass(frozen=True)
class Day:
    """The numbers of one local day."""

    day: date
    numbers: rules.Numbers


def days_of(teams: Sequence[Service], last: date, days: int) -> list[Day]:
    """The numbers of each of so many days up to the last one."""
    first = last - timedelta(days=days - 1)
    since, until = queries.day_bounds(first, days)
    referrals = referrals_of(teams, since, until)
    wanted = [first + timedelta(days=ahead) for ahead in range(days)]
    return [Day(day, rules.numbers_of(referrals, *queries.day_bounds(day))) for day in wanted]


def referrals_of(teams: Sequence[Service], since: datetime, until: datetime) -> list[rules.Referral]:
    """The requests that something happened to in the time, as the journal tells them."""
    keys = {team.pk for team in teams}
    told = (referral_of(found.entries, keys) for found in queries.referral_entries(teams, since, until))
    return [referral for referral in told if referral is not None]


def referral_of(entries: Sequence[JournalEntry], teams: set[int]) -> rules.Referral | None:
    """One request from its journal; None when it never came to these teams."""
    held = standing_entries(entries)
    opened = next((entry for entry in held if entry.event == "opened"), None)
    asked = next(
        (
            entry
            for entry in held
            if entry.event in ("requested", "transferred") and entry.service_id in teams
        ),
        None,
    )
    if opened is None or asked is None or asked.task is None:
        return None
    step = definitions.pathway_of(opened.journey.version).steps[asked.task.step]
    seen = _first(held, "seen", teams)
    before = [entry for entry in _priorities(held) if seen is None or entry.effective_at <= seen.effective_at]
    priority = before[-1].code if before else opened.detail.get("priority", "")
    two_hours = _due(step, TWO_HOUR, opened.effective_at)
    moves = _moves_out(opened.detail.get("priority", ""), before)
    return rules.Referral(
        opened_at=opened.effective_at,
        asked_at=asked.effective_at,
        priority_when_seen=priority,
        arrived_at=_at(_first(held, "arrived", teams)),
        seen_at=_at(seen),
        due_at=_due(step, priority, opened.effective_at),
        reference=str((seen.task if seen is not None and seen.task else asked.task).reference),
        person=str(opened.journey.person.reference),
        name=full_name(opened.journey.person),
        reason=_late_reason(held),
        moved_out=bool(moves),
        moved_out_late=any(two_hours is not None and move.effective_at > two_hours for move in moves),
    )


def _first(held: Iterable[JournalEntry], point: str, teams: set[int]) -> JournalEntry | None:
    passed = [
        entry
        for entry in held
        if entry.event == "milestone" and entry.code == point and entry.service_id in teams
    ]
    return min(passed, key=lambda entry: entry.effective_at, default=None)


def _priorities(held: Iterable[JournalEntry]) -> list[JournalEntry]:
    return [entry for entry in held if entry.event == "prioritised" and entry.task_id is None]


def _moves_out(first: str, changes: Sequence[JournalEntry]) -> list[JournalEntry]:
    """The changes of priority that took it out of two hours, while it was in."""
    found, now = [], first
    for change in changes:
        if now == TWO_HOUR and change.code != TWO_HOUR:
            found.append(change)
        now = change.code
    return found if now != TWO_HOUR else []


def _clock(step: Step, priority: str) -> Clock | None:
    return next((clock for clock in step.clocks if priority in clock.priorities), None)


def _due(step: Step, priority: str, start: datetime) -> datetime | None:
    clock = _clock(step, priority)
    return RULEBOOK.due(start, clock.within, clock.hours) if clock is not None else None


def _at(entry: JournalEntry | None) -> datetime | None:
    return entry.effective_at if entry is not None else None


def _late_reason(held: Iterable[JournalEntry]) -> str:
    said = [entry.reason for entry in held if entry.event == "noted" and entry.code == "late"]
    return said[-1] if said else ""
