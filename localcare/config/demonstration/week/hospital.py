"""What hospitals say in the week: who lies there fit to leave, and who was admitted, attended or died."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Q

from localcare.config.demonstration.week.answers import filled
from localcare.config.demonstration.week.contacts import CONTACT
from localcare.config.demonstration.week.world import Story, World
from localcare.foundation.pathways.changes import look_for_changes, record_change
from localcare.foundation.pathways.models import JourneyState
from localcare.foundation.people.actions import record_death
from localcare.foundation.people.models import Person
from localcare.foundation.record.actions import own_source
from localcare.foundation.record.models import Attendance, Stay
from localcare.synthetic.definitions import definition

OLD = 75
WHERE = "William Harvey Hospital"


def fill_beds(world: World) -> list[Person]:
    """Put people of the home area into acute beds, as a feed would; who they are, for the stories that need one."""
    keys = world.cast.living_in(world.rates["home"], OLD)
    chosen = world.random.sample(keys, min(len(keys), world.rates["in_hospital_now"]))
    people = [Person.objects.get(pk=key) for key in chosen]
    for number, person in enumerate(people):
        admitted = world.end - timedelta(days=world.random.uniform(3, 12))
        _stay(person, admitted, key=f"week:bed:{number}")
        world.tell(
            _reviewed(world, person, stays=number % 3 == 2), world.end - timedelta(hours=3 + number / 2)
        )
    world.cast.leave_alone(chosen)
    return people[: -(len(people) // 3) or None]


def _stay(person: Person, admitted: datetime, *, key: str) -> Stay:
    provider = definition("activity")["providers"]["acute"][0]
    return Stay.objects.create(
        person=person, source=own_source(), source_key=key, provider_code=provider, site_code=f"{provider}-1",
        admission_type="emergency", bed_type="acute", specialty_code="300", admitted_on=admitted.date(),
        admitted_at=admitted, reason="Emergency admission",
    )  # fmt: skip


def _reviewed(world: World, person: Person, *, stays: bool) -> Story:
    """Somebody of the discharge team looks whether a criterion to reside is met."""
    team = world.cast.service("acute-discharge", world.rates["home"])
    stay = Stay.objects.filter(person=person, discharged_on=None).order_by("-admitted_on").first()
    if team is not None and stay is not None:
        filled(
            "criteria-to-reside", person=person, by=world.cast.member(team), at=world.now, random=world.random,
            context=f"stay:{stay.pk}", outcome="stays" if stays else "leaves",
        )  # fmt: skip
    yield from ()


def tell_changes(world: World) -> None:
    """People of the stories are admitted, attend or die on the way, and their teams hear of it."""
    said = world.rates["changes"]
    week = timedelta(days=world.rates["days"])
    for what, story in (("admissions", _admitted), ("attendances", _attended), ("deaths", _died)):
        for number in range(said[what]):
            at = world.end - week * (0.05 + 0.85 * world.random.random())
            world.tell(story(world, number), at)
    world.tell(_feed(), world.end)


def _feed() -> Story:
    """What the record says of the last days reaches the teams by the usual job."""
    look_for_changes()
    yield from ()


def _somebody(world: World, random: Random) -> Person | None:
    """Somebody with open work of the home area's teams whom nothing is settled about."""
    settled = [key for key, plan in world.plans.items() if plan.hurries or plan.stays]
    open_ones = JourneyState.objects.filter(is_open=True).exclude(journey__in=settled)
    keys = open_ones.order_by("journey").values_list("person", flat=True)
    on_the_line = Q(journey__in=settled) | Q(pathway=CONTACT)
    busy = set(JourneyState.objects.filter(on_the_line, is_open=True).values_list("person", flat=True))
    found = [key for key in keys if key in world.areas and key not in busy]
    return Person.objects.get(pk=random.choice(found)) if found else None


def _admitted(world: World, number: int) -> Story:
    person = _somebody(world, world.random)
    if person is not None:
        stay = _stay(person, world.now - timedelta(minutes=25), key=f"week:admission:{number}")
        _pass_on(world, person, "admission", stay.admitted_at, f"admission:{stay.pk}")
    yield from ()


def _attended(world: World, number: int) -> Story:
    person = _somebody(world, world.random)
    if person is not None:
        provider = definition("activity")["providers"]["acute"][0]
        arrived = world.now - timedelta(minutes=20)
        attendance = Attendance.objects.create(
            person=person, source=own_source(), source_key=f"week:attendance:{number}", provider_code=provider,
            site_code=f"{provider}-1", department_type="1", arrived_on=arrived.date(), arrived_at=arrived,
            arrival_mode="ambulance", reason="Breathless",
        )  # fmt: skip
        _pass_on(world, person, "attendance", arrived, f"attendance:{attendance.pk}")
    yield from ()


def _died(world: World, number: int) -> Story:
    person = _somebody(world, world.random)
    if person is not None:
        record_death(person=person, on=world.now.date(), by=world.cast.by, basis="Notice from the practice")
        _pass_on(world, person, "death", world.now, f"death:{person.pk}")
    yield from ()


def _pass_on(world: World, person: Person, change: str, at: Any, key: str) -> None:
    what = "" if change == "death" else f"{WHERE}."
    record_change(person=person, change=change, at=at, what=what, key=key, by=world.cast.by)
