"""What the audit pages and their files show."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils.html import format_html

from localcare.kernel.access.roles import roles
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.audit.queries import LONDON
from localcare.kernel.audit.wording import OUTCOMES, in_words
from localcare.kernel.nhs_design.formatting import format_moment

HEADINGS = ("When", "Who", "Role", "Organisation", "What", "Why", "Outcome")
FILE_HEADINGS = ("Entry", *HEADINGS, "Address")
SPREADSHEET_COMMANDS = ("=", "+", "-", "@", "\t", "\r")


def rows(entries: Iterable[AuditEntry], *, link_actors: bool = True) -> list[list[str]]:
    """Present entries as rows of a table."""
    return [
        [
            format_moment(entry.occurred_at),
            _actor_link(entry.actor) if link_actors else entry.actor,
            role_titles(entry.actor_role),
            entry.organisation,
            in_words(entry.action),
            why(entry),
            OUTCOMES.get(entry.outcome, entry.outcome),
        ]
        for entry in entries
    ]


def role_titles(codes: str) -> str:
    """Return the titles of role codes separated by commas; a withdrawn role keeps its code."""
    known = roles()
    return ", ".join(known[code].title if code in known else code for code in codes.split(", ") if code)


def why(entry: AuditEntry) -> str:
    """Return the basis of an entry, or the account that it changed."""
    account = entry.detail.get("account", "")
    return entry.basis or (f"Account {account}" if account else "")


def csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Write entries as lines of a CSV file; nothing in it runs as a formula."""
    yield _csv_line(FILE_HEADINGS)
    for entry in entries:
        yield _csv_line(
            (
                str(entry.sequence),
                entry.occurred_at.astimezone(LONDON).isoformat(timespec="seconds"),
                entry.actor,
                role_titles(entry.actor_role),
                entry.organisation,
                in_words(entry.action),
                why(entry),
                OUTCOMES.get(entry.outcome, entry.outcome),
                entry.address,
            )
        )


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(_as_text(cell) for cell in cells)
    return line.getvalue()


def _as_text(cell: str) -> str:
    """Keep a spreadsheet from running a cell that begins like a formula."""
    return f"'{cell}" if cell.startswith(SPREADSHEET_COMMANDS) else cell


def _actor_link(actor: str) -> str:
    return format_html('<a href="{}?actor={}">{}</a>', reverse("audit_activity"), actor, actor)
