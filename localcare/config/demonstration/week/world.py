"""The played world: stories told side by side, event by event in the order of time, timers fired as time passes."""

from __future__ import annotations

import gc
import heapq
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.db import connection

from localcare.config.demonstration.week.cast import Cast
from localcare.config.demonstration.week.rates import Rates
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import Journey, Task
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.pathways.timers import fire_due

Story = Generator[datetime, None, None]  # yields the moment at which it goes on
Progress = Callable[[int, int, str], None]
LOOK = "SELECT (SELECT min(fires_at) FROM pathways_timer), (SELECT max(id) FROM pathways_task)"
GROWING = (
    *(
        "pathways_journey",
        "pathways_task",
        "pathways_journalentry",
        "pathways_journeystate",
        "pathways_taskstate",
    ),
    *("pathways_clockstate", "pathways_timer", "pathways_notice", "services_hold", "services_capacity"),
    *("services_membership", "access_rolegrant", "access_user", "forms_formresponse", "audit_audithead"),
)
LEARN_AT = frozenset({60, 180, 400, 800, 1400, 2200, 3200})  # events
SHORTEST = timedelta(seconds=30)
SOON = 0.3  # a hurried story spends at most this share of what is left on one wait


@contextmanager
def _rarely_swept() -> Iterator[None]:
    """Let memory be swept less often: a week is millions of short-lived objects and few circles (a tenth of its time)."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@dataclass
class Plan:
    """What is settled beforehand about one journey: how far steps go, refusals, outcomes; and that it hurries."""

    stays: dict[str, str] = field(default_factory=dict)
    declines: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    hurries: bool = False  # teams work on it at any hour, so that it is where it should be now


@dataclass
class World:
    """Everything that the stories share. `now` is the moment that is played, `end` the present."""

    random: Random
    rates: Rates
    cast: Cast
    begins: datetime
    end: datetime
    progress: Progress
    worker: Callable[[World, Task], Story | None]
    now: datetime = field(init=False)
    plans: dict[int, Plan] = field(default_factory=dict)  # by the key of the journey
    areas: dict[int, str] = field(default_factory=dict)  # where each person of the stories lives
    troubles: list[str] = field(default_factory=list)  # what was refused though the story did not expect it
    events: int = 0
    _waiting: list[tuple[datetime, int, Story]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _last_task: int | None = None
    _next_timer: datetime | None = None

    def __post_init__(self) -> None:
        self.now = self.begins
        with connection.cursor() as cursor:
            cursor.execute(LOOK)
            self._next_timer, self._last_task = cursor.fetchone()

    def tell(self, story: Story, at: datetime) -> None:
        """Let a story go on at a moment; what lies after the present is never told."""
        if at <= self.end:
            heapq.heappush(self._waiting, (max(at, self.now), next(self._order), story))

    def play(self) -> None:
        """Live until the present."""
        with _rarely_swept():
            while self._waiting:
                at, _, story = heapq.heappop(self._waiting)
                self._fire_until(at)
                self._go_on(story, at)
            self._fire_until(self.end)
        self._show()

    def _go_on(self, story: Story, at: datetime) -> None:
        self.now = at
        self.events += 1
        if self.events in LEARN_AT:
            self._learn()
        with as_if_at(at):
            following = self._next_of(story)
            self._look()
        if following is not None:
            self.tell(story, max(following, at))
        if self.events % 20 == 0:
            self._show()

    def _learn(self) -> None:
        """Let the database see how its tables grow: within one transaction nobody else does it."""
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(GROWING)}")

    def _next_of(self, story: Story) -> datetime | None:
        try:
            return next(story, None)
        except NotPossible as refused:
            self.troubles.append(
                f"{getattr(story, '__qualname__', 'story')} at {self.now:%d %B %H:%M}: {refused}"
            )
            return None

    def _show(self) -> None:
        hours = int((self.now - self.begins) / timedelta(hours=1))
        self.progress(hours, int((self.end - self.begins) / timedelta(hours=1)), f"{self.now:%d %B, %H:%M}")

    def _fire_until(self, moment: datetime) -> None:
        """Fire each timer at its own second."""
        before: datetime | None = None
        while True:
            due = self._next_timer
            if due is None or due > moment or due == before:  # what cannot fire is tried again by the worker
                return
            before, self.now = due, max(due, self.now)
            with as_if_at(self.now):
                fire_due(self.now)
                self._look()

    def _look(self) -> None:
        """See what an act led to: the next timer, and tasks that were asked of a team."""
        with connection.cursor() as cursor:
            cursor.execute(LOOK)
            self._next_timer, last_task = cursor.fetchone()
        if last_task == self._last_task:
            return
        new = Task.objects.filter(pk__gt=self._last_task or 0).order_by("pk")
        for task in new.select_related(
            "journey__version", "journey__person", "journey__opened_from__journey"
        ):
            self._last_task = task.pk
            story = self.worker(self, task)
            if story is not None:
                self.tell(story, self.now)

    def plan_of(self, journey: Journey) -> Plan:
        """The plan of a journey; what is opened from a step goes on like its origin."""
        if journey.pk in self.plans:
            return self.plans[journey.pk]
        origin = journey.opened_from
        plan = self.plan_of(origin.journey) if origin is not None else Plan()
        self.plans[journey.pk] = plan
        return self.plans[journey.pk]

    def later(self, minutes: float, plan: Plan) -> datetime:
        """So many minutes from now; less for what must be on time for the present."""
        span = timedelta(minutes=minutes)
        if plan.hurries:
            span = min(span, max((self.end - self.now) * SOON, SHORTEST))
        return self.now + span
