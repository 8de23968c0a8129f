"""The live queue of the single point of access."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from localcare.care.single_point_of_access import queries
from localcare.care.single_point_of_access.presenters import Section, queue
from localcare.foundation.pathways.desk.presenters import task_rows
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

SALT = "localcare.single_point_of_access.queue"


@requires("contact.take")
def access(request: HttpRequest) -> HttpResponse:
    """Everything that is open, the most urgent of each kind first."""
    reader = request_reader(request)
    desk = queries.desks(reader).first()
    if desk is None:
        return render(request, "single_point_of_access/no_desk.jinja", status=403)
    now = timezone.now()
    sections = queue(reader, now=now)
    others = task_rows(queries.other_work(reader), now=now, me=request.user)
    _audit(reader, [*_subjects(sections), *(str(row.person.reference) for row in others)])
    context = {
        "desk_title": desk.title,
        "others": others,
        "tag": tag_of(reader, sections),
        **_shown(sections),
    }
    return render(request, "single_point_of_access/queue.jinja", context)


@requires("contact.take")
def rows(request: HttpRequest) -> HttpResponse:
    """The queue alone, for the page that renews itself; 304 when nothing has changed."""
    reader = request_reader(request)
    sections = queue(reader, now=timezone.now())
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


def tag_of(reader: Reader, sections: list[Section]) -> str:
    """`"people-content"`: who is shown (signed, for this reader and day), and everything said about them."""
    who = reader.user.pk if reader.user is not None else 0
    people = f"{who}|{timezone.localdate()}|{','.join(sorted(_subjects(sections)))}"
    content = [
        (row.address, row.last_entry, row.left.words, row.waited, row.holder, row.note)
        for section in sections
        for row in section.rows
    ]
    return f'"{_digest(people)}-{_digest(f"{people}|{content}")}"'


def _shown(sections: list[Section]) -> dict[str, Any]:
    return {"sections": sections, "total": sum(len(section.rows) for section in sections)}


def _subjects(sections: list[Section]) -> list[str]:
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
