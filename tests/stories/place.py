"""A small place with the services of Vera's story, its people, and what they do on forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from localcare.foundation.forms import actions as forms
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import Journey, Task, TaskState
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.pathways.timers import fire_due
from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.record.models import Source, Stay
from localcare.foundation.services.models import Membership, Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader, reader_for
from tests.factories import registered_person, user_with_role

LONG_AGO = date(2020, 1, 1)
TITLES = {
    "acute-discharge": "Harbour Hospital discharge team",
    "single-point-of-access": "Coast single point of access",
    "rapid-response": "Coast rapid response",
    "integrated-discharge-team": "Coast integrated discharge team",
    "domiciliary-care": "Coast care at home",
    "district-nursing": "Coast district nursing",
    "case-management": "Coast case management",
    "care-navigation": "Coast care navigation",
    "carers-support": "Coast carers support",
    "social-care": "Coast social care",
    "community-hospital": "Coast community hospital",
    "community-equipment": "Coast equipment",
    "end-of-life-care": "Coast end of life care",
    "mental-health-screening": "Coast mental health screening",
    "reablement": "Coast reablement",
    "voluntary-sector": "Coast neighbours",
}

SUPPORT = {
    "home-address": "1 Harbour Street, Deal",
    "contact": "Sister Amara, Kingfisher ward, 01632 960001",
    "ward": "Harbour Hospital, Kingfisher ward",
    "admitted-on": (timezone.localdate() - timedelta(days=60)).isoformat(),
    "reason-for-admission": "Fell at home, chest infection",
    "criteria-to-reside": False,
    "discharge-ready-on": (timezone.localdate() - timedelta(days=50)).isoformat(),
    "planned-discharge": timezone.localdate().isoformat(),
    "discharge-pathway": "p1",
    "mobility": "one-person",
    "weight-bearing": "full",
    "personal-care": "Help with washing and dressing, mornings and evenings",
    "cognition": "mild",
    "cognition-detail": "A calm voice, one thing at a time",
    "carer-able": "unable",
    "carer-detail": "Ernest is frail himself and not well enough to be her carer now",
    "services": [
        {"service": "domiciliary-care", "times": 2, "per": "day", "weeks": 6},
        {"service": "district-nursing", "times": 2, "per": "week", "weeks": 6},
        {"service": "carers-support", "times": 1, "per": "week"},
    ],
    "safeguarding": False,
    "capacity": "has-capacity",
    "consent": True,
    "goals": "To live in her own home with Ernest",
}
ASSESSED = {
    **dict.fromkeys(("nutrition", "hygiene", "toilet", "dressing", "home-safely"), "with-help"),
    "falls": False,
    "goals": "To wash and cook on her own again",
    "outcome": "package",
    "services": [
        {"service": "domiciliary-care", "times": 2, "per": "day", "weeks": 6},
        {"service": "district-nursing", "times": 2, "per": "week", "weeks": 6},
    ],
    "carer-needs": True,
}
REVIEWED = {
    "with": "Vera and Ernest",
    "goal-progress": "on-the-way",
    "progress-note": "Washes on her own, still needs help with the stairs",
    "visits-per-day": 2,
    "mobility": "aid",
    "decision": "continue",
}
ENDED = {"outcome": "independent", "goals-reached": "all"}
CARER = {
    "cares-for": "Vera, his wife",
    "what-caring": "Cooking, washing, keeping her company",
    "willing": "with-support",
    "necessary-care": True,
    "health-at-risk": True,
    "health-detail": "Short of breath, sleeps badly",
    "unable": ["recreation"],
    "wellbeing-impact": True,
    "wellbeing-detail": "Has not left the house for a month",
    "wants": "A few hours a week for himself",
    "eligible": "eligible",
    "eligible-reason": "Necessary care, health at risk, no recreation, great impact",
    "support": ["break", "group"],
}


class Place:
    """The services by kind, and whoever works in them."""

    def __init__(self) -> None:
        self.services = {
            kind: Service.objects.create(
                code=kind, title=title, kind=kind, telephone=f"01632 9600{number:02}"
            )
            for number, (kind, title) in enumerate(TITLES.items(), 10)
        }
        self.users: dict[str, User] = {}

    def works_in(
        self, *kinds: str, role: str = "community-professional", everywhere: bool = True, **names: str
    ) -> Reader:
        """Somebody who works in services of these kinds."""
        user = user_with_role(role, everywhere=everywhere, **names)
        for kind in kinds:
            Membership.objects.create(user=user, service=self.services[kind], starts_on=LONG_AGO)
        return reader_for(user)


def vera_and_ernest() -> tuple[Person, Person]:
    """Vera, and her husband who cares for her."""
    vera = registered_person(given_name="Vera", family_name="Marshfield")
    ernest = registered_person(
        given_name="Ernest", family_name="Marshfield", sex=Person.Sex.MALE, birth_date=date(1944, 5, 2)
    )
    Relationship.objects.create(person=vera, related_person=ernest, kind="unpaid-carer")
    return vera, ernest


def admitted(person: Person, *, days_ago: int = 5, discharged_days_ago: int | None = None) -> Stay:
    """A stay as a feed writes it."""
    source, _ = Source.objects.get_or_create(code="test-feed", defaults={"name": "Feed of the tests"})
    today = timezone.localdate()
    discharged = None if discharged_days_ago is None else today - timedelta(days=discharged_days_ago)
    return Stay.objects.create(
        person=person,
        source=source,
        source_key=f"{person.pk}:{days_ago}:{discharged_days_ago}",
        provider_code="HARBOUR",
        admission_type="emergency",
        admitted_on=today - timedelta(days=days_ago),
        discharged_on=discharged,
        reason="Fell at home",
    )


def leaves_hospital(stay: Stay, at: datetime) -> None:
    """The discharge arrives by the record."""
    Stay.objects.filter(pk=stay.pk).update(discharged_on=timezone.localdate(at), discharged_at=at)


def written(form: str, person: Person, by: Reader, answers: dict[str, Any], **changed: Any) -> FormResponse:
    """A form filled in and completed as a page does it."""
    today = timezone.localdate().isoformat()
    days = {
        "home-assessment": {"seen-at": timezone.now().isoformat()},
        "reablement-review": {"reviewed-on": today},
        "package-end": {"ended-on": today},
        "carers-assessment": {"assessed-on": today},
    }.get(form, {})
    return forms.complete(person=person, form=form, answers={**answers, **days, **changed}, by=by)


def open_task(journey: Journey, step: str) -> Task:
    """The open task of a step."""
    return TaskState.objects.select_related("task").get(journey=journey, step=step, is_open=True).task


def accept_and_start(task: Task, by: Reader) -> Task:
    """What every service does first."""
    actions.accept(task=task, by=by)
    actions.start(task=task, by=by)
    return task


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Live at a moment that has passed; what fell due before it fires first."""
    with as_if_at(moment):
        fire_due(moment)
        yield
