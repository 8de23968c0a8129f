"""The reviewed kinds, needs and services of the demonstration."""

import pytest
from django.utils import timezone

from localcare.foundation.places.actions import load_place_definitions
from localcare.foundation.services.actions import load_service_definitions
from localcare.foundation.services.definitions import demonstration_teams, kinds, needs
from localcare.foundation.services.entries import faults_of_entry
from localcare.foundation.services.models import Capacity, Service
from localcare.foundation.services.queries import default_service
from localcare.kernel.access.readers import system_reader
from localcare.kernel.access.roles import roles
from tests.factories import registered_person

NINE_NEEDS = 9
BY = system_reader("test")


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
    for code in ("SYN-DOVR-A", "SYN-MEDW-A"):
        person = registered_person(at=practice_like(code))
        missing = [kind for kind in kinds() if default_service(kind, person) is None]
        assert missing == []
    assert Service.objects.get(kind="mental-health-screening").hours == ""


def practice_like(code: str):
    """The practice, or another of the same cluster's letters."""
    from localcare.foundation.places.models import Organisation

    return Organisation.objects.filter(code__startswith=code[:7], organisation_type="practice").first()


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


def test_the_teams_of_the_demonstration_are_of_logins_and_services_that_exist():
    assert {team["username"] for team in demonstration_teams()} <= roles().keys() | {"call-handler-2"}
