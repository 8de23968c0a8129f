"""A form in a real browser: without JavaScript, on a phone, with the error summary, and open in two windows."""

import pytest
from playwright.sync_api import expect

from localcare.foundation.forms import actions
from localcare.foundation.forms.models import FormResponse
from localcare.kernel.access.readers import reader_for
from tests.browser.fixtures import PHONE
from tests.factories import practice, registered_person, user_with_role
from tests.forms.test_filling import VISIT

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.urls("tests.forms.filling_urls"),
]  # fmt: skip


@pytest.mark.trace("T106", "T107")
def test_a_discharge_is_described_saved_taken_up_again_and_completed(
    new_page, sign_in, assert_accessible, take_picture
):
    vera = registered_person(family_name="Marshfield", given_name="Vera")
    asha = user_with_role("rapid-response-clinician", practice=practice())
    address = f"/try/{vera.reference}/discharge-support/"
    plain = new_page(javascript=False, width=PHONE)
    sign_in(plain, asha)
    plain.goto(address)
    plain.get_by_label("Hospital and ward").fill("Harbour ward")
    plain.get_by_role("button", name="Add another recommended service").click()
    expect(plain.get_by_role("group", name="Recommended service 2")).to_be_visible()
    expect(plain.get_by_label("Hospital and ward")).to_have_value("Harbour ward")
    with plain.expect_navigation():
        plain.get_by_role("button", name="Save and come back later").click()

    page = new_page()
    sign_in(page, asha)
    page.goto(address)
    expect(page.get_by_label("Hospital and ward")).to_have_value("Harbour ward")
    page.get_by_role("button", name="Complete").click()
    summary = page.locator(".nhsuk-error-summary")
    summary.get_by_role("link", name="How does the person move about?").click()
    expect(page.locator("[name=mobility]:focus")).to_have_count(1)
    assert_accessible(page)
    take_picture(page, "form-discharge-support")

    plain.get_by_label("Hospital and ward").fill("Another ward")
    with plain.expect_navigation():
        plain.get_by_role("button", name="Save and come back later").click()
    expect(plain.get_by_text("Somebody else changed this form"), "its own page was up to date").to_have_count(
        0
    )
    page.get_by_label("Hospital and ward").fill("Third ward")
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.get_by_text("Somebody else changed this form")).to_be_visible()
    expect(page.get_by_role("row", name="Hospital and ward").get_by_text("Another ward")).to_be_visible()
    assert_accessible(page)
    assert FormResponse.objects.get().answers["ward"] == "Another ward"


def test_a_response_its_amendment_and_a_preview_are_accessible_on_a_phone(
    phone_page, sign_in, assert_accessible
):
    vera = registered_person(family_name="Marshfield", given_name="Vera")
    asha = user_with_role("rapid-response-clinician", practice=practice())
    visit = actions.complete(person=vera, form="urgent-response-visit", answers=VISIT, by=reader_for(asha))
    sign_in(phone_page, asha)
    for address in (f"/forms/responses/{visit.reference}/", f"/forms/responses/{visit.reference}/amend/",
                    "/forms/", "/forms/discharge-support/"):  # fmt: skip
        phone_page.goto(address)
        assert_accessible(phone_page)
