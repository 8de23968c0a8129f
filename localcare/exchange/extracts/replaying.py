"""Trying quarantined rows of a dataset again, through the same checks as when they came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from localcare.analysis.dataset.schema import table as dataset_table
from localcare.exchange.extracts.engine import loading_engine, received_mappings
from localcare.exchange.extracts.models import DatasetPerson
from localcare.exchange.extracts.rows import Rows, put_rows_in
from localcare.exchange.loads.models import LoadRun
from localcare.exchange.loads.quarantine import Refused
from localcare.exchange.loads.runs import settle, whole_file
from localcare.foundation.record.models import Source


def replay_dataset_rows(run: LoadRun, table: str, contents: Sequence[Any]) -> list[Refused | None]:
    """Put rows in, as though they had just come; for each the fault that still keeps it out, or None."""
    refused: dict[int, Refused] = {}

    def remember(some: Iterable[Refused]) -> int:
        found = {one.row_number: one for one in some}
        refused.update(found)
        return len(found)

    with loading_engine() as engine:
        received = received_mappings(
            engine, dataset_table(table), [_as_text(content) for content in contents]
        )
        with whole_file(run.source, table):
            rows = Rows(received, run, run.source, timezone.localdate(), remember, are_few=True)
            put_rows_in(engine, rows, counted=lambda rows: None)
            settle()
    return [refused.get(number) for number in range(1, len(contents) + 1)]


def people_of_row(source: Source, table: str, content: Any) -> list[str]:
    """References of the people a row is about, for the audit trail."""
    keys = [content.get(name) for name in ("person_id", "related_person_id") if content.get(name)]
    numbers = [int(key) for key in keys if str(key).strip().isdigit()]
    found = DatasetPerson.objects.filter(source=source, person_key__in=numbers).select_related("person")
    return [str(row.person.reference) for row in found]


def _as_text(content: Any) -> dict[str, str | None]:
    return {name: None if value in (None, "") else str(value) for name, value in content.items()}
