"""The information governance lead's page in a real browser."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.actions import record_access
from tests.factories import user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_lead_answers_who_looked_and_takes_the_answer_along(
    browser_page, phone_page, sign_in, assert_accessible, take_picture
):
    person = str(uuid4())
    gp = reader_for(user_with_role("gp", everywhere=True, username="amina", organisation_name="Elm Surgery"))
    for number in range(60):
        record_access(reader=gp, action="person.read", subjects=[person], basis=f"Direct care {number}")
    lead = user_with_role("information-governance-lead", everywhere=True)

    for page in (browser_page, phone_page):
        sign_in(page, lead)
        page.goto("/audit/")
        assert_accessible(page)
        page.get_by_label("NHS number or reference").fill("not a number")
        page.get_by_role("button", name="Show who looked").click()
        expect(page.get_by_role("link", name="Nobody with this NHS number")).to_be_visible()
        assert_accessible(page)

        page.get_by_label("NHS number or reference").fill(person)
        page.get_by_role("button", name="Show who looked").click()
        expect(page.get_by_text("Direct care 59")).to_be_visible()
        assert_accessible(page)
    take_picture(browser_page, "who-looked")

    browser_page.get_by_role("link", name="Next").click()
    expect(browser_page.get_by_text("Direct care 3", exact=True)).to_be_visible()
    with browser_page.expect_download() as download:
        browser_page.get_by_role("link", name="Download these entries as CSV").click()
    assert download.value.path().read_text().count("Direct care") == 60

    browser_page.get_by_role("link", name="amina").first.click()
    expect(browser_page.get_by_role("heading", name="What one account did")).to_be_visible()
    assert_accessible(browser_page)
