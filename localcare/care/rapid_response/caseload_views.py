"""People in a package at home: who is due a visit, and the day sheet to print."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.care.rapid_response import board as boards
from localcare.care.rapid_response import pages, presenters, queries
from localcare.foundation.pathways.moment import now as current
from localcare.kernel.access.guards import request_reader, requires


@requires("task.read")
def caseload(request: HttpRequest) -> HttpResponse:
    """Everybody in a package, the visit that is due first at the top."""
    reader, now = request_reader(request), current()
    teams = list(queries.teams_of(reader))
    if not teams:
        return pages.no_team(request)
    tasks = queries.package_tasks(reader, teams)
    rows = presenters.package_rows(list(tasks[: queries.MOST]), reader=reader, now=now)
    pages.audit_list(reader, "rapid-response.caseload", [row.person for row in rows], teams)
    context = {
        "tab": "packages",
        "teams": teams,
        "groups": [(group, [row for row in rows if row.group == group]) for group in presenters.GROUPS],
        "rows": rows,
        "left_out": tasks.count() - len(rows) if len(rows) == queries.MOST else 0,
        "now": now,
    }
    return render(request, "rapid_response/caseload.jinja", context)


@requires("task.read")
def day_sheet(request: HttpRequest) -> HttpResponse:
    """On paper for the car: whom to see, where, how to get in, what to do, whom to ring."""
    reader, now = request_reader(request), current()
    teams = list(queries.teams_of(reader))
    if not teams:
        return pages.no_team(request)
    packages = presenters.package_rows(
        list(queries.package_tasks(reader, teams)[: queries.MOST]), reader=reader, now=now
    )
    due = [row for row in packages if row.group in presenters.GROUPS[:2]]
    board = boards.board_of(reader, teams, now)
    asked = queries.asked_for([row.state for row in board.to_see])
    to_see = [(row, boards.facts_of(asked[row.state.journey_id], row.person)) for row in board.to_see]
    people = [row.person for row in board.to_see] + [row.person for row in due]
    pages.audit_list(reader, "rapid-response.print", people, teams)
    context = {"tab": "sheet", "teams": teams, "to_see": to_see, "due": due, "now": now}
    return render(request, "rapid_response/day_sheet.jinja", context)
