"""Pages of this room: the report, one rule, one practice or feed, earlier reports, and what was accepted."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from localcare.foundation.data_quality import actions, group_presenters, presenters, queries
from localcare.foundation.data_quality.forms import AcceptForm, ReasonForm
from localcare.foundation.data_quality.models import Acceptance, Finding, Report
from localcare.kernel.access.guards import deny, request_reader, requires
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.paging import page_addresses

ROWS_ON_A_PAGE = 25


@requires("quality.read")
def overview(request: HttpRequest) -> HttpResponse:
    """The last report."""
    found = queries.latest_report()
    if found is None:
        return render(request, "data_quality/report.jinja", {"report": None})
    return _report_page(request, found, "data_quality/report.jinja")


@requires("quality.read")
def report(request: HttpRequest, key: int) -> HttpResponse:
    """One report of any day."""
    return _report_page(request, get_object_or_404(Report, pk=key), "data_quality/report.jinja")


@requires("quality.read")
def print_report(request: HttpRequest, key: int) -> HttpResponse:
    """One report without menus, every finding on it."""
    return _report_page(request, get_object_or_404(Report, pk=key), "data_quality/print.jinja")


def _report_page(request: HttpRequest, found: Report, template: str) -> HttpResponse:
    reader = request_reader(request)
    context = presenters.report_page(reader, found)
    _looked(request, found, "report")
    return render(request, template, context)


@requires("quality.read")
def rule(request: HttpRequest, key: int, code: str) -> HttpResponse:
    """What one rule found, at the place and at each practice or feed."""
    found = get_object_or_404(Report, pk=key)
    context = presenters.rule_page(request_reader(request), found, code)
    if not context["rows"]:
        raise Http404("This report has no finding of this rule in your scope.")
    _looked(request, found, f"rule {code}")
    return render(request, "data_quality/rule.jinja", context)


@requires("quality.read")
def group(request: HttpRequest, key: int, kind: str, code: str) -> HttpResponse:
    """One practice or feed: its findings, and its activity by month."""
    found, reader = get_object_or_404(Report, pk=key), request_reader(request)
    if not queries.is_known(found, kind, code):
        raise Http404("This report knows nothing of it.")
    if not queries.may_see_group(reader, found, kind, code):
        deny(reader, "quality.read", request)
    context = group_presenters.group_page(reader, found, kind, code)
    _looked(request, found, f"{kind} {code}")
    return render(request, "data_quality/group.jinja", context)


@requires("quality.read")
def history(request: HttpRequest) -> HttpResponse:
    """Every report, the latest first."""
    page = Paginator(queries.reports(), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "address": page_addresses(request.GET),
        "rows": presenters.history_rows(request_reader(request), list(page)),
        "kept_for_days": queries.rules_in_force().reports_kept_for_days,
    }
    return render(request, "data_quality/history.jinja", context)


@requires("quality.read")
def accepted(request: HttpRequest) -> HttpResponse:
    """What was accepted by whom, until when, and what was taken back."""
    reader = request_reader(request)
    rows = presenters.acceptance_rows(queries.acceptances_for(reader))
    return render(
        request, "data_quality/accepted.jinja", {"rows": rows, "may_accept": reader.may(actions.ACCEPT)}
    )


@requires("quality.accept")
def accept(request: HttpRequest, key: int) -> HttpResponse:
    """Say that a finding is known, why, and until when runs go on."""
    reader = request_reader(request)
    finding = get_object_or_404(Finding.objects.select_related("report"), pk=key)
    form = AcceptForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept(finding=finding, by=reader, **form.cleaned_data)
        except NotAllowed:
            deny(reader, actions.ACCEPT, request)
        except actions.CannotAccept as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Accepted. It counts as a note from the next run on.")
            return redirect("data-quality-accepted")
    if not queries.findings_for(reader, finding.report).filter(pk=key).exists():
        deny(reader, actions.ACCEPT, request)
    context = {
        "form": form,
        "finding": presenters.finding_row(reader, finding.report, finding),
        "report": finding.report,
    }
    return render(request, "data_quality/accept.jinja", context)


@requires("quality.accept")
def take_back(request: HttpRequest, key: int) -> HttpResponse:
    """End an acceptance now."""
    reader = request_reader(request)
    acceptance = get_object_or_404(Acceptance, pk=key, takes_back=None)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_back(acceptance=acceptance, reason=form.cleaned_data["reason"], by=reader)
        except NotAllowed:
            deny(reader, actions.ACCEPT, request)
        except actions.CannotAccept as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Taken back. The finding counts in full from the next run on.")
            return redirect("data-quality-accepted")
    context: dict[str, Any] = {"form": form, "row": presenters.acceptance_rows([acceptance])[0]}
    return render(request, "data_quality/take_back.jinja", context)


@requires("quality.read")
def findings_csv(request: HttpRequest, key: int) -> HttpResponse:
    """The findings of a report in the reader's scope, one a line, small numbers hidden as on the page."""
    found = get_object_or_404(Report, pk=key)
    _looked(request, found, "file")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="data-quality-{found.as_of:%Y-%m-%d}.csv"'
    csv.writer(response).writerows(presenters.csv_rows(request_reader(request), found))
    return response


def _looked(request: HttpRequest, found: Report, what: str) -> None:
    record_access(
        reader=request_reader(request), action="quality.read", basis="data quality before scores",
        detail={"report": found.pk, "what": what},
    )  # fmt: skip
