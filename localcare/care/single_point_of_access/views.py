"""The live queue of the single point of access."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from localcare.care.single_point_of_access import queries
from localcare.care.single_point_of_access.presenters import QueueRow, Section, queue
from localcare.foundation.pathways.desk.presenters import task_rows
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.paging import page_addresses

ROWS_ON_A_PAGE = 25
SALT = "localcare.single_point_of_access.queue"


@requires("contact.take")
def access(request: HttpRequest) -> HttpResponse:
    """Everything that is open, the most urgent of each kind first."""
    reader = request_reader(request)
    desk = queries.desks(reader).first()
    if desk is None:
        return render(request, "single_point_of_access/no_desk.jinja", status=403)
    now = timezone.now()
    sections = shown(queue(reader, now=now), request.GET)
    others = Paginator(queries.other_work(reader), ROWS_ON_A_PAGE).get_page(request.GET.get("others"))
    other_rows = task_rows(others.object_list, now=now, me=request.user)
    _audit(reader, [*_subjects(sections), *(str(row.person.reference) for row in other_rows)])
    context = {
        "desk_title": desk.title,
        "others": others,
        "other_rows": other_rows,
        "others_address": page_addresses(request.GET, "others"),
        "query": request.GET.urlencode(),
        "tag": tag_of(reader, sections),
        **_shown(sections),
    }
    return render(request, "single_point_of_access/queue.jinja", context)


@requires("contact.take")
def rows(request: HttpRequest) -> HttpResponse:
    """The queue alone, for the page that renews itself; 304 when nothing has changed."""
    reader = request_reader(request)
    sections = shown(queue(reader, now=timezone.now()), request.GET)
    tag = tag_of(reader, sections)
    held = request.headers.get("If-None-Match", "").removeprefix("W/")
    if constant_time_compare(held, tag):
        response = HttpResponse(status=304)
    else:
        if not constant_time_compare(held.partition("-")[0], tag.partition("-")[0]):
            _audit(reader, _subjects(sections))
        response = render(request, "single_point_of_access/queue_rows.jinja", _shown(sections))
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


@dataclass(frozen=True)
class ShownSection:
    """The page of one part of the queue that is shown, with the counts of all of it."""

    section: Section
    page: Page[QueueRow]
    address: Callable[[int], str]

    @property
    def rows(self) -> list[QueueRow]:
        """The rows of this page."""
        return list(self.page.object_list)


def shown(sections: Iterable[Section], chosen: QueryDict) -> list[ShownSection]:
    """The page asked for of each section: `?triage=2` is the second of those that wait for triage."""
    return [
        ShownSection(
            one,
            Paginator(one.rows, ROWS_ON_A_PAGE).get_page(chosen.get(one.code)),
            _to_the_page(chosen, one.code),
        )
        for one in sections
    ]


def _to_the_page(chosen: QueryDict, code: str) -> Callable[[int], str]:
    address = page_addresses(chosen, code)
    return lambda number: f"{reverse('access')}{address(number)}#{code}"


def tag_of(reader: Reader, sections: list[ShownSection]) -> str:
    """`"people-content"`: who is shown (signed, for this reader and day), and everything said about them."""
    who = reader.user.pk if reader.user is not None else 0
    people = f"{who}|{timezone.localdate()}|{','.join(sorted(_subjects(sections)))}"
    content = [
        (row.address, row.last_entry, row.left.words, row.waited, row.holder, row.note)
        for section in sections
        for row in section.rows
    ]
    counts = [
        (one.section.code, len(one.section.rows), one.section.overdue, one.page.number) for one in sections
    ]
    return f'"{_digest(people)}-{_digest(f"{people}|{content}|{counts}")}"'


def _shown(sections: list[ShownSection]) -> dict[str, Any]:
    return {"sections": sections, "total": sum(len(one.section.rows) for one in sections)}


def _subjects(sections: list[ShownSection]) -> list[str]:
    return sorted({row.subject for section in sections for row in section.rows if row.subject})


def _audit(reader: Reader, subjects: list[str]) -> None:
    record_access(
        reader=reader,
        action="contact.queue",
        subjects=list(dict.fromkeys(subjects)),
        basis="open contacts of the reader's desk",
        detail={"shown": len(set(subjects))},
    )


def _digest(said: str) -> str:
    return salted_hmac(SALT, said).hexdigest()[:24]
