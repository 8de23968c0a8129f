"""The pages of the register, in a real browser."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from localcare.foundation.people.models import Person, Relationship
from tests.browser.fixtures import PHONE
from tests.factories import practice, registered_person, user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_somebody_is_registered_after_looking_at_who_is_like_them(new_page, sign_in, assert_accessible):
    page = new_page(width=PHONE)
    deal = practice("SYN-DEAL-A", name="Deal Practice A (synthetic)")
    registered_person(at=deal, family_name="Vale", given_name="Vera", birth_date=date(1947, 3, 12))
    sign_in(page, user_with_role("call-handler", practice=deal))
    page.goto("/people/new/")
    assert_accessible(page)
    page.get_by_label("Family name").fill("Vale")
    page.get_by_label("Given names").fill("Veera")
    for part, text in {"Day": "12", "Month": "3", "Year": "1947"}.items():
        page.get_by_role("group", name="Date of birth").get_by_label(part).fill(text)
    page.get_by_label("Practice", exact=True).select_option(label="Deal Practice A (synthetic)")
    page.get_by_role("button", name="Register the person").click()

    expect(page.locator("main")).to_contain_text("Is it one of these people?")
    assert_accessible(page)
    page.get_by_label("None of these is the person").check()
    page.get_by_role("button", name="Register the person").click()

    expect(page.locator("body")).to_contain_text("VALE, Veera")
    assert Person.objects.count() == 2


def test_details_are_amended_and_a_carer_is_added_and_ended(browser_page, sign_in, assert_accessible):
    person = registered_person(at="P1", family_name="Vale", given_name="Vera")
    sign_in(browser_page, user_with_role("mdt-co-ordinator", practice="P1"))
    browser_page.goto(f"/people/{person.reference}/")
    browser_page.get_by_role("link", name="Amend details").click()
    assert_accessible(browser_page)
    browser_page.get_by_label("Telephone").fill("01304 000000")
    browser_page.get_by_label("Reason").fill("Told us")
    browser_page.get_by_role("button", name="Keep the details").click()
    expect(browser_page.locator("#details")).to_contain_text("01304 000000")

    browser_page.get_by_role("link", name="change family and carers").click()
    browser_page.get_by_label("Name, if they are not on the register").fill("June Vale")
    browser_page.get_by_role("button", name="Add").click()
    expect(browser_page.locator("main")).to_contain_text("June Vale")
    assert_accessible(browser_page)
    browser_page.get_by_role("link", name=re.compile("^End.*June Vale")).click()
    assert_accessible(browser_page)
    browser_page.get_by_role("button", name="End the relationship").click()
    expect(browser_page.locator("main")).to_contain_text("Nobody is recorded.")
    assert Relationship.objects.get().ended_on is not None
