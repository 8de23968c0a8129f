"""A response from the request to the end of the package on a phone, in a real browser; and the pages without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from localcare.foundation.pathways.models import JourneyState, TaskState
from tests.factories import registered_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def choose(page: Page, question: str, answer: str) -> None:
    page.get_by_role("group", name=question, exact=True).get_by_label(answer, exact=True).check()


def record_visit(page: Page, *, pulse: str, respirations: str, outcome: str) -> None:
    """Fill in the visit record as somebody does at the kitchen table."""
    choose(page, "Where?", "At home")
    page.get_by_label("What is the matter?").fill("Slid off a chair, tired")
    choose(page, "Were observations taken?", "Yes")
    page.get_by_label("Respirations").fill(respirations)
    choose(page, "Oxygen saturation scale", "Scale 1")
    page.locator("#id_saturation").fill("96")
    choose(page, "Breathing", "Air")
    page.get_by_label("Systolic blood pressure").fill("128")
    page.get_by_label("Pulse").fill(pulse)
    choose(page, "Consciousness", "Alert")
    page.get_by_label("Temperature").fill("36.9")
    page.get_by_label("What did you find?").fill("Unhurt")
    page.get_by_label("What did you do?").fill("Helped up")
    choose(page, "Did the person fall?", "Yes")
    page.get_by_label("What was agreed with the person?").fill("Come every day")
    choose(page, "What follows?", outcome)
    if outcome == "A package of rapid response":
        page.get_by_label("For how many days?").fill("3")
        page.get_by_label("Visits a day").fill("1")
    page.get_by_label("What was the person told to do if it gets worse?").fill("Ring us")
    page.get_by_role("button", name="Complete the record").click()


@pytest.mark.trace("T096", "T100")
def test_from_the_request_to_the_end_of_the_package_on_a_phone(
    phone_page: Page, live_server, sign_in, nurse, ask, vera, assert_accessible, take_picture
):
    journey = ask(vera, ago=timedelta(minutes=20))
    ask(registered_person(given_name="Ida", family_name="Waits"), ago=timedelta(minutes=130))
    page = phone_page
    sign_in(page, nurse.user)
    page.goto("/rapid-response/")
    expect(page.get_by_role("listitem").filter(has_text="WAITS, Ida")).to_contain_text("10 minutes overdue")
    assert_accessible(page)
    take_picture(page, "rapid-response-board-phone")
    for button in ("Accept", "Set off", "Arrived", "Seen in person"):
        target = page.get_by_role("button", name=f"{button} MARSHFIELD, Vera")
        assert target.bounding_box()["height"] >= 48  # a thumb in a moving car
        target.click()
        expect(page.get_by_role("alert")).to_contain_text("MARSHFIELD, Vera")
    page.get_by_role("link", name="MARSHFIELD, Vera", exact=True).click()
    expect(page.get_by_text("Key safe 4 numbers").first).to_be_visible()
    assert_accessible(page)
    take_picture(page, "rapid-response-request-phone")
    page.get_by_role("button", name="Write the visit record").click()
    record_visit(page, pulse="112", respirations="26", outcome="A package of rapid response")
    expect(page.get_by_role("heading", name="What follows")).to_be_visible()
    expect(page.get_by_text("NEWS2: 5")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Finish the visit").click()
    expect(page.get_by_role("heading", name="Packages at home")).to_be_visible()
    expect(page.get_by_text("Visit due tomorrow")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Record a visit MARSHFIELD, Vera").click()
    expect(page.get_by_text("112 beats a minute")).to_be_visible()
    record_visit(page, pulse="76", respirations="16", outcome="Nothing more")
    expect(page.get_by_text("down from 5 to 0")).to_be_visible()
    take_picture(page, "rapid-response-packages-phone")
    page.get_by_role("link", name="End the package MARSHFIELD, Vera").click()
    choose(page, "How does the person live now?", "At home, independently")
    choose(page, "Were the goals reached?", "All")
    for part, value in zip(("Day", "Month", "Year"), today_in_parts(), strict=True):
        page.get_by_role("group", name="Ended on").get_by_label(part).fill(value)
    page.get_by_role("button", name="Complete").click()
    page.get_by_label("Recovered").check()
    page.get_by_role("button", name="Finish", exact=True).click()
    expect(page.get_by_text("Nobody is in a package at home")).to_be_visible()
    ended = JourneyState.objects.get(journey=journey)
    assert (ended.is_open, ended.outcome) == (False, "settled")


def today_in_parts() -> tuple[str, str, str]:
    from django.utils import timezone

    today = timezone.localdate()
    return str(today.day), str(today.month), str(today.year)


def test_the_board_renews_itself_and_stays_readable_with_the_window_wide(
    browser_page: Page, live_server, sign_in, nurse, ask, vera, assert_accessible, take_picture
):
    sign_in(browser_page, nurse.user)
    browser_page.goto("/rapid-response/")
    expect(browser_page.get_by_text("Nobody waits to be seen")).to_be_visible()
    ask(vera, ago=timedelta(minutes=100))
    expect(browser_page.get_by_role("link", name="MARSHFIELD, Vera", exact=True)).to_be_visible(
        timeout=12_000
    )
    assert_accessible(browser_page)
    take_picture(browser_page, "rapid-response-board")


def test_everything_is_pressed_without_javascript(plain_page: Page, live_server, sign_in, nurse, ask, vera):
    journey = ask(vera)
    sign_in(plain_page, nurse.user)
    plain_page.goto("/rapid-response/")
    for button in ("Accept", "Set off", "Arrived", "Seen in person"):
        with plain_page.expect_navigation():
            plain_page.get_by_role("button", name=f"{button} MARSHFIELD, Vera").click()
    assert TaskState.objects.get(journey=journey, step="respond").milestone == "seen"
    plain_page.get_by_text("How the clocks count, and what that rests on").click()
    expect(plain_page.get_by_text("From memory: to be checked").first).to_be_visible()


def test_out_of_hours_numbers_and_day_sheet_are_accessible_at_both_widths(
    new_page, live_server, sign_in, nurse, ask, vera, assert_accessible, take_picture
):
    from tests.browser.fixtures import DESKTOP, PHONE

    ask(vera, ago=timedelta(hours=3))
    for width, name in ((DESKTOP, "wide"), (PHONE, "phone")):
        page = new_page(width=width)
        sign_in(page, nurse.user)
        for address in ("numbers", "day-sheet", "packages"):
            page.goto(f"/rapid-response/{address}/")
            assert_accessible(page)
            if (address, name) == ("numbers", "wide"):
                take_picture(page, "rapid-response-numbers")
    page.emulate_media(media="print")
    page.goto("/rapid-response/day-sheet/")
    expect(page.get_by_text("12 Harbour Street").first).to_be_visible()
    expect(page.get_by_text("Use your browser to print")).to_be_hidden()
