"""The reviewer's job on the tracking list, in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.models import Decision
from localcare.foundation.people.models import Person
from localcare.kernel.access.readers import system_reader
from tests.factories import user_with_role
from tests.stratification.population import TODAY, small_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def place(settings, tmp_path):
    settings.HOME = tmp_path / "home"
    place = small_place()
    run_stratification(as_of=TODAY, by=system_reader("tests"), export=place.write)
    place.stay("Dorothy", ago=3, nights=2)
    place.add("Grace", age=88, deficits=["falls", "dizziness"])
    place.stay("Grace", ago=8, nights=5, codes=("J18.9", "F03"))
    tomorrow = TODAY + timedelta(days=1)
    run_stratification(as_of=tomorrow, by=system_reader("tests"), export=place.write, today=tomorrow)
    return place


@pytest.fixture
def gp():
    return user_with_role("gp", practice="P1")


@pytest.mark.trace("T047", "T052", "T077")
def test_a_gp_reads_the_list_and_puts_somebody_aside(place, gp, browser_page, sign_in, assert_accessible):
    # Given a GP whose practice has three people on the list
    sign_in(browser_page, gp)
    browser_page.goto("/")
    browser_page.get_by_role("link", name="Patient tracking list").click()
    assert_accessible(browser_page)
    expect(browser_page.get_by_role("row")).to_have_count(4)
    expect(browser_page.get_by_text("Emergency admissions in 12 months from 1 to 2")).to_be_visible()

    # When she decides "not now" about Dorothy, first forgetting the reason
    browser_page.get_by_role("link", name="Decide about TESTDOROTHY, Dorothy").click()
    browser_page.get_by_label("Not now", exact=True).check()
    browser_page.get_by_role("button", name="Save the decision").click()
    expect(browser_page.get_by_role("link", name="Choose a reason why not now")).to_be_visible()
    assert_accessible(browser_page)
    browser_page.get_by_label("If not now: the reason").select_option("stable")
    day = timezone.localdate() + timedelta(days=30)
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        browser_page.get_by_label(label, exact=True).fill(str(value))
    browser_page.get_by_role("button", name="Save the decision").click()

    # Then Dorothy is off the list to review, and found under "Not now" with who decided and why
    expect(
        browser_page.get_by_text("TESTDOROTHY, Dorothy: put aside until the day you chose.")
    ).to_be_visible()
    expect(browser_page.get_by_role("row")).to_have_count(3)
    browser_page.get_by_role("link", name="Not now").click()
    expect(browser_page.get_by_text("Stable and well supported")).to_be_visible()
    assert_accessible(browser_page)


def test_several_are_taken_to_the_mdt_without_javascript(place, gp, plain_page, sign_in):
    # Given a browser without JavaScript
    sign_in(plain_page, gp)
    plain_page.goto("/list/")

    # When two people are chosen and taken to the MDT
    for name in ("TESTVERA, Vera", "TESTGRACE, Grace"):
        plain_page.get_by_label(f"Choose {name}").check()
    plain_page.get_by_role("button", name="Decide about those chosen").click()
    plain_page.get_by_label("Take to the MDT meeting").check()
    plain_page.get_by_role("button", name="Save the decision").click()

    # Then both are kept as taken to the MDT
    expect(plain_page.get_by_text("2 people: will be taken to the MDT meeting.")).to_be_visible()
    assert Decision.objects.filter(kind="mdt", decided_by=gp).count() == 2


def test_filters_work_without_javascript_and_are_kept_as_a_view(place, gp, plain_page, sign_in):
    sign_in(plain_page, gp)
    plain_page.goto("/list/")
    plain_page.get_by_text("Filter, search and sort").click()
    plain_page.get_by_label("Frailty", exact=True).select_option("severe")
    plain_page.get_by_role("button", name="Apply filters").click()
    expect(plain_page.get_by_role("row")).to_have_count(2)

    plain_page.get_by_text("Saved views").click()
    plain_page.get_by_label("Name of the view").fill("Severe frailty")
    with plain_page.expect_navigation():
        plain_page.get_by_role("button", name="Save these filters as a view").click()

    plain_page.get_by_text("Saved views").click()
    expect(plain_page.get_by_role("link", name="Severe frailty", exact=True)).to_have_count(1)


@pytest.mark.parametrize("address", ["/list/", "/list/worklist/", "/list/overview/", "/list/print/"])
def test_pages_of_the_list_are_accessible_on_desktop_and_phone(
    place, gp, browser_page, phone_page, sign_in, assert_accessible, address
):
    for page in (browser_page, phone_page):
        sign_in(page, gp)
        page.goto(address)
        expect(page.locator("h1")).to_have_count(1)
        assert_accessible(page)


def test_pages_of_runs_are_accessible(place, browser_page, phone_page, sign_in, assert_accessible):
    analyst = user_with_role("analyst", everywhere=True)
    for page in (browser_page, phone_page):
        sign_in(page, analyst)
        page.goto("/list/runs/")
        assert_accessible(page)
        page.get_by_role("link", name="Run ").first.click()
        assert_accessible(page)


def test_the_person_page_carries_reasons_scores_and_decisions(
    place, gp, browser_page, phone_page, sign_in, assert_accessible
):
    person = Person.objects.get(pk=place.keys["Dorothy"])
    for page in (browser_page, phone_page):
        sign_in(page, gp)
        page.goto(f"/people/{person.reference}/")
        expect(page.get_by_role("heading", name="On the patient tracking list")).to_be_visible()
        expect(page.get_by_text("Emergency admissions in 12 months over the runs").first).to_be_visible()
        assert_accessible(page)
