"""A small place with something on every page: loaded and stratified as a real one is, with an account of every role."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.models import ListEntry, Run
from localcare.exchange.extracts.load import load_dataset
from localcare.foundation.people.models import Person
from localcare.foundation.places.actions import load_place_definitions
from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.readers import system_reader
from localcare.kernel.access.roles import roles
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares
from tests.factories import practice, user_with_role

PEOPLE = 120
PRACTICES = (("SYN-TEST-A", "Deal", 60.0), ("SYN-TEST-B", "Margate", 60.0))


@dataclass
class Place:
    """What the addresses and the tests of pages refer to."""

    person: Person
    account: User
    grant: RoleGrant
    run: Run
    users: dict[str, User] = field(default_factory=dict)


def written_dataset(folder: Path) -> Path:
    """A linked dataset of a few synthetic people up to yesterday, written once and loaded by each test."""
    yesterday = timezone.localdate() - timedelta(days=1)
    return synthesise(
        people=PEOPLE, seed=7, as_of=yesterday, practices=practice_shares(list(PRACTICES)), out=folder
    )


def loaded_place(dataset: Path) -> Place:
    """Load the places and the dataset, make the list and the accounts."""
    loader = system_reader("the browser tests")
    load_place_definitions(by=loader)
    for code, _, _ in PRACTICES:
        practice(code)
    load_dataset(dataset, by=loader)
    run = run_stratification(as_of=timezone.localdate(), by=loader)
    users = {code: user_with_role(code, everywhere=True, username=f"the-{code}") for code in roles()}
    account = user_with_role("gp", practice=PRACTICES[0][0], username="a.colleague")
    entry = ListEntry.objects.order_by("-pk").first()
    person = entry.person if entry else Person.objects.first()
    return Place(person=person, account=account, grant=account.role_grants.get(), run=run, users=users)
