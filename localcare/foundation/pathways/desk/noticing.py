"""Reading notices and choosing which changes a team is told of."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from localcare.foundation.pathways import queries
from localcare.foundation.pathways.changes import CHANGES
from localcare.foundation.pathways.errors import NotYours
from localcare.foundation.pathways.models import Notice, Subscription
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import is_member
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access


def mark_read(*, keys: Iterable[int], by: Reader) -> int:
    """Mark notices of the reader's own teams as read; return how many were unread."""
    with transaction.atomic():
        wanted = (
            queries.notices_of(by, unread_only=True).filter(pk__in=list(keys)).values_list("pk", flat=True)
        )
        unread = Notice.objects.filter(pk__in=list(wanted), read_at=None)
        people = [str(reference) for reference in unread.values_list("person__reference", flat=True)]
        count = unread.update(read_at=timezone.now(), read_by=by.user)
        if count:
            record_access(reader=by, action="inbox.marked-read", subjects=list(dict.fromkeys(people)))
    return count


def wanted_changes(service: Service) -> set[str]:
    """The changes that a team is told of: all, less those it turned off."""
    off = service.subscriptions.filter(is_on=False).values_list("change", flat=True)
    return set(CHANGES) - set(off)


def set_subscriptions(*, service: Service, changes: Iterable[str], by: Reader) -> None:
    """Say which changes of its people a team is told of."""
    if not by.may("task.work") or not is_member(by, service):
        raise NotYours(f"You do not work in {service.title}, so you cannot choose what it is told.")
    chosen = set(changes)
    with transaction.atomic():
        for change in CHANGES:
            Subscription.objects.update_or_create(
                service=service, change=change, defaults={"is_on": change in chosen}
            )
        detail = {"service": service.code, "told of": sorted(chosen)}
        record_access(reader=by, action="inbox.subscribed", detail=detail)
