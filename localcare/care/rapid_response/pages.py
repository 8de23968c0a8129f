"""What the pages of this desk share: whose work it is, what is written in the audit trail, where to go back to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from localcare.care.rapid_response import queries
from localcare.foundation.pathways import queries as journeys
from localcare.foundation.pathways.models import ClockState, Task, TaskState
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

BASIS = "direct care"
KEY = re.compile(r"[0-9a-zA-Z-]{1,64}")
OTHER_ACTS = (
    "decline",
    "hand-on",
    "note",
    "give",
    "take",
    "priority",
    "undo",
    "cancel",
    "reopen",
    "pause",
    "resume",
)


def no_team(request: HttpRequest) -> HttpResponse:
    """What somebody sees who works in no rapid response team."""
    return render(request, "rapid_response/no_team.jinja", {})


def team_task(reader: Reader, reference: UUID) -> Task:
    """A task of a rapid response team of which the reader sees the work; Http404 for any other task."""
    task = journeys.task_for(reader, reference)
    service = task.state.service
    if service is None or service.kind != queries.KIND:
        raise Http404("This is not the work of a rapid response team.")
    return task


def state_of(task: Task) -> TaskState:
    """Where a task stands now, with what its row needs."""
    related = ("task", "person", "service", "assigned_to", "asked_by", "journey__version")
    return TaskState.objects.select_related(*related).get(task=task)


def is_late(task: Task) -> bool:
    """Whether the person was seen after a clock of this task had run out."""
    return ClockState.objects.filter(task=task, is_met=False).exists()


def audit_list(reader: Reader, action: str, people: Iterable[Person], teams: Iterable[Service]) -> None:
    """One entry for a page about many people."""
    record_access(
        reader=reader,
        action=action,
        subjects=[str(person.reference) for person in people],
        basis=BASIS,
        detail={"services": [team.code for team in teams]},
    )


def audit_case(reader: Reader, task: Task) -> None:
    """One entry for a page about one request."""
    record_access(
        reader=reader,
        action="rapid-response.case",
        subjects=[str(task.journey.person.reference)],
        basis=BASIS,
        detail={"task": str(task.reference)},
    )


def key_of(request: HttpRequest, about: str) -> str | None:
    """The key that makes the same post twice one act; None when the page sent none that can be used."""
    sent = request.POST.get("key", "")
    return f"{about}:{sent}" if KEY.fullmatch(sent) else None


def back(request: HttpRequest, otherwise: str) -> str:
    """Where the page sent the reader from, when that is ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and is_safe else reverse(otherwise)
