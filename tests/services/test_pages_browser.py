"""The directory in a real browser: searched by keyboard, kept without JavaScript, accessible at both widths."""

import pytest
from playwright.sync_api import expect

from localcare.foundation.places.actions import load_place_definitions
from localcare.foundation.services.actions import add_member, load_service_definitions
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import system_reader
from tests.browser.fixtures import DESKTOP, PHONE
from tests.factories import user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODE = "rapid-response-south-kent-coast"


@pytest.fixture
def lead(live_server):
    """The lead of rapid response of South Kent Coast, in a full directory."""
    by = system_reader("test")
    load_place_definitions(by=by)
    load_service_definitions(by=by)
    user = user_with_role("team-lead", everywhere=True, username="leah")
    add_member(service=Service.objects.get(code=CODE), user=user, is_lead=True, by=by)
    return user


def test_somebody_finds_a_service_and_reads_its_page(
    lead, browser_page, sign_in, assert_accessible, keyboard_reaches, take_picture
):
    sign_in(browser_page, lead)
    browser_page.goto("/services/?need=fall&area=deal")
    for width in (PHONE, DESKTOP):
        browser_page.set_viewport_size(width)
        assert_accessible(browser_page)
    take_picture(browser_page, "services")
    keyboard_reaches(browser_page, f"main table a[href='/services/{CODE}/']", presses=120)
    browser_page.locator("main table").get_by_role("link", name="South Kent Coast rapid response").click()
    browser_page.get_by_role("heading", name="Room in the next 14 days").wait_for()
    for width in (PHONE, DESKTOP):
        browser_page.set_viewport_size(width)
        assert_accessible(browser_page)
    take_picture(browser_page, "service")


def test_the_lead_closes_and_takes_back_without_javascript(lead, plain_page, sign_in):
    sign_in(plain_page, lead)
    plain_page.goto(f"/services/{CODE}/")
    plain_page.get_by_role("link", name="Close the service for a time").click()
    plain_page.get_by_role("button", name="Close the service").click()
    expect(plain_page.get_by_role("link", name="Enter the reason for closing")).to_be_visible()
    plain_page.get_by_label("Reason").fill("Snow on every road")
    plain_page.get_by_role("button", name="Close the service").click()
    expect(plain_page.get_by_text("closed until further notice: Snow on every road")).to_be_visible()
    plain_page.get_by_role("button", name="Take back this closure").click()
    expect(plain_page.get_by_text("it never counted")).to_be_visible()
    expect(plain_page.get_by_text("Snow on every road")).to_have_count(0)


def test_every_form_that_keeps_the_directory_is_accessible(lead, browser_page, sign_in, assert_accessible):
    sign_in(browser_page, lead)
    for page in ("edit", "room", "close", "members/add"):
        browser_page.goto(f"/services/{CODE}/{page}/")
        for width in (PHONE, DESKTOP):
            browser_page.set_viewport_size(width)
            assert_accessible(browser_page)
