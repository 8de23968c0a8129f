"""Trying quarantined resources again: as they are, or as somebody has corrected them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from localcare.exchange.fhir.models import ReceivedResource
from localcare.exchange.fhir.pipeline import FileLoader
from localcare.exchange.fhir.reading import Item, item_of
from localcare.exchange.loads.models import LoadRun, QuarantinedRow
from localcare.exchange.loads.quarantine import Refused
from localcare.exchange.loads.runs import settle, whole_file
from localcare.foundation.record.models import Source

LATE = ("unknown-person", "unresolved-reference")
TABLE = "resources"
BATCH = 2_000


def replay_resources(
    run: LoadRun, contents: Sequence[Any], *, practice: str = "", since: date | None = None
) -> list[Refused | None]:
    """Put resources in, as though they had just come; for each the fault that still keeps it out, or None."""
    refused: dict[int, Refused] = {}

    def remember(some: Iterable[Refused]) -> int:
        found = {one.row_number: one for one in some}
        refused.update(found)
        return len(found)

    items = [_item(number, content) for number, content in enumerate(contents)]
    with whole_file(run.source, TABLE):
        loader = FileLoader(run, refuse=remember, practice=practice, since=since or timezone.localdate())
        loader.load(lambda: items)
        settle()
    return [refused.get(number) for number in range(len(contents))]


def replay_late_references(run: LoadRun, *, practice: str, since: date) -> int:
    """Resources of this run whose person came in a later file go in now; how many did."""
    waiting = QuarantinedRow.objects.filter(run=run, reason__in=LATE, status=QuarantinedRow.Status.OPEN)
    last, count = 0, 0
    while rows := list(waiting.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        faults = replay_resources(run, [row.content for row in rows], practice=practice, since=since)
        gone_in = [row.pk for row, fault in zip(rows, faults, strict=True) if fault is None]
        count += QuarantinedRow.objects.filter(pk__in=gone_in).update(
            status=QuarantinedRow.Status.REPLAYED, closed_at=timezone.now()
        )
    return count


def _item(number: int, content: Any) -> Item:
    """A line that was no JSON comes back as text."""
    if isinstance(content, dict) and set(content) == {"text"}:
        return item_of(number, str(content["text"]))
    return Item(number, content)


def replay_quarantined(run: LoadRun, table: str, contents: Sequence[Any]) -> list[Refused | None]:
    """Put quarantined resources in, as they are or corrected; for each the fault that keeps it out, or None."""
    return replay_resources(run, contents)


def people_of_resource(source: Source, table: str, content: Any) -> list[str]:
    """The reference of the person a resource is about, for the audit trail."""
    if not isinstance(content, dict) or "resourceType" not in content:
        return []
    found = ReceivedResource.objects.filter(
        source=source,
        resource_type=content["resourceType"],
        resource_id=str(content.get("id", "")),
        is_current=True,
    ).select_related("person")
    return [str(row.person.reference) for row in found if row.person]
