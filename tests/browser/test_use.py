"""Using the pages: forms with errors, keyboard, print, narrow windows, no JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fixtures import DESKTOP, PHONE
from tests.factories import registered_person, user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def administrator(live_server):
    return user_with_role("administrator", everywhere=True)


def test_a_form_with_errors_leads_to_the_first_input(
    browser_page: Page, sign_in, administrator, assert_accessible
):
    sign_in(browser_page, administrator)
    browser_page.goto("/users/new/")
    browser_page.get_by_role("button", name="Save").click()
    expect(browser_page).to_have_title("Error: Open an account – Local Care")
    summary = browser_page.locator(".nhsuk-error-summary")
    expect(summary).to_have_count(1)
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Enter a first name").click()
    expect(browser_page.get_by_label("First name")).to_be_focused()
    assert_accessible(browser_page)


def test_a_form_with_errors_works_without_javascript(plain_page: Page, sign_in, administrator):
    sign_in(plain_page, administrator)
    plain_page.goto("/users/new/")
    plain_page.get_by_label("First name").fill("Amina")
    plain_page.get_by_role("button", name="Save").click()
    expect(plain_page.get_by_role("alert")).to_contain_text("Enter a last name")
    expect(plain_page.get_by_label("First name")).to_have_value("Amina")


def test_filters_open_without_javascript_and_keep_what_was_typed(plain_page: Page, sign_in, administrator):
    sign_in(plain_page, administrator)
    plain_page.goto("/users/")
    plain_page.get_by_text("Find an account").click()
    plain_page.locator(".lc-filters input[type=text]").first.fill("nobody-of-this-name")
    plain_page.get_by_role("button", name="Apply filters").click()
    expect(plain_page.get_by_role("heading", name="No account was found")).to_be_visible()
    expect(plain_page.locator(".lc-filters input[type=text]").first).to_have_value("nobody-of-this-name")


@pytest.mark.parametrize("width", [PHONE, {"width": 320, "height": 640}])
def test_the_whole_menu_is_reached_on_a_phone(
    width, new_page, sign_in, administrator, keyboard_reaches, assert_accessible
):
    page = new_page(width=width)
    sign_in(page, administrator)
    page.goto("/")
    assert_accessible(page)
    keyboard_reaches(page, "button.nhsuk-header__account-button")


def test_the_whole_menu_is_seen_on_a_phone_without_javascript(new_page, sign_in, administrator):
    page = new_page(width=PHONE, javascript=False)
    sign_in(page, administrator)
    page.goto("/")
    for link in page.locator("nav[aria-label=Menu] a").all():
        box = link.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


def test_signing_out_takes_one_press_and_closes_the_session(browser_page: Page, sign_in, administrator):
    sign_in(browser_page, administrator)
    browser_page.goto("/users/")
    with browser_page.expect_navigation():
        browser_page.get_by_role("button", name="Sign out").click()
    browser_page.goto("/users/")
    expect(browser_page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_page_that_the_role_does_not_open_says_what_to_do(browser_page: Page, sign_in, live_server):
    sign_in(browser_page, user_with_role("gp", everywhere=True))
    answer = browser_page.goto("/users/")
    assert answer.status == 403
    expect(browser_page.locator("main")).to_contain_text("recorded")
    expect(browser_page.get_by_role("link", name="Users")).to_have_count(0)


def test_somebody_without_a_role_is_told_whom_to_ask(browser_page: Page, sign_in, administrator):
    administrator.role_grants.all().delete()
    sign_in(browser_page, administrator)
    browser_page.goto("/")
    expect(browser_page.get_by_role("heading", level=1)).to_have_text("You have no role yet")


def test_paper_shows_the_content_and_not_the_menu(browser_page: Page, sign_in, administrator):
    sign_in(browser_page, administrator)
    browser_page.goto("/users/")
    browser_page.emulate_media(media="print")
    expect(browser_page.get_by_role("table")).to_be_visible()
    for hidden in (".nhsuk-header__navigation", ".nhsuk-header__account", ".nhsuk-footer", ".lc-filters"):
        expect(browser_page.locator(hidden)).to_be_hidden()


def test_the_page_is_under_a_content_policy_without_exceptions(browser_page: Page):
    policy = browser_page.goto("/about/").headers.get("content-security-policy", "")
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_what_a_search_finds_is_accessible(new_page, sign_in, live_server, assert_accessible):
    registered_person(at="SYN-DEAL-A", family_name="Quillfeather")
    for width in (DESKTOP, PHONE):
        page = new_page(width=width)
        sign_in(page, user_with_role("gp", practice="SYN-DEAL-A"))
        page.goto("/people/")
        page.locator("main input[name=text]").fill("Quillfeather")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("main")).to_contain_text("QUILLFEATHER")
        assert_accessible(page)
