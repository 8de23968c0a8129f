"""Which services come first, and why the others do not."""

from datetime import date, timedelta

import pytest

from localcare.foundation.services import performance
from localcare.foundation.services.actions import close_service, open_service, take_back_closure
from localcare.foundation.services.performance import Performance, register_performance
from localcare.foundation.services.queries import (
    default_service,
    find_services,
    is_member,
    leads,
    services_of,
)
from localcare.kernel.access.readers import system_reader
from tests.factories import PersonFactory, area, practice, registered_person
from tests.services.makers import MONDAY, MONDAY_DAWN, MONDAY_NOON, member, room, service

LATE_EVENING = MONDAY_NOON + timedelta(hours=10)
BY = system_reader("test")


@pytest.fixture
def vera(db):
    """Seventy-nine, of a practice in Deal."""
    coast = area("south-kent-coast", kind="locality", name="South Kent Coast")
    area("thanet", kind="locality", name="Thanet")
    return registered_person(at=practice("SYN-DEAL-A", within=area("deal", within=coast)))


def reasons(person=None, at=MONDAY_NOON, **wanted):
    return {match.service.code: match.why_not for match in find_services(person=person, at=at, **wanted)}


def test_a_service_outside_its_hours_says_when_it_opens(vera):
    service(hours="every-day-8-to-20")
    assert reasons(vera) == {"home-care": []}
    assert reasons(vera, at=MONDAY_DAWN) == {"home-care": ["closed until 08:00"]}
    assert reasons(vera, at=LATE_EVENING) == {"home-care": ["closed until tomorrow at 08:00"]}


def test_an_office_is_closed_on_a_bank_holiday(vera):
    service(hours="weekdays-9-to-17")
    christmas = MONDAY_NOON.replace(month=12, day=25)
    assert reasons(vera, at=christmas) == {"home-care": ["closed until 29 December 2025 at 09:00"]}


def test_age_and_area_are_said_in_words(vera):
    service("children", maximum_age=17)
    service("elsewhere", area_codes=["thanet"])
    service("hers", area_codes=["south-kent-coast"], minimum_age=65)
    assert reasons(vera) == {
        "hers": [],
        "children": ["takes people aged up to 17"],
        "elsewhere": ["serves Thanet"],
    }


def test_somebody_without_a_practice_is_matched_with_a_caution(vera):
    service(area_codes=["thanet"])
    (match,) = find_services(person=PersonFactory(), at=MONDAY_NOON)
    assert match.can_take
    assert match.cautions == ["no practice is recorded: ask whether the person lives in Thanet"]


def test_a_full_service_says_the_next_day_with_room(vera):
    full = service(capacity_unit="visits")
    room(full, 2, promised=2)
    room(full, 2, MONDAY + timedelta(days=1))
    (match,) = find_services(person=vera, at=MONDAY_NOON)
    assert match.room_left == 0
    assert match.next_room_on == MONDAY + timedelta(days=1)
    assert match.why_not == ["no room on Monday 24 November 2025; next room on Tuesday"]


def test_a_closure_says_why_and_can_be_ended_or_taken_back(vera):
    care = service(hours="every-day-8-to-20")
    ends = MONDAY_NOON + timedelta(hours=12)
    close_service(service=care, reason="Flood", starts_at=MONDAY_DAWN, ends_at=ends, by=BY)
    assert reasons(vera) == {"home-care": ["closed until tomorrow at 08:00: Flood"]}
    open_service(service=care, at=MONDAY_NOON, by=BY)
    assert reasons(vera) == {"home-care": []}
    mistake = close_service(service=care, reason="Typed by mistake", starts_at=MONDAY_DAWN, by=BY)
    assert reasons(vera) == {"home-care": ["closed until further notice: Typed by mistake"]}
    take_back_closure(closure=mistake, by=BY)
    assert reasons(vera) == {"home-care": []}


def test_what_can_be_had_now_comes_first_then_what_is_near(vera):
    service("wide")
    service("near", area_codes=["deal"])
    service("shut", area_codes=["deal"], hours="every-day-8-to-20")
    service("never", area_codes=["thanet"])
    assert list(reasons(vera, at=MONDAY_DAWN)) == ["near", "wide", "shut", "never"]


def test_of_those_that_are_shut_the_one_that_opens_first_and_has_room_comes_first(vera):
    service("a-later", hours="weekdays-9-to-17")
    service("b-sooner", hours="every-day-8-to-20")
    room(service("c-sooner-but-full", hours="every-day-8-to-20", capacity_unit="slots"), 0)
    close_service(service=service("d-for-good"), reason="Moving house", starts_at=MONDAY_DAWN, by=BY)
    found = reasons(vera, at=MONDAY_DAWN)
    assert list(found) == ["b-sooner", "a-later", "d-for-good", "c-sooner-but-full"]


def test_a_directory_is_matched_in_a_handful_of_queries(vera, django_assert_max_num_queries):
    for number in range(20):
        service(f"care-{number}", area_codes=["deal"], hours="every-day-8-to-20", capacity_unit="visits")
    with django_assert_max_num_queries(15):
        assert len(find_services(person=vera, at=MONDAY_NOON)) == 20


def test_found_by_kind_by_need_and_only_while_it_exists(vera):
    service("nursing", kind="district-nursing", needs=["wound-care"])
    service("gone", kind="district-nursing", valid_to=MONDAY)
    service("closed-for-good", kind="district-nursing", is_active=False)
    assert list(reasons(vera, kind="district-nursing")) == ["nursing"]
    assert list(reasons(vera, need="wound-care")) == ["nursing"]
    assert reasons(vera, need="emergency") == {}


def test_a_request_goes_to_the_nearest_that_serves_even_when_it_is_shut(vera):
    shut = service(area_codes=["deal"], hours="every-day-8-to-20")
    service("elsewhere", area_codes=["thanet"])
    assert default_service("domiciliary-care", vera, MONDAY_DAWN) == shut
    assert default_service("ambulance", vera, MONDAY_DAWN) is None


def test_nobody_guesses_the_area_of_somebody_without_a_practice(vera):
    person = PersonFactory()
    first = service("a-thanet", area_codes=["thanet"])
    assert default_service("domiciliary-care", person, MONDAY_NOON) == first
    service("b-deal", area_codes=["deal"])
    assert default_service("domiciliary-care", person, MONDAY_NOON) is None
    everywhere = service("c-everywhere")
    assert default_service("domiciliary-care", person, MONDAY_NOON) == everywhere


def test_how_services_answer_is_asked_once_of_whoever_registered(vera, monkeypatch):
    monkeypatch.setattr(performance, "_source", [])
    slow, quick = service("a-slow"), service("b-quick")
    assert [match.acceptance_rate for match in find_services(at=MONDAY_NOON)] == [None, None]
    register_performance(
        lambda keys: {
            slow.pk: Performance(4, 1, timedelta(hours=3)),
            quick.pk: Performance(4, 3, timedelta(minutes=5)),
        }
    )
    matches = find_services(at=MONDAY_NOON)
    assert [(match.service.code, match.acceptance_rate) for match in matches] == [
        ("b-quick", 0.75),
        ("a-slow", 0.25),
    ]


def test_who_works_where_depends_on_the_day(db):
    care, other = service(), service("other")
    reader = member(care)
    care.memberships.update(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 1))
    assert list(services_of(reader, on=MONDAY)) == [care]
    assert is_member(reader, care, on=MONDAY)
    assert not is_member(reader, other, on=MONDAY)
    assert not is_member(reader, care, on=date(2025, 12, 1))
    assert not leads(reader, on=MONDAY).exists()
    assert not services_of(BY).exists()
