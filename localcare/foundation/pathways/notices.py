"""Lines in the inboxes of services: who is told what. The same news twice is one line."""

from __future__ import annotations

from collections.abc import Iterable

from localcare.foundation.pathways.models import JournalEntry, Journey, Notice, Task
from localcare.foundation.pathways.moment import now


def tell(
    services: Iterable[int | None],
    *,
    journey: Journey,
    kind: str,
    text: str,
    key: str,
    task: Task | None = None,
) -> None:
    """Put a line in the inbox of each service (given by key; None is nobody)."""
    Notice.objects.bulk_create(
        [
            Notice(
                service_id=service,
                person_id=journey.person_id,
                journey=journey,
                task=task,
                kind=kind,
                text=text,
                made_at=now(),
                key=f"{key}:{service}",
            )
            for service in dict.fromkeys(services)
            if service is not None
        ],
        ignore_conflicts=True,
    )


def key_of(entry: JournalEntry) -> str:
    """The key under which an entry's news is told."""
    return f"entry:{entry.pk}"
