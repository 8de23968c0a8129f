"""Journeys through the real actions on the real database: Vera's pathway and a rapid response."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from localcare.foundation.pathways import actions, queries
from localcare.foundation.pathways.changes import look_for_changes, record_change
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible, NotYours
from localcare.foundation.pathways.models import (
    ClockState,
    JournalEntry,
    JourneyState,
    Notice,
    TaskState,
    Timer,
)
from localcare.foundation.pathways.rebuild import differences, rebuild
from localcare.foundation.pathways.story import story
from localcare.foundation.pathways.timers import fire_due
from localcare.foundation.people.queries import PersonNotVisible, find_person
from localcare.foundation.record.actions import record_consent
from localcare.foundation.services.models import Membership, Service
from localcare.kernel.access.readers import reader_for, system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import user_with_role

RESPOND = "urgent-community-response"


def open_task(journey, step):
    return TaskState.objects.select_related("task").get(journey=journey, task__step=step, is_open=True).task


def state_of(task):
    return TaskState.objects.get(task=task)


@pytest.fixture
def response(services, member, vera):
    """A two-hour response asked of rapid response by the single point of access, with both readers."""
    handler = member("single-point-of-access", role="call-handler")
    nurse = member("rapid-response", role="rapid-response-clinician")
    journey = actions.open_journey(
        person=vera,
        pathway=RESPOND,
        by=handler,
        asked_by=services["single-point-of-access"],
        priority="two-hour",
    )
    return journey, handler, nurse


@pytest.mark.trace("T096")
def test_a_rapid_response_runs_from_the_call_to_the_end_of_its_package(response, completed, vera):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    assert state_of(task).due_clock == "two-hour"
    actions.accept(task=task, by=nurse)
    for point in ("set-off", "arrived", "seen"):
        actions.milestone(task=task, by=nurse, code=point)
    clock = ClockState.objects.get(task=task, code="two-hour")
    assert clock.is_met
    form = completed("urgent-response-visit", vera)
    actions.done(task=task, by=nurse, outcome="package", response=form)
    package = open_task(journey, "package")
    assert state_of(package).service.kind == "rapid-response"
    actions.accept(task=package, by=nurse)
    actions.start(task=package, by=nurse)
    state = state_of(package)
    assert state.lasts_until is not None
    assert state.review_due_at is not None
    actions.done(task=package, by=nurse, outcome="recovered", response=completed("package-end", vera))
    ended = JourneyState.objects.get(journey=journey)
    assert (ended.is_open, ended.outcome) == (False, "settled")
    told = Notice.objects.filter(service__kind="single-point-of-access").values_list("kind", flat=True)
    assert {"accepted", "done", "ended"} <= set(told)
    assert not Timer.objects.exists()


@pytest.mark.trace("T109", "T110", "T111")
def test_vera_comes_home_and_every_branch_ends_before_the_case_is_closed(
    services, member, vera, husband, completed
):
    discharger = member("acute-discharge", role="acute-discharger")
    readers = {kind: member(kind) for kind in services if kind != "acute-discharge"}
    journey = actions.open_journey(
        person=vera,
        pathway="discharge-to-assess",
        by=discharger,
        asked_by=services["acute-discharge"],
        answers=completed("discharge-support", vera),
    )

    def do(step, kind, outcome, form=None):
        task = open_task(journey, step)
        assert state_of(task).service.kind == kind
        actions.accept(task=task, by=readers[kind])
        actions.start(task=task, by=readers[kind])
        response = completed(form, vera) if form else None
        return actions.done(task=task, by=readers[kind], outcome=outcome, response=response)

    do("coordinate", "single-point-of-access", "home_with_support_and_carer")
    do("settle_at_home", "rapid-response", "settled")
    do("assess", "integrated-discharge-team", "package", "home-assessment")
    do("arrange_package", "single-point-of-access", "care_and_nursing")
    assert set(TaskState.objects.filter(journey=journey, is_open=True).values_list("step", flat=True)) == {
        "home_care",
        "district_nursing",
    }
    do("home_care", "domiciliary-care", "independent", "package-end")
    assert JourneyState.objects.get(journey=journey).waiting_steps == ["close"]
    do("district_nursing", "district-nursing", "independent", "package-end")
    do("close", "case-management", "independent")
    ended = JourneyState.objects.get(journey=journey)
    assert (ended.is_open, ended.outcome) == (False, "independent")
    clock = ClockState.objects.get(task__journey=journey, code="assessed-in-24-hours")
    assert clock.is_met
    support = husband.journeys.get()
    assert support.version.pathway == "carers-assessment"
    assert support.opened_from.step == "coordinate"
    assert [line.text for line in story(journey)][-1] == "Ended: Lives independently."


def test_a_refusal_needs_a_reason_goes_back_to_the_asker_and_is_asked_again(response, services, member):
    journey, handler, nurse = response
    task = open_task(journey, "respond")
    with pytest.raises(NotPossible, match="Say why"):
        actions.decline(task=task, by=nurse, code="")
    actions.decline(task=task, by=nurse, code="not-available-in-time", reason="All teams are out.")
    assert JourneyState.objects.get(journey=journey).is_open
    assert [state.task for state in queries.unanswered_refusals(handler)] == [task]
    notice = Notice.objects.get(kind="declined")
    assert notice.service.kind == "single-point-of-access"
    assert "All teams are out." in notice.text
    near = Service.objects.create(code="near", title="Near", kind="rapid-response")
    actions.ask_again(task=task, by=handler, to=near, reason="They are near.")
    assert not queries.unanswered_refusals(handler).exists()
    assert state_of(open_task(journey, "respond")).service == near


def test_work_belongs_to_a_team_only_once_it_accepts_and_others_cannot_act(response, member):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    stranger = member("domiciliary-care")
    with pytest.raises(NotYours, match="not your team"):
        actions.accept(task=task, by=stranger)
    with pytest.raises(NotPossible, match="You cannot finish this: it is waiting"):
        actions.done(task=task, by=nurse, outcome="settled")


def test_the_second_to_accept_is_told_who_was_first(response, member):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    second = member("rapid-response", role="rapid-response-clinician")
    actions.accept(task=task, by=nurse)
    with pytest.raises(
        AlreadyDone, match=rf"accepted, by {nurse.user.get_full_name()} \(Rapid response\) at"
    ):
        actions.accept(task=task, by=second)


def test_the_same_key_is_one_effect(response, services, vera):
    journey, handler, nurse = response
    task = open_task(journey, "respond")
    first = actions.accept(task=task, by=nurse, key="form-1")
    assert actions.accept(task=task, by=nurse, key="form-1") == first
    again = [
        actions.open_journey(
            person=vera,
            pathway=RESPOND,
            by=handler,
            asked_by=services["single-point-of-access"],
            priority="two-hour",
            key="call-1",
        )
        for _ in range(2)
    ]
    assert again[0] == again[1]


@pytest.mark.usefixtures("response")
def test_the_database_refuses_to_change_or_delete_what_happened():
    statements = (
        "UPDATE pathways_journalentry SET reason = 'other'",
        "DELETE FROM pathways_journalentry",
        "UPDATE pathways_task SET step = 'other'",
        "UPDATE pathways_journey SET priority = 'other'",
        "DELETE FROM pathways_journey",
        "UPDATE pathways_pathwayversion SET content = '{}'",
    )
    for statement in statements:
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.usefixtures("response")
@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_empty_the_journal():
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL localcare.journal_sealed = 'on'")
        cursor.execute("TRUNCATE pathways_journalentry CASCADE")


def test_a_time_in_the_past_needs_a_reason_and_stays_within_the_rule(response):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    now = timezone.now()
    with pytest.raises(NotPossible, match="future"):
        actions.accept(task=task, by=nurse, at=now + timedelta(hours=1))
    with pytest.raises(NotPossible, match="before the step it follows"):
        actions.accept(task=task, by=nurse, at=now - timedelta(hours=1), reason="No signal.")
    with pytest.raises(NotPossible, match="longer ago"):
        actions.open_journey(
            person=journey.person, pathway=RESPOND, by=nurse, priority="two-hour", reason="x",
            at=now - timedelta(days=400),
        )  # fmt: skip


def test_a_pathway_with_priorities_is_not_opened_without_one(services, member, vera):
    handler = member("single-point-of-access", role="call-handler")
    with pytest.raises(NotPossible, match="Say how urgent it is: Within two hours"):
        actions.open_journey(person=vera, pathway=RESPOND, by=handler)


def test_what_follows_a_point_on_the_way_cannot_have_happened_before_it(response):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    actions.accept(task=task, by=nurse)
    actions.milestone(task=task, by=nurse, code="arrived")
    with pytest.raises(NotPossible, match="before the step it follows"):
        actions.milestone(
            task=task, by=nurse, code="seen", at=timezone.now() - timedelta(minutes=5), reason="No signal."
        )


def test_undo_is_a_new_entry_and_takes_back_what_followed(response, completed, vera):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    actions.accept(task=task, by=nurse)
    done = actions.done(
        task=task, by=nurse, outcome="package", response=completed("urgent-response-visit", vera)
    )
    undoing = actions.undo(entry=done, by=nurse, reason="Wrong button.")
    assert (undoing.from_state, undoing.to_state) == ("done", "accepted")
    assert state_of(task).state == "accepted"
    assert not TaskState.objects.filter(journey=journey, step="package", is_open=True).exists()
    assert JournalEntry.objects.filter(pk=done.pk).exists()
    ended = actions.done(
        task=task, by=nurse, outcome="settled", response=completed("urgent-response-visit", vera)
    )
    assert not JourneyState.objects.get(journey=journey).is_open
    actions.undo(entry=ended, by=nurse, reason="She fell again while I was there.")
    assert JourneyState.objects.get(journey=journey).is_open


def test_undo_is_refused_once_somebody_built_on_it(response, completed, vera):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    actions.accept(task=task, by=nurse)
    done = actions.done(
        task=task, by=nurse, outcome="package", response=completed("urgent-response-visit", vera)
    )
    actions.accept(task=open_task(journey, "package"), by=nurse)
    with pytest.raises(NotPossible, match="has been answered already"):
        actions.undo(entry=done, by=nurse, reason="Wrong button.")


def test_a_request_nobody_answers_asks_for_help_once(response):
    journey, _, _ = response
    task = open_task(journey, "respond")
    timer = Timer.objects.get(task=task, kind="acceptance")
    fire_due(timer.fires_at - timedelta(seconds=1))
    assert state_of(task).help_asked_of == ""
    fire_due(timer.fires_at)
    assert fire_due(timer.fires_at + timedelta(seconds=1)) == 0
    assert state_of(task).help_asked_of == "single-point-of-access"
    assert Notice.objects.filter(kind="ask_for_help", service__kind="single-point-of-access").count() == 1


def test_a_death_stops_the_journey_and_tells_each_open_party(response, vera):
    journey, _, nurse = response
    actions.accept(task=open_task(journey, "respond"), by=nurse)
    vera.death_date = timezone.localdate()
    vera.save()
    assert look_for_changes() == 2
    assert look_for_changes() == 0
    state = JourneyState.objects.get(journey=journey)
    assert (state.is_open, state.outcome) == (False, "died")
    kinds = Notice.objects.filter(service__kind="rapid-response").values_list("kind", flat=True)
    assert {"death", "ended"} <= set(kinds)


def test_who_no_longer_agrees_to_share_ends_the_journey(response, vera):
    journey, _, _ = response
    record_consent(
        person=vera, kind="sharing-dissent", starts_on=timezone.localdate(), by=system_reader("reception")
    )
    assert look_for_changes() == 2
    assert JourneyState.objects.get(journey=journey).outcome == "withdrew"


def test_an_admission_reaches_the_inbox_of_the_team_that_holds_the_person(response, vera):
    _, _, nurse = response
    record_change(
        person=vera,
        change="admission",
        at=timezone.now(),
        what="At RVV01.",
        key="stay-1",
        by=system_reader("feed"),
    )
    (notice,) = queries.notices_of(nurse, unread_only=True)
    assert (notice.kind, notice.text) == ("admission", "Admitted to hospital. At RVV01.")


def test_a_pause_goes_on_by_itself_and_a_hand_on_waits_for_acceptance(response, services, member):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    actions.accept(task=task, by=nurse)
    until = timezone.now() + timedelta(hours=3)
    actions.pause(task=task, by=nurse, reason="Not at home until the evening.", until=until)
    assert state_of(task).state == "paused"
    fire_due(until + timedelta(seconds=1))
    assert state_of(task).state == "accepted"
    near = services["near"] = Service.objects.create(code="near", title="Near", kind="rapid-response")
    actions.transfer(task=task, by=nurse, to=near, reason="They are near.")
    state = state_of(task)
    assert (state.state, state.service, state.assigned_to) == ("requested", near, None)
    actions.accept(task=task, by=member("near"))
    assert state_of(task).state == "accepted"


def test_a_rebuild_from_the_journal_gives_the_same_views(response, completed, vera, services):
    journey, handler, nurse = response
    task = open_task(journey, "respond")
    actions.accept(task=task, by=nurse)
    actions.milestone(task=task, by=nurse, code="set-off")
    actions.milestone(task=task, by=nurse, code="seen")
    actions.done(task=task, by=nurse, outcome="package", response=completed("urgent-response-visit", vera))
    actions.open_journey(
        person=vera,
        pathway="discharge-to-assess",
        by=handler,
        asked_by=services["single-point-of-access"],
    )
    assert differences() == []
    TaskState.objects.filter(task=task).update(state="started")
    Timer.objects.all().delete()
    found = differences()
    assert any("differs in state" in line for line in found)
    assert any("timer" in line and "not kept" in line for line in found)
    assert rebuild() == 2
    assert differences() == []


def test_a_team_sees_its_people_and_every_act_is_audited(response, services, vera):
    user = user_with_role("rapid-response-clinician", practice="SYN-ELSEWHERE")
    outsider = reader_for(user)
    with pytest.raises(PersonNotVisible):
        find_person(outsider, vera.reference)
    Membership.objects.create(user=user, service=services["rapid-response"], starts_on="2020-01-01")
    assert find_person(reader_for(user), vera.reference) == vera
    assert AuditEntry.objects.filter(action="journey.opened").count() == 1


def test_the_second_to_record_a_point_hears_who_recorded_it_first(response, member):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    actions.accept(task=task, by=nurse)
    actions.milestone(task=task, by=nurse, code="seen")
    colleague = member("rapid-response", role="rapid-response-clinician")
    with pytest.raises(
        AlreadyDone, match=r"“Seen in person” has been recorded already, by Asha Tester\d+ at"
    ):
        actions.milestone(task=task, by=colleague, code="seen")


def test_a_note_may_say_what_kind_it_is(response):
    journey, _, nurse = response
    task = open_task(journey, "respond")
    entry = actions.note(task=task, by=nurse, text="Both cars were out", code="late")
    assert (entry.event, entry.code, entry.to_state) == ("noted", "late", "requested")
