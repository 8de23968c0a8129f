"""Pages of the loads and of the quarantine."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from localcare.exchange.loads import presenters
from localcare.exchange.loads.actions import NothingToDo, dismiss_row, reopen_row, replay_reason, replay_row
from localcare.exchange.loads.feeds import feed_of
from localcare.exchange.loads.forms import DismissForm, FilterForm, ReplayAllForm, correction_form, words_for
from localcare.exchange.loads.models import LoadRun, QuarantinedRow
from localcare.exchange.loads.queries import loads, reason_counts, title_of, visible_rows
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.paging import page_addresses

ROWS_ON_A_PAGE = 25


@requires("quarantine.read")
@require_GET
def load_list(request: HttpRequest) -> HttpResponse:
    """Every load, newest first."""
    page = Paginator(loads(), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "loads/loads.jinja",
        {"page": page, "address": page_addresses(request.GET), "headings": presenters.LOAD_HEADINGS,
         "rows": presenters.load_rows(page)},
    )  # fmt: skip


@requires("quarantine.read")
@require_GET
def load_page(request: HttpRequest, run_id: int) -> HttpResponse:
    """One load: its files, what was not understood, what is in quarantine."""
    run = get_object_or_404(LoadRun.objects.select_related("source"), pk=run_id)
    counts = reason_counts(visible_rows(request_reader(request)).filter(run=run))
    return render(
        request, "loads/load.jinja",
        {"run": run, "facts": presenters.facts_of(run), "file_headings": presenters.FILE_HEADINGS,
         "files": presenters.file_rows(run.files.all()), "reasons": presenters.reason_rows(counts),
         "not_understood": presenters.not_understood_rows(run)},
    )  # fmt: skip


@requires("quarantine.read")
@require_GET
def quarantine(request: HttpRequest) -> HttpResponse:
    """What waits, by table and reason, and the rows asked for."""
    rows = visible_rows(request_reader(request))
    counts = reason_counts(rows)
    form = FilterForm(
        request.GET or None, tables=sorted({found.table for found in counts}), reasons=words_for(counts)
    )
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = _narrowed(rows, chosen).order_by("-pk")
    page = Paginator(found, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    one_reason = {"table": chosen.get("table"), "reason": chosen.get("reason")}
    may_replay = (
        all(one_reason.values())
        and request_reader(request).may("quarantine.correct")
        and page.paginator.count
    )
    return render(
        request, "loads/quarantine.jinja",
        {"counts": presenters.reason_rows(counts), "filter_form": form, "page": page,
         "address": page_addresses(request.GET), "headings": presenters.ROW_HEADINGS,
         "rows": presenters.row_rows(page), "is_narrowed": any(chosen.values()),
         "replay_form": ReplayAllForm(initial=one_reason) if may_replay else None,
         "reason_title": title_of(one_reason["reason"] or "")},
    )  # fmt: skip


@requires("quarantine.read")
@require_GET
def quarantined_row(request: HttpRequest, row_id: int) -> HttpResponse:
    """One row as received, its fault, the form to correct it, and what was done with it."""
    row = _row_for(request, row_id)
    return _row_page(request, row, correction_form(row, is_json=feed_of(row.feed).is_json), DismissForm())


@requires("quarantine.correct")
@require_POST
def correct(request: HttpRequest, row_id: int) -> HttpResponse:
    """Correct a row and send it in again."""
    row = _row_for(request, row_id)
    form = correction_form(row, is_json=feed_of(row.feed).is_json, data=request.POST)
    if not form.is_valid():
        return _row_page(request, row, form, DismissForm())
    try:
        fault = replay_row(
            row=row, content=form.content(), note=form.cleaned_data["note"], by=request_reader(request)
        )
    except NothingToDo as nothing:
        messages.warning(request, str(nothing))
        return redirect("quarantined_row", row_id=row.pk)
    if fault is None:
        messages.success(request, "The row has gone in.")
        return redirect("quarantined_row", row_id=row.pk)
    form.add_error(fault.column if fault.column in form.fields else None, f"Still not right: {fault.message}")
    row.refresh_from_db()
    return _row_page(request, row, form, DismissForm())


@requires("quarantine.correct")
@require_POST
def dismiss(request: HttpRequest, row_id: int) -> HttpResponse:
    """Leave a row out for good."""
    row, form = _row_for(request, row_id), DismissForm(request.POST)
    if not form.is_valid():
        return _row_page(request, row, correction_form(row, is_json=feed_of(row.feed).is_json), form)
    _said(
        request,
        lambda: dismiss_row(row=row, note=form.cleaned_data["note"], by=request_reader(request)),
        "Left out.",
    )
    return redirect("quarantined_row", row_id=row.pk)


@requires("quarantine.correct")
@require_POST
def reopen(request: HttpRequest, row_id: int) -> HttpResponse:
    """Take a dismissal back."""
    row = _row_for(request, row_id)
    _said(request, lambda: reopen_row(row=row, by=request_reader(request)), "The row waits again.")
    return redirect("quarantined_row", row_id=row.pk)


@requires("quarantine.correct")
@require_POST
def replay_all(request: HttpRequest) -> HttpResponse:
    """Try every row of a table and reason again as it is."""
    form = ReplayAllForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Choose a table and a reason first.")
        return redirect("quarantine")
    chosen = form.cleaned_data
    gone_in, kept_out = replay_reason(
        table=chosen["table"], reason_code=chosen["reason"], by=request_reader(request)
    )
    messages.success(request, f"{gone_in} rows have gone in; {kept_out} still wait.")
    return redirect("quarantine")


def _row_for(request: HttpRequest, row_id: int) -> QuarantinedRow:
    row: QuarantinedRow = get_object_or_404(visible_rows(request_reader(request)), pk=row_id)
    people = feed_of(row.feed).people_of(row.source, row.table, row.content)
    record_access(
        reader=request_reader(request), action="quarantine.read", subjects=people, basis="correction of received data",
        detail={"row": row.pk},
    )  # fmt: skip
    return row


def _row_page(
    request: HttpRequest, row: QuarantinedRow, form: Any, dismiss_form: DismissForm
) -> HttpResponse:
    may_correct = visible_rows(request_reader(request), "quarantine.correct").filter(pk=row.pk).exists()
    return render(
        request, "loads/quarantined_row.jinja",
        {"row": row, "title": title_of(row.reason), "status": presenters.tag(row.status, row.get_status_display()),
         "is_json": feed_of(row.feed).is_json, "form": form, "dismiss_form": dismiss_form,
         "content": presenters.content_rows(row), "text": presenters.content_text(row),
         "is_open": row.status == QuarantinedRow.Status.OPEN and may_correct,
         "is_dismissed": row.status == QuarantinedRow.Status.DISMISSED and may_correct,
         "event_headings": presenters.EVENT_HEADINGS, "events": presenters.event_rows(row.events.all())},
        status=422 if form.errors or dismiss_form.errors else 200,
    )  # fmt: skip


def _narrowed(rows: Any, chosen: dict[str, Any]) -> Any:
    status = chosen.get("status") or QuarantinedRow.Status.OPEN
    if status != "all":
        rows = rows.filter(status=status)
    for name, lookup in (("table", "table"), ("reason", "reason"), ("load", "run_id")):
        if chosen.get(name):
            rows = rows.filter(**{lookup: chosen[name]})
    return rows


def _said(request: HttpRequest, act: Any, done: str) -> None:
    try:
        act()
    except NothingToDo as nothing:
        messages.warning(request, str(nothing))
    else:
        messages.success(request, done)
