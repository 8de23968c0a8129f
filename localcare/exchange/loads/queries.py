"""Reading loads and the quarantine, as far as the reader may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from localcare.exchange.loads.models import LoadRun, QuarantinedRow
from localcare.exchange.loads.reasons import REASONS
from localcare.foundation.people.queries import visible_people
from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class ReasonCount:
    """How many rows of a table wait for one reason."""

    table: str
    reason: str
    title: str
    rows: int


def loads() -> QuerySet[LoadRun]:
    """Loads, newest first, with what became of their rows; they say nothing about people."""
    return LoadRun.objects.order_by("-pk").select_related("source").annotate(
        received=Sum("files__received"), added=Sum("files__added"), updated=Sum("files__updated"),
        unchanged=Sum("files__unchanged"), refused=Sum("files__quarantined"), file_count=Count("files"),
    )  # fmt: skip


def visible_rows(reader: Reader, permission: str = "quarantine.read") -> QuerySet[QuarantinedRow]:
    """Rows about people or practices within the reader's scope; rows about nobody known are seen everywhere only."""
    rows = QuarantinedRow.objects.select_related("run", "source")
    codes = reader.scope(permission).practice_codes
    if codes is None:
        return rows
    return rows.filter(Q(practice_code__in=codes) | Q(person__in=visible_people(reader, permission)))


def reason_counts(rows: QuerySet[QuarantinedRow]) -> list[ReasonCount]:
    """Of these rows, how many wait for each table and reason, the most frequent first."""
    counted = (
        rows.filter(status=QuarantinedRow.Status.OPEN)
        .order_by()
        .values("table", "reason")
        .annotate(rows=Count("pk"))
        .order_by("-rows", "table", "reason")
    )
    return [ReasonCount(title=title_of(row["reason"]), **row) for row in counted]


def title_of(code: str) -> str:
    """A reason in words."""
    return REASONS[code].title if code in REASONS else code
