"""Services, teams and room for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from localcare.foundation.services.models import Capacity, Membership, Service
from localcare.kernel.access.readers import Reader, reader_for
from tests.factories import LONG_AGO, user_with_role

MONDAY = date(2025, 11, 24)  # past, so that it is never today
MONDAY_NOON = datetime(2025, 11, 24, 12, tzinfo=UTC)
MONDAY_DAWN = datetime(2025, 11, 24, 6, tzinfo=UTC)


def service(code: str = "home-care", **fields) -> Service:
    """A service of care at home that counts nothing and is always open, unless said otherwise."""
    given = {"title": code.replace("-", " ").capitalize(), "kind": "domiciliary-care"} | fields
    return Service.objects.create(code=code, **given)


def room(of: Service, total: int, day: date = MONDAY, promised: int = 0) -> Capacity:
    """Room on a day."""
    return Capacity.objects.create(service=of, day=day, total=total, promised=promised)


def member(of: Service, role: str = "team-lead", *, lead: bool = False, **fields) -> Reader:
    """Somebody who works in the service."""
    user = user_with_role(role, everywhere=True, **fields)
    Membership.objects.create(user=user, service=of, is_lead=lead, starts_on=LONG_AGO)
    return reader_for(user)
