"""One practice or feed as its page shows it: findings, and rows by month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from localcare.foundation.data_quality import queries
from localcare.foundation.data_quality.models import GroupMonths, Report
from localcare.foundation.data_quality.presenters import FEWER, SMALLEST, TABLES, accepted_since, finding_row
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_number


def group_page(reader: Reader, report: Report, kind: str, code: str) -> dict[str, Any]:
    """A practice or feed: findings, and the rows of each kind by month."""
    findings = list(queries.findings_for(reader, report).filter(code=code))
    names = queries.names_of([code])
    since = accepted_since(report)
    hidden = not queries.sees_people_of(reader, kind, code, report)
    series = [one for months in queries.months_of(report, kind, code) for one in _series(months, hidden)]
    return {
        "report": report,
        "name": names.get(code, code),
        "code": code,
        "kind": kind,
        "rows": [finding_row(reader, report, one, names, since) for one in findings],
        "series": series,
        "table": _month_table(series),
        "hidden": hidden,
        "may_accept": reader.may("quality.accept"),
    }


def _series(months: GroupMonths, hidden: bool) -> Iterator[dict[str, Any]]:
    first = date.fromisoformat(months.content["first_month"])
    number = first.year * 12 + first.month - 1
    for name, rows in months.content["series"].items():
        labels = [f"{date((number + at) // 12, (number + at) % 12 + 1, 1):%b %Y}" for at in range(len(rows))]
        values = [None if hidden and 0 < value < SMALLEST else value for value in rows]
        title = name.removeprefix("facts: ") if name.startswith("facts: ") else TABLES.get(name, name)
        yield {
            "title": title[:1].upper() + title[1:],
            "points": list(zip(labels, values, strict=True)),
            "total": sum(rows),
        }


def _month_table(series: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The last twelve months of every kind, one column each."""
    labels = [label for label, _ in series[0]["points"]][-12:] if series else []
    rows = [
        [
            one["title"],
            *(FEWER if value is None else format_number(value) for _, value in one["points"][-12:]),
        ]
        for one in series
    ]
    return {"headings": ["Kind", *({"text": label, "numeric": True} for label in labels)], "rows": rows}
