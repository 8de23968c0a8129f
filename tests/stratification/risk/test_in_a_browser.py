"""An analyst trains, reads the card, publishes; a GP sees the number on the list; the analyst withdraws it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from localcare.care.stratification.models import ListEntry, RiskModel
from localcare.care.stratification.risk.training import carry_out
from tests.browser.fixtures import DESKTOP, PHONE
from tests.factories import user_with_role
from tests.stratification.risk.county import PRACTICES, registered
from tests.stratification.risk.in_the_place import models_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = PRACTICES[0][0]


@pytest.mark.trace("T052", "T074")
def test_a_model_from_its_training_to_the_list_and_off_it_again(
    county, made, browser_page, sign_in, assert_accessible, take_picture
):
    page = browser_page
    analyst = user_with_role("analyst", everywhere=True, username="alun.price")
    gp = user_with_role("gp", practice=AT, username="grace.okafor")
    # Given an analyst of a place that never trained a model
    sign_in(page, analyst)
    page.goto("/list/risk/")
    expect(page.get_by_text("No model has been trained yet")).to_be_visible()
    assert_accessible(page)
    # When she trains one
    page.get_by_role("link", name="Train a model").click()
    assert_accessible(page)
    page.get_by_role("button", name="Train and evaluate").click()
    page.wait_for_selector("text=Waits for a worker")
    carry_out(str(RiskModel.objects.get().reference), export=county.export())
    # Then the page renews itself and is the card
    page.wait_for_selector("text=Its evaluation allows it to be published.")
    for width in (PHONE, DESKTOP):
        page.set_viewport_size(width)
        assert_accessible(page)
    take_picture(page, "risk-model")
    # When she publishes it, first forgetting to say why
    page.get_by_role("button", name="Publish this model").click()
    page.get_by_role("button", name="Publish the model").click()
    expect(page.get_by_role("link", name="Say why in a sentence")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Why", exact=True).fill("Read with the safety officer; every list carries a decision")
    page.get_by_label("I have read the card").check()
    page.get_by_role("button", name="Publish the model").click()
    expect(page.get_by_text("The model is published.")).to_be_visible()
    # Then, after the run, the GP's list and the person's page say the risk in words
    made()
    highest = ListEntry.objects.filter(practice_code=AT).order_by("-risk_per_mille")[:6]
    people = [registered(entry.person_id) for entry in highest]
    sign_in(page, gp)
    page.goto("/list/?order=risk&state=all")
    expect(page.get_by_text("Risk of an emergency admission within 12 months").first).to_be_visible()
    for width in (PHONE, DESKTOP):
        page.set_viewport_size(width)
        page.goto(f"/people/{people[0].reference}/")
        expect(page.get_by_text("with facts like these have an emergency admission")).to_be_visible()
        assert_accessible(page)
    take_picture(page, "risk-on-the-person-page")
    page.get_by_role("link", name="How good this number is").click()
    for width in (PHONE, DESKTOP):
        page.set_viewport_size(width)
        assert_accessible(page)
    take_picture(page, "risk-about")
    # And after the analyst withdraws it, no number is left
    sign_in(page, analyst)
    page.goto("/list/risk/")
    page.get_by_role("link", name="First emergency admission within 12 months").first.click()
    page.get_by_role("link", name="Drift, run by run").click()
    for width in (PHONE, DESKTOP):
        page.set_viewport_size(width)
        assert_accessible(page)
    page.go_back()
    page.get_by_role("button", name="Withdraw this model").click()
    page.get_by_label("Why", exact=True).fill("A clinician found numbers that are wrong")
    with page.expect_navigation():
        page.get_by_role("button", name="Withdraw the model").click()
    sign_in(page, gp)
    page.goto(f"/people/{people[0].reference}/")
    expect(page.get_by_text("No risk model is published here, so there is no number")).to_be_visible()


def test_models_of_every_state_are_readable_on_a_desk_and_on_a_phone(
    county, browser_page, sign_in, assert_accessible
):
    analyst = user_with_role("analyst", everywhere=True, username="alun.price")
    models = models_of(analyst, county.folder)
    beside = reverse("risk-beside", args=[models["in-force"].reference, models["refused"].reference])
    pages = [reverse("risk-model", args=[model.reference]) for model in models.values()]
    pages += [reverse("risk-publish", args=[models["refused"].reference]), reverse("risk-models"), beside]
    sign_in(browser_page, analyst)
    for address in pages:
        for width in (DESKTOP, PHONE):
            browser_page.set_viewport_size(width)
            browser_page.goto(address)
            assert_accessible(browser_page)
