"""The list as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

from localcare.care.stratification import presenters, queries
from localcare.care.stratification.chosen import BASIS, entries_of, filters_of, told
from localcare.care.stratification.csv_rows import HEADINGS, csv_row
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.risk.queries import models_shown
from localcare.kernel.access.guards import request_reader, requires
from localcare.kernel.audit.actions import record_access

ROWS_AT_ONCE = 500


@requires("list.export")
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as a CSV file, written down with the definitions that made it."""
    reader, rules = request_reader(request), definitions()
    run = queries.run_shown_to(reader)
    if run is None:
        raise Http404("There is no list yet.")
    shown = models_shown(run)
    filters = filters_of(reader, request.GET, "list.export", shown=shown)
    entries = entries_of(reader, filters, "list.export")
    visible = queries.references_of(entries, reader, "list.export")
    keys = list(visible)
    record_access(
        reader=reader,
        action="list.export",
        subjects=list(visible.values()),
        basis=BASIS,
        detail={
            "run": run.pk,
            "definitions": run.definitions_version,
            "people": len(keys),
            "filters": told(filters),
        },
    )

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield writer.writerow(HEADINGS)
        for start in range(0, len(keys), ROWS_AT_ONCE):
            some = entries.model.objects.select_related("decision__decided_by").in_bulk(
                keys[start : start + ROWS_AT_ONCE]
            )
            ordered = [some[key] for key in keys[start : start + ROWS_AT_ONCE] if key in some]
            for row in presenters.list_rows(
                ordered, reader=reader, run=run, definitions=rules, shown=shown, permission="list.export"
            ):
                yield writer.writerow(csv_row(row, run))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="patient-tracking-list-{run.as_of:%Y-%m-%d}.csv"'
    return response


class _Echo:
    """Gives each written line back."""

    def write(self, line: str) -> str:
        return line
