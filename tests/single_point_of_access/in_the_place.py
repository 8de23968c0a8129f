"""Contacts at each step, for the pages that every role opens in the browser tests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from localcare.care.single_point_of_access import actions, shifts
from localcare.care.single_point_of_access.actions import Finish
from localcare.care.single_point_of_access.models import HandOver
from localcare.care.single_point_of_access.queries import open_task_of
from localcare.foundation.pathways import actions as journeys
from localcare.foundation.services.models import Membership, Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import reader_for
from tests.factories import LONG_AGO
from tests.single_point_of_access.makers import Desk, call
from tests.single_point_of_access.test_arranging import asked, triaged
from tests.single_point_of_access.test_calls import message


def contacts_of_a_desk(person: Any, users: dict[str, User]) -> dict[str, Any]:
    """A contact at each step by the name of the page that works on it, a declined request, and a hand-over."""
    place = _desk(person, users)
    handler = place.reader("handler")
    declined = asked(place, triaged(place, call(place)), place.rapid, key="declined")[0]
    journeys.decline(task=declined, by=place.reader("responder"), code="other", reason="All are out")
    ringing = call(place, outcome="")
    actions.end_call(journey=ringing.identification.journey, finish=Finish("abandoned"), by=handler)
    telling = call(place, outcome="")
    actions.end_call(journey=telling.identification.journey, finish=Finish("emergency"), by=handler)
    closing = call(place, outcome="emergency").identification.journey
    task = open_task_of(closing, "tell_caller")
    actions.hold(task=task, by=handler)
    journeys.done(task=task, by=handler, outcome="told", reason="999 is on the way")
    waiting = message(place)
    hand_over: HandOver = shifts.sign_over(
        service=place.service, by=handler, to_name="The night", note="Quiet", lines=[], key="place"
    )
    return {
        "waiting": waiting.reference,
        "answer": call(place, outcome="").reference,
        "triage": call(place).reference,
        "arrange": declined.journey.opened_from.journey.arrived_as.contact.reference,
        "another": {"reference": declined.journey.opened_from.journey.arrived_as.contact.reference, "step": declined.reference},
        "ring": ringing.reference,
        "tell": telling.reference,
        "close": closing.arrived_as.contact.reference,
        "hand-over": hand_over.reference,
    }  # fmt: skip


def at(*steps: str) -> Any:
    """What an address needs: the contacts at these steps of the seeded place."""

    def found(place: Any) -> list[dict[str, UUID]]:
        return [{"reference": place.contacts[step]} for step in steps]

    return found


def _desk(person: Any, users: dict[str, User]) -> Desk:
    """The services of the directory, with the seeded accounts in them."""
    codes = {
        "service": "single-point-of-access-east-kent",
        "rapid": "rapid-response-south-kent-coast",
        "nursing": "district-nursing-south-kent-coast",
        "screening": "mental-health-screening",
    }
    services = {name: Service.objects.get(code=code) for name, code in codes.items()}
    work = {
        "call-handler": ["service"],
        "clinical-triager": ["service", "screening"],
        "single-point-of-access-supervisor": ["service"],
        "rapid-response-clinician": ["rapid"],
        "community-professional": ["nursing"],
    }
    for role, names in work.items():
        for name in names:
            Membership.objects.get_or_create(user=users[role], service=services[name], starts_on=LONG_AGO)
    assert reader_for(users["call-handler"]).may("contact.take")
    return Desk(
        **services,
        person=person,
        handler=users["call-handler"],
        colleague=users["call-handler"],
        triager=users["clinical-triager"],
        supervisor=users["single-point-of-access-supervisor"],
        responder=users["rapid-response-clinician"],
        nurse=users["community-professional"],
    )
