"""Changing the directory: entries, teams, closures, room; each says who did it and is audited."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from localcare.foundation.services import queries
from localcare.foundation.services.capacity import hold_capacity, hold_days, release, write_totals
from localcare.foundation.services.entries import EDITABLE, faults_of_entry
from localcare.foundation.services.errors import NoRoom, ServiceRefused
from localcare.foundation.services.loading import write_services
from localcare.foundation.services.models import Closure, Membership, Service
from localcare.foundation.services.words import day_words
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

__all__ = [
    "NoRoom", "ServiceRefused", "add_member", "close_service", "end_member", "hold_capacity", "hold_days",
    "load_service_definitions",
    "open_service", "release", "save_service", "set_capacity", "take_back_closure",
]  # fmt: skip

MANAGE = "service.manage"
LONGEST_RANGE = timedelta(days=366)


def load_service_definitions(*, by: Reader) -> dict[str, int]:
    """Write the services of the demonstration that are missing, and room up to six weeks ahead; the same twice as once."""
    _must_keep_all(by)
    with transaction.atomic():
        written = write_services(timezone.localdate())
        record_access(reader=by, action="services.load", detail=written)
    return written


def save_service(*, by: Reader, code: str, **fields: Any) -> Service:
    """Add a service, or change what the directory says about one; ServiceRefused names what is wrong."""
    service = Service.objects.filter(code=code).first()
    if service is None:
        _must_keep_all(by)
    else:
        _must_manage(by, service)
    entry = service or Service(code=code)
    before = {name: getattr(entry, name) for name in fields}
    _apply(entry, fields)
    changed = {name: value for name, value in fields.items() if before[name] != value or service is None}
    with transaction.atomic():
        entry.save()
        if changed:
            detail = {"service": code, "before": _shown(before, changed), "after": _shown(fields, changed)}
            record_access(reader=by, action="services.save", detail=detail)
    return entry


def add_member(
    *, service: Service, user: User, by: Reader, is_lead: bool = False, starts_on: date | None = None,
    ends_on: date | None = None,
) -> Membership:  # fmt: skip
    """Somebody works in the service from a day; a membership that covers the day is kept, not doubled."""
    _must_manage(by, service)
    day = starts_on or timezone.localdate()
    if ends_on is not None and ends_on <= day:
        raise ServiceRefused("The last day must be after the first day: check the dates.")
    with transaction.atomic():
        Service.objects.select_for_update().get(pk=service.pk)
        held = service.memberships.filter(queries.in_force_on(day), user=user).first()
        if held is not None and held.is_lead == is_lead:
            return held
        if held is not None:
            _end(held, day)
        # A later membership would overlap: the new one takes its place.
        service.memberships.filter(user=user, starts_on__gte=day).delete()
        member = Membership.objects.create(
            service=service, user=user, is_lead=is_lead, starts_on=day, ends_on=ends_on
        )
        detail = {"service": service.code, "user": user.get_username(), "lead": is_lead, "from": day}
        record_access(reader=by, action="services.add-member", detail=detail)
    return member


def end_member(*, membership: Membership, by: Reader, on: date | None = None) -> None:
    """Somebody no longer works in the service from a day; what was true before stays as it was."""
    _must_manage(by, membership.service)
    day = on or timezone.localdate()
    with transaction.atomic():
        _end(membership, day)
        detail = {
            "service": membership.service.code,
            "user": membership.user.get_username(),
            "until": day,
        }
        record_access(reader=by, action="services.end-member", detail=detail)


def _end(membership: Membership, day: date) -> None:
    if membership.starts_on >= day:
        membership.delete()
    else:
        membership.ends_on = day
        membership.save(update_fields=["ends_on"])


def close_service(
    *,
    service: Service,
    reason: str,
    by: Reader,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Closure:
    """The service takes nobody from a moment (now) until another (until further notice), and why."""
    _must_manage(by, service)
    starts = starts_at or timezone.now()
    if not reason.strip():
        raise ServiceRefused("Say why it is closed: everybody who looks for the service reads it.")
    if ends_at is not None and ends_at <= starts:
        raise ServiceRefused("It must open again after it closes: check the two times.")
    with transaction.atomic():
        closure = Closure.objects.create(
            service=service,
            reason=reason.strip()[:200],
            starts_at=starts,
            ends_at=ends_at,
            recorded_by=by.name,
        )
        detail = {"service": service.code, "from": starts, "until": ends_at}
        record_access(reader=by, action="services.close", basis=closure.reason, detail=detail)
    return closure


def open_service(*, service: Service, by: Reader, at: datetime | None = None) -> int:
    """End every closure in force at the moment (now); how many there were."""
    _must_manage(by, service)
    moment = at or timezone.now()
    with transaction.atomic():
        closures = service.closures.filter(
            Q(ends_at=None) | Q(ends_at__gt=moment), starts_at__lt=moment, withdrawn_at=None
        )
        ended = closures.update(ends_at=moment)
        if ended:
            record_access(
                reader=by, action="services.open", detail={"service": service.code, "closures": ended}
            )
    return ended


def take_back_closure(*, closure: Closure, by: Reader) -> None:
    """A closure was a mistake: it never counted, and stays written down as taken back."""
    _must_manage(by, closure.service)
    with transaction.atomic():
        taken = Closure.objects.filter(pk=closure.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
        if taken:
            detail = {"service": closure.service.code, "closure": closure.pk}
            record_access(reader=by, action="services.take-back-closure", basis=closure.reason, detail=detail)


def set_capacity(
    *, service: Service, first_day: date, total: int, by: Reader, last_day: date | None = None,
    weekdays: Collection[int] = range(7),
) -> int:  # fmt: skip
    """Set how much there is on each day from the first to the last (on these weekdays, Monday 0); how many days.

    All or nothing: ServiceRefused when a day has more promised than that.
    """
    _must_manage(by, service)
    last = last_day or first_day
    if not service.capacity_unit:
        raise ServiceRefused(
            "This service does not count its room: choose a unit first (places, slots or visits)."
        )
    if last < first_day or last - first_day > LONGEST_RANGE:
        raise ServiceRefused("The last day must be the first day or later, and at most a year later.")
    span = (first_day + timedelta(days=ahead) for ahead in range((last - first_day).days + 1))
    days = [day for day in span if day.weekday() in weekdays]
    if not days:
        raise ServiceRefused(
            f"None of the chosen weekdays lies between {day_words(first_day)} and {day_words(last)}."
        )
    with transaction.atomic():
        write_totals(service, [(day, total) for day in days])
        detail = {"service": service.code, "from": first_day, "to": last, "days": len(days), "total": total}
        record_access(reader=by, action="services.set-capacity", detail=detail)
    return len(days)


def _apply(entry: Service, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name not in EDITABLE:
            raise ServiceRefused(f"A service has no {name}.")
        setattr(entry, name, value)
    faults = faults_of_entry(entry)
    if faults:
        raise ServiceRefused(" ".join(faults))


def _shown(values: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(values[name]) for name in changed}


def _must_manage(by: Reader, service: Service) -> None:
    if not queries.may_manage(by, service):
        _refuse(by, service.code)


def _must_keep_all(by: Reader) -> None:
    if not queries.manages_all(by):
        _refuse(by, "")


def _refuse(by: Reader, code: str) -> None:
    record_access(reader=by, action=MANAGE, outcome="denied", detail={"service": code})
    raise PermissionDenied(MANAGE)
