"""One page of one team's list, for the desk, its live renewal and its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from localcare.foundation.pathways import definitions, queries
from localcare.foundation.pathways.desk.forms import colleagues
from localcare.foundation.pathways.desk.presenters import TaskRow, named_for, task_rows
from localcare.foundation.pathways.desk.queues import TABS, Filters, Queue
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.paging import Column, page_addresses, sortable

ROWS_ON_A_PAGE = 25
COLUMNS = (
    Column("Person", "person"),
    Column("What is asked"),
    Column("Time left", "due"),
    Column("State"),
    Column("Given to"),
    Column("Asked", "since"),
)


@dataclass(frozen=True)
class ListPage:
    """One page of a list, with what its template needs."""

    service: Service
    queue: Queue
    page: Page
    rows: list[TaskRow]
    counts: dict[str, int]
    context: dict[str, Any]


class _Counted(Paginator):
    """A paginator that is told how many there are."""

    def __init__(self, tasks: QuerySet, per_page: int, total: int) -> None:
        self._total = total
        super().__init__(tasks, per_page)

    @property
    def count(self) -> int:  # type: ignore[override]
        return self._total


def chosen_service(reader: Reader, chosen: QueryDict) -> tuple[Service | None, list[Service]]:
    """The team asked for, else the reader's first; and all of their teams."""
    services = list(services_of(reader).order_by("title"))
    wanted = next((service for service in services if service.code == chosen.get("team")), None)
    return wanted or next(iter(services), None), services


def list_page(reader: Reader, chosen: QueryDict) -> ListPage | None:
    """The page asked for; None when the reader works in no team."""
    service, services = chosen_service(reader, chosen)
    if service is None:
        return None
    now = timezone.now()
    queue = Queue(reader, service, chosen, now=now)
    filters = filters_of(queue, chosen)
    counts, tasks = queue.counts(), queue.filtered(filters)
    is_filtered = filters.is_valid() and any(filters.cleaned_data.values())
    total = tasks.count() if is_filtered else counts[queue.tab.code]
    page = _Counted(tasks, ROWS_ON_A_PAGE, total).get_page(chosen.get("page"))
    rows = task_rows(page.object_list, now=now, me=reader.user)
    if queue.tab.of_others:
        rows = named_for(reader, rows)
    context = {
        "team": service,
        "teams": services,
        "tab": queue.tab,
        "tabs": tab_links(service, queue.tab.code, counts),
        "form": filters,
        "is_filtered": is_filtered,
        "page": page,
        "rows": rows,
        "page_address": page_addresses(chosen),
        "headings": sortable(COLUMNS, chosen, default=queue.tab.default_order),
        "may_reassign": reader.may("task.reassign") and not queue.tab.of_others,
        "unread": queries.notices_of(reader, unread_only=True).filter(service=service).order_by().count(),
        "query": urlencode([(name, value) for name, value in chosen.items() if value]),
        "clear": f"{reverse('work')}?{urlencode({'team': service.code, 'tab': queue.tab.code})}",
        "now": now,
    }
    return ListPage(service, queue, page, rows, counts, context)


def filters_of(queue: Queue, chosen: QueryDict) -> Filters:
    """The filters with the steps and priorities that the team's kind of service can meet."""
    steps, priorities = [], {}
    for pathway in definitions.pathways().values():
        for step in pathway.steps.values():
            if queue.tab.of_others or step.by in (queue.service.kind, "any-service"):
                steps.append((f"{pathway.code}/{step.code}", f"{step.title} ({pathway.title})"))
                priorities |= pathway.priorities
    members = [] if queue.tab.of_others else colleagues(queue.service)
    return Filters(chosen, steps=steps, priorities=priorities.items(), members=members)


def tab_links(service: Service, current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The tabs with their addresses and counts."""
    return [
        {
            "code": tab.code,
            "title": tab.title,
            "count": counts.get(tab.code, 0),
            "address": f"{reverse('work')}?{urlencode({'team': service.code, 'tab': tab.code})}",
            "is_current": tab.code == current,
            "is_pressing": tab.code in ("overdue", "refused") and counts.get(tab.code, 0) > 0,
        }
        for tab in TABS.values()
    ]


def no_team(request: HttpRequest) -> HttpResponse:
    """What is said to somebody who works in no team."""
    return render(request, "pathways/no_team.jinja", {})
