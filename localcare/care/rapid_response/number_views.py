"""The numbers of the day and the week, and why somebody was seen late."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from localcare.care.rapid_response import actions, pages, queries
from localcare.care.rapid_response import numbers as counted
from localcare.care.rapid_response.forms import LateForm
from localcare.care.rapid_response.standards import PATHWAY, content, share_wanted, standards_on
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways import queries as journeys
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.moment import now as current
from localcare.foundation.people.presenters import full_name
from localcare.foundation.services.models import Service
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

WEEK = 7


@requires("task.read")
def numbers(request: HttpRequest) -> HttpResponse:
    """What was asked, who was seen in time, how long it took, and why not."""
    reader = request_reader(request)
    teams = list(queries.teams_of(reader))
    if not teams:
        return pages.no_team(request)
    day = _day(request.GET.get("day", ""))
    days = counted.days_of(teams, day, WEEK)
    today = days[-1].numbers
    breaches = [breach for one in reversed(days) for breach in one.numbers.breaches]
    record_access(
        reader=reader,
        action="rapid-response.numbers",
        subjects=[breach.person for breach in breaches],
        basis=pages.BASIS,
        detail={
            "services": [team.code for team in teams],
            "day": day.isoformat(),
            "late": len(today.breaches),
        },
    )
    pathway = definitions.pathways()[PATHWAY]
    context = {
        "tab": "numbers",
        "teams": teams,
        "day": day,
        "is_today": day == timezone.localdate(),
        "overdue_now": _overdue_now(reader, teams),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < timezone.localdate() else None,
        "has_share": any(one.numbers.share is not None for one in days),
        "days": days,
        "numbers": today,
        "breaches": breaches,
        "points": [(f"{one.day:%-d %b}", one.numbers.share) for one in days],
        "standards": standards_on(pathway.steps[pathway.starts_with[0]], day),
        "wanted": share_wanted(),
        "wanted_source": content()["share_wanted"]["source"],
    }
    return render(request, "rapid_response/numbers.jinja", context)


def _overdue_now(reader: Reader, teams: list[Service]) -> int:
    """How many people wait past their time: no published measure counts them before they are seen."""
    running = journeys.running_clocks(reader, services=teams).exclude(standard="")
    return running.filter(due_at__lt=current()).count()


def _day(said: str) -> date:
    """The day asked for, not later than today; today when it cannot be read."""
    today = timezone.localdate()
    try:
        return min(date.fromisoformat(said), today)
    except ValueError:
        return today


@requires("task.work")
def late(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Write down why somebody was seen late."""
    reader = request_reader(request)
    task = pages.team_task(reader, reference)
    form = LateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            key = pages.key_of(request, f"rapid:late:{task.reference}")
            actions.explain_late(task=task, by=reader, reason=form.cleaned_data["reason"], key=key)
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{full_name(task.journey.person)}: why it was late is written down.")
            return redirect(pages.back(request, "rapid-response-numbers"))
    pages.audit_case(reader, task)
    context = {
        "task": task,
        "person": task.journey.person,
        "form": form,
        "key": request.POST.get("key") or uuid4().hex,
    }
    return render(request, "rapid_response/late.jinja", context, status=422 if form.errors else 200)
