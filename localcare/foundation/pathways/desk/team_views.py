"""For leads: who has how much, giving work to others many at once, and a team's list as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.pathways import actions, queries
from localcare.foundation.pathways.desk.act_form import LONGEST_TEXT
from localcare.foundation.pathways.desk.forms import colleagues
from localcare.foundation.pathways.desk.lists import chosen_service, filters_of, no_team
from localcare.foundation.pathways.desk.presenters import TaskRow, named_for, task_rows
from localcare.foundation.pathways.desk.queues import HELD, Queue, conditions
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.services.models import Service
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.formatting import format_moment, plural

MOST_AT_ONCE = 200
ROWS_AT_ONCE = 500
HEADINGS = (
    *(
        "NHS number",
        "Family name",
        "Given name",
        "Born",
        "Pathway",
        "Step",
        "Priority",
        "State",
        "Asked",
        "Asked by",
    ),
    *("Due", "Time left", "Review due", "Given to", "Reference"),
)


@requires("task.reassign")
def team(request: HttpRequest) -> HttpResponse:
    """Who of a team has how much, with what is due and overdue."""
    reader = request_reader(request)
    service, services = chosen_service(reader, request.GET)
    if service is None:
        return no_team(request)
    context = {"team": service, "teams": services, "lines": team_lines(reader, service)}
    return render(request, "pathways/team.jinja", context)


def team_lines(reader: Reader, service: Service) -> list[dict[str, Any]]:
    """One line for each colleague, and one for what nobody has taken: one query."""
    on = conditions(timezone.now(), None)
    tasks = queries.tasks_of(reader, services=[service]).filter(state__in=HELD).order_by()
    wanted = ("today", "overdue", "reviews")
    counted = tasks.values("assigned_to").annotate(
        held=Count("pk"), **{code: Count("pk", filter=on[code]) for code in wanted}
    )
    found = {row["assigned_to"]: row for row in counted}
    names = {int(pk): name for pk, name in colleagues(service)}
    gone = User.objects.filter(pk__in=[pk for pk in found if pk is not None and pk not in names])
    names |= {
        user.pk: f"{user.get_full_name() or user.get_username()} (not in the team now)" for user in gone
    }
    lines = [("nobody", "Nobody yet", found.get(None, {}))]
    lines += [
        (str(pk), name, found.get(pk, {})) for pk, name in sorted(names.items(), key=lambda pair: pair[1])
    ]
    return [
        {"who": who, "name": name, **{code: row.get(code, 0) for code in ("held", *wanted)}}
        for who, name, row in lines
    ]


class ReassignForm(forms.Form):
    """To whom, and why."""

    colleague = forms.ChoiceField(label="Give the work to")
    reason = forms.CharField(
        label="Why does it change hands?", widget=forms.Textarea(attrs={"rows": 3}), max_length=LONGEST_TEXT
    )

    def __init__(self, data: Any, *, members: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["colleague"].choices = [("", "Choose a colleague"), *members]


@requires("task.reassign")
def reassign(request: HttpRequest) -> HttpResponse:
    """Give many pieces of work to one colleague: all or none."""
    reader = request_reader(request)
    source = request.POST if request.method == "POST" else request.GET
    service, _ = chosen_service(reader, source)
    if service is None:
        return no_team(request)
    back = f"{reverse('work')}?team={service.code}&tab=caseload"
    states = _states(reader, service, source.getlist("task"))
    if not states:
        messages.warning(
            request, "Choose at least one piece of work on the list, then give it to a colleague."
        )
        return redirect(back)
    rows = task_rows(states, now=timezone.now())
    form = ReassignForm(request.POST if request.method == "POST" else None, members=colleagues(service))
    status = 200
    if request.method == "POST":
        if form.is_valid() and _given(form, rows, reader):
            user = User.objects.get(pk=form.cleaned_data["colleague"])
            messages.success(
                request, f"{plural(len(rows), 'piece')} of work given to {user.get_full_name() or user}."
            )
            return redirect(back)
        status = 409 if form.non_field_errors() else 422
    _audit(reader, "task.read", [str(row.person.reference) for row in rows], service)
    context = {"form": form, "rows": rows, "team": service, "back": back}
    return render(request, "pathways/reassign.jinja", context, status=status)


def _states(reader: Reader, service: Service, references: Iterable[str]) -> list[TaskState]:
    valid = {found for text in list(references)[:MOST_AT_ONCE] if (found := _uuid(text))}
    tasks = queries.tasks_of(reader, services=[service]).filter(task__reference__in=valid)
    return list(tasks.select_related("task", "person", "service", "asked_by", "assigned_to", "journey"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _given(form: ReassignForm, rows: Sequence[TaskRow], reader: Reader) -> bool:
    waiting = [row for row in rows if row.state.state not in HELD]
    if waiting:
        named = "; ".join(f"{row.name}, {row.step}" for row in waiting)
        form.add_error(None, f"Nothing was given away. Accept this first, or leave it out: {named}.")
        return False
    user = User.objects.get(pk=form.cleaned_data["colleague"])
    tasks = [row.state.task for row in rows if row.state.assigned_to_id != user.pk]
    try:
        actions.reassign(tasks=tasks, by=reader, to_user=user, reason=form.cleaned_data["reason"])
    except NotPossible as refused:
        form.add_error(None, f"Nothing was given away. {refused}")
    return not form.errors


@requires("task.read")
def export(request: HttpRequest) -> HttpResponseBase:
    """A team's list as a CSV file, with the filters and the order of the page."""
    reader = request_reader(request)
    service, _ = chosen_service(reader, request.GET)
    if service is None:
        return no_team(request)
    now = timezone.now()
    queue = Queue(reader, service, request.GET, now=now)
    tasks = queue.filtered(filters_of(queue, request.GET))
    keys = list(tasks.values_list("pk", "person__reference"))
    _audit(reader, "task.export", list(dict.fromkeys(str(person) for _, person in keys)), service)

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield writer.writerow(HEADINGS)
        for start in range(0, len(keys), ROWS_AT_ONCE):
            some = [pk for pk, _ in keys[start : start + ROWS_AT_ONCE]]
            found = TaskState.objects.filter(pk__in=some).select_related(
                "task", "person", "service", "asked_by", "assigned_to", "journey"
            )
            by_key = {state.pk: state for state in found}
            made = task_rows([by_key[pk] for pk in some if pk in by_key], now=now)
            for row in named_for(reader, made) if queue.tab.of_others else made:
                yield writer.writerow([_plain(value) for value in csv_row(row)])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    day = timezone.localdate(now)
    response["Content-Disposition"] = f'attachment; filename="{service.code}-{queue.tab.code}-{day}.csv"'
    return response


class _Echo:
    """Gives each written line back."""

    def write(self, line: str) -> str:
        return line


def csv_row(row: TaskRow) -> list[str]:
    """One task as a line of the file."""
    state, person = row.state, row.person
    whom = [person.nhs_number or "", person.family_name, person.given_name, person.birth_date.isoformat()]
    return [
        *(whom if row.is_named else ["", row.name, "", ""]),
        row.pathway,
        row.step,
        row.priority,
        row.state_words,
        format_moment(state.requested_at),
        row.asked_by,
        format_moment(state.due_at, ""),
        row.left.words,
        format_moment(state.review_due_at, ""),
        row.assigned_to,
        str(state.task.reference),
    ]


def _plain(value: str) -> str:
    """A cell that a spreadsheet takes for words, never for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _audit(reader: Reader, action: str, subjects: list[str], service: Service) -> None:
    record_access(
        reader=reader,
        action=action,
        subjects=subjects,
        basis="direct care",
        detail={"service": service.code, "tasks": len(subjects)},
    )
