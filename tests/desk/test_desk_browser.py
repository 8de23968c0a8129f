"""Given a request, when a team works through it in a browser, then the team that asked sees the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.desk.acts import TaskActs
from localcare.kernel.access.readers import reader_for
from tests.factories import registered_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.trace("T091", "T094")
def test_a_request_goes_its_way(
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    assert_accessible: Callable[[Page], None],
    take_picture: Callable[..., None],
    handler: Any,
    nurse: Any,
    vera: Any,
):
    desk, asker = new_page(), new_page(javascript=False)
    sign_in(asker, handler)
    sign_in(desk, nurse)
    seen = new_page()  # axe needs JavaScript: it looks at the same addresses beside
    sign_in(seen, handler)

    def look(page: Page) -> None:
        seen.goto(page.url)
        assert_accessible(seen)

    # Given the desk of a team stands open on its empty inbox
    desk.goto(reverse("work"))
    expect(desk.get_by_text("Nobody waits for an answer.")).to_be_visible()

    # When somebody asks the team for something, without JavaScript
    asker.goto(f"{reverse('journey-new')}?person={vera.reference}")
    look(asker)
    asker.get_by_label("Ask a service for one thing").check()
    press(asker, "Continue")
    asker.get_by_label("Within two hours").check()
    asker.get_by_label(re.compile("Who is asked")).select_option("rapid-response")
    asker.get_by_label("What is asked, and why?").fill("Fell in the kitchen, cannot get up.")
    look(asker)
    press(asker, "Ask now")
    expect(asker.get_by_role("heading", name="Ask a service for one thing")).to_be_visible()
    look(asker)

    # Then it appears on the desk without a reload
    row = desk.get_by_role("link", name=re.compile("MARSHFIELD, Vera.*Do what was asked"))
    expect(row).to_be_visible(timeout=12_000)
    assert_accessible(desk)
    take_picture(desk, "desk-inbox")
    row.click()
    assert_accessible(desk)
    take_picture(desk, "desk-task")

    # When it is accepted, started, and finished with its form
    desk.get_by_role("button", name="Accept").click()
    desk.get_by_label("I will do it myself").check()
    assert_accessible(desk)
    press(desk, "Accept")
    expect(desk.get_by_text("Accepted.").first).to_be_visible()
    press(desk, "Start")
    desk.get_by_role("button", name="Finish with an outcome").click()
    assert_accessible(desk)
    fill_in(desk)
    press(desk, "Complete")
    desk.get_by_label("Done", exact=True).check()
    desk.get_by_label("Anything to add?").fill("Helped up, no injury.")
    assert_accessible(desk)
    press(desk, "Finish")
    expect(desk.get_by_text("Done: Done.").first).to_be_visible()

    # Then the team that asked sees the end, and the story every clock
    asker.goto(reverse("inbox"))
    expect(asker.get_by_text("Helped up, no injury.").first).to_be_visible()
    look(asker)
    asker.goto(reverse("person-journeys", args=[vera.reference]))
    expect(asker.get_by_text("Met", exact=True).first).to_be_visible()
    look(asker)
    take_picture(seen, "desk-story")


def fill_in(page: Page) -> None:
    """Answer the form of the step."""
    page.get_by_label("No", exact=True).check()
    page.get_by_label("Could not be reached").check()
    page.get_by_label("What was done?").fill("Helped her up.")
    page.get_by_label("The need is met", exact=True).check()


def test_on_a_phone_the_next_act_is_a_thumb_away(
    phone_page: Page,
    sign_in: Callable[..., None],
    assert_accessible: Callable[[Page], None],
    nurse: Any,
    urgent: Any,
):
    sign_in(phone_page, nurse)
    phone_page.goto(reverse("work"))
    assert_accessible(phone_page)
    phone_page.get_by_role("link", name=re.compile("^Next: accept or decline")).click()
    button = phone_page.get_by_role("button", name="Accept")
    expect(button).to_be_in_viewport()
    assert_accessible(phone_page)


def test_a_lead_gives_work_to_a_colleague_with_the_keyboard(
    browser_page: Page,
    sign_in: Callable[..., None],
    assert_accessible: Callable[[Page], None],
    worker: Any,
    nurse: Any,
    ask: Any,
):
    lead = worker("rapid-response", role="team-lead", lead=True, first_name="Lena", last_name="Lead")
    for number in range(2):
        task = ask(person=registered_person(family_name=f"Person{number}"))
        actions.accept(task=task, by=reader_for(nurse), to_user=nurse)
    sign_in(browser_page, lead)
    browser_page.goto(f"{reverse('work')}?tab=caseload")
    for box in browser_page.get_by_role("checkbox").all():
        box.focus()
        browser_page.keyboard.press("Space")
    assert_accessible(browser_page)
    browser_page.get_by_role("button", name="Give chosen work to a colleague").press("Enter")
    browser_page.get_by_label("Give the work to").select_option(label="Lena Lead")
    browser_page.get_by_label("Why does it change hands?").fill("Nia is ill")
    assert_accessible(browser_page)
    press(browser_page, "Give the work")
    expect(browser_page.get_by_text("2 pieces of work given to Lena Lead.")).to_be_visible()
    browser_page.goto(reverse("work-team"))
    assert_accessible(browser_page)


def test_the_same_pathway_twice_is_told_apart(
    phone_page: Page,
    sign_in: Callable[..., None],
    assert_accessible: Callable[[Page], None],
    nurse: Any,
    ask: Any,
    vera: Any,
):
    ask()
    ask("district-nursing")
    sign_in(phone_page, nurse)
    phone_page.goto(reverse("person-journeys", args=[vera.reference]))
    expect(phone_page.get_by_role("heading", name="Ask a service for one thing")).to_have_count(2)
    assert_accessible(phone_page)


def test_every_act_of_a_task_is_accessible(
    browser_page: Page,
    sign_in: Callable[..., None],
    assert_accessible: Callable[[Page], None],
    nurse: Any,
    urgent: Any,
):
    actions.accept(task=urgent, by=reader_for(nurse))
    sign_in(browser_page, nurse)
    acts = TaskActs(urgent, reader_for(nurse)).possible
    assert {act.code for act in acts} >= {
        "give",
        "pause",
        "book",
        "hand-on",
        "cancel",
        "undo",
        "note",
        "priority",
    }
    pages = [act.link for act in acts if act.code != "done"]
    pages += [
        reverse("journey-stop", args=[urgent.journey.reference]),
        reverse("inbox-settings", args=["rapid-response"]),
    ]
    for address in pages:
        browser_page.goto(address)
        assert_accessible(browser_page)
    browser_page.goto(acts[0].address.replace(acts[0].code, "decline"))
    expect(browser_page.get_by_role("heading", name="This has not been done")).to_be_visible()
    assert_accessible(browser_page)
