"""Pages that answer who looked at a person, when and why, and what an account did."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access
from localcare.kernel.audit.forms import FilterForm, PersonForm
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.audit.presenters import HEADINGS, csv_lines, rows
from localcare.kernel.audit.queries import what_they_did, who_looked
from localcare.kernel.audit.subjects import Subject, find_subject
from localcare.kernel.nhs_design.paging import page_addresses

ENTRIES_ON_A_PAGE = 50
NOT_FOUND = "Nobody with this NHS number or reference was found. Check the digits."


@requires("audit.read")
@require_GET
def who_looked_page(request: HttpRequest) -> HttpResponseBase:
    """Who looked at or changed the record of one person."""
    form, subject = _person(request)
    context: dict[str, Any] = {"form": form, "subject": subject, "headings": HEADINGS}
    if subject:
        filter_form = FilterForm(request.GET)
        entries = who_looked(subject.references, request_reader(request), filter_form.filters())
        _record_question(request, "audit.read", subject)
        if request.GET.get("format") == "csv":
            _record_question(request, "audit.export", subject)
            return _file(entries, "who-looked")
        context |= _shown(request, entries, filter_form)
        context["kept"] = {"person": request.GET["person"]}
    return render(request, "audit/who_looked.jinja", context)


@requires("audit.read")
@require_GET
def activity(request: HttpRequest) -> HttpResponseBase:
    """What one account or job did."""
    actor = request.GET.get("actor", "").replace("\x00", "").strip()  # no name holds it, nor can the database
    filter_form = FilterForm({**request.GET.dict(), "actor": ""})
    del filter_form.fields["actor"]
    context: dict[str, Any] = {"actor": actor, "headings": HEADINGS, "kept": {"actor": actor}}
    if actor:
        reader = request_reader(request)
        entries = what_they_did(actor, reader, filter_form.filters())
        is_file = request.GET.get("format") == "csv"
        record_access(reader=reader, action="audit.export" if is_file else "audit.read", detail={"of": actor})
        if is_file:
            return _file(entries, "activity")
        context |= _shown(request, entries, filter_form, link_actors=False)
    return render(request, "audit/activity.jinja", context)


def _person(request: HttpRequest) -> tuple[PersonForm, Subject | None]:
    if "person" not in request.GET:
        return PersonForm(), None
    form = PersonForm(request.GET)
    if not form.is_valid():
        return form, None
    subject = find_subject(form.cleaned_data["person"], request_reader(request))
    if subject is None:
        form.add_error("person", NOT_FOUND)
    return form, subject


def _record_question(request: HttpRequest, action: str, subject: Subject) -> None:
    record_access(reader=request_reader(request), action=action, subjects=subject.references)


def _shown(
    request: HttpRequest, entries: QuerySet[AuditEntry], form: FilterForm, *, link_actors: bool = True
) -> dict[str, Any]:
    page = Paginator(entries, ENTRIES_ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query["format"] = "csv"
    query.pop("page", None)
    return {
        "filter_form": form,
        "is_narrowed": form.is_valid() and any(form.cleaned_data.values()),
        "page": page,
        "rows": rows(page, link_actors=link_actors),
        "address": page_addresses(request.GET),
        "file_address": f"?{query.urlencode()}",
    }


def _file(entries: QuerySet[AuditEntry], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(csv_lines(entries.iterator(chunk_size=2000)), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate()}.csv"'
    return response
