"""Room cannot be promised twice, whatever happens at the same time."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from localcare.foundation.services.actions import ServiceRefused, hold_capacity, release, set_capacity
from localcare.foundation.services.errors import NoRoom
from localcare.foundation.services.models import Capacity, Hold
from localcare.kernel.access.readers import system_reader
from tests.people.together import at_the_same_time
from tests.services.makers import MONDAY, room, service

TUESDAY = MONDAY + timedelta(days=1)
TOTAL = 5
CALLERS = 12


@pytest.fixture
def visits(db):
    return service(capacity_unit="visits")


def test_what_is_held_is_no_longer_left_until_it_is_released(visits):
    day = room(visits, 3)
    hold_capacity(service=visits, day=MONDAY, key="task-1", quantity=2)
    day.refresh_from_db()
    assert day.promised == 2
    assert release(key="task-1") == 1
    day.refresh_from_db()
    assert day.promised == 0
    assert release(key="task-1") == 0


def test_the_same_work_holds_a_day_once(visits):
    room(visits, 1)
    first = hold_capacity(service=visits, day=MONDAY, key="task-1")
    assert hold_capacity(service=visits, day=MONDAY, key="task-1") == first
    assert Capacity.objects.get().promised == 1


def test_work_may_hold_several_days_and_give_one_back(visits):
    for day in (MONDAY, TUESDAY):
        room(visits, 1, day)
        hold_capacity(service=visits, day=day, key="task-1")
    assert release(key="task-1", day=TUESDAY) == 1
    assert dict(Capacity.objects.values_list("day", "promised")) == {MONDAY: 1, TUESDAY: 0}
    assert hold_capacity(service=visits, day=TUESDAY, key="task-1").released_at is None


def test_a_full_day_is_refused_with_the_next_day_that_has_room(visits):
    room(visits, 1, promised=1)
    room(visits, 2, TUESDAY)
    with pytest.raises(NoRoom) as refused:
        hold_capacity(service=visits, day=MONDAY, key="task-1")
    assert str(refused.value) == (
        "Home care has no visits left on Monday 24 November 2025 and 1 is asked for. "
        "The next day with room is Tuesday 25 November 2025."
    )


def test_a_day_that_was_not_filled_in_is_refused(visits):
    with pytest.raises(NoRoom, match=r"has not said what room it has .* No later day has room yet"):
        hold_capacity(service=visits, day=MONDAY, key="task-1")


def test_a_service_that_counts_nothing_needs_no_hold(db):
    assert hold_capacity(service=service(), day=MONDAY, key="task-1") is None
    assert not Hold.objects.exists()


def test_the_database_itself_refuses_to_promise_more_than_there_is(visits):
    room(visits, 1, promised=1)
    with pytest.raises(IntegrityError, match="services_capacity_not_exceeded"), transaction.atomic():
        Capacity.objects.update(promised=F("promised") + 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_callers_at_once_exactly_as_many_succeed_as_there_is_room():
    visits = service(capacity_unit="visits")
    room(visits, TOTAL)

    def hold(number):
        return lambda: hold_capacity(service=visits, day=MONDAY, key=f"task-{number}")

    results = at_the_same_time(CALLERS, *(hold(number) for number in range(CALLERS)))
    assert sum(isinstance(result, Hold) for result in results) == TOTAL
    assert sum(isinstance(result, NoRoom) for result in results) == CALLERS - TOTAL
    assert Capacity.objects.get().promised == Hold.objects.filter(released_at=None).count() == TOTAL


@pytest.mark.django_db(transaction=True)
def test_the_same_work_asked_many_times_at_once_holds_once():
    visits = service(capacity_unit="visits")
    room(visits, 1)
    results = at_the_same_time(8, lambda: hold_capacity(service=visits, day=MONDAY, key="task-1"))
    assert {result.pk for result in results} == {Hold.objects.get().pk}
    assert at_the_same_time(8, lambda: release(key="task-1")).count(1) == 1
    assert Capacity.objects.get().promised == 0


@pytest.mark.django_db(transaction=True)
def test_room_taken_away_while_it_is_being_promised_leaves_no_promise_without_room():
    visits = service(capacity_unit="visits")
    room(visits, TOTAL)
    by = system_reader("test")

    def hold(number):
        return lambda: hold_capacity(service=visits, day=MONDAY, key=f"task-{number}")

    def less():
        return set_capacity(service=visits, first_day=MONDAY, total=2, by=by)

    *held, changed = at_the_same_time(8, *(hold(number) for number in range(7)), less)
    promised = sum(isinstance(result, Hold) for result in held)
    day = Capacity.objects.get()
    assert day.promised == promised <= day.total
    assert (day.total == 2) == (changed == 1)  # refused only when more was promised already
    assert changed == 1 or isinstance(changed, ServiceRefused)


def test_a_range_of_days_is_set_on_the_chosen_weekdays(visits):
    by = system_reader("test")
    last = MONDAY + timedelta(days=13)
    days = set_capacity(service=visits, first_day=MONDAY, last_day=last, total=4, weekdays=(5, 6), by=by)
    assert days == 4
    assert {day.weekday() for day in Capacity.objects.values_list("day", flat=True)} == {5, 6}


def test_a_total_below_what_is_promised_is_refused_and_no_day_changes(visits):
    room(visits, 9)
    room(visits, 9, TUESDAY, promised=3)
    with pytest.raises(
        ServiceRefused, match=r"Tuesday 25 November 2025 3 visits are promised .* Enter 3 or more"
    ):
        set_capacity(service=visits, first_day=MONDAY, last_day=TUESDAY, total=2, by=system_reader("test"))
    assert set(Capacity.objects.values_list("total", flat=True)) == {9}
