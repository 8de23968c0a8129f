"""The pages of the pathways in a real browser: accessible, whole on a phone, without JavaScript and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from localcare.foundation.pathways.definitions import current_version
from tests.factories import user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def handler():
    return user_with_role("call-handler", everywhere=True)


@pytest.mark.parametrize(
    "address", ["/pathways/", "/pathways/discharge-to-assess/", "/pathways/?words=submarine"]
)
def test_the_pages_are_accessible_on_desktop_and_phone(
    address, handler, browser_page, phone_page, sign_in, assert_accessible
):
    for page in (browser_page, phone_page):
        sign_in(page, handler)
        assert page.goto(address).ok
        expect(page.locator("h1")).to_have_count(1)
        assert_accessible(page)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0


@pytest.mark.trace("T109")
def test_from_the_navigation_to_the_clock_of_vera(handler, browser_page, sign_in, take_picture):
    current_version("discharge-to-assess")
    sign_in(browser_page, handler)
    browser_page.goto("/pathways/")
    browser_page.get_by_label("Search pathways").fill("discharge")
    browser_page.get_by_role("button", name="Search", exact=True).click()
    browser_page.get_by_role("link", name="Discharge to assess", exact=True).click()
    picture = browser_page.get_by_role("img", name="Discharge to assess: the steps as a picture")
    expect(picture).to_be_visible()
    clock = browser_page.get_by_text("Assessed within 24 hours of settling at home: 24 hours")
    expect(clock.last).to_be_visible()
    expect(browser_page.get_by_role("link", name="Version 1")).to_be_visible()
    take_picture(browser_page, "pathway-discharge-to-assess")


def test_it_is_whole_without_javascript(handler, plain_page, sign_in):
    sign_in(plain_page, handler)
    plain_page.goto("/pathways/urgent-community-response/")
    expect(plain_page.get_by_role("heading", name="See the person at home")).to_be_visible()
