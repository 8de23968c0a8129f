"""A commissioner asks whether a list helped, waits for the worker, and reads the answer on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from localcare.care.stratification.evaluation.asking import carry_out
from localcare.care.stratification.models import ListEvaluation
from tests.browser.fixtures import DESKTOP, PHONE
from tests.factories import user_with_role
from tests.stratification.evaluation.county import a_county
from tests.stratification.evaluation.nights import Night

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.trace("T221")
def test_a_commissioner_asks_and_reads_what_the_list_did(
    browser_page, sign_in, assert_accessible, take_picture
):
    page = browser_page
    # Given a list that lies half a year back, on which teams acted from a risk of 20 in 100
    a_county(Night())
    sign_in(page, user_with_role("commissioner", everywhere=True, username="cora.miles"))
    # When she opens the page for the first time and asks
    page.goto("/list/evaluation/")
    expect(page.get_by_text("This has not been worked out yet")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_text("starts as soon as a worker is free")).to_be_visible()
    assert_accessible(page)
    carry_out(str(ListEvaluation.objects.get().reference))
    # Then the page renews itself and says what may be said
    expect(page.get_by_text("Just above the threshold there were").first).to_be_visible()
    expect(page.get_by_role("button", name="Work it out again")).to_be_visible()
    for width in (PHONE, DESKTOP):
        page.set_viewport_size(width)
        assert_accessible(page)
    take_picture(page, "does-the-list-help")
    page.locator("figure").evaluate("picture => document.body.replaceChildren(picture)")
    page.set_viewport_size({"width": 432, "height": 380})
    take_picture(page, "does-the-list-help-threshold")
