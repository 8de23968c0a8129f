"""Keeping what could not go in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from django.utils import timezone

from localcare.exchange.loads.models import LoadRun, QuarantinedRow
from localcare.exchange.loads.reasons import reason

BATCH_ROWS = 2000


@dataclass(frozen=True)
class Refused:
    """A row or resource that cannot go in, the place of the fault and the words for it."""

    row_number: int
    row_key: str
    column: str
    reason: str
    message: str
    content: Any
    person_id: int | None = None

    @property
    def practice_code(self) -> str:
        """The practice that the row names, if it names one."""
        return str(self.content.get("practice_code") or "") if isinstance(self.content, dict) else ""


def content_digest(content: Any) -> str:
    """The same content has the same digest, whatever the order of its keys."""
    text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def keep_out(run: LoadRun, *, table: str, file_name: str, refused: Iterable[Refused]) -> int:
    """Keep refused rows in quarantine, each content once; the number refused."""
    now, count = timezone.now(), 0
    rows = iter(refused)
    while batch := list(islice(rows, BATCH_ROWS)):
        count += len(batch)
        QuarantinedRow.objects.bulk_create(
            [
                QuarantinedRow(
                    run=run, source_id=run.source_id, feed=run.feed, table=table, file_name=file_name[:300],
                    row_number=row.row_number, row_key=row.row_key[:120], column=row.column[:200],
                    reason=row.reason, message=row.message, remedy=reason(row.reason).remedy,
                    content=storable(row.content), digest=content_digest(row.content), received_at=now, person_id=row.person_id,
                    practice_code=row.practice_code[:100],
                )
                for row in batch
            ],
            ignore_conflicts=True,
        )  # fmt: skip
    return count


def storable(content: Any) -> Any:
    """The content with null characters, which the database cannot hold, shown as the replacement character."""
    if isinstance(content, str):
        return content.replace("\0", "\ufffd")
    if isinstance(content, list):
        return [storable(item) for item in content]
    if isinstance(content, dict):
        return {storable(key): storable(value) for key, value in content.items()}
    return content
