"""The pages of one person, in a real browser."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from localcare.foundation.record.models import Fact, Source, Stay
from localcare.kernel.audit.models import AuditEntry
from tests.browser.fixtures import PHONE
from tests.factories import practice, registered_person, user_with_role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def vera():
    person = registered_person(family_name="Marshfield", given_name="Vera", birth_date=date(1947, 3, 12))
    source = Source.objects.create(code="hospital", name="Hospital system")
    for number in range(60):
        Fact.objects.create(
            person=person, source=source, source_key=f"f{number}", kind="condition", system="LOCAL",
            code=f"C{number}", text=f"Problem {number}", occurred_on=date(2025, 1, 1 + number % 28),
        )  # fmt: skip
    Stay.objects.create(
        person=person, source=source, source_key="s", admission_type="emergency",
        admitted_on=date(2026, 11, 1), discharged_on=date(2026, 11, 19), reason="Stroke",
    )  # fmt: skip
    return person


@pytest.fixture
def gp():
    return user_with_role("gp", practice=practice(), username="asha")


def test_the_overview_shows_the_record_and_writes_the_look_down(
    browser_page, sign_in, assert_accessible, vera, gp
):
    sign_in(browser_page, gp)
    browser_page.goto(f"/people/{vera.reference}/")
    expect(browser_page.locator("[aria-label='Patient banner'], .lc-banner")).to_contain_text(
        "MARSHFIELD, Vera"
    )
    expect(browser_page.locator("#stays")).to_contain_text("18 nights, until 19 Nov 2026")
    expect(browser_page.locator("#allergies")).to_contain_text("ask")
    assert_accessible(browser_page)
    entry = AuditEntry.objects.filter(action="person.read", subjects__reference=str(vera.reference)).last()
    assert (entry.actor, entry.basis) == ("asha", f"Registered with {practice().name}")


def test_what_was_left_out_is_one_click_away_in_the_timeline(
    browser_page, sign_in, assert_accessible, vera, gp
):
    sign_in(browser_page, gp)
    browser_page.goto(f"/people/{vera.reference}/")
    browser_page.get_by_role("link", name=re.compile("Show 52 more in the timeline")).click()
    expect(browser_page.get_by_label("Problems (60)")).to_be_checked()
    assert_accessible(browser_page)
    browser_page.get_by_role("link", name="Next page").click()
    expect(browser_page.locator("main")).to_contain_text("Showing 51 to 60 of 60 events")
    expect(browser_page.get_by_label("Problems (60)")).to_be_checked()


def test_who_looked_names_this_look(new_page, sign_in, assert_accessible, vera, gp):
    page = new_page(width=PHONE, javascript=False)
    sign_in(page, gp)
    page.goto(f"/people/{vera.reference}/who-looked/")
    expect(page.locator("main")).to_contain_text("asha")


def test_another_practices_patient_is_not_found(browser_page, sign_in, gp):
    stranger = registered_person(at="SYN-MARGATE-A")
    sign_in(browser_page, gp)
    response = browser_page.goto(f"/people/{stranger.reference}/")
    assert response.status == 404
    assert AuditEntry.objects.filter(outcome="denied", subjects__reference=str(stranger.reference)).exists()
