"""Renewing a list without a reload: an entity tag says what the browser has; a read of new people is audited."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from localcare.foundation.pathways.desk.lists import ListPage
from localcare.kernel.access.readers import Reader

SALT = "localcare.foundation.pathways.desk.live"


def tag_of(reader: Reader, page: ListPage) -> str:
    """`"people-content"`: who is on the page (signed, for this reader, today), and everything shown of them."""
    who = reader.user.pk if reader.user is not None else 0
    people = f"{who}|{timezone.localdate()}|" + ",".join(sorted({str(row.person.pk) for row in page.rows}))
    shown = [(row.state.task_id, row.state.last_entry, row.left.words, row.assigned_to) for row in page.rows]
    content = f"{people}|{shown}|{sorted(page.counts.items())}|{page.page.number}"
    return f'"{_digest(people)}-{_digest(content)}"'


def answer(request: HttpRequest, page: ListPage, *, on_new_people: Callable[[], None]) -> HttpResponse:
    """The list alone, or 304; `on_new_people` is called unless the browser proves that it was shown these people."""
    tag = tag_of(request.reader, page)  # type: ignore[attr-defined]
    held = request.headers.get("If-None-Match", "").removeprefix("W/")
    if constant_time_compare(held, tag):
        response = HttpResponse(status=304)
    else:
        if not constant_time_compare(held.partition("-")[0], tag.partition("-")[0]):
            on_new_people()
        response = render(request, "pathways/work_rows.jinja", page.context)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def _digest(said: str) -> str:
    return salted_hmac(SALT, said).hexdigest()[:24]
