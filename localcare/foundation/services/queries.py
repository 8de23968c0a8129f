"""The directory read: who works where, who serves whom, and what room is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from localcare.foundation.people.models import Person
from localcare.foundation.services.matching import Match, match_services, serving_of
from localcare.foundation.services.models import Capacity, Closure, Membership, Service
from localcare.kernel.access.readers import Reader


def in_force_on(day: date) -> Q:
    """The condition that a membership holds on the day."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gt=day))


def valid_on(day: date) -> Q:
    """The condition that a service exists on the day."""
    starts = Q(valid_from=None) | Q(valid_from__lte=day)
    return Q(is_active=True) & starts & (Q(valid_to=None) | Q(valid_to__gt=day))


def services_of(reader: Reader, *, on: date | None = None) -> QuerySet[Service]:
    """The services in which the reader works on the day (today when not given); none for a system reader."""
    return _teams(reader, in_force_on(on or timezone.localdate()))


def team_kinds(reader: Reader, *, on: date | None = None) -> Mapping[int, str]:
    """The kinds of the services in which the reader works, by their keys; looked up once in a request."""
    day = on or timezone.localdate()
    return reader.once(("teams", day), lambda: dict(services_of(reader, on=day).values_list("pk", "kind")))


def team_keys(reader: Reader, *, on: date | None = None) -> set[int]:
    """The keys of the services in which the reader works."""
    return set(team_kinds(reader, on=on))


def leads(reader: Reader, *, on: date | None = None) -> QuerySet[Service]:
    """The services that the reader leads on the day."""
    return _teams(reader, in_force_on(on or timezone.localdate()) & Q(is_lead=True))


def is_member(reader: Reader, service: Service, *, on: date | None = None) -> bool:
    """Whether the reader works in the service on the day."""
    return services_of(reader, on=on).filter(pk=service.pk).exists()


def may_manage(reader: Reader, service: Service) -> bool:
    """Whether the reader may change the service: those who keep the whole directory, and its own lead."""
    if not reader.may("service.manage"):
        return False
    return manages_all(reader) or leads(reader).filter(pk=service.pk).exists()


def manages_all(reader: Reader) -> bool:
    """Whether the reader keeps the whole directory."""
    return reader.may("service.administer")


def members_of(service: Service, *, on: date | None = None) -> QuerySet[Membership]:
    """Who works in the service on the day or will: leads first."""
    day = on or timezone.localdate()
    rows = service.memberships.filter(Q(ends_on=None) | Q(ends_on__gt=day)).select_related("user")
    return rows.order_by("-is_lead", "user__last_name", "user__first_name", "starts_on")


def find_services(
    *,
    kind: str | None = None,
    need: str | None = None,
    person: Person | None = None,
    at: datetime | None = None,
    area: Collection[str] | None = None,
    words: str = "",
) -> list[Match]:
    """Every service of the kind, for the need, ranked: those that can take the person now come first.

    `area` keeps services for any of these area codes (or for everywhere); `words` are looked for in title,
    description and telephone. Each match says every reason why not.
    """
    moment = at or timezone.now()
    services = Service.objects.filter(valid_on(timezone.localdate(moment))).select_related("organisation")
    if kind:
        services = services.filter(kind=kind)
    if need:
        services = services.filter(needs__contains=[need])
    if area is not None:
        services = services.filter(Q(area_codes=[]) | Q(area_codes__overlap=list(area)))
    for word in words.split():
        services = services.filter(
            Q(title__icontains=word) | Q(description__icontains=word) | Q(telephone__icontains=word)
        )
    return match_services(list(services), person=person, at=moment)


def default_service(kind: str, person: Person | None, at: datetime | None = None) -> Service | None:
    """The service of the kind that a request for the person goes to; None when none serves them.

    One that can take the person now; otherwise the nearest that serves them, whose queue keeps the request. Where
    nobody knows in whose area the person lives and several could be right, none: somebody has to choose.
    """
    moment = at or timezone.now()
    services = Service.objects.filter(valid_on(timezone.localdate(moment)), kind=kind)
    serving = serving_of(list(services.select_related("organisation")), person=person, at=moment)
    if len(serving) < 2:
        return serving[0] if serving else None
    matches = match_services(serving, person=person, at=moment)
    return next((match.service for match in matches if match.serves and not match.cautions), None)


def room_by_day(service: Service, first: date, days: int) -> list[tuple[date, Capacity | None]]:
    """Each day with its room, None where it was not filled in."""
    last = first + timedelta(days=days)
    rooms = {room.day: room for room in service.capacities.filter(day__gte=first, day__lt=last)}
    wanted = [first + timedelta(days=ahead) for ahead in range(days)]
    return [(day, rooms.get(day)) for day in wanted]


def closures_of(service: Service, *, since: datetime) -> QuerySet[Closure]:
    """Closures now and to come, and those that ended since the moment, the latest first."""
    current = Q(ends_at=None) | Q(ends_at__gt=since)
    return service.closures.filter(current, withdrawn_at=None).order_by("-starts_at")


def _teams(reader: Reader, condition: Q) -> QuerySet[Service]:
    if reader.user is None:
        return Service.objects.none()
    memberships = Membership.objects.filter(condition, user=reader.user)
    return Service.objects.filter(is_active=True, pk__in=memberships.values("service"))
