"""Contacts with the single point of access, made through its desk's own actions, from the ring to the goodbye."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from localcare.care.single_point_of_access import actions as desk
from localcare.care.single_point_of_access import arranging, deciding
from localcare.care.single_point_of_access.actions import Arrival, Finish
from localcare.care.single_point_of_access.definitions import definitions
from localcare.care.single_point_of_access.rules import arranging_outcome
from localcare.config.demonstration.week.rates import between, drawn
from localcare.config.demonstration.week.work import Job
from localcare.config.demonstration.week.world import Plan, Story, World
from localcare.foundation.forms.actions import complete
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import JournalEntry, Journey, Task, TaskState
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import Reader

CONTACT = "single-point-of-access-contact"
STEPS = frozenset({"answer", "triage", "arrange", "tell_caller", "ring_back", "close"})
PROFESSIONAL = {
    "gp": "Dr",
    "community": "Nurse",
    "acute": "Ward sister",
    "ambulance": "Crew",
    "nhs-111": "Adviser",
    "care-home": "Manager",
}
NINE = (
    "fall",
    "frailty",
    "mobility",
    "palliative",
    "equipment",
    "confusion",
    "catheter",
    "diabetes",
    "carer-breakdown",
)
TOLD = "Somebody will be with you as arranged; the time was said and repeated."


@dataclass(frozen=True)
class Call:
    """What is settled about one contact beforehand."""

    number: int
    area: str
    plan: Plan
    need: str = ""
    response_class: str = ""
    end: str = ""
    person: Person | None = None


def contact(world: World, call: Call) -> Story:
    """One contact: it arrives, the person is known, it waits, it is answered; the desk's next steps follow."""
    service = world.cast.service("single-point-of-access", call.area)
    person = call.person or world.cast.person(call.area)
    if service is None or person is None:
        return
    rates, need = world.rates["contacts"], call.need or _need(world)
    caller = drawn(world.random, rates["callers"])
    by = world.cast.member(service, "contact.take")
    arrived = desk.arrive(
        Arrival(
            key=f"week:contact:{call.number}",
            arrived_at=world.now,
            channel="message" if world.random.random() < rates["messages"] else "phone",
            caller_type=caller,
            caller_name=_caller(world, caller, person),
            telephone=_telephone(person, call.number),
            about=f"{person.given_name} {person.family_name}",
            says=rates["needs"][need]["says"],
        ),
        service=service,
        by=by,
    )
    journey = desk.identify(contact=arrived, person=person, by=by)
    world.plans[journey.pk] = call.plan
    world.areas[person.pk] = call.area
    if call.plan.stays.get("answer") == "requested":
        return
    if caller == "carer" and not call.plan.hurries and world.random.random() < rates["rings_off"]:
        yield world.later(2, call.plan)
        desk.take(journey=journey, by=by)
        desk.end_call(journey=journey, finish=Finish(outcome="abandoned"), by=by)
        return
    yield world.later(_wait(world, call.plan), call.plan)
    by = world.cast.member(service, "contact.take")
    desk.take(journey=journey, by=by)
    if call.plan.stays.get("answer") == "started":
        return
    yield world.later(between(world.random, rates["talk"]), call.plan)
    _end_call(world, journey, call, by, need, caller)


def _need(world: World) -> str:
    return drawn(
        world.random, {code: row["weight"] for code, row in world.rates["contacts"]["needs"].items()}
    )


def _wait(world: World, plan: Plan) -> float:
    rates = world.rates["contacts"]
    long = rates["long_wait"]
    is_long = not plan.hurries and world.random.random() < long["share"]
    return between(world.random, long["minutes"] if is_long else rates["wait"])


def _caller(world: World, caller: str, person: Person) -> str:
    if caller == "person":
        return f"{person.given_name} {person.family_name}"
    said = world.rates["colleagues"]
    family = person.family_name if caller == "carer" else world.random.choice(said["family"])
    return f"{PROFESSIONAL.get(caller, '')} {world.random.choice(said['given'])} {family}".strip()


def _telephone(person: Person, number: int) -> str:
    return person.telephone or f"01632 960{number % 1000:03d}"


def _end_call(world: World, journey: Journey, call: Call, by: Reader, need: str, caller: str) -> None:
    outcome = call.end or (
        "taken" if call.plan.hurries else drawn(world.random, world.rates["contacts"]["ends"])
    )
    add_to = _open_request(journey) if outcome == "already_open" else None
    if outcome == "already_open" and add_to is None:
        outcome = "taken"
    answers = _answers(world, journey.person, need, caller, call, is_emergency=outcome == "emergency")
    kept = {} if outcome == "abandoned" else answers
    finish = Finish(
        outcome=outcome,
        answers=kept,
        is_complete=bool(kept),
        reason="Rings about the same again.",
        add_to=add_to,
    )
    desk.end_call(journey=journey, finish=finish, by=by)


def _open_request(journey: Journey) -> Task | None:
    open_ones = TaskState.objects.filter(person=journey.person_id, is_open=True).exclude(journey=journey)
    state = open_ones.exclude(pathway=CONTACT).select_related("task").order_by("task").first()
    return state.task if state else None


def _answers(
    world: World, person: Person, need: str, caller: str, call: Call, *, is_emergency: bool
) -> dict[str, Any]:
    random = world.random
    flag = (
        "breathing"
        if is_emergency
        else "self-harm"
        if need == "mental-health" and random.random() < 0.2
        else "none"
    )
    address = ", ".join(part for part in (person.address_line, person.postcode) if part)
    return {
        "caller-type": caller,
        "caller-name": _caller(world, caller, person),
        "callback-number": _telephone(person, call.number),
        "channel": "phone",
        "address": address or "At home",
        "reason": world.rates["contacts"]["needs"][need]["says"],
        "needs": [need],
        "began": random.choice(["This morning", "Yesterday", "Since the weekend"]),
        "alone": random.random() < 0.35,
        "red-flags": [flag],
        "safeguarding": False,
        "urgency": random.choice(["two-hours", "same-day", "two-days", "routine"]),
        "consent": "agrees",
        "told": "A clinician looks at it now and rings back.",
    }


def desk_work(world: World, task: Task) -> Story:
    """A later step of a contact in the hands of the desk."""
    job = Job(world, task)
    if job.state().service is None or job.stays("requested"):
        return
    try:
        yield from DESK[task.step](job)
    except NotPossible as refused:
        job.refused(refused, "desk")


def _answer_again(job: Job) -> Story:
    """After ringing back: answered anew. The first answer is the story of the contact itself."""
    if job.task.journey.tasks.filter(step="ring_back").exists():
        by = _by(job, "contact.take")
        desk.take(journey=job.task.journey, by=by)
        yield job.world.later(between(job.world.random, job.world.rates["contacts"]["talk"]), job.plan)
        call = Call(0, "", job.plan, end="taken")
        _end_call(job.world, job.task.journey, call, by, _need(job.world), "carer")


def _by(job: Job, permission: str) -> Reader:
    service = job.state().service
    assert service is not None
    return job.world.cast.member(service, permission)


def _triage(job: Job) -> Story:
    rates = job.world.rates["contacts"]
    yield job.world.later(between(job.world.random, rates["triage"]["wait"]), job.plan)
    by = _by(job, "contact.triage")
    desk.hold(task=job.task, by=by)
    if job.stays("started"):
        return
    yield job.world.later(between(job.world.random, rates["triage"]["lasts"]), job.plan)
    need = _need_of(job.task.journey)
    response_class = job.plan.outcomes.get("class") or _class_for(job, need)
    response = _triage_form(job, by, need, response_class)
    deciding.triage(task=job.task, by=by, response=response, also_screening=False)


def _class_for(job: Job, need: str) -> str:
    if need == "mental-health":
        return "mental-health"
    shares = {
        code: share
        for code, share in job.world.rates["contacts"]["classes"].items()
        if code != "mental-health"
    }
    found = drawn(job.world.random, shares)
    if job.plan.hurries and found == "advice":
        found = "two-hours"
    return "two-days" if found == "two-hours" and need not in NINE else found


def _triage_form(job: Job, by: Reader, need: str, response_class: str) -> FormResponse:
    random = job.world.random
    answers: dict[str, Any] = {
        "spoke-to": random.choice(["person", "carer", "professional"]),
        "presenting": job.world.rates["contacts"]["needs"][need]["says"],
        "red-flags-ruled-out": True,
        "response-class": response_class,
        "response-reason": random.choice(
            ["Likely to end in hospital without help today.", "Stable, somebody is with the person.", "Known problem, worse."]
        ),
        "may-otherwise-be-admitted": response_class == "two-hours",
        "safety-net": definitions().advice([need]),
    }  # fmt: skip
    if response_class == "two-hours":
        answers["urgent-condition"] = need if need in NINE else "frailty"
    return complete(
        person=job.task.journey.person, form="clinical-triage", answers=answers, by=by,
        context=str(job.task.reference), key=f"week:{job.task.reference}:triage", at=job.world.now,
    )  # fmt: skip


def _need_of(journey: Journey) -> str:
    entry = (
        JournalEntry.objects.filter(journey=journey, task__step="answer", event="done").exclude(response=None)
        .select_related("response").order_by("-pk").first()
    )  # fmt: skip
    return str(entry.response.answers["needs"][0]) if entry and entry.response else "frailty"


def _arrange(job: Job) -> Story:
    rates = job.world.rates["contacts"]["arrange"]
    yield job.world.later(between(job.world.random, rates["wait"]), job.plan)
    by = _by(job, "contact.take")
    desk.hold(task=job.task, by=by)
    yield job.world.later(between(job.world.random, rates["ask"]), job.plan)
    for request in _requests(job):
        arranging.ask(task=job.task, request=request, by=by)
    if job.stays("started"):
        return
    begun = job.world.now
    while "requested" in arranging.latest_states(job.task.journey):
        yield job.world.later(rates["look_again"], job.plan)
        if job.world.now - begun > timedelta(minutes=rates["gives_up_after"]):
            break
    outcome, reason = _arranged(job)
    arranging.finish(task=job.task, by=by, outcome=outcome, reason=reason)


def _arranged(job: Job) -> tuple[str, str]:
    states = arranging.latest_states(job.task.journey)
    outcome = arranging_outcome(states)
    return (
        outcome,
        "" if outcome == "arranged" else "Not everybody asked has accepted yet; it is followed up.",
    )


def _requests(job: Job) -> list[arranging.Request]:
    """Whom to ask for a need, and by which pathway."""
    need = _need_of(job.task.journey)
    row, world = job.world.rates["contacts"]["needs"][need], job.world
    kind, pathway = ASKED.get(row["kind"], ASKED["rapid"])
    if row["kind"] == "rapid" and job.state().priority == "routine":
        kind, pathway = ASKED["therapy"]
    asked = [(kind, pathway)] + (
        [ASKED["nursing"]] if row["kind"] == "rapid" and world.random.random() < 0.12 else []
    )
    found = []
    for number, (one, by_way_of) in enumerate(asked):
        service = world.cast.service(one, world.areas[job.task.journey.person_id])
        if service is not None:
            key = f"week:{job.task.reference}:{number}"
            found.append(arranging.Request(service, by_way_of, row["says"], key))
    return found


ASKED = {
    "rapid": ("rapid-response", "urgent-community-response"),
    "carer": ("rapid-response", "urgent-community-response"),
    "falls": ("rapid-response", "falls-response"),
    "nursing": ("district-nursing", "community-service-request"),
    "equipment": ("community-equipment", "community-service-request"),
    "therapy": ("community-therapy", "community-service-request"),
    "mental-health": ("voluntary-sector", "community-service-request"),
}


def _tell_caller(job: Job) -> Story:
    rates = job.world.rates["contacts"]["tell"]
    yield job.world.later(between(job.world.random, rates["wait"]), job.plan)
    by = _by(job, "contact.take")
    desk.hold(task=job.task, by=by)
    yield job.world.later(between(job.world.random, rates["lasts"]), job.plan)
    advice = definitions().advice([_need_of(job.task.journey)])
    deciding.tell_caller(
        task=job.task, by=by, words=TOLD, advice=advice, reached=job.world.random.random() < 0.95
    )


def _ring_back(job: Job) -> Story:
    rates = job.world.rates["contacts"]["ring_back"]
    yield job.world.later(between(job.world.random, rates["wait"]), job.plan)
    by = _by(job, "contact.take")
    reached = job.world.random.random() < rates["reached"]
    deciding.tried_to_ring(
        task=job.task, by=by, text="No answer; tried twice.", key=f"week:{job.task.reference}:rang"
    )
    yield job.world.later(between(job.world.random, rates["wait"]), job.plan)
    deciding.rung_back(
        task=job.task, by=by, reached=reached, reason="" if reached else "Three attempts, as agreed."
    )


def _close(job: Job) -> Story:
    yield job.world.later(between(job.world.random, job.world.rates["contacts"]["close"]["wait"]), job.plan)
    arranged = JournalEntry.objects.filter(journey=job.task.journey, task__step="arrange", event="done")
    helped = not arranged.filter(code="not_available").exists()
    reason = "" if helped else "No service could do it in time; the practice was told."
    deciding.close(task=job.task, by=_by(job, "contact.take"), helped=helped, reason=reason)


DESK = {
    "answer": _answer_again,
    "triage": _triage,
    "arrange": _arrange,
    "tell_caller": _tell_caller,
    "ring_back": _ring_back,
    "close": _close,
}


def unknown_caller(world: World, number: int, service: Service, *, rings_off: bool) -> Story:
    """Somebody of whom nobody knows yet whom it is about: rang off, or wrote a message that waits to be read."""
    by = world.cast.member(service, "contact.take")
    arrival = Arrival(
        key=f"week:unknown:{number}",
        arrived_at=world.now,
        channel="phone" if rings_off else "message",
        caller_type="carer" if rings_off else "gp",
        caller_name="" if rings_off else "Dr Sampler",
        telephone=f"01632 960{(700 + number) % 1000:03d}",
        about="" if rings_off else "A patient of the practice; name to follow by telephone",
        says="" if rings_off else "Please ring the practice about a patient who went off his legs.",
    )
    contact_made = desk.arrive(arrival, service=service, by=by)
    if rings_off:
        yield world.now + timedelta(minutes=world.random.uniform(1, 4))
        desk.ring_off(contact=contact_made, by=by, note="Crying; line went dead.")
