"""The page of one contact: what arrived, where it stands, what was asked of whom, and what can be done now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcare.care.single_point_of_access import queries, rules
from localcare.care.single_point_of_access.definitions import choice_words, definitions
from localcare.care.single_point_of_access.presenters import (
    PRIORITY_COLOURS,
    flags_in_words,
    pathway_of_contact,
)
from localcare.care.single_point_of_access.queries import Case
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.presenters import answers_in_words
from localcare.foundation.pathways.definitions import pathway_of
from localcare.foundation.pathways.desk.presenters import TaskRow, clock_rows, task_rows
from localcare.foundation.pathways.models import ClockState, JournalEntry, Journey, TaskState
from localcare.foundation.pathways.presenters import TimeLeft, time_left
from localcare.foundation.pathways.story import story
from localcare.foundation.services.models import Hold
from localcare.foundation.services.words import day_words
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_moment

PAGES = {
    "answer": ("access-answer", "Answer and find out what has happened"),
    "triage": ("access-triage", "Triage"),
    "arrange": ("access-arrange", "Arrange what is needed"),
    "ring_back": ("access-ring", "Ring back"),
    "tell_caller": ("access-tell", "Tell the caller what happens by when"),
    "mental_health_screening": ("access-screening", "Record the screening"),
}


@dataclass(frozen=True)
class Step:
    """One open step of the contact, as its page shows it."""

    state: TaskState
    title: str
    help: str
    left: TimeLeft
    holder: str
    is_mine: bool
    is_ours: bool
    of_colleague: bool
    page: str
    button: str


@dataclass(frozen=True)
class Asked:
    """One request to a service, with its answer."""

    row: TaskRow
    why: str
    held: str
    may_ask_again: bool
    may_withdraw: bool


@dataclass
class ContactPage:
    """Everything that the page of one contact shows."""

    case: Case
    facts: list[tuple[str, str]]
    steps: list[Step] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)
    clocks: list[Any] = field(default_factory=list)
    lines: list[Any] = field(default_factory=list)
    alarm: rules.Alarm | None = None
    flags: tuple[str, ...] = ()
    urgency: str = ""
    urgency_colour: str = ""
    ended: str = ""
    arrange_task: Any = None


def build(reader: Reader, case: Case, *, now: datetime) -> ContactPage:
    """The page as it stands."""
    page = ContactPage(case, facts_of(case))
    if case.journey is None:
        return page
    journey = case.journey
    states = list(
        TaskState.objects.filter(journey=journey)
        .select_related("task", "service", "assigned_to", "asked_by")
        .order_by("task")
    )
    own = set(queries.own_services(reader).values_list("pk", flat=True))
    page.steps = [_step(state, reader, own, now) for state in states if state.is_open]
    page.asked = asked_of(journey, own, now)
    page.lines = story(journey)
    clocks = (
        ClockState.objects.filter(task__journey=journey).select_related("task").order_by("started_at", "pk")
    )
    page.clocks = clock_rows(clocks, pathway_of(journey.version), now)
    _say_what_was_answered(page, journey)
    priority = next((state.priority for state in reversed(states) if state.priority), journey.priority)
    page.urgency = pathway_of_contact().priorities.get(priority, "")
    page.urgency_colour = PRIORITY_COLOURS.get(priority, "")
    if not journey.state.is_open:
        page.ended = pathway_of_contact().ends.get(journey.state.outcome, "Ended")
    return page


def _say_what_was_answered(page: ContactPage, journey: Journey) -> None:
    answered = queries.responses_of([journey.pk]).get(journey.pk)
    answers: Mapping[str, Any] = answered.answers if answered else {}
    page.alarm = rules.alarm_of(answers.get("red-flags") or [], definitions())
    page.flags = flags_in_words(answers)
    entries = journey.entries.exclude(response=None).select_related("response__version").order_by("pk")
    page.forms = [form_in_words(entry.response) for entry in entries if entry.response is not None]


def form_in_words(response: FormResponse) -> dict[str, Any]:
    """A completed form for a page."""
    return {
        "title": response.version.title,
        "who": response.author_name,
        "at": response.completed_at,
        "sections": answers_in_words(response),
    }


def facts_of(case: Case) -> list[tuple[str, str]]:
    """What arrived, in words."""
    contact = case.contact
    if contact is None:
        return [("Arrived", format_moment(case.arrived_at)), ("Opened by", "Another desk, on its own page")]
    caller = ", ".join(part for part in (contact.caller_name, contact.caller_organisation) if part)
    facts = [
        ("Arrived", format_moment(contact.arrived_at)),
        ("How", definitions().channels.get(contact.channel, contact.channel)),
        ("Caller", f"{caller or 'Name not said'} ({choice_words('caller-type', contact.caller_type)})"),
        ("Number to ring back", contact.telephone or "None"),
    ]
    if contact.about:
        facts.append(("About, in the caller’s words", contact.about))
    if contact.says:
        facts.append(("What they say", contact.says))
    facts.append(("Written down by", contact.received_by_name))
    abandonment = getattr(contact, "abandonment", None)
    if abandonment is not None:
        facts.append(
            ("Rang off", f"{format_moment(abandonment.at)}, {abandonment.by_name}. {abandonment.note}")
        )
    return facts


def _step(state: TaskState, reader: Reader, own: set[int], now: datetime) -> Step:
    step = pathway_of_contact().steps[state.step]
    assigned = state.assigned_to
    mine = assigned is not None and reader.user is not None and assigned.pk == reader.user.pk
    page, button = PAGES.get(state.step, ("", ""))
    holder = assigned.get_full_name() or assigned.get_username() if assigned else ""
    return Step(
        state=state,
        title=step.title,
        help=step.help,
        left=time_left(state.due_at, now) if state.due_at else TimeLeft("No clock runs", "none"),
        holder=holder or (state.service.title if state.service else "Nobody was found: choose a service"),
        is_mine=mine,
        is_ours=state.service_id in own,
        of_colleague=state.service_id in own and assigned is not None and not mine,
        page=page if state.step != "triage" or reader.may("contact.triage") else "",
        button=button,
    )


def asked_of(journey: Journey, own: set[int], now: datetime) -> list[Asked]:
    """What was asked of services from this contact, with the answer of each."""
    states = list(queries.requests_from(journey).select_related("asked_by", "assigned_to", "journey__state"))
    keys = [str(state.task.reference) for state in states]
    holds = Hold.objects.filter(key__in=keys, released_at=None).select_related("capacity")
    held = {hold.key: f"Held for {day_words(hold.capacity.day)}" for hold in holds}
    rows = task_rows(states, now=now)
    codes = decline_codes(states)
    found = []
    for row in rows:
        state = row.state
        ours = state.asked_by_id in own and state.journey.state.is_open
        found.append(
            Asked(
                row=row,
                why=why_of(state, codes.get(state.task_id, "")),
                held=held.get(str(state.task.reference), ""),
                may_ask_again=ours and not state.is_dealt_with and state.state in ("declined", "cancelled"),
                may_withdraw=ours and state.state == "requested",
            )
        )
    return found


def decline_codes(states: Iterable[TaskState]) -> dict[int, str]:
    """The reason, from the list of the pathway, with which each request was declined."""
    refused = [state.task_id for state in states if state.state == "declined"]
    entries = JournalEntry.objects.filter(task__in=refused, event="declined", undone_by=None).order_by("pk")
    return {task: code for task, code in entries.values_list("task", "code") if task is not None}


def why_of(state: TaskState, code: str = "") -> str:
    """The reason with which a service declined, or the outcome with which it finished."""
    step = pathway_of(state.journey.version).steps[state.step]
    if state.state == "declined":
        known = step.decline_reasons.get(code, "")
        return ". ".join(part for part in (known, state.reason) if part)
    if state.state == "done" and state.outcome in step.outcomes:
        return step.outcomes[state.outcome].title
    return state.reason


def words_to_read_out(asked: list[Asked], screening: bool, urgency: str) -> str:
    """What the caller can be told, from what stands: who comes, by when, and what is missing."""
    lines = []
    for one in asked:
        name = one.row.service.replace(" (synthetic)", "")
        if one.row.state.state in ("accepted", "started", "paused"):
            by = f" by {format_moment(one.row.state.due_at)}" if one.row.state.due_at else ""
            lines.append(f"{name} has accepted: they come or ring{by}.")
        elif one.row.state.state == "done":
            lines.append(f"{name} has finished what was asked.")
        elif one.row.state.state == "requested":
            lines.append(f"{name} has been asked and has not answered yet. We follow it up and ring you.")
        elif one.may_ask_again:
            lines.append(f"{name} cannot do it. We are looking for another way and ring you.")
    if screening:
        lines.append("The mental health screening team has been asked; they are there day and night.")
    if not lines:
        lines.append("Nothing has been arranged yet." if urgency != "emergency" else "999 has been called.")
    return "\n".join(lines)
