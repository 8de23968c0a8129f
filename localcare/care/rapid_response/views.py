"""The board, one request, and what is pressed on the way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from localcare.care.rapid_response import actions, pages, queries, rules
from localcare.care.rapid_response import board as boards
from localcare.care.rapid_response.standards import PATHWAY, standards_on
from localcare.foundation.forms.presenters import answers_in_words
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways import queries as journeys
from localcare.foundation.pathways.desk.acts import TaskActs
from localcare.foundation.pathways.desk.presenters import clock_rows
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Task
from localcare.foundation.pathways.moment import now as current
from localcare.foundation.pathways.story import story
from localcare.foundation.people.presenters import full_name
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader


@requires("task.read")
def board(request: HttpRequest) -> HttpResponse:
    """Whom to see next."""
    reader = request_reader(request)
    teams = list(queries.teams_of(reader))
    if not teams:
        return pages.no_team(request)
    context = _board_context(reader, teams)
    pages.audit_list(reader, "rapid-response.board", [row.person for row in context["board"].rows], teams)
    return render(request, "rapid_response/board.jinja", context)


@requires("task.read")
def rows(request: HttpRequest) -> HttpResponse:
    """The board alone, for renewing it: 304 while nothing has changed."""
    reader = request_reader(request)
    teams = list(queries.teams_of(reader))
    if not teams:
        return HttpResponse(status=204)
    context = _board_context(reader, teams)
    held, tag = request.headers.get("If-None-Match", "").removeprefix("W/"), context["tag"]
    if held == tag:
        response = HttpResponse(status=304)
    else:
        if not boards.same_people(held, tag):
            people = [row.person for row in context["board"].rows]
            pages.audit_list(reader, "rapid-response.board", people, teams)
        response = render(request, "rapid_response/board_rows.jinja", context)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def _board_context(reader: Reader, teams: list[Any]) -> dict[str, Any]:
    now = current()
    pathway = definitions.pathways()[PATHWAY]
    step = pathway.steps[pathway.starts_with[0]]
    hours = definitions.hours(next((team.hours for team in teams if team.hours), ""))
    asked = step.acceptance.escalation.to.replace("-", " ") if step.acceptance else ""
    closed = rules.out_of_hours(step, hours, f"the {asked}", now)
    shown = boards.board_of(reader, teams, now)
    return {
        "tab": "board",
        "teams": teams,
        "board": shown,
        "closed": closed,
        "hours": hours,
        "order_in_words": rules.ORDER_IN_WORDS,
        "standards": standards_on(step, timezone.localdate(now)),
        "tag": boards.tag_of(reader, shown, closed=closed is not None),
        "now": now,
    }


@requires("task.read")
def case(request: HttpRequest, reference: UUID) -> HttpResponse:
    """One request: where to go, what to know, what to press."""
    reader = request_reader(request)
    return show_case(request, reader, pages.team_task(reader, reference))


def show_case(
    request: HttpRequest,
    reader: Reader,
    task: Task,
    *,
    refusal: str = "",
    is_full: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The page of a request, with the words of a refusal when something could not be done; a read that is audited."""
    pages.audit_case(reader, task)
    now = current()
    state = pages.state_of(task)
    row = boards.rows_of([state], reader=reader, now=now)[0]
    asked = queries.asked_for([state])[state.journey_id]
    pathway = definitions.pathway_of(task.journey.version)
    acts = TaskActs(task, reader, back=row.address)
    step = pathway.steps[task.step]
    context = {
        "task": task,
        "row": row,
        "person": task.journey.person,
        "step": step,
        "facts": boards.facts_of(asked, task.journey.person),
        "asked_with": [(one.version.title, one, answers_in_words(one)) for one in asked.responses],
        "clocks": clock_rows(journeys.clocks_of(task).select_related("task"), pathway, now),
        "lines": story(task.journey),
        "acts": acts,
        "others": [act for act in acts.possible if act.code in pages.OTHER_ACTS],
        "visit_form": step.form == queries.VISIT_FORM and state.state in ("accepted", "started"),
        "ends_without_visit": rules.ends_without_visit(step),
        "visits": queries.visits_of([state]).get(state.journey_id, []),
        "refusal": refusal,
        "is_full": is_full,
        "is_lasting": step.lasts is not None,
        "late": pages.is_late(task),
    }
    return render(request, "rapid_response/case.jinja", context, status=status)


@require_POST
@requires("task.work")
def press(request: HttpRequest, reference: UUID, point: str) -> HttpResponse:
    """Accept, set off, arrived, seen: done by one press, once however often it is pressed."""
    reader = request_reader(request)
    task = pages.team_task(reader, reference)
    key = pages.key_of(request, f"rapid:{task.reference}:{point}")
    try:
        entry = actions.press(task=task, by=reader, point=point, key=key)
    except NotPossible as refused:
        now, is_full = pages.team_task(reader, reference), actions.is_about_room(refused)
        return show_case(request, reader, now, refusal=str(refused), is_full=is_full, status=409)
    step = definitions.pathway_of(task.journey.version).steps[task.step]
    what = "accepted, it is yours" if point == "accept" else step.milestones[entry.code].lower()
    messages.success(request, f"{full_name(task.journey.person)}: {what}.")
    return redirect(pages.back(request, "rapid-response"))
