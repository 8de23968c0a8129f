"""The winter plan from the page, as somebody who plans lives it; pages with moves and faults at both widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from localcare.kernel.access.readers import reader_for
from localcare.system.planning.actions import save_scenario
from localcare.system.planning.models import Run
from localcare.system.planning.running import carry_out
from tests.browser.fixtures import DESKTOP, PHONE
from tests.factories import user_with_role
from tests.planning.small import content

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BEDS = "[name='places.health-and-social-care-beds.1']"


@pytest.fixture
def planner():
    return user_with_role("commissioner", everywhere=True, username="plans.winter")


@pytest.mark.trace("T181", "T217")
def test_a_commissioner_asks_about_the_winter_plan(
    browser_page, sign_in, planner, assert_accessible, take_picture
):
    page = browser_page
    # Given a commissioner at the planning desk
    sign_in(page, planner)
    page.goto("/planning/")
    assert_accessible(page)
    take_picture(page, "planning-desk")
    # When she opens the winter plan and moves the number of beds
    page.click("text=East Kent's winter plan")
    page.fill(BEDS, "260")
    # Then the answer changes while she types, beside what it was
    page.wait_for_selector("text=260 beds in place of 230 beds")
    expect(page.locator("[data-answer-here] .lc-words")).not_to_have_count(0)
    assert_accessible(page)
    take_picture(page, "planning-ask")
    # When she runs it in full beside the scenario as it was
    page.click("text=Replications and seed")
    page.fill("[name=replications]", "4")
    page.click("text=Run it in full, beside the scenario as it was")
    page.wait_for_selector("text=Waits for a worker")
    assert_accessible(page)
    run = Run.objects.get(beside__isnull=False)
    for one in (run.beside, run):
        carry_out(str(one.reference))
    # Then the page renews itself and shows both with intervals, the difference and the assumptions
    page.wait_for_selector("text=Both used the same random numbers")
    expect(page.locator("body")).to_contain_text(
        "Eighty beds on 121 days, December to March, are 9,680 bed-days"
    )
    assert (run.seed, run.replications) == (2017, 4)
    page.click("summary:has-text('Health and social care beds')")
    assert_accessible(page)
    take_picture(page, "planning-run")
    # And the report holds every assumption
    page.click("text=The whole report")
    assert_accessible(page)


@pytest.mark.trace("T181")
def test_the_same_without_a_script(plain_page, sign_in, planner):
    sign_in(plain_page, planner)
    plain_page.goto("/planning/ready/winter-plan/")
    plain_page.fill(BEDS, "260")
    plain_page.click("text=See the answer")
    plain_page.wait_for_url("**/*?places.health-and-social-care-beds.1=260")
    expect(plain_page.locator("text=260 beds in place of 230 beds")).to_have_count(1)
    plain_page.click("text=Ask it the other way round")
    plain_page.select_option("[name=service]", "hospice-beds")
    plain_page.click("text=Work it out")
    expect(plain_page.locator("body")).to_contain_text("beds for 95 in 100 to be taken up within 2 hours")
    plain_page.click("text=Put this number into the scenario")
    expect(plain_page.locator(".lc-moved")).to_contain_text("Hospice beds for fast track")


def test_what_the_crawl_does_not_open_is_accessible_on_a_desk_and_on_a_phone(
    browser_page, sign_in, assert_accessible, take_picture
):
    analyst = user_with_role("analyst", everywhere=True)
    version = save_scenario(content=content(), name="A ward of ours", by=reader_for(analyst))
    queue = "ask=places&service=nurses&share=95&within=1&unit=minutes"
    addresses = {
        "planning-kept": f"/planning/saved/{version.saved.reference}/1/?places.ward.0=11",
        "planning-solve": f"/planning/ready/single-queue/solve/?{queue}",
        "planning-wrong": "/planning/ready/single-queue/?places.nurses.0=many",
        "planning-do-nothing": "/planning/do-nothing/",
        "planning-do-nothing-wrong": "/planning/do-nothing/?base=none",
        "planning-roll-out": "/planning/ready/case-management-roll-out/",
    }
    sign_in(browser_page, analyst)
    for name, address in addresses.items():
        for width in (DESKTOP, PHONE):
            browser_page.set_viewport_size(width)
            browser_page.goto(address)
            assert_accessible(browser_page)
            if width == DESKTOP and name in ("planning-do-nothing", "planning-solve"):
                take_picture(browser_page, name)
