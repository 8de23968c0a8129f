"""What begins in the week: so many of each pathway, at any hour, in every area; and what stands at this very moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from localcare.config.demonstration.week.answers import ANSWERS, filled
from localcare.config.demonstration.week.cast import by_area
from localcare.config.demonstration.week.contacts import CONTACT, Call, contact, unknown_caller
from localcare.config.demonstration.week.rates import drawn
from localcare.config.demonstration.week.world import Plan, Story, World
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.definitions import pathways
from localcare.foundation.people.models import Person

LONDON = ZoneInfo("Europe/London")
OPEN_TO_ADULTS = frozenset({"carers-assessment", "challenging-behaviour-package"})


def tell_everything(world: World, *, share: float, days: int, waiting_beds: list[Person]) -> None:
    """Give the world its stories: the week, what was running before, and what stands now."""
    week = world.end - timedelta(days=days)
    number = 0
    for pathway, count in world.rates["running_before"].items():
        for _ in range(_scaled(count, share)):
            number += 1
            before = world.begins + (week - world.begins) * world.random.random() * 0.5
            _tell(world, pathway, number, before, by_area(world.random, world.rates), Plan())
    for pathway, count in world.rates["begun"].items():
        for _ in range(_scaled(count, share)):
            number += 1
            at = _some_time(world, week)
            _tell(world, pathway, number, at, by_area(world.random, world.rates), Plan())
    for row in world.rates["staged"]:
        number += 1
        _tell_staged(world, row, number, waiting_beds)
    _tell_unknown(world, week)


def _scaled(count: int, share: float) -> int:
    return max(1, round(count * share))


def _some_time(world: World, week: datetime) -> datetime:
    """A time of the week, by the hours of the day."""
    span = world.end - week
    while True:
        at = week + span * world.random.random()
        weights = world.rates["by_hour"]
        if world.random.random() * max(weights) < weights[at.astimezone(LONDON).hour]:
            return at


def _tell(world: World, pathway: str, number: int, at: datetime, area: str, plan: Plan) -> None:
    if pathway == CONTACT:
        world.tell(contact(world, Call(number, area, plan)), at)
    else:
        world.tell(opening(world, pathway, number, area, plan), at)


def _tell_staged(world: World, row: Mapping[str, Any], number: int, waiting_beds: list[Person]) -> None:
    at = world.end - timedelta(minutes=row["ago"])
    plan = Plan(
        stays=dict(row.get("stays", {})),
        declines=dict(row.get("declines", {})),
        outcomes=dict(row.get("outcomes", {})),
        hurries=True,
    )
    area = world.rates["home"]
    if row["pathway"] == CONTACT:
        if "class" in row:
            plan.outcomes["class"] = row["class"]
        call = Call(number, area, plan, need=row.get("need", ""), end=row.get("end", ""))
        world.tell(contact(world, call), at)
        return
    person = waiting_beds.pop() if row.get("in_hospital") and waiting_beds else None
    story = opening(
        world,
        row["pathway"],
        number,
        area,
        plan,
        priority=row.get("priority", ""),
        to=row.get("to", ""),
        person=person,
    )
    world.tell(story, at)


def _tell_unknown(world: World, week: datetime) -> None:
    service = world.cast.service("single-point-of-access", world.rates["home"])
    rates = world.rates["contacts"]
    if service is None:
        return
    for number in range(rates["unknown_rings_off"]):
        at = world.end - timedelta(minutes=25 + 170 * number)
        world.tell(unknown_caller(world, number, service, rings_off=True), at)
    for number in range(rates["messages_unknown"]):
        at = world.end - timedelta(minutes=4 + 31 * number)
        world.tell(unknown_caller(world, 100 + number, service, rings_off=False), at)


def opening(
    world: World, pathway: str, number: int, area: str, plan: Plan, *, priority: str = "", to: str = "",
    person: Person | None = None,
) -> Story:  # fmt: skip
    """One journey is opened by a team that may open it; the teams asked do the rest."""
    kind = drawn(world.random, world.rates["asked_by"][pathway])
    asker = world.cast.service(kind, area)
    whom = person or world.cast.person(area, adult=pathway in OPEN_TO_ADULTS)
    if asker is None or whom is None:
        return
    definition = pathways()[pathway]
    shares = world.rates["priorities"].get(pathway)
    by = world.cast.opener(asker)
    answers = None
    if definition.opens_with in ANSWERS:
        answers = filled(
            definition.opens_with,
            person=whom,
            by=by,
            at=world.now,
            random=world.random,
            context=f"week:{number}",
        )
    first = definition.starts_with[0]
    serving = to or (
        drawn(world.random, world.rates["serves"][pathway]) if pathway in world.rates["serves"] else ""
    )
    service = world.cast.service(serving or definition.steps[first].by, area)
    world.areas[whom.pk] = area
    journey = actions.open_journey(
        person=whom,
        pathway=pathway,
        by=by,
        asked_by=asker,
        priority=priority or (drawn(world.random, shares) if shares else ""),
        answers=answers,
        services={first: service} if service else None,
        reason=world.random.choice(world.rates["reasons"].get(pathway, ["Ready to leave hospital"])),
        key=f"week:{number}",
    )
    world.plans[journey.pk] = plan
    yield from ()
