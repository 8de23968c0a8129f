"""Ring-back list, hand-over between shifts, supervisor and wall board."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.http import require_http_methods, require_POST

from localcare.care.single_point_of_access import queries, shifts, supervising
from localcare.care.single_point_of_access.forms import HandOverForm
from localcare.care.single_point_of_access.models import HandOver
from localcare.care.single_point_of_access.presenters import Section, queue
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import JournalEntry
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

NO_DESK = "single_point_of_access/no_desk.jinja"
SALT = "localcare.single_point_of_access.wall"
HAND_OVERS_SHOWN = 10


@requires("contact.take")
def ring_back(request: HttpRequest) -> HttpResponse:
    """Whom to ring, by when, and how often it was tried."""
    reader = request_reader(request)
    section = next(one for one in queue(reader, now=timezone.now()) if one.code == "ring-back")
    _audit(reader, "contact.queue", [section])
    tries = _tries(reader)
    rows = [(row, tries.get(row.address.strip("/").split("/")[-1], 0)) for row in section.rows]
    return render(request, "single_point_of_access/ring_back.jinja", {"rows": rows, "section": section})


def _tries(reader: Reader) -> dict[str, int]:
    """How often each caller was rung, by the reference of the contact (or of a journey without one)."""
    found: dict[str, int] = {}
    states = list(queries.open_tasks(reader).filter(step="ring_back"))
    notes = JournalEntry.objects.filter(task__in=[state.task_id for state in states], event="noted")
    by_task: dict[int, int] = {}
    for task in notes.values_list("task", flat=True):
        by_task[task] = by_task.get(task, 0) + 1
    for state in states:
        arrived = getattr(state.journey, "arrived_as", None)
        reference = arrived.contact.reference if arrived else state.journey.reference
        found[str(reference)] = by_task.get(state.task_id, 0)
    for contact in queries.abandoned(reader):
        found[str(contact.reference)] = len(contact.attempts.all())
    return found


@requires("contact.take")
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """What is open, each with a note, signed over by name."""
    reader = request_reader(request)
    service = queries.desks(reader).first()
    if service is None:
        return render(request, NO_DESK, status=403)
    sections = queue(reader, now=timezone.now())
    rows = [row for section in sections for row in section.rows]
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        lines = [
            {
                "address": row.address,
                "step": row.step,
                "note": str(request.POST.get(f"note-{place}", "")).strip(),
            }
            for place, row in enumerate(rows)
        ]
        key = f"hand-over:{str(request.POST.get('key', ''))[:40] or uuid4().hex}"
        shifts.sign_over(service=service, by=reader, lines=lines, key=key, **form.cleaned_data)
        messages.success(request, "Signed over. The next shift takes it over on this page.")
        return redirect("access-hand-over")
    _audit(reader, "contact.queue", sections)
    return render(
        request,
        "single_point_of_access/hand_over.jinja",
        _hand_over_page(request, reader, form, rows, sections),
        status=400 if form.is_bound else 200,
    )


def _hand_over_page(
    request: HttpRequest, reader: Reader, form: HandOverForm, rows: list[Any], sections: list[Section]
) -> dict[str, Any]:
    names = {row.address: row.person for section in sections for row in section.rows}
    past = []
    for one in queries.hand_overs(reader)[:HAND_OVERS_SHOWN]:
        lines = [
            (
                line["address"],
                names.get(line["address"], "A contact that is closed by now"),
                line["step"],
                line["note"],
            )
            for line in one.lines
        ]
        mine = reader.user is not None and one.by_id == reader.user.pk
        past.append({"one": one, "lines": lines, "receipt": getattr(one, "receipt", None), "is_mine": mine})
    return {"form": form, "rows": rows, "past": past, "key": request.POST.get("key") or uuid4().hex}


@requires("contact.take")
@require_POST
def receive(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Take a shift over."""
    reader = request_reader(request)
    found = get_object_or_404(queries.hand_overs(reader), reference=reference)
    try:
        shifts.receive(
            hand_over=HandOver.objects.get(pk=found.pk), by=reader, note=str(request.POST.get("note", ""))
        )
        messages.success(request, "You have taken the shift over.")
    except NotPossible as refused:
        messages.error(request, str(refused))
    return redirect("access-hand-over")


@requires("contact.supervise")
def supervise(request: HttpRequest) -> HttpResponse:
    """Waiting, longest, late, by caller and by handler."""
    reader = request_reader(request)
    if not queries.desks(reader).exists():
        return render(request, NO_DESK, status=403)
    now = timezone.now()
    sections = queue(reader, now=now)
    _audit(reader, "contact.supervised", sections)
    context = {"found": supervising.overview(reader, sections, now=now), "now": now}
    return render(request, "single_point_of_access/supervise.jinja", context)


@requires("contact.take")
def wall(request: HttpRequest) -> HttpResponse:
    """The wall board: numbers alone, large; it renews itself."""
    context = _wall(request_reader(request))
    return render(request, "single_point_of_access/wall.jinja", context)


@requires("contact.take")
def wall_rows(request: HttpRequest) -> HttpResponse:
    """The numbers alone; 304 while they are the same."""
    context = _wall(request_reader(request))
    if constant_time_compare(request.headers.get("If-None-Match", "").removeprefix("W/"), context["tag"]):
        response = HttpResponse(status=304)
    else:
        response = render(request, "single_point_of_access/wall_rows.jinja", context)
    response["ETag"] = context["tag"]
    response["Cache-Control"] = "private, no-cache"
    return response


def _wall(reader: Reader) -> dict[str, Any]:
    now = timezone.now()
    found = supervising.tiles(queue(reader, now=now), now)
    return {"tiles": found, "now": now, "tag": f'"{salted_hmac(SALT, str(found)).hexdigest()[:24]}"'}


def _audit(reader: Reader, action: str, sections: list[Section]) -> None:
    subjects = sorted({row.subject for section in sections for row in section.rows if row.subject})
    basis = "open contacts of the reader's desk"
    record_access(
        reader=reader, action=action, subjects=subjects, basis=basis, detail={"shown": len(subjects)}
    )
