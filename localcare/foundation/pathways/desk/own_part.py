"""What a team sees that asked for something, or was asked, but has no part in the journey itself: request and answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.desk.journey_page import standing
from localcare.foundation.pathways.desk.presenters import number_of
from localcare.foundation.pathways.desk.situation import last_undoable
from localcare.foundation.pathways.models import Journey, TaskState
from localcare.foundation.pathways.sight import had_part
from localcare.foundation.pathways.story import StoryLine, story
from localcare.foundation.people.presenters import full_name
from localcare.foundation.people.queries import is_visible
from localcare.foundation.services.queries import team_keys
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_moment

TOLD = frozenset({"requested", "accepted", "declined", "done", "cancelled", "transferred", "reopened"})


@dataclass(frozen=True)
class OwnRequest:
    """One request of the reader's teams, or to them, with its answer."""

    state: TaskState
    title: str
    facts: list[tuple[str, str]]
    lines: list[StoryLine]
    may_undo: bool


@dataclass(frozen=True)
class OwnPart:
    """Everything that is told of a journey to a team without a part in it."""

    journey: Journey
    title: str
    number: str
    whom: str
    standing: str
    tone: str
    going_on: list[str]
    requests: list[OwnRequest]


def own_part(journey: Journey, reader: Reader) -> OwnPart:
    """The requests of the reader's teams and to them, their answers, and how the journey stands."""
    pathway, teams = definitions.pathway_of(journey.version), team_keys(reader)
    states = TaskState.objects.filter(journey=journey).select_related("task", "service", "asked_by")
    mine = list(states.filter(had_part(teams)).order_by("task"))
    told = [line for line in story(journey) if line.event in TOLD and not line.is_undone]
    words, tone = standing(journey.state, pathway)
    was_asked = any(state.service_id in teams for state in mine)
    is_named = was_asked or is_visible(journey.person, reader)
    going_on = [pathway.steps[state.step].title for state in states.order_by("task") if state.is_open]
    return OwnPart(
        journey=journey,
        title=pathway.title,
        number=number_of(journey),
        whom=full_name(journey.person) if is_named else "",
        standing=words,
        tone=tone,
        going_on=going_on if journey.opened_by_service_id in teams else [],
        requests=[_request(state, pathway.steps[state.step].title, told, teams) for state in mine],
    )


def _request(state: TaskState, title: str, told: list[StoryLine], teams: set[int]) -> OwnRequest:
    lines = [line for line in told if line.entry.task_id == state.task_id]
    promises = [line.entry.detail.get("promise") for line in lines]
    promise = next((said for said in reversed(promises) if said), "")
    facts = [
        ("State", str(state.get_state_display())),
        ("Asked of", state.service.title if state.service else "Nobody yet"),
        ("Asked by", state.asked_by.title if state.asked_by else ""),
        ("Promised for", format_moment(datetime.fromisoformat(promise)) if promise else ""),
        ("Due", format_moment(state.due_at) if state.due_at and state.is_open else ""),
    ]
    may_undo = state.service_id in teams and last_undoable(state, teams) is not None
    return OwnRequest(state, title, [(name, said) for name, said in facts if said], lines, may_undo)
