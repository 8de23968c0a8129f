"""Random walks through the real acts: whatever is done in whatever order, what must hold of a journey holds."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from localcare.analysis.journal.states import HELD
from localcare.foundation.pathways import actions, definitions
from localcare.foundation.pathways.changes import record_change
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import ClockState, JourneyState, Task, TaskState
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.pathways.rebuild import differences
from localcare.foundation.pathways.timers import fire_due
from localcare.foundation.services.models import Capacity, Hold, Service
from localcare.kernel.access.readers import system_reader
from tests.factories import registered_person

PATHWAYS = ("discharge-to-assess", "urgent-community-response", "falls-response", "home-to-decide")
ROOMY = {
    "domiciliary-care": "visits",
    "district-nursing": "visits",
    "rapid-response": "visits",
    "community-hospital": "places",
}
MORE_KINDS = ("reablement", "falls-service", "community-therapy", "voluntary-sector", "general-practice")
STEPS = 45
SEEDS = (1, 30, 75, 83, 101, 115)
OFTEN = ["accept"] * 4 + ["done"] * 3 + ["undo"] * 3
VERBS = (
    *("decline", "start", "pause", "resume", "cancel", "transfer", "reopen", "ask_again", "extend"),
    *("prioritise", "review", "fire", "done_earlier"),
)
RARELY = ("death", "stop")


@pytest.fixture
def place(services) -> dict[str, Service]:
    """Two services of each kind; four kinds count their room."""
    for kind in (*MORE_KINDS, *services):
        for code in (kind, f"{kind}-2"):
            if code not in services:
                services[code] = Service.objects.create(code=code, title=code, kind=kind)
    today = timezone.localdate()
    for kind, unit in ROOMY.items():
        for code in (kind, f"{kind}-2"):
            services[code].capacity_unit = unit
            services[code].save()
            Capacity.objects.bulk_create(
                Capacity(service=services[code], day=today + timedelta(days=day), total=6)
                for day in range(-40, 60)
            )
    return services


class Walk:
    """One journey of one person, walked at random."""

    def __init__(self, seed: int, services, completed) -> None:
        self.random, self.services, self.completed = random.Random(seed), services, completed
        self.by = system_reader("walk")
        self.now = timezone.now() - timedelta(days=35)
        self.log: list[str] = []
        self.person = registered_person(given_name="Walker")
        pathway = self.random.choice(PATHWAYS)
        priorities = list(definitions.pathways()[pathway].priorities)
        with as_if_at(self.now):
            self.journey = actions.open_journey(
                person=self.person,
                pathway=pathway,
                by=self.by,
                asked_by=self.random.choice([None, services["acute-discharge"]]),
                priority=self.random.choice(priorities) if priorities else "",
            )
        self.pathway = definitions.pathway_of(self.journey.version)

    def run(self) -> None:
        """Walk, and look after each step."""
        for _ in range(STEPS):
            if self.random.random() < 0.4:
                self.now += timedelta(minutes=self.random.choice([5, 30, 120, 1440]))
            with as_if_at(self.now):
                self.step()
                self.check()

    def step(self) -> None:
        """Try one act on one task; a refusal is an answer too."""
        tasks = Task.objects.filter(journey=self.journey).select_related("journey").order_by("pk")
        task = self.random.choice(list(tasks))
        verb = self.random.choice([*OFTEN, *VERBS, *(RARELY if self.random.random() < 0.2 else ())])
        try:
            getattr(self, verb)(task)
            self.log.append(f"{verb} {task.step}#{task.pk}")
        except NotPossible:
            return

    def before(self, *hours: float) -> datetime:
        return self.now - timedelta(hours=self.random.choice(hours))

    def accept(self, task: Task) -> None:
        actions.accept(task=task, by=self.by)

    def decline(self, task: Task) -> None:
        actions.decline(task=task, by=self.by, code="other", reason="x")

    def start(self, task: Task) -> None:
        actions.start(task=task, by=self.by)

    def pause(self, task: Task) -> None:
        until = self.random.choice([None, self.now + timedelta(hours=5)])
        actions.pause(task=task, by=self.by, reason="x", until=until)

    def resume(self, task: Task) -> None:
        actions.resume(task=task, by=self.by)

    def cancel(self, task: Task) -> None:
        actions.cancel(task=task, by=self.by, reason="x")

    def reopen(self, task: Task) -> None:
        actions.reopen(task=task, by=self.by, reason="x")

    def review(self, task: Task) -> None:
        actions.review(task=task, by=self.by, note="x")

    def extend(self, task: Task) -> None:
        until = self.now + timedelta(days=self.random.choice([2, 50]))
        actions.extend(task=task, by=self.by, until=until, reason="x")

    def prioritise(self, task: Task) -> None:
        priority = self.random.choice([*self.pathway.priorities, "none"])
        actions.prioritise(task=task, by=self.by, priority=priority, reason="x")

    def fire(self, task: Task) -> None:
        fire_due()

    def stop(self, task: Task) -> None:
        at = self.before(0, 3)
        actions.stop(journey=self.journey, by=self.by, outcome="withdrew", reason="x", at=at)

    def death(self, task: Task) -> None:
        at, key = self.before(0, 30), f"death:{self.person.pk}"
        record_change(person=self.person, change="death", at=at, what="", key=key, by=self.by)

    def other(self, task: Task) -> Service:
        kind = self.pathway.steps[task.step].by
        return self.services.get(self.random.choice([kind, f"{kind}-2"])) or self.services["social-care"]

    def transfer(self, task: Task) -> None:
        actions.transfer(task=task, by=self.by, to=self.other(task), reason="x")

    def ask_again(self, task: Task) -> None:
        actions.ask_again(task=task, by=self.by, to=self.other(task))

    def done(self, task: Task, at: datetime | None = None) -> None:
        step = self.pathway.steps[task.step]
        response = self.completed(step.form, self.person) if step.form else None
        outcome = self.random.choice(list(step.outcomes))
        actions.done(task=task, by=self.by, outcome=outcome, reason="x", at=at, response=response)

    def done_earlier(self, task: Task) -> None:
        self.done(task, self.before(0.2, 2, 10))

    def undo(self, task: Task) -> None:
        entry = self.random.choice(list(task.entries.order_by("-pk")[:3]))
        actions.undo(entry=entry, by=self.by, reason="x")

    def check(self) -> None:
        """What must hold of the journey, its tasks, its clocks and the room."""
        told = "\n".join(self.log)
        whole = JourneyState.objects.get(journey=self.journey)
        tasks = list(TaskState.objects.filter(journey=self.journey).select_related("task", "service"))
        at_work = [task.step for task in tasks if task.is_open]
        assert len(at_work) == len(set(at_work)), f"two at work on one step\n{told}"
        if whole.is_open:
            to_do = at_work or [task for task in tasks if task.state == "declined"]
            assert to_do, f"nothing to do, and not ended; waiting: {whole.waiting_steps}\n{told}"
        else:
            assert not at_work, f"open after the end\n{told}"
        for task in tasks:
            self.check_times(task, whole, told)
            self.check_room(task, told)
        for clock in ClockState.objects.filter(task__journey=self.journey, stopped_at__isnull=False):
            assert clock.stopped_at >= clock.started_at
        for room in Capacity.objects.filter(promised__gt=0):
            held = room.holds.filter(released_at=None).aggregate(sum=Sum("quantity"))["sum"]
            assert held == room.promised, f"{room}: {held} held\n{told}"

    def check_times(self, task: TaskState, whole: JourneyState, told: str) -> None:
        """Nothing before what it follows; accepted only by whoever accepted."""
        if task.state == "requested":
            assert task.accepted_at is None, f"{task.step} asked anew, with an acceptance\n{told}"
        for later in (task.accepted_at, task.started_at, task.finished_at):
            assert later is None or later >= task.requested_at, f"{task.step} before it was asked for\n{told}"
        if task.finished_at:
            assert task.finished_at >= (task.accepted_at or task.finished_at), f"{task.step}\n{told}"
            assert whole.ended_at is None or whole.ended_at >= task.finished_at, f"{task.step}\n{told}"

    def check_room(self, task: TaskState, told: str) -> None:
        """Room is held by work that was accepted, and by nothing else; what was done has used its day."""
        today = timezone.localdate(self.now) + timedelta(days=1 if task.state == "done" else 0)
        held = Hold.objects.filter(
            key=str(task.task.reference), released_at=None, capacity__day__gte=today
        ).exists()
        if task.state not in HELD:
            assert not held, f"{task.step} is {task.state} and holds room\n{told}"
        elif task.service and task.service.capacity_unit and self.pathway.steps[task.step].uses:
            goes_on = task.lasts_until and task.lasts_until > self.now + timedelta(days=1)
            is_extended = task.task.entries.filter(event="extended").exists()
            assert held or not goes_on or is_extended, f"{task.step} is {task.state}, without room\n{told}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_walk_keeps_what_must_hold(seed, place, completed):
    walk = Walk(seed, place, completed)
    walk.run()
    assert differences() == [], "\n".join(walk.log)
