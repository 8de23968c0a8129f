"""Rows of the navigation desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from localcare.analysis.pathways.model import Pathway
from localcare.care.navigation import queries
from localcare.foundation.forms.definitions import definition_of
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.words import answer_words
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.desk.presenters import TaskRow, task_rows
from localcare.foundation.pathways.models import Journey, JourneyState, TaskState
from localcare.foundation.people.models import Person
from localcare.foundation.people.presenters import full_name
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_relative_moment

HAPPENED = {"done": "Happened", "declined": "Refused", "cancelled": "Did not happen"}
COLOURS = {"done": "green", "declined": "red", "cancelled": "grey"}


@dataclass(frozen=True)
class CaredFor:
    """Somebody cared for; an address only where the reader may open it."""

    name: str
    person: Person | None


@dataclass(frozen=True)
class WorkRow:
    """One request for a carer, with whom they care for."""

    row: TaskRow
    cares_for: tuple[CaredFor, ...]


@dataclass(frozen=True)
class CarerRow:
    """One carer on the list of carers."""

    person: Person
    name: str
    cares_for: tuple[CaredFor, ...]
    words: str
    colour: str


def work_rows(states: Iterable[TaskState], reader: Reader, *, now: datetime) -> list[WorkRow]:
    """Requests with the people cared for, in a fixed number of queries."""
    found = list(states)
    caring = _caring([state.person_id for state in found], reader, on=now.date())
    rows = task_rows(found, now=now, me=reader.user)
    return [WorkRow(row, caring.get(row.person.pk, ())) for row in rows]


def carer_rows(people: Sequence[Any], reader: Reader, *, on: date) -> list[CarerRow]:
    """Carers with whom they care for and whether anybody has looked at their own needs."""
    caring = _caring([person.pk for person in people], reader, on=on)
    return [
        CarerRow(person, full_name(person), caring.get(person.pk, ()), *_looked_after(person))
        for person in people
    ]


def _looked_after(person: Any) -> tuple[str, str]:
    if person.is_open:
        return "Assessment or support open", "blue"
    return ("Assessed before", "green") if person.was_assessed else ("Never assessed", "yellow")


def _caring(people: Iterable[int], reader: Reader, *, on: date) -> dict[int, tuple[CaredFor, ...]]:
    found = queries.caring_for(people, on=on)
    visible = queries.visible_among(reader, {one.person_id for group in found.values() for one in group})
    return {
        key: tuple(
            CaredFor(full_name(one.person), one.person)
            if one.person_id in visible
            else CaredFor("Somebody whose record you may not open", None)
            for one in group
        )
        for key, group in found.items()
    }


@dataclass(frozen=True)
class Arranged:
    """One thing that was arranged for a carer and whether it happened."""

    state: TaskState
    step: str
    who: str
    words: str
    colour: str
    detail: str


@dataclass(frozen=True)
class Support:
    """One journey of a carer with everything arranged on it."""

    journey: Journey
    state: JourneyState
    title: str
    outcome: str
    arranged: tuple[Arranged, ...]


def supports(states: Sequence[JourneyState], *, now: datetime) -> list[Support]:
    """Journeys with their steps: what was arranged and whether it happened."""
    steps: dict[int, list[TaskState]] = {}
    for task in queries.steps_of([state.journey_id for state in states]):
        steps.setdefault(task.journey_id, []).append(task)
    return [_support(state, steps.get(state.journey_id, []), now) for state in states]


def _support(state: JourneyState, tasks: Sequence[TaskState], now: datetime) -> Support:
    pathway = definitions.pathway_of(state.journey.version)
    return Support(
        journey=state.journey,
        state=state,
        title=pathway.title,
        outcome=pathway.ends.get(state.outcome, state.outcome.replace("_", " ")),
        arranged=tuple(_arranged(task, pathway, now) for task in tasks),
    )


def _arranged(task: TaskState, pathway: Pathway, now: datetime) -> Arranged:
    step = pathway.steps[task.step]
    outcome = step.outcomes.get(task.outcome)
    detail = [outcome.title] if outcome else []
    return Arranged(
        state=task,
        step=step.title,
        who=task.service.title if task.service else "Nobody yet",
        words=HAPPENED.get(task.state, str(task.get_state_display())),
        colour=COLOURS.get(task.state, "blue"),
        detail=". ".join(
            [
                *detail,
                *([task.reason] if task.reason else []),
                f"Since {format_relative_moment(task.since, now)}",
            ]
        ),
    )


@dataclass(frozen=True)
class OwnNeeds:
    """What a carer said last about their own needs."""

    response: FormResponse
    rows: tuple[tuple[str, str], ...]


ASKED = (
    "cares-for",
    "hours-per-week",
    "willing",
    "health-at-risk",
    "unable",
    "wants",
    "eligible",
    "support",
    "review-on",
)


def own_needs(response: FormResponse | None) -> OwnNeeds | None:
    """The few answers that a navigator reads first."""
    if response is None:
        return None
    definition = definition_of(response.version)
    known = {item.code: item for item in definition.items()}
    rows = [
        (known[code].text, answer_words(known[code], response.answers[code]))
        for code in ASKED
        if code in known and response.answers.get(code) not in (None, "", [])
    ]
    return OwnNeeds(response, tuple(rows))
