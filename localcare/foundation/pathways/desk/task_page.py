"""What the page of one task shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from localcare.foundation.forms.presenters import answers_in_words, scores_in_words
from localcare.foundation.pathways import queries
from localcare.foundation.pathways.desk.acts import TaskActs
from localcare.foundation.pathways.desk.presenters import (
    answers_due,
    clock_rows,
    nearest,
    state_words,
    task_rows,
)
from localcare.foundation.pathways.models import JournalEntry
from localcare.foundation.pathways.presenters import TimeLeft, time_left
from localcare.foundation.pathways.story import story
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_relative_moment


def context_of(acts: TaskActs, reader: Reader, *, now: datetime) -> dict[str, Any]:
    """Everything on the page, in its order."""
    at = acts.situation
    task, state, pathway = at.task, at.state, at.pathway
    journey = task.journey
    lines = story(journey)
    of_task = [line for line in lines if line.entry.task_id == task.pk]
    entries = [line.entry for line in lines]
    due_at, clock = nearest(state, pathway, answers_due([task.pk]).get(task.pk))
    others = queries.open_requests(journey.person, reader=reader).exclude(task=task)
    return {
        "acts": acts,
        "task": task,
        "state": state,
        "step": at.step,
        "pathway": pathway,
        "journey": journey,
        "person": journey.person,
        "is_ours": at.is_owner,
        "state_words": state_words(state, now),
        "left": (time_left(due_at, now) if due_at else TimeLeft("No clock runs", "none"))
        if state.is_open
        else None,
        "clock": clock,
        "due": format_relative_moment(due_at, now) if due_at else "",
        "facts": _facts(acts, entries, now),
        "asked_with": _forms(entries, "opened"),
        "forms": _forms([entry for entry in entries if entry.task_id == task.pk]),
        "clocks": clock_rows(queries.clocks_of(task).select_related("task"), pathway, now),
        "lines": of_task,
        "others": task_rows(
            others.select_related("task", "person", "service", "asked_by", "assigned_to", "journey"), now=now
        ),
        "reader": reader,
    }


def _facts(acts: TaskActs, entries: list[JournalEntry], now: datetime) -> list[tuple[str, str]]:
    at = acts.situation
    state = at.state
    mine = [entry for entry in entries if entry.task_id == at.task.pk]
    asked = next((entry for entry in mine if entry.event == "requested"), None)
    because = next((entry for entry in entries if asked and entry.pk == asked.detail.get("because")), None)
    opened = next((entry for entry in entries if entry.event == "opened"), None)
    why = [found.reason for found in (asked, because, opened) if found and found.reason]
    promise = next((entry.detail["promise"] for entry in reversed(mine) if entry.detail.get("promise")), "")
    assigned = state.assigned_to
    facts = [
        ("Why", " ".join(dict.fromkeys(why))),
        ("What to do", at.step.help),
        ("Priority", at.pathway.priorities.get(state.priority, "")),
        ("Asked by", state.asked_by.title if state.asked_by else ""),
        ("Asked", format_relative_moment(state.requested_at, now)),
        (
            "In the queue of",
            state.service.title if state.service else "Nobody yet: a service has to be chosen",
        ),
        ("Given to", (assigned.get_full_name() or assigned.get_username()) if assigned else "Nobody yet"),
        ("Promised for", format_relative_moment(datetime.fromisoformat(promise), now) if promise else ""),
        ("Booked for", format_relative_moment(state.booked_for, now) if state.booked_for else ""),
        (
            "Next review",
            format_relative_moment(state.review_due_at, now) if state.review_due_at and state.is_open else "",
        ),
        ("Planned end", format_relative_moment(state.lasts_until, now) if state.lasts_until else ""),
        ("Help asked of", state.help_asked_of.replace("-", " ").capitalize()),
    ]
    return [(key, value) for key, value in facts if value]


def _forms(entries: list[JournalEntry], event: str = "") -> list[dict[str, Any]]:
    found = [entry for entry in entries if entry.response is not None and (not event or entry.event == event)]
    return [
        {
            "title": entry.response.version.title,
            "who": entry.response.author_name,
            "at": entry.response.completed_at,
            "sections": answers_in_words(entry.response),
            "scores": scores_in_words(entry.response),
        }
        for entry in found
        if entry.response is not None
    ]
