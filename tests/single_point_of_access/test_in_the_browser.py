"""The one number in a real browser: a call taken, triaged, arranged, refused, arranged anew, and the caller told."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from localcare.care.single_point_of_access.models import Contact
from localcare.foundation.pathways import actions as journeys
from localcare.foundation.pathways.models import JourneyState, TaskState
from localcare.foundation.services.models import Service
from tests.single_point_of_access.makers import ANSWERS, Desk, call, desk
from tests.single_point_of_access.test_calls import message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKED_AT = os.environ.get("LOCALCARE_PAGE_PICTURES")


@pytest.fixture
def place(live_server: Any) -> Desk:
    return desk()


def look(page: Page, name: str, assert_accessible: Callable[..., None]) -> None:
    """Accessible, and a picture of it for whoever asked for pictures of every page."""
    assert_accessible(page)
    if LOOKED_AT:
        page.screenshot(path=Path(LOOKED_AT) / f"access-{name}.png", full_page=True)


def choose(page: Page, group: str, words: str) -> None:
    page.get_by_role("group", name=group).get_by_label(words, exact=True).check()


def fill_in_call(page: Page) -> None:
    choose(page, "Who is contacting us?", "General practice")
    page.get_by_label("Caller's name").fill(ANSWERS["caller-name"])
    page.get_by_label("Number to ring back").fill(ANSWERS["callback-number"])
    page.get_by_label("Where is the person now?").fill(ANSWERS["address"])
    page.get_by_label("Why are they contacting us?").fill(ANSWERS["reason"])
    choose(page, "What does it concern?", "A fall")
    choose(page, "Is the person alone?", "Yes")
    choose(page, "Which of these does the caller report?", "None of these")
    choose(page, "Is there a safeguarding concern?", "No")
    choose(page, "How soon does the caller say help is needed?", "Within 2 hours")
    choose(page, "Does the person agree", "Agrees")


@pytest.mark.trace("T089", "T090", "T091", "T094")
def test_one_call_from_the_first_ring_to_the_last_word(
    place: Desk, new_page: Callable[..., Page], sign_in: Any, assert_accessible: Any, take_picture: Any
):
    call(place, minutes_ago=30, key="before", needs=["confusion"])
    page = new_page()
    sign_in(page, place.handler)
    page.goto("/access/new/")
    look(page, "new", assert_accessible)
    page.get_by_label("Why are they contacting us?").fill(ANSWERS["reason"])
    page.get_by_label("Name, date of birth, NHS number or postcode").fill("vale 1947")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Why are they contacting us?")).to_have_value(ANSWERS["reason"])
    look(page, "found", assert_accessible)
    page.get_by_role("button", name="This is the person").click()
    expect(page.get_by_text("Do not ask twice")).to_be_visible()
    fill_in_call(page)
    look(page, "call", assert_accessible)
    take_picture(page, "access-call")
    page.get_by_label("A clinician triages it").check()
    page.get_by_role("button", name="Finish the call").click()
    expect(page.get_by_role("heading", name="What to do now")).to_be_visible()
    reference = Contact.objects.latest("pk").reference
    triage(page, place, sign_in, reference, assert_accessible)
    arrange(page, place, sign_in, reference, assert_accessible)
    tell(page, reference, assert_accessible)
    state = JourneyState.objects.get(journey__arrived_as__contact__reference=reference)
    assert (state.is_open, state.outcome) == (False, "helped")


def triage(page: Page, place: Desk, sign_in: Any, reference: Any, assert_accessible: Any) -> None:
    sign_in(page, place.triager)
    page.goto("/access/")
    page.goto(f"/access/contacts/{reference}/")
    look(page, "contact", assert_accessible)
    page.get_by_role("button", name="Triage", exact=True).click()
    choose(page, "Who did you speak to?", "A carer or relative")
    page.get_by_label("What is the matter?").fill("Fell, no injury seen")
    choose(page, "Are the red flags ruled out?", "Yes")
    choose(page, "Response class", "Urgent community response within 2 hours")
    page.get_by_label("Why this class?").fill("Cannot be left alone tonight")
    choose(page, "Which of the nine conditions is it?", "Fall without apparent serious injury")
    choose(page, "Left unattended, would a hospital admission be likely?", "Yes")
    page.get_by_label("What was the person told to do if it gets worse?").fill("Ring again")
    look(page, "triage", assert_accessible)
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Triaged. Services are to be arranged.")).to_be_visible()


def arrange(page: Page, place: Desk, sign_in: Any, reference: Any, assert_accessible: Any) -> None:
    Service.objects.create(code="other-nurses", kind="district-nursing", title="Other nurses", needs=["fall"])
    sign_in(page, place.handler)
    page.goto(f"/access/contacts/{reference}/arrange/")
    look(page, "arrange", assert_accessible)
    page.get_by_label("Rapid response test", exact=True).check()
    page.get_by_label("Hold a visit").check()
    page.get_by_label("District nursing test", exact=True).check()
    page.get_by_role("button", name="Ask the chosen services").click()
    expect(page.get_by_text("Asked. Each service answers for itself")).to_be_visible()
    asked = {
        state.service: state.task
        for state in TaskState.objects.filter(is_open=True).exclude(service=place.service)
    }
    journeys.accept(task=asked[place.rapid], by=place.reader("responder"))
    journeys.decline(
        task=asked[place.nursing], by=place.reader("nurse"), code="no-room", reason="Until Monday"
    )
    page.goto(f"/access/contacts/{reference}/")
    expect(page.get_by_text("Until Monday").first).to_be_visible()
    look(page, "refused", assert_accessible)
    page.get_by_role("link", name="Ask another service instead").click()
    look(page, "another", assert_accessible)
    page.get_by_label("Other nurses").check()
    page.get_by_label("What the next service must know").fill("The first had no room")
    page.get_by_role("button", name="Ask this service").click()
    expect(page.get_by_text("Other nurses has been asked.")).to_be_visible()
    page.goto(f"/access/contacts/{reference}/arrange/")
    page.get_by_label("Arranged in part; what is missing is said").check()
    page.get_by_label("What is missing, and why").fill("Nursing has not answered yet")
    page.get_by_role("button", name="Finish arranging").click()


def tell(page: Page, reference: Any, assert_accessible: Any) -> None:
    page.goto(f"/access/contacts/{reference}/tell/")
    expect(page.get_by_text("Rapid response test has accepted").first).to_be_visible()
    look(page, "tell", assert_accessible)
    choose(page, "Did you reach them?", "Yes, they were told")
    choose(page, "Is what they needed arranged?", "Yes: close the contact")
    page.get_by_role("button", name="Keep what was said").click()
    expect(page.get_by_text("Ended: What was needed is arranged", exact=True)).to_be_visible()
    look(page, "ended", assert_accessible)


def test_the_queue_renews_itself_and_every_page_is_readable_everywhere(
    place: Desk, new_page: Callable[..., Page], phone_page: Page, plain_page: Page, sign_in: Any,
    assert_accessible: Any, take_picture: Any,
):  # fmt: skip
    first = call(place, minutes_ago=50, key="one", **{"red-flags": ["head-injury"]})
    call(place, minutes_ago=10, outcome="", key="two")
    message(place)
    page = new_page()
    sign_in(page, place.supervisor)
    page.goto("/access/")
    expect(page.get_by_text("Dr Ann Example").first).to_be_visible()
    look(page, "queue", assert_accessible)
    take_picture(page, "access-queue")
    call(place, minutes_ago=1, key="three", **{"caller-name": "The new caller"})
    expect(page.get_by_text("In triage 2").first).to_be_visible(timeout=12_000)
    for name in ("supervise", "wall", "hand-over", "ring-back", "message", "send"):
        page.goto(f"/access/{name}/")
        look(page, name, assert_accessible)
    sign_in(phone_page, place.handler)
    for name, address in (
        ("queue", "/access/"),
        ("call", "/access/new/"),
        ("contact", f"/access/contacts/{first.reference}/"),
    ):
        phone_page.goto(address)
        look(phone_page, f"{name}-phone", assert_accessible)
    sign_in(plain_page, place.handler)
    plain_page.goto("/access/new/")
    plain_page.get_by_label("Name, date of birth, NHS number or postcode").fill("vale")
    plain_page.get_by_role("button", name="Find the person").click()
    plain_page.get_by_role("button", name="This is the person").click()
    expect(plain_page.get_by_role("button", name="It is somebody else")).to_be_visible()
