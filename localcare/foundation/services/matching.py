"""Services laid beside a person and a moment, the best first: a handful of queries for a whole directory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, Min
from django.utils import timezone

from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import current_registration
from localcare.foundation.places.models import Area
from localcare.foundation.places.queries import areas_of
from localcare.foundation.services import rules
from localcare.foundation.services.hours import hours
from localcare.foundation.services.models import Capacity, Closure, Service
from localcare.foundation.services.performance import UNKNOWN, Performance, performance_of
from localcare.kernel.nhs_design.formatting import age_in_years

LATE = timedelta(days=365)  # an answer not known yet ranks after every known one
NEVER = float("inf")  # closed until further notice ranks after every known opening


@dataclass(frozen=True)
class Match:
    """One service for one person at one moment, with every reason why not.

    `serves` is False when it is not for this person at any time; `room_left` is None when no room is counted.
    """

    service: Service
    open_now: bool
    opens_at: datetime | None
    room_left: int | None
    why_not: list[str] = field(default_factory=list)
    cautions: list[str] = field(default_factory=list)
    serves: bool = True
    next_room_on: date | None = None
    acceptance_rate: float | None = None
    time_to_answer: timedelta | None = None

    @property
    def can_take(self) -> bool:
        """Whether nothing speaks against asking it now."""
        return not self.why_not


@dataclass(frozen=True)
class _Around:
    """What is known around all services at once."""

    at: datetime
    day: date
    whom: rules.Whom | None
    areas: Sequence[str]
    area_names: Mapping[str, str]
    closures: Mapping[int, Sequence[rules.Shut]]
    left: Mapping[int, int]
    next_rooms: Mapping[int, date]


def match_services(services: Sequence[Service], *, person: Person | None, at: datetime) -> list[Match]:
    """A match for each service, in the order in which somebody would try them."""
    areas = _areas_of(person, at)
    around = _Around(
        at=at,
        day=timezone.localdate(at),
        whom=whom_of(person, areas, at),
        areas=areas or (),
        area_names=dict(Area.objects.values_list("code", "name")),
        closures=_closures(services, at),
        left=_left(services, timezone.localdate(at)),
        next_rooms=_next_rooms(services, timezone.localdate(at)),
    )
    performance = performance_of([service.pk for service in services])
    matches = [_match(service, around, performance.get(service.pk, UNKNOWN)) for service in services]
    return sorted(matches, key=lambda match: _rank(match, around.areas))


def serving_of(services: Sequence[Service], *, person: Person | None, at: datetime) -> list[Service]:
    """The services that are for the person at some time; where they live is looked up only where that matters."""
    matters = any(service.area_codes for service in services)
    whom = whom_of(person, _areas_of(person, at) if matters else None, at)
    return [
        service
        for service in services
        if not rules.unsuited(
            minimum_age=service.minimum_age, maximum_age=service.maximum_age, area_codes=service.area_codes,
            whom=whom, area_names={},
        )
    ]  # fmt: skip


def whom_of(person: Person | None, areas: Sequence[str] | None, at: datetime) -> rules.Whom | None:
    """What the rules need to know about the person."""
    if person is None:
        return None
    day = timezone.localdate(at)
    age = age_in_years(person.birth_date, max(day, person.birth_date))
    return rules.Whom(age, None if areas is None else frozenset(areas), person.death_date is not None)


def shuts_of(closures: Sequence[Closure]) -> list[rules.Shut]:
    """Closures as the rules take them, without those that were taken back."""
    return [
        rules.Shut(closure.starts_at, closure.ends_at, closure.reason)
        for closure in closures
        if closure.withdrawn_at is None
    ]


def _areas_of(person: Person | None, at: datetime) -> list[str] | None:
    """The areas in which the person's practice lies, narrowest first; None when nobody knows."""
    registration = current_registration(person, timezone.localdate(at)) if person else None
    if registration is None:
        return None
    return [area.code for area in areas_of(registration.practice.code, timezone.localdate(at))] or None


def _closures(services: Sequence[Service], at: datetime) -> dict[int, list[rules.Shut]]:
    found: dict[int, list[Closure]] = defaultdict(list)
    rows = Closure.objects.filter(service__in=services, withdrawn_at=None).exclude(ends_at__lte=at)
    for closure in rows.order_by("starts_at"):
        found[closure.service_id].append(closure)
    return {key: shuts_of(closures) for key, closures in found.items()}


def _left(services: Sequence[Service], day: date) -> dict[int, int]:
    rows = Capacity.objects.filter(service__in=services, day=day)
    return dict(rows.values_list("service", F("total") - F("promised")))


def _next_rooms(services: Sequence[Service], day: date) -> dict[int, date]:
    rows = Capacity.objects.filter(service__in=services, day__gt=day, promised__lt=F("total"))
    return dict(rows.values_list("service").annotate(first=Min("day")))


def _match(service: Service, around: _Around, performance: Performance) -> Match:
    opening = rules.opening(hours(service.hours), around.closures.get(service.pk, ()), around.at)
    room = _room(service, around)
    unsuited = rules.unsuited(
        minimum_age=service.minimum_age, maximum_age=service.maximum_age, area_codes=service.area_codes,
        whom=around.whom, area_names=around.area_names,
    )  # fmt: skip
    cautions = rules.cautions(area_codes=service.area_codes, whom=around.whom, area_names=around.area_names)
    now_not = [opening.words(around.at), rules.without_room(room, around.day, timezone.localdate())]
    return Match(
        service=service,
        open_now=opening.is_open,
        opens_at=opening.opens_at,
        room_left=room.left if room else None,
        why_not=[*unsuited, *(words for words in now_not if words)],
        cautions=cautions,
        serves=not unsuited,
        next_room_on=room.next_on if room else None,
        acceptance_rate=performance.acceptance_rate,
        time_to_answer=performance.time_to_answer,
    )


def _room(service: Service, around: _Around) -> rules.Room | None:
    if not service.capacity_unit:
        return None
    return rules.Room(around.left.get(service.pk), around.next_rooms.get(service.pk))


def _rank(match: Match, areas: Sequence[str]) -> tuple[object, ...]:
    """For the person at all, then with the fewest reasons against, then soonest open, near, quick to answer."""
    waits_until = match.opens_at.timestamp() if match.opens_at else NEVER
    return (
        not match.serves,
        len(match.why_not),
        not match.open_now,
        0.0 if match.open_now else waits_until,
        rules.nearness(match.service.area_codes, areas),
        match.time_to_answer or LATE,
        match.service.title,
    )
