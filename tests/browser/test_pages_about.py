"""The pages that everybody can open: looks, words, keyboard, phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN_PAGES = ["/", "/about/", "/about/accessibility/", "/about/keyboard/", "/no-such-page/"]


@pytest.mark.parametrize("address", OPEN_PAGES)
def test_open_pages_are_accessible_on_desktop_and_phone(address, browser_page, phone_page, assert_accessible):
    for page in (browser_page, phone_page):
        page.goto(address)
        expect(page.locator("h1")).to_have_count(1)
        assert_accessible(page)


def test_the_skip_link_is_the_first_stop_and_leads_to_the_main_content(browser_page):
    browser_page.goto("/about/")
    browser_page.keyboard.press("Tab")
    assert browser_page.evaluate("document.activeElement.textContent") == "Skip to main content"
    browser_page.keyboard.press("Enter")
    expect(browser_page.locator("#maincontent:focus")).to_have_count(1)


def test_the_footer_is_reached_by_keyboard(browser_page, keyboard_reaches):
    browser_page.goto("/")
    keyboard_reaches(browser_page, "footer a[href='/about/accessibility/']")


def test_every_open_page_is_whole_without_javascript(plain_page):
    plain_page.goto("/about/keyboard/")
    expect(plain_page.get_by_role("cell", name="Shift and Tab")).to_be_visible()
    assert plain_page.title() == "Using the keyboard – Local Care"


def test_a_missing_page_says_what_to_do(browser_page):
    answer = browser_page.goto("/no-such-page/")
    assert answer.status == 404
    expect(browser_page.get_by_role("heading", name="Page not found")).to_be_visible()
    expect(browser_page.get_by_role("link", name="Go to the home page")).to_be_visible()
