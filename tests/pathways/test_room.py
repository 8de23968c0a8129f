"""Room promised on acceptance and given back at the end; how services answered, from the journal."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.pathways.queries import performance
from localcare.foundation.services.actions import hold_capacity
from localcare.foundation.services.models import Capacity
from localcare.foundation.services.performance import performance_of

DAYS = 60


@pytest.fixture
def home_care(services):
    """Home care with room for four visits a day."""
    service = services["domiciliary-care"]
    service.capacity_unit = "visits"
    service.save()
    today = timezone.localdate()
    Capacity.objects.bulk_create(
        Capacity(service=service, day=today + timedelta(days=day), total=4) for day in range(DAYS)
    )
    return service


def promised(service) -> list[int]:
    return list(service.capacities.order_by("day").values_list("promised", flat=True))


def test_a_package_takes_room_on_each_of_its_days_and_gives_it_back(
    home_care, services, member, vera, completed
):
    task, carer = _home_care_task(services, member, vera, completed)
    actions.accept(task=task, by=carer)
    assert promised(home_care)[:42] == [2] * 42
    assert sum(promised(home_care)[43:]) == 0
    actions.cancel(task=task, by=carer, reason="She went to her daughter.")
    assert sum(promised(home_care)) == 0


def test_no_room_refuses_the_acceptance_with_the_next_day_and_nothing_is_kept(
    home_care, services, member, vera, completed
):
    task, carer = _home_care_task(services, member, vera, completed)
    full = timezone.localdate() + timedelta(days=3)
    hold_capacity(service=home_care, day=full, key="somebody else", quantity=3)
    before = promised(home_care)
    with pytest.raises(NotPossible, match="2 is asked for"):
        actions.accept(task=task, by=carer)
    assert promised(home_care) == before
    assert TaskState.objects.get(task=task).state == "requested"


def test_taking_an_acceptance_back_gives_the_room_back(home_care, services, member, vera, completed):
    task, carer = _home_care_task(services, member, vera, completed)
    entry = actions.accept(task=task, by=carer)
    actions.undo(entry=entry, by=carer, reason="Wrong person.")
    assert sum(promised(home_care)) == 0


def test_acceptance_rate_and_time_to_answer_come_from_the_journal(services, member, vera):
    handler = member("single-point-of-access", role="call-handler")
    nurse = member("rapid-response")
    for number in range(4):
        journey = actions.open_journey(
            person=vera,
            pathway="urgent-community-response",
            by=handler,
            asked_by=services["single-point-of-access"],
            priority="two-hour",
        )
        task = TaskState.objects.select_related("task").get(journey=journey).task
        if number == 3:
            actions.decline(task=task, by=nurse, code="outside-area")
        else:
            actions.accept(task=task, by=nurse)
    found = performance_of([services["rapid-response"].pk])[services["rapid-response"].pk]
    assert (found.answered, found.acceptance_rate) == (4, 0.75)
    assert found.time_to_answer < timedelta(minutes=1)
    service = services["rapid-response"].pk
    assert performance([service], latest=2)[service].acceptance_rate == 0.5  # the last was declined


def _home_care_task(services, member, vera, completed, *, package="care", step="home_care"):
    readers = {kind: member(kind) for kind in services}
    journey = actions.open_journey(
        person=vera,
        pathway="discharge-to-assess",
        by=readers["acute-discharge"],
        asked_by=services["acute-discharge"],
    )
    for at, kind, outcome, form in (
        ("coordinate", "single-point-of-access", "home_with_support", None),
        ("settle_at_home", "rapid-response", "settled", None),
        ("assess", "integrated-discharge-team", "package", "home-assessment"),
        ("arrange_package", "single-point-of-access", package, None),
    ):
        task = TaskState.objects.select_related("task").get(journey=journey, step=at).task
        actions.accept(task=task, by=readers[kind])
        response = completed(form, vera) if form else None
        actions.done(task=task, by=readers[kind], outcome=outcome, response=response)
    task = TaskState.objects.select_related("task").get(journey=journey, step=step).task
    return task, readers["domiciliary-care" if step == "home_care" else "district-nursing"]


def _started(services, member, vera, completed):
    task, carer = _home_care_task(services, member, vera, completed)
    actions.accept(task=task, by=carer)
    actions.start(task=task, by=carer)
    return task, carer


def last_minute(days: int):
    """The end of a day that many days ahead, as the page says a new last day."""
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def test_a_longer_package_promises_the_days_added_and_a_shorter_one_gives_them_back(
    home_care, services, member, vera, completed
):
    task, carer = _started(services, member, vera, completed)
    entry = actions.extend(task=task, by=carer, until=last_minute(48), reason="Not strong enough yet.")
    assert promised(home_care)[:49] == [2] * 49
    assert sum(promised(home_care)[49:]) == 0
    actions.undo(entry=entry, by=carer, reason="Wrong person.")
    assert promised(home_care)[:42] == [2] * 42
    assert sum(promised(home_care)[42:]) == 0
    actions.extend(task=task, by=carer, until=last_minute(9), reason="Much better.")
    assert promised(home_care)[:10] == [2] * 10
    assert sum(promised(home_care)[10:]) == 0


def test_a_longer_package_is_refused_where_the_days_added_have_no_room(
    home_care, services, member, vera, completed
):
    task, carer = _started(services, member, vera, completed)
    full = timezone.localdate() + timedelta(days=45)
    hold_capacity(service=home_care, day=full, key="somebody else", quantity=3)
    before = promised(home_care)
    with pytest.raises(NotPossible, match="earlier end"):
        actions.extend(task=task, by=carer, until=last_minute(48), reason="Not strong enough yet.")
    assert promised(home_care) == before
    assert not task.entries.filter(event="extended").exists()


def test_two_visits_a_week_keep_their_days_when_the_package_goes_on(services, member, vera, completed):
    nursing = services["district-nursing"]
    nursing.capacity_unit = "visits"
    nursing.save()
    today = timezone.localdate()
    Capacity.objects.bulk_create(
        Capacity(service=nursing, day=today + timedelta(days=day), total=4) for day in range(DAYS)
    )
    task, nurse = _home_care_task(
        services, member, vera, completed, package="nursing", step="district_nursing"
    )
    actions.accept(task=task, by=nurse)
    actions.start(task=task, by=nurse)
    before = promised(nursing)
    actions.extend(task=task, by=nurse, until=last_minute(55), reason="Slow healing.")
    after = promised(nursing)
    assert after[:42] == before[:42]
    assert [day % 7 for day, visits in enumerate(after) if visits] == [0, 3] * 8


def test_a_visit_made_today_has_used_the_room_of_today(services, member, vera):
    rapid = services["rapid-response"]
    rapid.capacity_unit = "visits"
    rapid.save()
    Capacity.objects.create(service=rapid, day=timezone.localdate(), total=3)
    handler, nurse = member("single-point-of-access", role="call-handler"), member("rapid-response")
    tasks = []
    for _ in range(2):
        journey = actions.open_journey(
            person=vera, pathway="urgent-community-response", by=handler,
            asked_by=services["single-point-of-access"], priority="two-hour",
        )  # fmt: skip
        tasks.append(TaskState.objects.select_related("task").get(journey=journey).task)
        actions.accept(task=tasks[-1], by=nurse)
    assert promised(rapid) == [2]
    entry = actions.done(task=tasks[0], by=nurse, outcome="no_contact", reason="Nobody at home.")
    assert promised(rapid) == [2]
    actions.cancel(task=tasks[1], by=nurse, reason="She went to her daughter.")
    assert promised(rapid) == [1]
    actions.undo(entry=entry, by=nurse, reason="Wrong person.")
    assert promised(rapid) == [1]  # held once, however often it is finished
