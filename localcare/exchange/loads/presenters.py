"""Loads and quarantined rows as the pages show them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html

from localcare.exchange.loads.feeds import feed_names
from localcare.exchange.loads.models import LoadedFile, LoadRun, QuarantinedRow, QuarantineEvent
from localcare.exchange.loads.queries import ReasonCount, title_of

STATUS_COLOURS = {
    "running": "blue", "finished": "green", "failed": "red", "interrupted": "orange",
    "open": "orange", "replayed": "green", "dismissed": "grey", "superseded": "grey",
}  # fmt: skip
LOAD_HEADINGS = [
    "Load", "What", "Status", {"text": "Received", "numeric": True}, {"text": "Added", "numeric": True},
    {"text": "Changed", "numeric": True}, {"text": "In quarantine", "numeric": True}, {"text": "A second", "numeric": True},
]  # fmt: skip
FILE_HEADINGS = [
    "File", "Table", {"text": "Received", "numeric": True}, {"text": "Added", "numeric": True},
    {"text": "Changed", "numeric": True}, {"text": "As before", "numeric": True},
    {"text": "In quarantine", "numeric": True}, {"text": "A second", "numeric": True},
]  # fmt: skip
ROW_HEADINGS = ["Row", "Table", "Reason", "Where", "File", "Status"]
EVENT_HEADINGS = ["When", "What", "By", "Note"]


def count(number: int | None) -> str:
    """A whole number with its thousands marked."""
    return number_format(number or 0, force_grouping=True)


def rate(rows: int | None, seconds: float) -> str:
    """Rows a second, or nothing when there is nothing to divide."""
    return count(round(rows / seconds)) if rows and seconds > 0 else ""


def tag(status: str, words: str) -> str:
    """A status as a coloured tag."""
    colour = STATUS_COLOURS.get(status, "")
    return format_html('<strong class="nhsuk-tag nhsuk-tag--{}">{}</strong>', colour, words)


def load_rows(runs: Iterable[Any]) -> list[list[Any]]:
    """Cells of the list of loads."""
    names = feed_names()
    return [
        [
            format_html('<a href="{}">{}</a>', reverse("load", args=[run.pk]), f"{run.pk}, {_when(run.started_at)}"),
            f"{names.get(run.feed, run.feed)}: {run.source.name}", tag(run.status, run.get_status_display()),
            count(run.received), count(run.added), count(run.updated), count(run.refused),
            rate(run.received, _seconds(run)),
        ]
        for run in runs
    ]  # fmt: skip


def file_rows(files: Iterable[LoadedFile]) -> list[list[Any]]:
    """Cells of the files of a load."""
    return [
        [file.name, file.table, count(file.received), count(file.added), count(file.updated), count(file.unchanged),
         count(file.quarantined), rate(file.received, file.seconds)]
        for file in files
    ]  # fmt: skip


def facts_of(run: LoadRun) -> list[tuple[str, Any]]:
    """What to know about a load."""
    found = [
        ("Status", tag(run.status, run.get_status_display())),
        ("Feed", feed_names().get(run.feed, run.feed)),
        ("Source", run.source.name),
        ("Read from", run.location),
        ("Started", f"{_when(run.started_at)} by {run.started_by}"),
        ("Ended", _when(run.finished_at) if run.finished_at else "Not yet"),
    ]
    return [*found, ("Failure", run.failure)] if run.failure else found


def not_understood_rows(run: LoadRun) -> list[list[Any]]:
    """Resource types that were kept and not understood, the most frequent first."""
    return [
        [kind, count(number)]
        for kind, number in sorted(run.not_understood.items(), key=lambda pair: -pair[1])
    ]


def reason_rows(counts: Iterable[ReasonCount]) -> list[list[Any]]:
    """Cells of the counts by table and reason; each leads to its rows."""
    return [
        [
            format_html(
                '<a href="{}?table={}&amp;reason={}">{}</a>', reverse("quarantine"), found.table, found.reason,
                found.title,
            ),
            found.table, count(found.rows),
        ]
        for found in counts
    ]  # fmt: skip


def row_rows(rows: Iterable[QuarantinedRow]) -> list[list[Any]]:
    """Cells of the list of quarantined rows; what the rows say of people stands on their own pages."""
    return [
        [
            format_html('<a href="{}">{}</a>', reverse("quarantined_row", args=[row.pk]), f"Row {row.row_number}"),
            row.table, title_of(row.reason), row.column, row.file_name, tag(row.status, row.get_status_display()),
        ]
        for row in rows
    ]  # fmt: skip


def content_rows(row: QuarantinedRow) -> list[tuple[str, Any]]:
    """A dataset row as received, column by column."""
    return [(name, value if value is not None else "") for name, value in row.content.items()]


def content_text(row: QuarantinedRow) -> str:
    """A resource as received, or the line that was no JSON."""
    if isinstance(row.content, dict) and set(row.content) == {"text"}:
        return str(row.content["text"])
    return json.dumps(row.content, indent=2, ensure_ascii=False)


def event_rows(events: Iterable[QuarantineEvent]) -> list[list[Any]]:
    """What people did with the row, and what they changed."""
    return [
        [
            _when(event.occurred_at),
            event.get_kind_display(),
            event.by,
            " ".join([event.note, *_changes(event)]).strip(),
        ]
        for event in events
    ]


def _changes(event: QuarantineEvent) -> list[str]:
    before, after = event.content_before, event.content_after
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return []
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [f"Changed {name}." for name in names]


def _when(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%-d %B %Y %H:%M")


def _seconds(run: LoadRun) -> float:
    return (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0.0
