"""The tables of a journal, journey by journey through the fold: slow and sure.

The set-based tables use it for journeys with undoing, pausing and taking up again, and are compared with it in tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localcare.analysis.journal.clocks import Rulebook, clocks_of
from localcare.analysis.journal.entry import JournalLine
from localcare.analysis.journal.lines import JourneyLines, ServiceNumbers, journeys_of
from localcare.analysis.journal.parquet import PathwayKey
from localcare.analysis.journal.timeline import JourneyStanding, TaskStanding, standing_entries
from localcare.analysis.journal.waiting import waits_in
from localcare.analysis.pathways.model import Pathway, Step

ANSWERS = ("accepted", "declined", "cancelled", "transferred", "reopened")
Row = dict[str, Any]


@dataclass
class FoldedRows:
    """The rows of each table."""

    journeys: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    questions: list[Row] = field(default_factory=list)
    waits: list[Row] = field(default_factory=list)


def folded_rows(
    rows: Iterable[Mapping[str, Any]], pathways: Mapping[PathwayKey, Pathway], rules: Rulebook
) -> FoldedRows:
    """Every table of the journal whose rows these are."""
    found, services = FoldedRows(), ServiceNumbers()
    for lines in journeys_of(rows, services):
        _add(found, lines, pathways[lines.key], rules, services)
    return found


def _add(
    found: FoldedRows, lines: JourneyLines, pathway: Pathway, rules: Rulebook, services: ServiceNumbers
) -> None:
    standing = lines.standing({lines.key: pathway})
    whose: Row = {"journey": lines.journey, "person": lines.person}
    whose |= zip(("pathway", "version"), lines.key, strict=True)
    found.journeys.append(_journey_row(whose, lines, standing))
    shared = {}
    for task in standing.tasks.values():
        step = pathway.steps[task.step]
        shared[task.task_id] = {**whose, **_shared(task, services)}
        first = {"first_priority": _first_priority(lines, task.task_id)}
        found.tasks.append(shared[task.task_id] | first | _task_row(task, step, rules))
        for clock in clocks_of(step, task, standing, rules):
            found.clocks.append(shared[task.task_id] | _clock_row(vars(clock)))
    for place in dict.fromkeys(step.waits_in for step in pathway.steps.values() if step.waits_in):
        for task, begins, ends in waits_in(pathway, standing.tasks.values(), place):
            times = {"place": place, "begins_at": plain(begins), "ends_at": plain(_first(ends, standing))}
            found.waits.append(shared[task.task_id] | times)
    found.questions += [whose | row for row in _questions(lines, pathway, rules, services)]


def _first(ends: datetime | None, standing: JourneyStanding) -> datetime | None:
    """The wait ends with the journey at the latest."""
    return min((at for at in (ends, standing.ended_at) if at is not None), default=None)


def _first_priority(lines: JourneyLines, task: int) -> str:
    held = standing_entries(lines.lines)
    asked = (one for one in held if one.task_id == task and one.event == "requested")
    first = next(asked, None)
    return str(first.detail.get("priority", "")) if first else ""


def _journey_row(whose: Row, lines: JourneyLines, standing: JourneyStanding) -> Row:
    return {
        **whose,
        "opened_from": lines.opened_from,
        "opened_at": plain(standing.opened_at),
        "ended_at": plain(standing.ended_at),
        "outcome": standing.outcome,
        "priority": standing.priority,
    }


def _shared(task: TaskStanding, services: ServiceNumbers) -> Row:
    service = services.code(task.service_id) or ""
    return {
        "task": task.task_id,
        "step": task.step,
        "service": service,
        "service_kind": services.kinds.get(service, ""),
        "asked_by": services.code(task.asked_by_id) or "",
        "priority": task.priority,
        "state": task.state,
    }


def _task_row(task: TaskStanding, step: Step, rules: Rulebook) -> Row:
    lasts_until = None
    if step.lasts is not None and task.started_at is not None:
        lasts_until = rules.due(task.started_at, step.lasts.up_to, "")
    times = ("requested_at", "asked_at", "accepted_at", "started_at", "finished_at", "booked_for")
    return {
        **{name: plain(getattr(task, name)) for name in (*times, "extended_until")},
        "outcome": task.outcome,
        "goes_on": step.lasts is not None,
        "lasts_until": plain(lasts_until),
    }


def _clock_row(clock: Mapping[str, Any]) -> Row:
    row = {name: plain(said) if isinstance(said, datetime) else said for name, said in clock.items()}
    row["clock"] = row.pop("code")
    return row


def _questions(
    lines: JourneyLines, pathway: Pathway, rules: Rulebook, services: ServiceNumbers
) -> Iterator[Row]:
    held = [entry for entry in standing_entries(lines.lines) if entry.task_id is not None]
    for place, entry in enumerate(held):
        if not _asks(entry):
            continue
        later = (one for one in held[place + 1 :] if one.task_id == entry.task_id and one.event in ANSWERS)
        answer = next(later, None)
        step = lines.steps[entry.task_id or 0]
        acceptance, service = pathway.steps[step].acceptance, services.code(entry.service_id) or ""
        due = rules.due(entry.effective_at, acceptance.within, acceptance.hours) if acceptance else None
        yield {
            "task": entry.task_id,
            "step": step,
            "entry": entry.pk,
            "service": service,
            "service_kind": services.kinds.get(service, ""),
            "asked_at": plain(entry.effective_at),
            "answer": answer.event if answer else "",
            "answered_at": plain(answer.effective_at) if answer else None,
            "reason": answer.code if answer and answer.event == "declined" else "",
            "due_at": plain(due),
        }


def _asks(entry: JournalLine) -> bool:
    return entry.event in ("requested", "transferred") or (
        entry.event == "reopened" and entry.to_state == "requested"
    )


def plain(at: datetime | None) -> datetime | None:
    """The instant in UTC, without saying so, as the tables keep it."""
    return at.astimezone(UTC).replace(tzinfo=None) if at is not None else None
