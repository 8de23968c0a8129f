"""The reviewed kinds, needs and services of the demonstration."""

import pytest
from django.utils import timezone

from localcare.config.demonstration.logins import open_logins
from localcare.config.demonstration.teams import join_teams
from localcare.foundation.places.actions import load_place_definitions
from localcare.foundation.places.models import Organisation
from localcare.foundation.services.actions import end_member, load_service_definitions
from localcare.foundation.services.definitions import demonstration_teams, kinds, needs
from localcare.foundation.services.entries import faults_of_entry
from localcare.foundation.services.models import Capacity, Membership, Service
from localcare.foundation.services.queries import default_service, leads, services_of
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import reader_for, system_reader
from tests.factories import LONG_AGO, registered_person

NINE_NEEDS = 9
BY = system_reader("test")
HANDLERS = ("call-handler", "call-handler-2")


def test_every_kind_answers_a_need_and_nine_needs_are_urgent():
    answering = {kind for need in needs().values() for kind in need.answered_by}
    assert answering == kinds().keys()
    urgent = [need for need in needs().values() if need.is_urgent_community_response]
    assert len(urgent) == NINE_NEEDS
    assert {need.status for need in urgent} == {"verified", "from-memory"}
    assert all("rapid-response" in need.answered_by for need in urgent)


@pytest.mark.trace("T093")
def test_everybody_in_kent_and_medway_has_a_service_of_each_kind(db):
    load_place_definitions(by=BY)
    load_service_definitions(by=BY)
    assert all(faults_of_entry(service) == [] for service in Service.objects.all())
    for code in ("SYN-DOVR", "SYN-MED"):
        like = Organisation.objects.filter(code__startswith=code, organisation_type="practice")
        person = registered_person(at=like.first())
        missing = [kind for kind in kinds() if default_service(kind, person) is None]
        assert missing == []
    assert Service.objects.get(kind="mental-health-screening").hours == ""


def test_loading_twice_is_the_same_as_once_and_keeps_what_was_changed(db):
    load_place_definitions(by=BY)
    first = load_service_definitions(by=BY)
    changed = Service.objects.get(code="rapid-response-south-kent-coast")
    Service.objects.filter(pk=changed.pk).update(telephone="01632 960999")
    Capacity.objects.filter(service=changed, day=timezone.localdate()).update(promised=2)
    assert load_service_definitions(by=BY) == first
    assert Service.objects.count() == first["services"]
    changed.refresh_from_db()
    assert changed.telephone == "01632 960999"
    assert Capacity.objects.get(service=changed, day=timezone.localdate()).promised == 2


def test_each_login_of_the_demonstration_works_in_its_services_once(db):
    load_place_definitions(by=BY)
    load_service_definitions(by=BY)
    logins = {login.username for login in open_logins(BY)}
    assert {team["username"] for team in demonstration_teams()} <= logins
    join_teams(BY)
    lead = reader_for(User.objects.get(username="team-lead"))
    assert [service.code for service in leads(lead)] == ["rapid-response-south-kent-coast"]
    joined = Membership.objects.count()
    Membership.objects.filter(user=lead.user).update(starts_on=LONG_AGO)
    end_member(membership=Membership.objects.get(user=lead.user), by=BY)
    join_teams(BY)
    assert Membership.objects.count() == joined
    assert not leads(lead).exists()
    teams = [list(services_of(reader_for(User.objects.get(username=name)))) for name in HANDLERS]
    assert teams[0] == teams[1] != []
