"""The queue in words: one row for each open step of a contact, and for each contact that nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from localcare.analysis.pathways.model import Pathway, Span
from localcare.analysis.pathways.working_time import due_after
from localcare.care.single_point_of_access import queries, rules
from localcare.care.single_point_of_access.definitions import CONTACT, choice_words, definitions
from localcare.care.single_point_of_access.models import Contact
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.definitions import pathways, span_on
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.pathways.presenters import TimeLeft, length, time_left
from localcare.foundation.people.presenters import full_name
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_nhs_number

PRIORITY_COLOURS = {"emergency": "red", "two-hour": "orange", "two-day": "blue", "routine": "grey"}
ANSWER = Span(setting="answer-call")
RING_BACK = Span(setting="ring-back")


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    section: str
    address: str
    person: str
    nhs_number: str
    step: str
    caller: str
    caller_type: str
    telephone: str
    about: str
    flags: tuple[str, ...]
    alarm: rules.Alarm | None
    urgency: str
    urgency_colour: str
    waited: str
    arrived_at: datetime
    left: TimeLeft
    state_words: str
    holder: str
    is_mine: bool
    note: str = ""
    last_entry: int = 0
    subject: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True)
class Section:
    """One part of the queue."""

    code: str
    title: str
    rows: tuple[QueueRow, ...] = field(default_factory=tuple)

    @property
    def overdue(self) -> int:
        """How many of its rows are over their time."""
        return sum(1 for row in self.rows if row.left.tone == "overdue")


def queue(reader: Reader, *, now: datetime) -> list[Section]:
    """Every section of the reader's queue, each with the most urgent first."""
    rows = [*_known(reader, now), *_unknown(reader, now), *_rang_off(reader, now)]
    rows.sort(key=_order)
    return [
        Section(code, title, tuple(row for row in rows if row.section == code))
        for code, title in rules.SECTIONS.items()
    ]


def _order(row: QueueRow) -> tuple[Any, ...]:
    danger = rules.GRAVEST.index(row.alarm.does) if row.alarm else len(rules.GRAVEST)
    return (danger, row.due_at is None, row.due_at or row.arrived_at, row.address)


def _known(reader: Reader, now: datetime) -> Iterable[QueueRow]:
    states = list(queries.open_tasks(reader))
    responses = queries.responses_of([state.journey_id for state in states])
    for state in states:
        if state.step in rules.SECTION_OF_STEP:
            yield _task_row(state, responses.get(state.journey_id), reader, now)


def _task_row(state: TaskState, response: FormResponse | None, reader: Reader, now: datetime) -> QueueRow:
    pathway = pathways()[CONTACT]
    answers: Mapping[str, Any] = response.answers if response else {}
    arrived = getattr(state.journey, "arrived_as", None)
    contact = arrived.contact if arrived else None
    opened = state.journey.state.opened_at
    return QueueRow(
        section=rules.SECTION_OF_STEP[state.step],
        address=reverse("access-contact", args=[contact.reference if contact else state.journey.reference]),
        person=full_name(state.person),
        nhs_number=format_nhs_number(state.person.nhs_number),
        step=pathway.steps[state.step].title,
        caller=_caller(contact),
        caller_type=choice_words("caller-type", contact.caller_type) if contact else "",
        telephone=contact.telephone if contact else "",
        about=_about(answers, contact),
        flags=flags_in_words(answers),
        alarm=rules.alarm_of(answers.get("red-flags") or [], definitions()),
        urgency=pathway.priorities.get(state.priority, ""),
        urgency_colour=PRIORITY_COLOURS.get(state.priority, ""),
        waited=length(now - opened),
        arrived_at=opened,
        left=time_left(state.due_at, now) if state.due_at else TimeLeft("No clock runs", "none"),
        state_words=state.get_state_display(),
        holder=_holder(state),
        is_mine=reader.user is not None and state.assigned_to_id == reader.user.pk,
        note=_note(state, answers),
        last_entry=state.last_entry,
        subject=str(state.person.reference),
        due_at=state.due_at,
    )


def _note(state: TaskState, answers: Mapping[str, Any]) -> str:
    if state.step == "mental_health_screening":
        return "Clinically led screening, day and night"
    if state.service is None:
        return "Nobody was found for this step: choose a service"
    if state.step == "triage" and rules.is_mental_health(answers, definitions()):
        return "Mental health: send to screening"
    return ""


def _holder(state: TaskState) -> str:
    if state.assigned_to is not None:
        return state.assigned_to.get_full_name() or state.assigned_to.get_username()
    return state.service.title if state.service and state.step == "mental_health_screening" else "Nobody yet"


def _caller(contact: Contact | None) -> str:
    if contact is None:
        return ""
    return ", ".join(part for part in (contact.caller_name, contact.caller_organisation) if part)


def _about(answers: Mapping[str, Any], contact: Contact | None) -> str:
    said = [choice_words("needs", code) for code in answers.get("needs") or []]
    return ", ".join(said) or (contact.says if contact else "")[:120]


def flags_in_words(answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The red flags that were reported, in the words of the form."""
    said = answers.get("red-flags") or []
    flags = [choice_words("red-flags", code) for code in said if code != "none"]
    return (*flags, "Safeguarding concern") if answers.get("safeguarding") else tuple(flags)


def _unknown(reader: Reader, now: datetime) -> Iterable[QueueRow]:
    for contact in queries.not_identified(reader):
        yield _contact_row(
            contact, "waiting", now, ANSWER, contact.arrived_at, "Not known yet whom it is about"
        )


def _rang_off(reader: Reader, now: datetime) -> Iterable[QueueRow]:
    for contact in queries.abandoned(reader):
        tries = len(contact.attempts.all())
        note = f"Rang off. Rung back {tries} {'time' if tries == 1 else 'times'}" if tries else "Rang off"
        yield _contact_row(contact, "ring-back", now, RING_BACK, contact.abandonment.at, note)


def _contact_row(
    contact: Contact, section: str, now: datetime, span: Span, since: datetime, note: str
) -> QueueRow:
    due = due_after(since, span_on(span, since.date()), None)
    return QueueRow(
        section=section,
        address=reverse("access-contact", args=[contact.reference]),
        person=contact.about or "Person not known yet",
        nhs_number="",
        step="Say whom it is about" if section == "waiting" else "Ring back",
        caller=_caller(contact),
        caller_type=choice_words("caller-type", contact.caller_type),
        telephone=contact.telephone,
        about=contact.says[:120],
        flags=(),
        alarm=None,
        urgency="",
        urgency_colour="",
        waited=length(now - contact.arrived_at),
        arrived_at=contact.arrived_at,
        left=time_left(due, now),
        state_words="Waiting",
        holder="Nobody yet",
        is_mine=False,
        note=note,
        due_at=due,
    )


def pathway_of_contact() -> Pathway:
    """The definition of a contact as it is today."""
    return pathways()[CONTACT]
