"""What the supervisor and the wall see: counted from the journal and from what arrived, never kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from localcare.care.single_point_of_access import queries
from localcare.care.single_point_of_access.definitions import CONTACT, caller_types
from localcare.care.single_point_of_access.models import Contact
from localcare.care.single_point_of_access.presenters import QueueRow, Section, pathway_of_contact
from localcare.foundation.pathways.models import ClockState, JournalEntry
from localcare.foundation.pathways.presenters import length
from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class Tile:
    """One number of the wall board: no names, readable from the other end of the room."""

    title: str
    count: int
    longest: str
    overdue: int


@dataclass
class Overview:
    """The supervisor's page in numbers."""

    tiles: list[Tile] = field(default_factory=list)
    standards: list[tuple[str, int, int, int, str]] = field(
        default_factory=list
    )  # title, stopped, met, late now, share
    callers: list[tuple[str, int, int, str]] = field(default_factory=list)  # type, today, open, longest
    handlers: list[tuple[str, int, int, int]] = field(
        default_factory=list
    )  # name, open, overdue, finished today
    late: list[QueueRow] = field(default_factory=list)
    arrived_today: int = 0
    abandoned_today: int = 0


def tiles(sections: Iterable[Section], now: datetime) -> list[Tile]:
    """How many wait in each section, the longest of them, and how many are late."""
    return [
        Tile(section.title, len(section.rows), _longest(section.rows, now), section.overdue)
        for section in sections
    ]


def _longest(rows: Iterable[QueueRow], now: datetime) -> str:
    arrived = min((row.arrived_at for row in rows), default=None)
    return length(now - arrived) if arrived else ""


def overview(reader: Reader, sections: list[Section], *, now: datetime) -> Overview:
    """Everything on the supervisor's page."""
    start = _start_of_day(now)
    desks = queries.desks(reader)
    today = Contact.objects.filter(service__in=desks, arrived_at__gte=start)
    rows = [row for section in sections for row in section.rows]
    return Overview(
        tiles=tiles(sections, now),
        standards=_standards(reader, start, now),
        callers=_callers(today, rows, now),
        handlers=_handlers(reader, rows, start),
        late=[row for row in rows if row.left.tone == "overdue"],
        arrived_today=today.count(),
        abandoned_today=_abandoned(reader, today, start),
    )


def _start_of_day(now: datetime) -> datetime:
    local = timezone.localtime(now)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _standards(reader: Reader, start: datetime, now: datetime) -> list[tuple[str, int, int, int, str]]:
    """Each clock of a contact today: how many stopped, how many of them in time, how many are late and still run."""
    desks = list(queries.desks(reader).values_list("pk", flat=True))
    mine = Q(service__in=desks) | Q(task__state__asked_by__in=desks)
    clocks = ClockState.objects.filter(mine, task__state__pathway=CONTACT, is_void=False)
    counted = clocks.values("task__step", "code").annotate(
        stopped=Count("pk", filter=Q(stopped_at__gte=start)),
        met=Count("pk", filter=Q(stopped_at__gte=start, is_met=True)),
        late=Count("pk", filter=Q(stopped_at=None, due_at__lt=now)),
    )
    found = {(row["task__step"], row["code"]): row for row in counted}
    rows = []
    for code, step in pathway_of_contact().steps.items():
        for clock in step.clocks:
            row = found.get((code, clock.code), {"stopped": 0, "met": 0, "late": 0})
            share = f"{row['met'] / row['stopped']:.0%}" if row["stopped"] else "–"
            rows.append(
                (f"{step.title}: {clock.title.lower()}", row["stopped"], row["met"], row["late"], share)
            )
    return rows


def _callers(today: Any, rows: list[QueueRow], now: datetime) -> list[tuple[str, int, int, str]]:
    arrived = Counter(today.values_list("caller_type", flat=True))
    standing: dict[str, list[QueueRow]] = defaultdict(list)
    for row in rows:
        standing[row.caller_type].append(row)
    return [
        (words, arrived[code], len(standing[words]), _longest(standing[words], now))
        for code, words in caller_types().items()
        if arrived[code] or standing[words]
    ]


def _handlers(reader: Reader, rows: list[QueueRow], start: datetime) -> list[tuple[str, int, int, int]]:
    desks = list(queries.desks(reader).values_list("pk", flat=True))
    finished: Counter[str] = Counter(
        JournalEntry.objects.filter(
            service__in=desks,
            event="done",
            effective_at__gte=start,
            journey__version__pathway=CONTACT,
            undone_by=None,
        ).values_list("actor_name", flat=True)
    )
    held = [row for row in rows if row.holder and row.section != "screening"]
    names = sorted({row.holder for row in held} | set(finished))
    return [
        (
            name,
            sum(1 for row in held if row.holder == name),
            sum(1 for row in held if row.holder == name and row.left.tone == "overdue"),
            finished[name],
        )
        for name in names
    ]


def _abandoned(reader: Reader, today: Any, start: datetime) -> int:
    unknown = today.filter(abandonment__isnull=False).count()
    known = JournalEntry.objects.filter(
        service__in=queries.desks(reader), event="done", code="abandoned", task__step="answer",
        effective_at__gte=start, undone_by=None,
    ).count()  # fmt: skip
    return int(unknown + known)
