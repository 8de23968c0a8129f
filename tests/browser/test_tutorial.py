"""The tutorial, walked from an empty database to a decision; its pictures are those of the README."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from localcare.care.stratification.actions import run_stratification
from localcare.exchange.extracts.load import load_dataset
from localcare.foundation.people.models import Person
from localcare.foundation.places.actions import load_place_definitions
from localcare.kernel.access.readers import system_reader
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import kent_and_medway_practices
from tests.factories import user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def county(settings, tmp_path):
    """Two thousand synthetic people in Kent and Medway, stratified a month ago and today."""
    settings.HOME = tmp_path / "home"
    by, today = system_reader("tests"), timezone.localdate()
    load_place_definitions(by=by)
    practices = kent_and_medway_practices()
    synthesise(people=2000, seed=7, as_of=today, practices=practices, out=tmp_path / "dataset")
    load_dataset(tmp_path / "dataset", by=by)
    for as_of in (today - timedelta(days=30), today):
        run_stratification(as_of=as_of, by=by)


@pytest.mark.trace("T047", "T052", "T075", "T077", "T103")
def test_a_case_manager_finds_vera_asks_why_and_decides(
    county, browser_page, new_page, sign_in, assert_accessible, take_picture
):
    # Given a case manager for Dover, at home
    sign_in(browser_page, user_with_role("case-manager", area="dover", username="colin"))
    browser_page.goto("/")
    take_picture(browser_page, "home")

    # When they open the list
    browser_page.get_by_role("link", name="Patient tracking list").first.click()
    assert_accessible(browser_page)
    take_picture(browser_page, "patient-tracking-list")

    # And find Vera, who fits the criteria for a plan and has none
    browser_page.goto("/list/worklist/")
    browser_page.get_by_role("link", name=re.compile("^MARSHFIELD, Vera")).click()
    expect(browser_page.locator(".lc-banner")).to_contain_text("MARSHFIELD, Vera")
    expect(browser_page.locator("main")).to_contain_text("Fits the criteria for a care plan")
    expect(browser_page.locator("main")).to_contain_text("No plan recorded")
    browser_page.get_by_text(re.compile("^Hospital Frailty Risk Score")).first.click()
    assert_accessible(browser_page)
    take_picture(browser_page, "person")

    # Then they decide to take her to the MDT
    browser_page.get_by_role("link", name=re.compile("Decide about this person")).click()
    browser_page.get_by_label("Take to the MDT meeting").check()
    browser_page.get_by_role("button", name="Save the decision").click()
    expect(browser_page.locator("main")).to_contain_text("will be taken to the MDT meeting")

    # And the information governance lead sees who looked, when and why
    lead = new_page()
    sign_in(lead, user_with_role("information-governance-lead", everywhere=True))
    lead.goto("/audit/")
    lead.get_by_label("NHS number or reference").fill(
        str(Person.objects.get(given_name="Vera", family_name="Marshfield").reference)
    )
    lead.get_by_role("button", name="Show who looked").click()
    expect(lead.locator("main")).to_contain_text("colin")
    expect(lead.locator("main")).to_contain_text("Registered with Dover Practice A (synthetic)")
    take_picture(lead, "who-looked-at-vera")
