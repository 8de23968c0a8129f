"""Questions to the audit trail: who looked at a person, what an account did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.models import AuditEntry

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Filters:
    """What narrows a question; days are inclusive, in London."""

    since: date | None = None
    until: date | None = None
    actor: str = ""
    action: str = ""
    outcome: str = ""


def who_looked(
    reference: str | Iterable[str], reader: Reader, filters: Filters | None = None
) -> QuerySet[AuditEntry]:
    """Return the entries about a person (all references of one), newest first.

    For who may read the audit trail, or the person's record; finding out whether the person is in scope is
    the caller's part (`find_person`).
    """
    if not (reader.may("audit.read") or reader.may("person.read")):
        raise PermissionDenied("audit.read")
    references = [reference] if isinstance(reference, str) else list(reference)
    if len(references) == 1:  # one index range in the order wanted
        entries = AuditEntry.objects.filter(subjects__reference=references[0])
    else:
        entries = AuditEntry.objects.filter(subjects__reference__in=references).distinct()
    return narrowed(entries, filters or Filters()).order_by("-sequence")


def what_they_did(actor: str, reader: Reader, filters: Filters | None = None) -> QuerySet[AuditEntry]:
    """Return the entries of one account or job, newest first."""
    if not reader.may("audit.read"):
        raise PermissionDenied("audit.read")
    return narrowed(AuditEntry.objects.filter(actor=actor), filters or Filters()).order_by("-sequence")


def narrowed(entries: QuerySet[AuditEntry], filters: Filters) -> QuerySet[AuditEntry]:
    """Apply the filters."""
    if filters.since:
        entries = entries.filter(occurred_at__gte=_midnight(filters.since))
    if filters.until and filters.until < date.max:
        entries = entries.filter(occurred_at__lt=_midnight(filters.until + timedelta(days=1)))
    if filters.actor:
        entries = entries.filter(actor__icontains=filters.actor)
    if filters.action:
        entries = entries.filter(action=filters.action)
    if filters.outcome:
        entries = entries.filter(outcome=filters.outcome)
    return entries


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)
