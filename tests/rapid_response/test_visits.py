"""The visit record, what follows, the package at home and its end: through the pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.care.rapid_response.actions import conclude
from localcare.foundation.forms.actions import complete
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import ClockState, JournalEntry, JourneyState, TaskState
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.services.models import Capacity
from localcare.kernel.audit.models import AuditEntry
from tests.factories import registered_person
from tests.rapid_response.conftest import service
from tests.rapid_response.ground import ILL, WELL, package_end, visit
from tests.rapid_response.test_board import BOARD, press, text_of

PACKAGES = "/rapid-response/packages/"


def page(name, task) -> str:
    return reverse(f"rapid-response-{name}", args=[task.reference])


def posted(answers) -> dict[str, str]:
    """Answers as the page sends them."""
    sent: dict[str, str] = {}
    for code, answer in answers.items():
        if code in ("seen-at", "ended-on"):
            day, _, clock = answer.partition("T")
            year, month, date = day.split("-")
            sent |= {
                f"{code}_day": date,
                f"{code}_month": month,
                f"{code}_year": year,
                f"{code}__time": clock[:5],
            }
        else:
            sent[code] = (
                {True: "yes", False: "no"}.get(answer, str(answer))
                if isinstance(answer, bool)
                else str(answer)
            )
    return sent


def books_of(response) -> dict[str, str]:
    """What the page sends back besides the answers."""
    content = response.content.decode()
    return {
        name: re.findall(rf'name="{name}" value="([^"]*)"', content)[0]
        for name in ("reference", "revision", "after")
    }


def fill_in(client, address, answers, act="complete"):
    opened = client.get(address)
    assert opened.status_code == 200, opened.status_code
    return client.post(address, posted(answers) | books_of(opened) | {"action": act})


@pytest.fixture
def seen(ask, nurse, signed_in, vera, task_of):
    """Somebody whom the nurse has seen, with the nurse's browser."""
    journey = ask(vera, ago=timedelta(minutes=40))
    task, client = task_of(journey), signed_in(nurse)
    for point in ("accept", "set-off", "arrived", "seen"):
        press(client, task, point)
    return journey, task, client


@pytest.fixture
def in_package(ask, nurse, vera, task_of):
    """Somebody in a package since two days ago, with the visit of the first day only."""
    journey = ask(vera, ago=timedelta(days=2))
    task, begun = task_of(journey), timezone.now() - timedelta(days=2) + timedelta(minutes=5)
    with as_if_at(begun):
        actions.accept(task=task, by=nurse, to_user=nurse.user)
        actions.milestone(task=task, by=nurse, code="arrived")
        actions.milestone(task=task, by=nurse, code="seen")
    answers = visit(
        ILL, **{"seen-at": timezone.localtime(begun).isoformat(timespec="minutes"), "package-days": 5}
    )
    with as_if_at(begun + timedelta(minutes=20)):
        record = complete(
            person=vera, form="urgent-response-visit", answers=answers, by=nurse, context=str(task.reference),
            at=begun + timedelta(minutes=20),
        )  # fmt: skip
        conclude(task=task, by=nurse, outcome="package", response=record)
    return journey, task_of(journey, "package")


@pytest.mark.trace("T096", "T100")
def test_a_visit_record_with_news2_leads_to_a_package_for_the_days_agreed(seen, nurse, vera, task_of):
    journey, task, client = seen
    opened = text_of(client.get(page("visit", task)))
    assert f'value="{timezone.localtime():%H}' in opened  # when the person was seen is known from the press
    answer = fill_in(client, page("visit", task), visit(ILL))
    assert (answer.status_code, answer.url) == (302, page("outcome", task))
    follows = text_of(client.get(page("outcome", task)))
    assert "NEWS2: 7, high" in follows
    assert "up to 5 days (from the local papers" in follows
    assert "The visit record says 3 days" in follows
    assert re.search(r'value="package"[^>]*checked', follows)
    done = client.post(page("outcome", task), {"outcome": "package", "reason": "", "key": "o1"})
    assert (done.status_code, done.url) == (302, PACKAGES)
    package = TaskState.objects.get(task=task_of(journey, "package"))
    assert (package.state, package.assigned_to) == ("started", nurse.user)
    days = package.lasts_until - package.started_at
    assert abs(days - timedelta(days=3)) < timedelta(hours=2)
    assert (
        JournalEntry.objects.get(task=package.task, event="extended").reason == "Agreed at the visit: 3 days"
    )
    again = client.post(page("outcome", task), {"outcome": "package", "reason": "", "key": "o1"})
    assert again.status_code == 409
    assert TaskState.objects.filter(journey=journey, step="package").count() == 1


def test_a_draft_survives_and_what_is_missing_is_said_without_losing_what_was_typed(seen, vera):
    _, task, client = seen
    kept = fill_in(client, page("visit", task), {"presenting": "Short of breath"}, act="save")
    assert kept.status_code == 302
    assert "Short of breath" in text_of(client.get(page("visit", task)))
    refused = fill_in(
        client, page("visit", task), {"presenting": "Short of breath", "observations-taken": True}
    )
    assert refused.status_code == 200
    assert "There is a problem" in text_of(refused)
    assert "Short of breath" in text_of(client.get(page("visit", task)))
    assert not FormResponse.objects.filter(state="completed", version__form="urgent-response-visit").exists()


@pytest.mark.trace("T101")
def test_referring_on_becomes_work_of_the_single_point_of_access(seen, access, task_of):
    journey, task, client = seen
    answers = visit(outcome="refer") | {"refer-to": "Falls service"}
    del answers["package-days"], answers["visits-per-day"]
    fill_in(client, page("visit", task), answers)
    follows = text_of(client.get(page("outcome", task)))
    assert "Falls service" in follows  # what was typed once is not asked again
    client.post(page("outcome", task), {"outcome": "refer_on", "reason": "Falls service", "key": "o1"})
    onward = TaskState.objects.get(task=task_of(journey, "refer_on"))
    assert onward.service == access
    assert JournalEntry.objects.get(task=task, event="done").reason == "Falls service"


def test_a_package_and_another_service_run_side_by_side(seen, task_of):
    journey, task, client = seen
    fill_in(client, page("visit", task), visit())
    client.post(page("outcome", task), {"outcome": "package_and_refer_on", "reason": "", "key": "o1"})
    steps = TaskState.objects.filter(journey=journey, is_open=True).values_list("step", flat=True)
    assert set(steps) == {"package", "refer_on"}


@pytest.mark.trace("T099")
def test_conveying_needs_a_reason_and_ends_the_journey(seen):
    journey, task, client = seen
    answers = visit(ILL, outcome="convey") | {"convey-reason": "NEWS2 9 and rising"}
    del answers["package-days"], answers["visits-per-day"]
    fill_in(client, page("visit", task), answers)
    refused = client.post(page("outcome", task), {"outcome": "conveyed", "reason": "", "key": "o1"})
    assert refused.status_code == 422
    client.post(page("outcome", task), {"outcome": "conveyed", "reason": "NEWS2 9 and rising", "key": "o2"})
    ended = JourneyState.objects.get(journey=journey)
    assert (ended.is_open, ended.outcome) == (False, "conveyed")


def test_without_a_visit_record_only_nobody_at_home_and_not_wanted_are_possible(
    ask, nurse, signed_in, vera, task_of
):
    journey = ask(vera)
    task, client = task_of(journey), signed_in(nurse)
    press(client, task, "accept")
    follows = text_of(client.get(page("outcome", task)))
    assert "Nobody was found at home" in follows
    assert "Stays at home with a rapid response package" not in follows
    assert client.post(page("outcome", task), {"outcome": "settled", "key": "o1"}).status_code == 422
    sent = {"outcome": "no_contact", "reason": "No answer at the door or by telephone", "key": "o2"}
    assert client.post(page("outcome", task), sent).url == BOARD
    assert TaskState.objects.get(task=task_of(journey, "find_person")).state == "requested"
    assert ClockState.objects.get(task=task, code="two-hour").is_void


def test_when_seen_was_never_pressed_the_record_stops_the_clock_when_the_person_was_seen(
    ask, nurse, signed_in, vera, task_of
):
    journey = ask(vera, ago=timedelta(minutes=90))
    task, client = task_of(journey), signed_in(nurse)
    with as_if_at(timezone.now() - timedelta(minutes=80)):
        actions.accept(task=task, by=nurse)
    at = timezone.localtime() - timedelta(minutes=50)
    fill_in(client, page("visit", task), visit(**{"seen-at": at.isoformat(timespec="minutes")}))
    client.post(page("outcome", task), {"outcome": "package", "reason": "", "key": "o1"})
    clock = ClockState.objects.get(task=task, code="two-hour")
    assert clock.is_met
    assert abs(clock.stopped_at - at) < timedelta(minutes=1)


def test_two_colleagues_finishing_the_same_visit_leave_one_outcome(seen, colleague, signed_in):
    _, task, client = seen
    fill_in(client, page("visit", task), visit())
    first = client.post(page("outcome", task), {"outcome": "package", "reason": "", "key": "o1"})
    second = signed_in(colleague).post(
        page("outcome", task), {"outcome": "settled", "reason": "", "key": "o9"}
    )
    assert (first.status_code, second.status_code) == (302, 409)
    assert JournalEntry.objects.filter(task=task, event="done").count() == 1


def test_a_package_without_room_waits_on_the_board_and_the_outcome_is_kept(seen, team, task_of):
    journey, task, client = seen
    fill_in(client, page("visit", task), visit())
    Capacity.objects.create(service=team, day=timezone.localdate() + timedelta(days=1), total=0)
    answer = client.post(
        page("outcome", task), {"outcome": "package", "reason": "", "key": "o1"}, follow=True
    )
    assert "There is no room for the package yet" in text_of(answer)
    assert "Rapid response package at home" in text_of(answer)
    assert TaskState.objects.get(task=task).outcome == "package"
    assert TaskState.objects.get(task=task_of(journey, "package")).state == "requested"


@pytest.mark.trace("T100")
def test_the_caseload_shows_overdue_visits_first_and_a_visit_is_recorded_with_its_trend(
    in_package, nurse, signed_in
):
    _, task = in_package
    client = signed_in(nurse)
    said = text_of(client.get(PACKAGES))
    assert "Overdue (1)" in said
    assert "0 of 2 visits today" in said
    assert "NEWS2 7" in said
    before = text_of(client.get(page("visit", task)))
    assert "What was measured before" in before
    assert "112 beats a minute" in before
    answers = visit(WELL, outcome="nothing-more")
    del answers["package-days"], answers["visits-per-day"]
    recorded = fill_in(client, page("visit", task), answers)
    assert (recorded.status_code, recorded.url) == (302, PACKAGES)
    after = text_of(client.get(PACKAGES))
    assert "Due tomorrow (1)" in after
    assert "down from 7 to 0" in after
    assert "<svg" in after
    assert "1 of 2 visits today" in after
    assert JournalEntry.objects.filter(task=task, event="reviewed").count() == 1


@pytest.mark.trace("T100")
def test_a_package_is_extended_with_a_reason_and_ends_with_an_outcome(in_package, nurse, signed_in, vera):
    journey, task = in_package
    client = signed_in(nurse)
    later = timezone.localdate() + timedelta(days=7)
    act = reverse("task-act", args=[task.reference, "extend"])
    sent = {
        "until_on_day": later.day,
        "until_on_month": later.month,
        "until_on_year": later.year,
        "key": "0123456789",
    }
    assert client.post(act, {**sent, "next": PACKAGES}).status_code == 422
    assert client.post(act, {**sent, "reason": "Waits for reablement", "next": PACKAGES}).url == PACKAGES
    assert timezone.localdate(TaskState.objects.get(task=task).lasts_until) == later
    complete(person=vera, form="package-end", answers=package_end(), by=nurse, context=str(task.reference))
    end = reverse("task-act", args=[task.reference, "done"])
    client.post(end, {"outcome": "recovered", "reason": "", "next": PACKAGES, "key": "0123456790"})
    ended = JourneyState.objects.get(journey=journey)
    assert (ended.is_open, ended.outcome) == (False, "settled")
    assert "Nobody is in a package at home" in text_of(client.get(PACKAGES))


def test_the_day_sheet_has_the_door_the_way_in_and_what_to_do_and_is_audited(
    in_package, ask, nurse, signed_in
):
    ask(registered_person(given_name="New", family_name="Caller", address_line="3 Cliff Walk"))
    said = text_of(signed_in(nurse).get("/rapid-response/day-sheet/"))
    for words in (
        "3 Cliff Walk",
        "12 Harbour Street",
        "01632 960011",
        "Key safe 4 numbers",
        "Come each day",
        "Ring back",
    ):
        assert words in said
    assert AuditEntry.objects.filter(action="rapid-response.print").latest("pk").subjects.count() == 2


def test_a_team_cannot_write_in_a_visit_of_another(seen, works_in, signed_in):
    _, task, _ = seen
    other = signed_in(works_in(service("rapid-response", "other-team")))
    for name in ("visit", "outcome", "late", "case"):
        assert other.get(page(name, task)).status_code == 404


def test_a_daily_visit_that_says_hospital_says_what_is_left_to_do(in_package, nurse, signed_in):
    _, task = in_package
    client = signed_in(nurse)
    answers = visit(ILL, outcome="convey") | {"convey-reason": "Drowsy"}
    del answers["package-days"], answers["visits-per-day"]
    recorded = fill_in(client, page("visit", task), answers)
    assert recorded.url == page("case", task)
    assert "The package still runs: end it with that outcome" in text_of(client.get(recorded.url))
    assert client.get(page("outcome", task)).url.startswith(
        reverse("task-act", args=[task.reference, "done"])
    )


def test_a_fall_has_no_end_without_a_visit_so_the_record_is_asked_for(
    team, nurse, signed_in, vera, handler, access, task_of
):
    journey = actions.open_journey(
        person=vera, pathway="falls-response", by=handler, asked_by=access, priority="two-hour",
        services={"respond": team},
    )  # fmt: skip
    task, client = task_of(journey), signed_in(nurse)
    press(client, task, "accept")
    assert "Nobody at home, or not wanted" not in text_of(client.get(page("case", task)))
    assert client.get(page("outcome", task)).url == page("visit", task)
