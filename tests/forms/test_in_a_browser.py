"""A form in a real browser: without JavaScript, on a phone, with the error summary, and open in two windows."""

import pytest

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
    assert plain.get_by_role("group", name="Recommended service 2").is_visible()
    assert plain.get_by_label("Hospital and ward").input_value() == "Harbour ward"
    plain.get_by_role("button", name="Save and come back later").click()

    page = new_page()
    sign_in(page, asha)
    page.goto(address)
    assert page.get_by_label("Hospital and ward").input_value() == "Harbour ward"
    page.get_by_role("button", name="Complete").click()
    summary = page.locator(".nhsuk-error-summary")
    summary.get_by_role("link", name="How does the person move about?").click()
    assert page.evaluate("document.activeElement.name") == "mobility"
    assert_accessible(page)
    take_picture(page, "form-discharge-support")

    plain.get_by_label("Hospital and ward").fill("Another ward")
    plain.get_by_role("button", name="Save and come back later").click()
    assert "Somebody else changed this form" not in plain.content(), "its own page was up to date"
    page.get_by_label("Hospital and ward").fill("Third ward")
    page.get_by_role("button", name="Save and come back later").click()
    assert page.get_by_text("Somebody else changed this form").is_visible()
    assert page.get_by_role("row", name="Hospital and ward").get_by_text("Another ward").is_visible()
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
