"""The search page, in a real browser."""

from datetime import date

import pytest
from playwright.sync_api import expect

from localcare.foundation.people.models import CommunicationNeed
from localcare.kernel.audit.models import AuditEntry
from tests.factories import area, practice, registered_person, user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people():
    deal = practice("SYN-DEAL-A", name="Deal Practice A (synthetic)", within=area("deal"))
    vera = registered_person(
        at=deal, family_name="Vale", given_name="Vera", birth_date=date(1947, 3, 12), nhs_number="9990000018"
    )
    CommunicationNeed.objects.create(person=vera, need="Large print", recorded_on=date(2026, 1, 1))
    registered_person(at=deal, family_name="Smyth", given_name="John", birth_date=date(1946, 7, 2))
    registered_person(
        at=deal, family_name="Smith", given_name="Jon", birth_date=date(1946, 5, 1), nhs_number=None
    )
    registered_person(at="SYN-DOVR-A", family_name="Smith", given_name="Elsewhere")
    return vera


@pytest.fixture
def desk(people, browser_page, sign_in):
    sign_in(browser_page, user_with_role("gp", area="deal"))
    browser_page.goto("/people/")
    return browser_page


def search(page, text):
    page.get_by_label("Name, date of birth, NHS number or postcode").fill(text)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")


def test_somebody_is_found_and_what_was_typed_stands_in_no_address(
    desk, people, assert_accessible, take_picture
):
    search(desk, "vera 12/03/1947")
    expect(desk.get_by_role("heading", name="1 person found")).to_be_visible()
    link = desk.get_by_role("link", name="VALE, Vera")
    assert str(people.reference) in link.get_attribute("href")
    for words in ("999 000 0018", "12 March 1947", "Deal Practice A (synthetic)", "Large print"):
        expect(desk.get_by_text(words).first).to_be_visible()
    assert desk.url.endswith("/people/"), "no personal data in the address"
    entry = AuditEntry.objects.filter(action="person.search").latest("sequence")
    assert list(entry.subjects.values_list("reference", flat=True)) == [str(people.reference)]
    assert "vera" not in str(entry.detail).lower()
    assert_accessible(desk)


def test_a_misspelt_name_finds_those_in_scope_the_likeliest_first(desk, assert_accessible, take_picture):
    search(desk, "smyth 1946")
    names = desk.locator("ol h3")
    expect(names, "the Smith of another practice is not shown").to_have_text(["SMYTH, John", "SMITH, Jon"])
    expect(desk.get_by_text("Found because: Smith sounds like Smyth")).to_be_visible()
    expect(desk.get_by_text("NHS number not known").first).to_be_visible()
    assert_accessible(desk)
    take_picture(desk, "person-search")


def test_nobody_found_says_what_to_try(desk, assert_accessible):
    search(desk, "xyzzy")
    expect(desk.get_by_role("heading", name="Nobody found")).to_be_visible()
    expect(desk.get_by_text("the family name with only the year of birth")).to_be_visible()
    assert_accessible(desk)


def test_what_cannot_be_read_says_how_to_type_it(desk, assert_accessible):
    search(desk, "999 123 4560")
    expect(desk.get_by_text("The check digit of the NHS number does not fit")).to_be_visible()
    search(desk, "")
    remedy = desk.get_by_role("link", name="Enter a name, a date of birth, an NHS number or a postcode")
    expect(remedy).to_be_visible()
    assert_accessible(desk)


def test_the_search_works_by_keyboard_on_a_phone_and_without_javascript(
    people, phone_page, plain_page, sign_in, keyboard_reaches, assert_accessible
):
    for page in (phone_page, plain_page):
        sign_in(page, user_with_role("gp", area="deal"))
        page.goto("/people/")
        search(page, "CT14")
        expect(page.locator("ol h3")).to_have_count(3)
    keyboard_reaches(phone_page, "ol h3 a")
    assert_accessible(phone_page)
    phone_page.get_by_role("link", name="Clear the search").click()
    expect(phone_page.locator("ol h3")).to_have_count(0)


def test_searching_needs_the_permission(people, client):
    assert client.get("/people/").status_code == 302
    client.force_login(user_with_role("analyst"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/people/").status_code == 403
