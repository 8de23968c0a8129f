"""A single point of access with its people and services, and the answers of a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from localcare.care.single_point_of_access import actions
from localcare.care.single_point_of_access.actions import Arrival, Finish
from localcare.care.single_point_of_access.models import Contact
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Capacity, Membership, Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader, reader_for
from tests.factories import LONG_AGO, practice, registered_person, user_with_role

ANSWERS = {
    "caller-type": "gp",
    "caller-name": "Dr Ann Example",
    "callback-number": "01632 960001",
    "channel": "phone",
    "address": "1 Harbour Street, Deal",
    "reason": "Fell this morning, cannot manage the stairs",
    "needs": ["fall"],
    "alone": True,
    "red-flags": ["none"],
    "safeguarding": False,
    "urgency": "two-hours",
    "consent": "agrees",
}
ENDED = {"end-outcome": "taken"}
TRIAGED = {
    "spoke-to": "carer",
    "presenting": "Fell in the bathroom, no injury seen",
    "red-flags-ruled-out": True,
    "response-class": "two-hours",
    "response-reason": "Cannot be left alone tonight",
    "urgent-condition": "fall",
    "may-otherwise-be-admitted": True,
    "safety-net": "Ring again if drowsy or in more pain",
}


@dataclass
class Desk:
    """One place with everybody who plays a part."""

    service: Service
    rapid: Service
    nursing: Service
    screening: Service
    person: Person
    handler: User
    colleague: User
    triager: User
    supervisor: User
    responder: User
    nurse: User

    def reader(self, who: str) -> Reader:
        """One of them as a reader."""
        return reader_for(getattr(self, who))


def desk() -> Desk:
    """A desk, rapid response with room, nursing, screening, and a person of the place."""
    service = _service("single-point-of-access-test", "single-point-of-access", [])
    rapid = _service("rapid-response-test", "rapid-response", ["fall", "confusion"], capacity_unit="visits")
    nursing = _service("district-nursing-test", "district-nursing", ["fall", "wound-care", "nursing-at-home"])
    screening = _service("mental-health-screening-test", "mental-health-screening", ["mental-health"])
    for ahead in range(3):
        Capacity.objects.create(service=rapid, day=timezone.localdate() + timedelta(days=ahead), total=2)
    person = registered_person(at=practice(), given_name="Vera", family_name="Vale")
    return Desk(
        service=service,
        rapid=rapid,
        nursing=nursing,
        screening=screening,
        person=person,
        handler=_works("call-handler", service, first_name="Hana", last_name="Handler"),
        colleague=_works("call-handler", service, first_name="Cole", last_name="Colleague"),
        triager=_works("clinical-triager", service, screening, first_name="Tara", last_name="Triager"),
        supervisor=_works(
            "single-point-of-access-supervisor", service, first_name="Sam", last_name="Supervisor"
        ),
        responder=_works("rapid-response-clinician", rapid, first_name="Rae", last_name="Responder"),
        nurse=_works("community-professional", nursing, first_name="Nell", last_name="Nurse"),
    )


def _service(code: str, kind: str, needs: list[str], **fields) -> Service:
    title = code.replace("-", " ").capitalize()
    return Service.objects.create(code=code, kind=kind, title=title, needs=needs, **fields)


def _works(role: str, *services: Service, **fields) -> User:
    user = user_with_role(role, everywhere=True, **fields)
    for service in services:
        Membership.objects.create(
            user=user,
            service=service,
            starts_on=LONG_AGO,
            is_lead=role == "single-point-of-access-supervisor",
        )
    return user


def call(
    desk: Desk, *, by: str = "handler", minutes_ago: int = 3, key: str = "", outcome: str = "taken", **changed
) -> Contact:
    """A call about the person, answered and ended."""
    arrival = Arrival(
        key=key or uuid4().hex,
        arrived_at=timezone.now() - timedelta(minutes=minutes_ago),
        channel="phone",
        caller_type="gp",
        caller_name="Dr Ann Example",
        telephone="01632 960001",
        says=ANSWERS["reason"],
    )
    finish = Finish(outcome, answers={**ANSWERS, **changed}, is_complete=True) if outcome else None
    return actions.take_call(
        arrival, service=desk.service, person=desk.person, finish=finish, by=desk.reader(by)
    )


def posted(answers: dict, **more) -> dict:
    """Answers as a browser posts them."""
    said = {"yes-no": {True: "yes", False: "no"}}["yes-no"]
    data = {
        code: said.get(value, value) if isinstance(value, bool) else value for code, value in answers.items()
    }
    return {**data, **more}
