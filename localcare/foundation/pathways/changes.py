"""“Tell me when my people change”: an admission, attendance, discharge or death reaches the teams that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from localcare.foundation.pathways import following
from localcare.foundation.pathways.ledger import Ledger
from localcare.foundation.pathways.models import JourneyState, Notice, Subscription, TaskState
from localcare.foundation.pathways.moment import now as current
from localcare.foundation.pathways.notices import tell
from localcare.foundation.people.models import Person
from localcare.foundation.record.models import Attendance, Consent, Stay
from localcare.kernel.access.readers import Reader, system_reader

LONDON = ZoneInfo("Europe/London")
CHANGES = {
    "admission": "Admitted to hospital",
    "discharge": "Discharged from hospital",
    "attendance": "Attended urgent or emergency care",
    "death": "Died",
    "opt-out": "Does not agree to share for care any more",
}
LOOK_BACK = timedelta(days=7)  # older news of a feed is history, not a change


@dataclass(frozen=True)
class Change:
    """Something that happened to a person, known by a key that the same news always has."""

    person_id: int
    change: str
    at: datetime
    what: str
    key: str


def record_change(*, person: Person, change: str, at: datetime, what: str, key: str, by: Reader) -> int:
    """Tell the teams of a person of a change; stop the journeys that it stops. Return how many were told."""
    if change not in CHANGES:
        raise ValueError(f"{change!r} is no change: use one of {', '.join(CHANGES)}.")
    return _pass_on(Change(person.pk, change, at, what, key), by)


def look_for_changes(now: datetime | None = None) -> int:
    """Find news in the record of people with open journeys and pass it on; the same news is told once."""
    moment = now or current()
    by = system_reader("changes of people")
    found = list(_news(moment))
    known = set(
        Notice.objects.filter(key__startswith="change:", made_at__gte=moment - 2 * LOOK_BACK).values_list(
            "key", flat=True
        )
    )
    prefixes = {key.rsplit(":", 1)[0] for key in known}
    return sum(_pass_on(change, by) for change in found if f"change:{change.key}" not in prefixes)


def _pass_on(change: Change, by: Reader) -> int:
    with transaction.atomic():
        journeys = list(
            JourneyState.objects.filter(person=change.person_id, is_open=True)
            .order_by("journey")
            .values_list("journey", flat=True)
        )
        ledgers = Ledger.several(journeys)
        told = sum(_tell(ledger, change) for ledger in ledgers)
        for ledger in ledgers:
            _stop(ledger, change, by)
    return told


def _tell(ledger: Ledger, change: Change) -> int:
    parties = {task.service_id for task in ledger.standing.tasks.values() if task.is_open}
    parties |= {ledger.journey.opened_by_service_id}
    off = Subscription.objects.filter(change=change.change, is_on=False, service__in=parties - {None})
    wanted = parties - {None} - set(off.values_list("service", flat=True))
    tell(
        sorted(service for service in wanted if service is not None),
        journey=ledger.journey,
        kind=change.change,
        text=f"{CHANGES[change.change]}. {change.what}".strip(),
        key=f"change:{change.key}",
    )
    return len(wanted)


def _stop(ledger: Ledger, change: Change, by: Reader) -> None:
    outcome = ledger.pathway.stops_on.get(change.change)
    if outcome is None or not ledger.standing.is_open:
        return
    at = min(max(change.at, ledger.standing.opened_at or change.at), ledger.now)
    following.end(ledger, outcome, by=by, at=at, reason=f"{CHANGES[change.change]}.")
    ledger.project()


def _news(moment: datetime) -> Iterator[Change]:
    since = (moment - LOOK_BACK).astimezone(LONDON).date()
    people = JourneyState.objects.filter(is_open=True).values("person")
    for person in Person.objects.filter(pk__in=people, death_date__isnull=False):
        yield Change(person.pk, "death", _at(None, person.death_date), "", f"death:{person.pk}")
    dissent = Consent.objects.filter(kind=Consent.Kind.SHARING_DISSENT, ends_on=None, person__in=people)
    for consent in dissent.filter(starts_on__gte=since).order_by("pk"):
        at = _at(None, consent.starts_on)
        yield Change(consent.person_id, "opt-out", at, consent.note, f"opt-out:{consent.pk}")
    recent = Q(admitted_on__gte=since) | Q(discharged_on__gte=since)
    for stay in Stay.objects.filter(recent, person__in=people).order_by("pk"):
        if stay.admitted_on >= since:
            at = _at(stay.admitted_at, stay.admitted_on)
            yield Change(stay.person_id, "admission", at, _where(stay, at), f"admission:{stay.pk}")
        if stay.discharged_on is not None and stay.discharged_on >= since:
            at = _at(stay.discharged_at, stay.discharged_on)
            yield Change(stay.person_id, "discharge", at, _where(stay, at), f"discharge:{stay.pk}")
    for attendance in Attendance.objects.filter(arrived_on__gte=since, person__in=people).order_by("pk"):
        at = _at(attendance.arrived_at, attendance.arrived_on)
        key = f"attendance:{attendance.pk}"
        yield Change(attendance.person_id, "attendance", at, _where(attendance, at), key)


def _at(moment: datetime | None, day: date | None) -> datetime:
    if moment is not None:
        return moment
    assert day is not None
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)


def _where(event: Stay | Attendance, at: datetime) -> str:
    local = at.astimezone(LONDON)
    where = event.site_code or event.provider_code
    said = [f"{local.day} {local:%B %Y}", f"at {where}" if where else "", event.reason]
    return ", ".join(part for part in said if part) + "."


def teams_of(person: Person) -> set[int]:
    """The services with open work for a person, by key."""
    tasks = TaskState.objects.filter(person=person, is_open=True).exclude(service=None)
    return {pk for pk in tasks.values_list("service", flat=True) if pk is not None}
