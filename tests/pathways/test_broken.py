"""What tried to break a journey: acts taken back in every order, work taken up again, times entered afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.changes import record_change
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible
from localcare.foundation.pathways.models import JournalEntry, JourneyState, TaskState, Timer
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.pathways.rebuild import differences
from localcare.foundation.people.merging import merge_people
from localcare.foundation.services.actions import hold_capacity
from localcare.foundation.services.models import Capacity, Hold, Service
from localcare.kernel.access.readers import reader_for, system_reader
from tests.factories import registered_person, user_with_role

pytestmark = pytest.mark.django_db
ANYBODY = system_reader("a test")


def state_of(task):
    return TaskState.objects.get(task=task)


def open_task(journey, step):
    return TaskState.objects.select_related("task").get(journey=journey, step=step, is_open=True).task


@pytest.fixture
def response(services, vera):
    """A two-hour response asked of rapid response by the single point of access."""
    journey = actions.open_journey(
        person=vera,
        pathway="urgent-community-response",
        by=ANYBODY,
        asked_by=services["single-point-of-access"],
        priority="two-hour",
    )
    return journey, open_task(journey, "respond")


@pytest.fixture
def home(services, vera, completed):
    """Vera's way home, up to home care and district nursing asked for side by side."""
    journey = actions.open_journey(
        person=vera, pathway="discharge-to-assess", by=ANYBODY, asked_by=services["acute-discharge"]
    )
    for step, outcome, form in (
        ("coordinate", "home_with_support", ""),
        ("settle_at_home", "settled", ""),
        ("assess", "package", "home-assessment"),
        ("arrange_package", "care_and_nursing", ""),
    ):
        task = open_task(journey, step)
        actions.accept(task=task, by=ANYBODY)
        actions.done(task=task, by=ANYBODY, outcome=outcome, response=completed(form, vera) if form else None)
    return journey


def finish(task, completed, vera, outcome="independent"):
    return actions.done(task=task, by=ANYBODY, outcome=outcome, response=completed("package-end", vera))


def test_an_end_that_stopped_everything_is_not_undone_task_by_task(response):
    journey, task = response
    actions.accept(task=task, by=ANYBODY)
    actions.stop(journey=journey, by=ANYBODY, outcome="withdrew", reason="She wants no more.")
    cancelled = task.entries.filter(event="cancelled").get()
    with pytest.raises(NotPossible, match="ended since"):
        actions.undo(entry=cancelled, by=ANYBODY, reason="A slip.")
    assert not JourneyState.objects.get(journey=journey).is_open
    assert not state_of(task).is_open


def test_taking_up_again_and_undoing_that_leaves_the_journey_ended(response):
    journey, task = response
    actions.cancel(task=task, by=ANYBODY, reason="Not needed.")
    assert not JourneyState.objects.get(journey=journey).is_open
    entry = actions.reopen(task=task, by=ANYBODY, reason="Needed after all.")
    actions.undo(entry=entry, by=ANYBODY, reason="Not needed, truly.")
    assert not JourneyState.objects.get(journey=journey).is_open
    assert differences() == []


def test_work_that_is_asked_anew_is_not_accepted_yet(response):
    _, task = response
    actions.accept(task=task, by=ANYBODY)
    actions.start(task=task, by=ANYBODY)
    actions.cancel(task=task, by=ANYBODY, reason="Not needed.")
    actions.reopen(task=task, by=ANYBODY, reason="Needed after all.")
    state = state_of(task)
    assert (state.state, state.accepted_at) == ("requested", None)


def test_a_package_handed_on_makes_no_reviews_due_until_it_is_accepted(home, services):
    task = open_task(home, "home_care")
    other = Service.objects.create(code="other-care", title="Other care", kind="domiciliary-care")
    actions.accept(task=task, by=ANYBODY)
    actions.start(task=task, by=ANYBODY)
    assert Timer.objects.filter(task=task, kind="review").exists()
    actions.transfer(task=task, by=ANYBODY, to=other, reason="They have room.")
    assert not Timer.objects.filter(task=task, kind__in=("review", "end")).exists()
    actions.accept(task=task, by=ANYBODY)
    assert Timer.objects.filter(task=task, kind="review").exists()


def test_nobody_accepts_before_they_were_asked(services, vera):
    other = Service.objects.create(code="rapid-2", title="Rapid two", kind="rapid-response")
    with as_if_at(timezone.now() - timedelta(hours=3)):
        journey = actions.open_journey(
            person=vera, pathway="urgent-community-response", by=ANYBODY, priority="two-hour"
        )
        task = open_task(journey, "respond")
    actions.transfer(task=task, by=ANYBODY, to=other, reason="Nearer.")
    with pytest.raises(NotPossible, match="before the step it follows"):
        actions.accept(task=task, by=ANYBODY, at=timezone.now() - timedelta(hours=2), reason="Late entry.")


def test_a_refused_request_is_not_taken_up_again_beside_the_one_asked_in_its_place(response, services):
    _, task = response
    other = Service.objects.create(code="rapid-2", title="Rapid two", kind="rapid-response")
    declined = actions.decline(task=task, by=ANYBODY, code="other", reason="Nobody free.")
    first = actions.ask_again(task=task, by=ANYBODY, to=other, key="once")
    assert actions.ask_again(task=task, by=ANYBODY, to=other, key="once") == first
    with pytest.raises(AlreadyDone, match="Rapid two has been asked instead"):
        actions.reopen(task=task, by=ANYBODY, reason="We can go after all.")
    with pytest.raises(AlreadyDone, match="Rapid two has been asked instead"):
        actions.undo(entry=declined, by=ANYBODY, reason="We can go after all.")


def test_a_join_that_was_taken_back_is_asked_for_again_though_its_last_branch_is_cancelled(
    home, completed, vera
):
    care, nursing = open_task(home, "home_care"), open_task(home, "district_nursing")
    for task in (care, nursing):
        actions.accept(task=task, by=ANYBODY)
    finish(care, completed, vera)
    last = finish(nursing, completed, vera)
    assert open_task(home, "close")
    actions.undo(entry=last, by=ANYBODY, reason="Wrong person.")
    assert JourneyState.objects.get(journey=home).waiting_steps == ["close"]
    actions.cancel(task=nursing, by=ANYBODY, reason="She went to her daughter.")
    assert state_of(open_task(home, "close")).state == "requested"
    assert differences() == []


def test_a_last_branch_entered_afterwards_does_not_end_the_journey_before_the_others(home, completed, vera):
    care, nursing = open_task(home, "home_care"), open_task(home, "district_nursing")
    for task in (care, nursing):
        actions.accept(task=task, by=ANYBODY)
    finish(care, completed, vera)
    earlier = state_of(nursing).accepted_at
    actions.done(
        task=nursing, by=ANYBODY, outcome="independent", response=completed("package-end", vera), at=earlier
    )
    assert state_of(open_task(home, "close")).requested_at >= state_of(care).finished_at


def test_a_death_heard_of_late_ends_nothing_before_it_began(services, vera):
    journey = actions.open_journey(
        person=vera,
        pathway="urgent-community-response",
        by=ANYBODY,
        priority="two-hour",
        at=timezone.now() - timedelta(hours=5),
        reason="Written down later.",
    )
    task = open_task(journey, "respond")
    actions.accept(task=task, by=ANYBODY)
    died = timezone.now() - timedelta(hours=4)
    record_change(person=vera, change="death", at=died, what="", key=f"death:{vera.pk}", by=ANYBODY)
    state, whole = state_of(task), JourneyState.objects.get(journey=journey)
    assert state.finished_at >= state.accepted_at
    assert whole.ended_at >= state.finished_at


def test_a_change_of_priority_is_undone_for_the_whole_journey(response):
    journey, task = response
    entry = actions.prioritise(task=task, by=ANYBODY, priority="two-day", reason="She is better.")
    actions.undo(entry=entry, by=ANYBODY, reason="She is not.")
    actions.accept(task=task, by=ANYBODY)
    assert state_of(task).priority == "two-hour"
    undone = set(
        JournalEntry.objects.filter(journey=journey, event="undone").values_list(
            "undoes__event", "undoes__task"
        )
    )
    assert undone == {("prioritised", None), ("prioritised", task.pk)}


def test_an_outcome_that_is_undone_takes_back_the_pathway_it_opened(services, vera, husband):
    journey = actions.open_journey(person=vera, pathway="discharge-to-assess", by=ANYBODY)
    task = open_task(journey, "coordinate")
    actions.accept(task=task, by=ANYBODY)
    for _ in range(2):
        entry = actions.done(task=task, by=ANYBODY, outcome="home_with_support_and_carer")
        assert JourneyState.objects.filter(person=husband, is_open=True).count() == 1
        actions.undo(entry=entry, by=ANYBODY, reason="Wrong outcome.")
        assert not JourneyState.objects.filter(person=husband, is_open=True).exists()
    entry = actions.done(task=task, by=ANYBODY, outcome="home_with_support_and_carer")
    asked = TaskState.objects.select_related("task").get(person=husband, is_open=True)
    if asked.service is None:
        navigators = Service.objects.create(code="navigators", title="Navigators", kind="care-navigation")
        actions.transfer(task=asked.task, by=ANYBODY, to=navigators, reason="Theirs.")
    actions.accept(task=asked.task, by=ANYBODY)
    with pytest.raises(NotPossible, match="answered already"):
        actions.undo(entry=entry, by=ANYBODY, reason="Wrong outcome.")
    assert state_of(task).state == "done"


def test_another_note_under_the_key_of_the_first_is_refused_and_not_lost_unsaid(response):
    _, task = response
    first = actions.note(task=task, by=ANYBODY, text="The key is under the mat.", key="page-1")
    assert actions.note(task=task, by=ANYBODY, text="The key is under the mat. ", key="page-1") == first
    with pytest.raises(NotPossible, match="another note"):
        actions.note(task=task, by=ANYBODY, text="The dog bites.", key="page-1")


def test_a_form_about_somebody_else_finishes_nothing(home, completed):
    task = open_task(home, "home_care")
    actions.accept(task=task, by=ANYBODY)
    form = completed("package-end", registered_person())
    with pytest.raises(NotPossible, match="somebody else"):
        actions.done(task=task, by=ANYBODY, outcome="independent", response=form)


@pytest.fixture
def roomy(services):
    """Home care with room for two visits a day: for one package."""
    service = services["domiciliary-care"]
    service.capacity_unit = "visits"
    service.save()
    today = timezone.localdate()
    Capacity.objects.bulk_create(
        Capacity(service=service, day=today + timedelta(days=day), total=2) for day in range(-2, 60)
    )
    return service


def promised(service):
    return sum(service.capacities.values_list("promised", flat=True))


@pytest.mark.parametrize("act", ["done", "cancel", "transfer"])
def test_work_that_comes_back_needs_its_room_back(roomy, home, completed, vera, services, act):
    task = open_task(home, "home_care")
    actions.accept(task=task, by=ANYBODY)
    before = promised(roomy)
    assert before == 84
    if act == "done":
        entry = finish(task, completed, vera)
    elif act == "cancel":
        entry = actions.cancel(task=task, by=ANYBODY, reason="Not needed.")
    else:
        nearer = Service.objects.create(code="nearer", title="Nearer", kind="domiciliary-care")
        entry = actions.transfer(task=task, by=ANYBODY, to=nearer, reason="Theirs.")
    assert promised(roomy) == (2 if act == "done" else 0)  # the visits of today are used
    taken = hold_capacity(
        service=roomy, day=timezone.localdate() + timedelta(days=3), key="another", quantity=2
    )
    with pytest.raises(NotPossible, match="asked for"):
        actions.undo(entry=entry, by=ANYBODY, reason="A slip.")
    assert state_of(task).service_id != roomy.pk or state_of(task).state in ("done", "cancelled")
    Hold.objects.filter(pk=taken.pk).update(released_at=timezone.now())
    Capacity.objects.filter(pk=taken.capacity_id).update(promised=0)
    actions.undo(entry=entry, by=ANYBODY, reason="A slip.")
    assert promised(roomy) == before


def test_room_held_when_asked_is_part_of_what_is_promised_on_acceptance(roomy, home):
    task = open_task(home, "home_care")
    hold_capacity(service=roomy, day=timezone.localdate() + timedelta(days=1), key=str(task.reference))
    actions.accept(task=task, by=ANYBODY)
    assert promised(roomy) == 84


def test_one_visit_held_for_tomorrow_takes_no_second_room_today(response, services):
    _, task = response
    rapid = services["rapid-response"]
    rapid.capacity_unit = "visits"
    rapid.save()
    today = timezone.localdate()
    for ahead in range(3):
        Capacity.objects.create(service=rapid, day=today + timedelta(days=ahead), total=5)
    hold_capacity(service=rapid, day=today + timedelta(days=1), key=str(task.reference))
    actions.accept(task=task, by=ANYBODY)
    assert list(rapid.capacities.order_by("day").values_list("promised", flat=True)) == [0, 1, 0]


def test_work_taken_up_again_and_finished_again_asks_nobody_twice(response, completed, vera):
    journey, task = response
    actions.accept(task=task, by=ANYBODY)
    visit = completed("urgent-response-visit", vera)
    actions.done(task=task, by=ANYBODY, outcome="package", response=visit)
    package = open_task(journey, "package")
    actions.accept(task=package, by=ANYBODY)
    actions.reopen(task=task, by=ANYBODY, reason="One thing was forgotten.")
    actions.done(task=task, by=ANYBODY, outcome="package", response=visit)
    assert open_task(journey, "package") == package
    assert differences() == []


def test_a_journey_follows_somebody_whose_two_entries_are_merged(response, vera):
    journey, task = response
    kept = registered_person(given_name="Vera", family_name="Marshfield")
    by = reader_for(user_with_role("mdt-co-ordinator", everywhere=True))
    numbers = [number for number in (kept.nhs_number, vera.nhs_number) if number]
    merge_people(
        kept=kept, removed=vera, reason="The same person.", by=by, nhs_number=numbers[0] if numbers else None
    )
    actions.accept(task=task, by=ANYBODY)
    assert state_of(task).person == kept
    assert JourneyState.objects.get(journey=journey).person == kept
    assert differences() == []
