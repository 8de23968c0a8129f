"""A small place with something on every page: loaded and stratified as a real one is, with an account of every role."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from localcare.analysis.measures.definitions import Indicator, indicators
from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.models import ListEntry, Run
from localcare.exchange.extracts.load import load_dataset
from localcare.exchange.loads.models import LoadRun, QuarantinedRow
from localcare.foundation.forms.actions import complete
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.models import Task
from localcare.foundation.people.duplicates import find_duplicates
from localcare.foundation.people.merging import merge_people
from localcare.foundation.people.models import Merge, Person, PossibleDuplicate
from localcare.foundation.places.actions import load_place_definitions, rename_area
from localcare.foundation.places.models import Area, Organisation, PlaceOperation
from localcare.foundation.services.actions import add_member, close_service, load_service_definitions
from localcare.foundation.services.models import Closure, Membership, Service
from localcare.kernel.access.models import RoleGrant, User
from localcare.kernel.access.readers import Reader, reader_for, system_reader
from localcare.kernel.access.roles import roles
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares
from localcare.synthetic.spoiling import spoil
from localcare.system.insight.actions import begin_anew, refresh_indicators
from localcare.system.insight.models import Rebase
from localcare.system.insight.models import Run as Measuring
from tests.factories import practice, registered_person, user_with_role
from tests.planning.in_the_place import plans_of
from tests.quality.in_the_place import quality_of
from tests.rapid_response.in_the_place import work_of_a_team
from tests.single_point_of_access.in_the_place import contacts_of_a_desk
from tests.stratification.risk.in_the_place import models_of

PEOPLE = 120
NOT_SEEN = {"seen": "not-seen", "why-not-seen": "no-answer", "done": "Rang twice", "result": "met"}
PRACTICES = (("SYN-TEST-A", "Deal", 60.0), ("SYN-TEST-B", "Margate", 60.0))


@dataclass
class Place:
    """What the addresses and the tests of pages refer to."""

    person: Person
    account: User
    grant: RoleGrant
    run: Run
    duplicate: PossibleDuplicate
    merge: Merge
    load: LoadRun
    quarantined: QuarantinedRow
    cluster: Area
    practice: Organisation
    operation: PlaceOperation
    membership: Membership  # of a service, with a closure of it
    closure: Closure
    response: FormResponse
    rapid_response: list[Task]  # asked, seen late, in a package
    contacts: dict[str, Any]  # at each step of the single point of access
    plans: dict[str, Any]  # saved, done, other, waiting
    risk_models: dict[str, Any]  # in-force, refused, failed, waiting
    quality: dict[str, Any]  # a refused run and its report, a finding, and one that was accepted
    measuring: Measuring  # of every indicator, and a chart begun anew
    rebase: Rebase
    users: dict[str, User] = field(default_factory=dict)


def written_dataset(folder: Path) -> Path:
    """A linked dataset of a few synthetic people up to yesterday, with some bad rows for the quarantine."""
    yesterday = timezone.localdate() - timedelta(days=1)
    practices = practice_shares(list(PRACTICES))
    whole = synthesise(people=PEOPLE, seed=7, as_of=yesterday, practices=practices, out=folder / "whole")
    spoil(whole, folder / "spoilt")
    return folder / "spoilt"


def loaded_place(dataset: Path) -> Place:
    """Load the places and the dataset, make the list and the accounts."""
    loader = system_reader("the browser tests")
    load_place_definitions(by=loader)
    cluster = Area.objects.filter(kind=Area.Kind.CLUSTER).earliest("pk")
    practices = [practice(code, within=cluster) for code, _, _ in PRACTICES]
    load_dataset(dataset, by=loader)
    users = {code: user_with_role(code, everywhere=True, username=f"the-{code}") for code in roles()}
    risk_models = models_of(users["analyst"], dataset.parent / "county")
    run = run_stratification(as_of=timezone.localdate(), by=loader)
    account = user_with_role("gp", practice=PRACTICES[0][0], username="a.colleague")
    load_service_definitions(by=loader)
    service = Service.objects.get(code="rapid-response-south-kent-coast")
    soon = timezone.now() + timedelta(days=2)
    person = ListEntry.objects.order_by("-pk")[0].person
    earlier = timezone.localdate() - timedelta(days=30)
    membership = add_member(
        service=service, user=users["team-lead"], is_lead=True, by=loader, starts_on=earlier
    )
    rapid_response = work_of_a_team(service, users["team-lead"])
    contacts = contacts_of_a_desk(person, users)
    return Place(
        person=person,
        account=account,
        grant=account.role_grants.get(),
        run=run,
        duplicate=possible_duplicate(loader),
        merge=merge_people(**two_alike("Merged"), reason="The same address and birth date", by=loader),
        load=LoadRun.objects.latest("pk"),
        quarantined=QuarantinedRow.objects.filter(status=QuarantinedRow.Status.OPEN).earliest("pk"),
        cluster=cluster,
        practice=practices[0],
        operation=rename_area(
            code=cluster.code,
            name="Renamed",
            on=timezone.localdate(),
            reason="Its members chose it",
            by=loader,
        ),
        membership=membership,
        closure=close_service(service=service, reason="Training of the team", starts_at=soon, by=loader),
        response=complete(person=person, form="service-outcome", answers=NOT_SEEN, by=loader),
        rapid_response=rapid_response,
        contacts=contacts,
        plans=plans_of(users["analyst"]),
        risk_models=risk_models,
        quality=quality_of(users["analyst"], PRACTICES[0][0]),
        measuring=refresh_indicators(until=timezone.localdate(), by=loader, indicators=some_indicators()),
        rebase=begin_anew(
            indicator="emergency-admissions",
            place="all",
            starts_on=timezone.localdate() - timedelta(days=200),
            reason="A second team began its work",
            by=reader_for(users["analyst"]),
        ),
        users=users,
    )


def some_indicators() -> dict[str, Indicator]:
    """A few of each kind, so that measuring takes seconds."""
    codes = (
        "emergency-admissions",
        "waiting-in-an-acute-bed",
        "contact-answered-in-time",
        "workforce-in-post",
    )
    return {code: indicators()[code] for code in codes}


def two_alike(name: str) -> dict[str, Person]:
    """Two entries for what may be one person."""
    same = {"at": PRACTICES[0][0], "family_name": name, "given_name": "Ada", "address_line": "9 Mill Lane"}
    return {"kept": registered_person(**same), "removed": registered_person(**same, nhs_number=None)}


def possible_duplicate(by: Reader) -> PossibleDuplicate:
    """A pair that waits for somebody to decide."""
    two_alike("Twice")
    find_duplicates(by=by)
    return PossibleDuplicate.objects.filter(decision="").order_by("-score")[0]
