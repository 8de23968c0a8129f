"""How a team deals with one task: answers, begins, passes its points, reviews, pauses, ends; or leaves it where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from localcare.analysis.pathways.model import ANY_SERVICE, Outcome, Pathway, Span, Step
from localcare.analysis.pathways.working_time import due_after
from localcare.care.rapid_response import actions as rapid
from localcare.config.demonstration.week.answers import filled_for
from localcare.config.demonstration.week.rates import between, drawn
from localcare.config.demonstration.week.world import Plan, Story, World
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.definitions import hours, pathway_of, span_on
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import JourneyState, Task, TaskState
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import Reader

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
RAPID = "rapid-response"
WHY = "As the person wished, and as written in the notes."
REASONS = {
    "conveyed": "Worse than can be looked after at home; ambulance called.",
    "no_contact": "No answer at the door or by telephone.",
    "not_ready": "Temperature again this morning; the ward keeps the person.",
    "readmitted": "Short of breath in the night; taken back by ambulance.",
    "no_home_care_yet": "Home care has no room before Thursday.",
    "no_follow_up": "Wants no more visits.",
    "not_wanted": "Does not want it now.",
    "handed_on": "Another service is the right one.",
    "partly_done": "A second visit is needed.",
}


@dataclass
class Job:
    """One task and the team that has it, as the story sees them."""

    world: World
    task: Task

    @cached_property
    def pathway(self) -> Pathway:
        """The pathway that the journey is on."""
        return pathway_of(self.task.journey.version)

    @cached_property
    def step(self) -> Step:
        """What is asked."""
        return self.pathway.steps[self.task.step]

    @cached_property
    def plan(self) -> Plan:
        """What is settled beforehand."""
        return self.world.plan_of(self.task.journey)

    @property
    def name(self) -> str:
        """The step as the rates call it."""
        return f"{self.pathway.code}/{self.step.code}"

    def state(self) -> TaskState:
        """Where the task stands now."""
        state = TaskState.objects.get(pk=self.task.pk)
        if state.service_id is not None:
            state.service = self.world.cast.known_service(state.service_id)
        return state

    def stays(self, *stages: str) -> bool:
        """Whether nobody goes on from here."""
        return self.plan.stays.get(self.step.code) in stages

    @cached_property
    def rule(self) -> dict[str, Any]:
        """How such a team does such a step."""
        kind = self.step.by
        if kind == ANY_SERVICE:
            service = self.state().service
            kind = service.kind if service else ""
        return self.world.rates.work(self.name, kind)

    def draw(self, what: str) -> float:
        """A length in minutes."""
        return between(self.world.random, self.rule[what])

    def after(self, what: str, service: Service | None) -> datetime:
        """When so long has passed in the hours of the service."""
        return self.in_hours(self.draw(what), service)

    def in_hours(self, minutes: float, service: Service | None) -> datetime:
        """When so many minutes have passed in which the service is open."""
        if self.plan.hurries or service is None or not service.hours:
            return self.world.later(minutes, self.plan)
        return due_after(self.world.now, timedelta(minutes=minutes), hours(service.hours))

    def chance(self, share: float) -> bool:
        """Whether something happens that happens in this share of cases; never to what is settled beforehand."""
        return not self.plan.hurries and self.world.random.random() < share

    def by(self, state: TaskState) -> Reader:
        """Who of the team does it: whoever has it, else anybody."""
        assert state.service is not None
        if state.assigned_to_id is not None:
            return self.world.cast.reader(state.assigned_to_id, state.service)
        return self.world.cast.member(state.service)

    def length(self, span: Span) -> timedelta:
        """How long a span of the definition is on the day that is played."""
        found = span_on(span, self.world.now.date())
        return timedelta(**{UNITS[found.unit]: found.amount})

    def outcome(self) -> Outcome:
        """How it ends: as settled, by the shares, or any of the plain ways."""
        settled = self.plan.outcomes.get(self.step.code)
        shares: Mapping[str, float] = self.world.rates.outcomes(self.name)
        plain = [code for code, one in self.step.outcomes.items() if not one.needs_reason and not one.stop]
        code = settled or (drawn(self.world.random, shares) if shares else self.world.random.choice(plain))
        return self.step.outcomes[code]

    def form(self, by: Reader, form: str, outcome: str, seen_at: datetime | None = None) -> FormResponse:
        """A form of the step, completed now."""
        return filled_for(
            self.task,
            form,
            by=by,
            at=self.world.now,
            random=self.world.random,
            outcome=outcome,
            seen_at=seen_at,
        )

    def refused(self, error: NotPossible, what: str) -> None:
        """Remember what the engine refused: a generator that plays by the rules has nothing refused."""
        if JourneyState.objects.filter(journey=self.task.journey_id, is_open=True).exists():
            self.world.troubles.append(f"{self.name}: {what}: {error}")


def work(world: World, task: Task) -> Story:
    """The story of one task in the hands of its team."""
    job = Job(world, task)
    state = job.state()
    if state.service is None or job.stays("requested"):
        return
    if state.state == "requested":
        yield job.after("answer", state.service)
        state = job.state()
        if state.state != "requested":
            return
        if not _accept(job, state):
            yield from _ask_again(job)
            return
    if job.stays("accepted"):
        return
    try:
        if job.step.lasts is not None:
            yield from _go_on_for_days(job, state)
        else:
            yield from _do_it(job, state)
    except NotPossible as refused:
        job.refused(refused, "work")


def _accept(job: Job, state: TaskState) -> bool:
    by = job.by(state)
    code = job.plan.declines.get(job.step.code, "")
    reasons = job.step.decline_reasons
    usual = [one for one in job.rule.get("decline_codes", reasons) if one in reasons]
    if not code and usual and job.chance(job.rule["decline"]):
        code = job.world.random.choice(usual)
    if code:
        actions.decline(task=job.task, by=by, code=code)
        return False
    try:
        actions.accept(task=job.task, by=by, to_user=by.user)
    except NotPossible as refused:
        if not rapid.is_about_room(refused):
            job.refused(refused, "accept")
            return False
        code = next((one for one in ("no-room", "not-available-in-time", "no-bed") if one in reasons), "")
        actions.decline(task=job.task, by=by, code=code, reason=str(refused))
        return False
    return True


def _ask_again(job: Job) -> Story:
    """Most of those who asked ask somebody else; some have the refusal still before them."""
    state = job.state()
    if (
        state.asked_by is None
        or state.service is None
        or job.step.code in job.plan.declines
        or job.chance(0.3)
    ):
        return
    yield job.in_hours(job.world.random.uniform(10, 120), state.asked_by)
    state = job.state()
    if state.state != "declined" or state.asked_by is None or state.service is None:
        return
    by = job.world.cast.member(state.asked_by)
    other = job.world.cast.other_service(state.service, state.person, job.world.now)
    try:
        actions.ask_again(
            task=job.task, by=by, to=other or state.service, reason="Asked anew after the refusal."
        )
    except NotPossible as refused:
        job.refused(refused, "ask again")


def _do_it(job: Job, state: TaskState) -> Story:
    """Work that is done once: begin or pass the points on the way, perhaps pause, end."""
    yield job.after("begin", state.service)
    seen_at: datetime | None = None
    for number, point in enumerate(job.step.milestones):
        state = job.state()
        if state.state not in ("accepted", "started"):
            return
        actions.milestone(task=job.task, by=job.by(state), code=point)
        seen_at = job.world.now
        if job.stays(point):
            return
        yield job.world.later(job.draw("travel") if number == 0 else job.world.random.uniform(2, 8), job.plan)
    if not job.step.milestones:
        state = job.state()
        if state.state == "accepted" and not job.stays("paused"):
            actions.start(task=job.task, by=job.by(state))
    if job.stays("started"):
        return
    yield from _pause(job)
    if job.stays("paused"):
        return
    yield job.after("lasts", state.service)
    _end(job, seen_at)


def _pause(job: Job) -> Story:
    if not (job.stays("paused") or job.chance(job.rule["pause"])):
        return
    state = job.state()
    if state.state not in ("accepted", "started"):
        return
    reason = "Away at the hospital for an appointment; goes on when back."
    until = None if job.stays("paused") else job.world.now + timedelta(hours=job.world.random.randint(3, 30))
    actions.pause(task=job.task, by=job.by(state), reason=reason, until=until)
    if until is not None:
        yield until + timedelta(minutes=1)


def _end(job: Job, seen_at: datetime | None = None) -> None:
    state = job.state()
    if state.state not in ("accepted", "started"):
        return
    by, outcome = job.by(state), job.outcome()
    form = "" if outcome.without_form else job.step.form
    response = job.form(by, form, outcome.code, seen_at) if form else None
    reason = REASONS.get(outcome.code, WHY) if outcome.needs_reason else ""
    services = {step: service for step in outcome.to if (service := _next_service(job, step))}
    end = rapid.conclude if state.service and state.service.kind == RAPID else actions.done
    end(task=job.task, by=by, outcome=outcome.code, response=response, reason=reason, services=services)


def _next_service(job: Job, step: str) -> Service | None:
    """Which service the next step goes to: the one that covers the area where the story plays."""
    area = job.world.areas.get(job.task.journey.person_id)
    kind = job.pathway.steps[step].by
    return job.world.cast.service(kind, area) if area and kind != ANY_SERVICE else None


def _go_on_for_days(job: Job, state: TaskState) -> Story:
    """A package: begin, review in its rhythm (some reviews are missed), end in its time or later than the week."""
    lasts = job.step.lasts
    assert lasts is not None
    if state.state != "started":
        yield job.after("begin", state.service)
        state = job.state()
        if state.state != "accepted":
            return
        for point in job.step.milestones:
            actions.milestone(task=job.task, by=job.by(state), code=point)
        if not job.step.milestones:
            actions.start(task=job.task, by=job.by(state))
    if job.stays("started"):
        return
    yield from _pause(job)
    if job.stays("paused"):
        return
    begun = job.world.now
    days = job.rule.get("ends_after_days")
    length = timedelta(days=between(job.world.random, days)) if days else job.length(lasts.up_to)
    every = job.length(lasts.review_every) if lasts.review_every else length
    due = begun + every
    while due + timedelta(hours=3) < begun + length:
        yield due + timedelta(minutes=job.world.random.randint(-180, 60))
        state = job.state()
        if state.state not in ("accepted", "started"):
            return
        if not job.chance(job.rule.get("skip_review", 0.2)):
            _review(job, state, lasts.review_form)
        due += every
    yield job.in_hours(1, state.service) if begun + length < job.world.now else begun + length
    _end(job)


def _review(job: Job, state: TaskState, form: str) -> None:
    by = job.by(state)
    response = job.form(by, form, "") if form else None
    note = "" if form else "Going well; goes on as it is."
    actions.review(task=job.task, by=by, response=response, note=note)
