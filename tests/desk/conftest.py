"""Three teams of a small place, people who work in them, and work asked of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import Task
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Membership, Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import reader_for
from tests.factories import registered_person, user_with_role

LONG_AGO = date(2020, 1, 1)
KINDS = {
    "single-point-of-access": "Single point of access (synthetic)",
    "rapid-response": "Rapid response Deal (synthetic)",
    "district-nursing": "District nursing Deal (synthetic)",
    "carers-support": "Carers support (synthetic)",
}


@pytest.fixture
def services(db) -> dict[str, Service]:
    return {kind: Service.objects.create(code=kind, title=title, kind=kind) for kind, title in KINDS.items()}


@pytest.fixture
def worker(services) -> Callable[..., User]:
    """Somebody who works in the service of a kind."""

    def make(kind: str, *, role: str = "community-professional", lead: bool = False, **names: str) -> User:
        user = user_with_role(role, practice="SYN-DEAL-A", **names)
        Membership.objects.create(user=user, service=services[kind], starts_on=LONG_AGO, is_lead=lead)
        return user

    return make


@pytest.fixture
def handler(worker) -> User:
    return worker("single-point-of-access", first_name="Carla", last_name="Handler")


@pytest.fixture
def nurse(worker) -> User:
    return worker("rapid-response", first_name="Nia", last_name="Nurse")


@pytest.fixture
def vera(db) -> Person:
    return registered_person(given_name="Vera", family_name="Marshfield")


@pytest.fixture
def ask(services, handler, vera) -> Callable[..., Task]:
    """Ask a service for something; gives its task."""

    def make(
        kind: str = "rapid-response",
        *,
        pathway: str = "community-service-request",
        step: str = "serve",
        person: Person | None = None,
        priority: str = "two-hour",
        reason: str = "Fell in the kitchen, cannot get up.",
    ) -> Task:
        journey = actions.open_journey(
            person=person or vera,
            pathway=pathway,
            by=reader_for(handler),
            asked_by=services["single-point-of-access"],
            priority=priority,
            services={step: services[kind]},
            reason=reason,
        )
        return journey.tasks.get()

    return make


@pytest.fixture
def urgent(ask) -> Task:
    """Somebody has to see Vera within two hours."""
    return ask(pathway="urgent-community-response", step="respond")


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make
