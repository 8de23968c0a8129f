"""Vera, her husband Ernest, and Dorothy: their part of the week, told by hand."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from localcare.config.demonstration.week.answers import ANSWERS, filled_for
from localcare.config.demonstration.week.contacts import Call, contact
from localcare.config.demonstration.week.world import Plan, Story, World
from localcare.foundation.forms.actions import complete
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.definitions import pathways
from localcare.foundation.pathways.models import Journey, Task
from localcare.foundation.people.models import Person
from localcare.foundation.record.models import Stay
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import Reader
from localcare.synthetic.definitions import definition

LONDON = ZoneInfo("Europe/London")
DISCHARGE = "discharge-to-assess"
LATEST = timedelta(days=6)  # how long ago she can have come home


def personas() -> dict[str, Person]:
    """The people of the papers by their given name, as far as they are in the register."""
    found: dict[str, Person] = {}
    for said in definition("personas")["personas"]:
        named = Person.objects.filter(family_name=said["family"], given_name=said["given"], merged_into=None)
        person = named.filter(nhs_number__isnull=False).order_by("pk").first()
        if person is not None:
            found[said["given"]] = person
    return found


def tell_personas(world: World) -> None:
    """Give the world their stories."""
    known, home = personas(), str(world.rates["home"])
    if dorothy := known.get("Dorothy"):
        plan = Plan(stays={"respond": "accepted"}, outcomes={"class": "two-hours"}, hurries=True)
        call = Call(9001, home, plan, need="frailty", person=dorothy)
        world.tell(contact(world, call), world.end - timedelta(minutes=75))
    if vera := known.get("Vera"):
        home_at = _came_home(vera, world.end)
        world.tell(_vera(world, vera, home, home_at), home_at - timedelta(hours=6))


def _came_home(vera: Person, end: datetime) -> datetime:
    """When her last stay ended, three days ago or more so that all her story has happened whatever the hour is.

    The afternoon of three days ago where the record has nothing that fits.
    """
    midnight = end.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    stays = Stay.objects.filter(person=vera, discharged_at__range=(end - LATEST, midnight))
    latest = stays.order_by("-discharged_at").first()
    if latest is not None and latest.discharged_at is not None:
        return latest.discharged_at
    return midnight - timedelta(hours=10)


def _vera(world: World, vera: Person, area: str, home_at: datetime) -> Story:
    """From the ward home: arranged, settled, assessed within 24 hours, home care and nursing, a first review."""
    told = _Telling(world, vera, area)
    journey = told.open()
    yield from told.accept_and_end("coordinate", 5, 110, "home_with_support_and_carer")
    told.leave_open("carers-assessment", "assess", "accepted")
    settle = told.task("settle_at_home")
    yield world.now + timedelta(minutes=20)
    actions.accept(task=settle, by=told.by("rapid-response"), to_user=told.by("rapid-response").user)
    for code, at in (("left-hospital", -20), ("arrived-home", 15)):
        yield home_at + timedelta(minutes=at)
        actions.milestone(task=settle, by=told.by("rapid-response"), code=code)
    yield home_at + timedelta(minutes=60)
    told.end(settle, "settled")
    assess = told.task("assess")
    yield world.now + timedelta(minutes=25)
    actions.accept(task=assess, by=told.by("integrated-discharge-team"))
    yield told.at(home_at, days=1, clock=time(10, 5))
    actions.start(task=assess, by=told.by("integrated-discharge-team"))
    yield told.at(home_at, days=1, clock=time(11, 20))
    told.end(assess, "package")
    yield from told.accept_and_end("arrange_package", 20, 75, "care_and_nursing")
    care, nursing = told.task("home_care"), told.task("district_nursing")
    yield world.now + timedelta(minutes=30)
    actions.accept(task=care, by=told.by("domiciliary-care"))
    actions.accept(task=nursing, by=told.by("district-nursing"))
    yield told.at(home_at, days=1, clock=time(17, 30))
    actions.start(task=care, by=told.by("domiciliary-care"))
    yield told.at(home_at, days=2, clock=time(9, 15))
    actions.start(task=nursing, by=told.by("district-nursing"))
    yield told.at(home_at, days=2, clock=time(17, 0))
    review = told.form(care, "reablement-review", "", said=REVIEW)
    actions.review(task=care, by=told.by("domiciliary-care"), response=review)
    assert journey.pk


REVIEW = {
    "with": "Vera, Ernest and the care worker",
    "goal-progress": "on-the-way",
    "progress-note": "Settled at home. Washes her face and hands alone; walks to the kitchen with the frame.",
    "visits-per-day": 2,
    "mobility": "aid",
    "carer-view": "Ernest is tired but glad that she is home.",
    "decision": "continue",
}
SUPPORT = {
    "reason-for-admission": "Stroke, with weakness of the right side.",
    "carer-able": "with-support",
    "carer-detail": "Ernest, her husband, is frail himself and not well enough to care for her alone.",
    "cognition": "marked",
    "cognition-detail": "Short sentences, one thing at a time, Ernest beside her.",
    "goals": "To be at home with Ernest.",
    "follow-up": "Stroke clinic in six weeks.",
}


class _Telling:
    """Vera's journey in the hands of whoever tells it: her teams' logins act, nobody else does."""

    def __init__(self, world: World, vera: Person, area: str) -> None:
        self.world, self.vera, self.area = world, vera, area
        world.areas[vera.pk] = area
        self.steps = pathways()[DISCHARGE].steps

    def service(self, kind: str) -> Service:
        """The service of a kind where she lives."""
        found = self.world.cast.service(kind, self.area)
        assert found is not None, f"There is no {kind} for {self.area}: see definitions/services."
        return found

    def by(self, kind: str) -> Reader:
        """Somebody of the team: the demonstration's login, where there is one."""
        return self.world.cast.team(self.service(kind))[0]

    def open(self) -> Journey:
        """The acute discharger fills in what she needs, and asks."""
        by = self.by("acute-discharge")
        answers = ANSWERS["discharge-support"](self.vera, self.world.now, self.world.random, "") | SUPPORT
        support = complete(
            person=self.vera, form="discharge-support", answers=answers, by=by, context="week:vera",
            key="week:vera:discharge-support", at=self.world.now,
        )  # fmt: skip
        self.journey = actions.open_journey(
            person=self.vera, pathway=DISCHARGE, by=by, asked_by=self.service("acute-discharge"), answers=support,
            services={"coordinate": self.service("single-point-of-access")}, reason="Ready to leave hospital.",
            key="week:vera",
        )  # fmt: skip
        self.world.plans[self.journey.pk] = Plan(stays=dict.fromkeys(self.steps, "requested"))
        return self.journey

    def task(self, step: str) -> Task:
        """The latest task of a step."""
        tasks = Task.objects.select_related("journey__version", "journey__person").filter(
            journey=self.journey
        )
        return tasks.filter(step=step).order_by("-pk")[0]

    def at(self, moment: datetime, *, days: int, clock: time) -> datetime:
        """A time of day some days after a moment; never before what was told last."""
        day = moment.astimezone(LONDON).date() + timedelta(days=days)
        return max(datetime.combine(day, clock, LONDON), self.world.now + timedelta(minutes=10))

    def form(self, task: Task, form: str, outcome: str, said: dict[str, Any] | None = None) -> Any:
        """A form of the step; with answers of her own where they are said."""
        by = self.by(self.steps[task.step].by)
        if said is None:
            return filled_for(task, form, by=by, at=self.world.now, random=self.world.random, outcome=outcome)
        answers = ANSWERS[form](self.vera, self.world.now, self.world.random, outcome) | said
        key = f"week:vera:{form}:{task.reference}"
        return complete(
            person=self.vera,
            form=form,
            answers=answers,
            by=by,
            context=str(task.reference),
            key=key,
            at=self.world.now,
        )

    def end(self, task: Task, outcome: str) -> None:
        """Finish a step and ask the teams of her area for what follows."""
        step = self.steps[task.step]
        form = self.form(task, step.form, outcome) if step.form else None
        services = {code: self.service(self.steps[code].by) for code in step.outcomes[outcome].to}
        actions.done(task=task, by=self.by(step.by), outcome=outcome, response=form, services=services)

    def accept_and_end(self, step: str, answer: int, length: int, outcome: str) -> Story:
        """Accept, begin and finish a step, so many minutes after it was asked for."""
        task, by = self.task(step), self.by(self.steps[step].by)
        yield self.world.now + timedelta(minutes=answer)
        actions.accept(task=task, by=by, to_user=by.user)
        actions.start(task=task, by=by)
        yield self.world.now + timedelta(minutes=length)
        self.end(task, outcome)

    def leave_open(self, pathway: str, step: str, stage: str) -> None:
        """What was opened from here goes as far as a stage, and is still open now."""
        for opened in Journey.objects.filter(opened_from__journey=self.journey, version__pathway=pathway):
            self.world.plans[opened.pk] = Plan(stays={step: stage}, hurries=True)
            self.world.areas[opened.person_id] = self.area
