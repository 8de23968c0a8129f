"""Fit to leave, how long, and how long somebody waited in the bed: plain functions, the moment passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from localcare.analysis.journal.timeline import TaskStanding
from localcare.analysis.journal.waiting import left_at as left_the_bed_at
from localcare.analysis.journal.waiting import waits_in
from localcare.analysis.pathways.model import Pathway
from localcare.care.discharge.pathways import ACUTE_BED

REVIEW_EVERY = timedelta(hours=12)  # criteria to reside: twice a day (NHS England Annex A, domain notes B9)
Fitness = Literal["ready", "stays", "unknown"]


@dataclass(frozen=True)
class Review:
    """What was said last about staying in hospital."""

    meets_criteria: bool | None
    ready_on: date | None
    delay: str
    at: datetime
    who: str

    @property
    def fitness(self) -> Fitness:
        """Fit to leave, stays, or nobody has said."""
        if self.meets_criteria is None:
            return "unknown"
        return "stays" if self.meets_criteria else "ready"

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to look again."""
        return now - self.at > REVIEW_EVERY


def read_review(answers: Mapping[str, Any], *, at: datetime, who: str) -> Review:
    """A review out of the answers of a form that asks for the criteria to reside."""
    meets = answers.get("criteria-to-reside")
    ready = answers.get("discharge-ready-on")
    return Review(
        meets_criteria=meets if isinstance(meets, bool) else None,
        ready_on=date.fromisoformat(ready) if isinstance(ready, str) else None,
        delay=str(answers.get("delay") or ""),
        at=at,
        who=who,
    )


def nights(admitted_on: date, today: date) -> int:
    """Nights in hospital so far; none for a day that lies ahead."""
    return max(0, (today - admitted_on).days)


def wait_in_bed(
    pathway: Pathway,
    tasks: Sequence[TaskStanding],
    *,
    now: datetime,
    ended_at: datetime | None = None,
    left_at: datetime | None = None,
) -> timedelta:
    """How long the person waited in an acute bed for this journey: the time in which a step was owed to them.

    Steps side by side count once. It stops when the person left (`left_at`: the record; else the journal).
    """
    until = min(moment for moment in (now, ended_at, left_at) if moment is not None)
    waits = sorted((begin, end or until) for _, begin, end in waits_in(pathway, tasks, ACUTE_BED))
    total, reached = timedelta(), None
    for start, stop in waits:
        begin = start if reached is None else max(start, reached)
        stop = min(stop, until)
        if stop > begin:
            total += stop - begin
            reached = stop
    return total


def has_left(tasks: Iterable[TaskStanding]) -> bool:
    """Whether the journal says that the person left hospital."""
    return any(left_the_bed_at(task) is not None for task in tasks)
