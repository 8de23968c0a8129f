"""The framework as a commissioner reads it, from the first look to the definition, at both widths."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from localcare.analysis.measures.definitions import indicators
from localcare.exchange.extracts.load import load_dataset
from localcare.foundation.places.models import Area
from localcare.kernel.access.readers import system_reader
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares
from localcare.system.insight.actions import refresh_indicators
from tests.browser.fixtures import DESKTOP, PHONE
from tests.factories import area, practice, user_with_role
from tests.insight.conftest import PRACTICES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE = 900
MEASURED = (
    *("emergency-admissions", "emergency-admissions-65", "attendances", "readmitted-in-30-days"),
    *("stays-of-7-nights", "home-on-day-91", "urgent-response-two-hours", "workforce-in-post"),
)


@pytest.fixture
def measured(tmp_path, settings) -> None:
    """Three practices in two clusters, and their people's stays and attendances, measured."""
    settings.HOME = tmp_path / "home"
    by, today = system_reader("the browser tests"), timezone.localdate()
    economy = area("kent", kind=Area.Kind.HEALTH_ECONOMY)
    east = area("east", kind=Area.Kind.PLACE, within=economy)
    coast = area("coast", kind=Area.Kind.LOCALITY, within=east)
    for code, cluster, _ in PRACTICES:
        practice(code, within=area(cluster, within=coast))
    shares = practice_shares(list(PRACTICES))
    written = synthesise(
        people=PEOPLE, seed=5, as_of=today - timedelta(days=1), practices=shares, out=tmp_path / "dataset"
    )
    load_dataset(written, by=by)
    refresh_indicators(until=today, by=by, indicators={code: indicators()[code] for code in MEASURED})


@pytest.mark.trace("T234")
def test_a_commissioner_reads_what_changed_and_what_it_means(
    browser_page, sign_in, measured, assert_accessible, take_picture
):
    page = browser_page
    # Given a commissioner who opens the framework
    sign_in(page, user_with_role("commissioner", everywhere=True))
    page.goto("/insight/")
    for width in (PHONE, DESKTOP):
        page.set_viewport_size(width)
        assert_accessible(page)
    take_picture(page, "insight-framework")
    # When she opens an indicator
    page.goto("/insight/of/emergency-admissions/")
    page.wait_for_load_state("networkidle")
    # Then every chart is there, with words for who cannot see it
    pictures = page.locator("main img")
    assert pictures.count() >= 2
    for number in range(pictures.count()):
        picture = pictures.nth(number)
        picture.scroll_into_view_if_needed()
        assert len(picture.get_attribute("alt") or "") > 20
        page.wait_for_function("picture => picture.complete", arg=picture.element_handle())
        assert picture.evaluate("picture => picture.naturalWidth") > 0
    for width in (PHONE, DESKTOP):
        page.set_viewport_size(width)
        assert_accessible(page)
    take_picture(page, "insight-indicator")
    # And its definition is one click away
    page.click("main a[href$='/definition/'] >> nth=0")
    expect(page.locator("body")).to_contain_text("Denominator")
    assert_accessible(page)
    # And the places lie beside one another
    page.goto("/insight/map/?indicator=emergency-admissions&level=cluster")
    assert_accessible(page)
    take_picture(page, "insight-map")
