"""Making the week: once in a database, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from localcare.config.demonstration.week.cast import ADULT, Cast
from localcare.config.demonstration.week.contacts import CONTACT, STEPS, desk_work
from localcare.config.demonstration.week.hospital import fill_beds, tell_changes
from localcare.config.demonstration.week.openings import tell_everything
from localcare.config.demonstration.week.personas import personas, tell_personas
from localcare.config.demonstration.week.rates import rates
from localcare.config.demonstration.week.work import work
from localcare.config.demonstration.week.world import Story, World
from localcare.config.production_guard import refuse_production
from localcare.foundation.pathways.models import Journey, Task
from localcare.kernel.access.readers import Reader

Progress = Callable[[int, int, str], None]
KEY = "week:"  # every journey that the week opens of itself


def is_made() -> bool:
    """Whether this database has its week already."""
    return Journey.objects.filter(key__startswith=KEY).exists()


def make_week(
    *, by: Reader, seed: int, now: datetime | None = None, progress: Progress | None = None
) -> World | None:
    """Live a week up to the present; None when it is there already. One transaction: all of it or nothing."""
    refuse_production()
    with transaction.atomic():
        if is_made():
            return None
        world = _world(by, seed, now or timezone.now(), progress or (lambda done, total, what: None))
        people = sum(len(world.cast.living_in(area, ADULT)) for area in world.rates["areas"])
        share = min(1.0, max(people / world.rates["full_at_people"], world.rates["fewest"]))
        beds = fill_beds(world)
        tell_personas(world)
        tell_everything(world, share=share, days=world.rates["days"], waiting_beds=beds)
        tell_changes(world)
        world.play()
    return world


def _world(by: Reader, seed: int, end: datetime, progress: Progress) -> World:
    read, random = rates(), Random(f"week {seed}")
    begins = end - timedelta(days=read["days"] + read["lead_in_days"])
    cast = Cast(
        random=random,
        rates=read,
        by=by,
        begins=timezone.localdate(begins),
        today=timezone.localdate(end),
        kept_free=frozenset(person.pk for person in personas().values()),
    )
    return World(
        random=random, rates=read, cast=cast, begins=begins, end=end, progress=progress, worker=_worker
    )


def _worker(world: World, task: Task) -> Story | None:
    """Who deals with a task: the desk of the single point of access with its contacts, any team with the rest."""
    if task.journey.version.pathway == CONTACT and task.step in STEPS:
        return desk_work(world, task)
    return work(world, task)
