"""The pages of the discharge and navigation desks on a phone and on a desk, by keyboard, and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from localcare.foundation.forms import actions as forms
from localcare.foundation.pathways import actions
from tests.browser.fixtures import DESKTOP, PHONE
from tests.stories.place import SUPPORT, accept_and_start, admitted, open_task, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy(place, couple):
    """Vera in hospital with a refused request and a package at home, Ernest with an assessment; who sees it all."""
    vera, ernest = couple
    admitted(vera, days_ago=25)
    reader = place.works_in(
        *("acute-discharge", "single-point-of-access", "rapid-response", "care-navigation", "reablement"),
        role="acute-discharger",
    )
    ready = {
        "criteria-to-reside": False,
        "discharge-ready-on": vera.birth_date.replace(year=2026).isoformat(),
    }
    forms.complete(person=vera, form="criteria-to-reside", answers=ready | {"delay": "pathway-1"}, by=reader)
    answers = written("discharge-support", vera, reader, SUPPORT)
    asker = place.services["acute-discharge"]
    for pathway in ("discharge-to-assess", "home-to-settle"):
        journey = actions.open_journey(
            person=vera, pathway=pathway, by=reader, asked_by=asker, answers=answers
        )
    actions.decline(task=open_task(journey, "coordinate"), by=reader, code="no-room", reason="No line free.")
    package = actions.open_journey(person=vera, pathway="reablement-package", by=reader, asked_by=asker)
    accept_and_start(open_task(package, "reable"), reader)
    actions.open_journey(person=ernest, pathway="carers-assessment", by=reader, asked_by=asker)
    return reader, vera, ernest


def addresses(vera: Any, ernest: Any) -> list[str]:
    """Every page of the two desks, with something on each."""
    named = [(name, []) for name in ("discharge", "discharge-home", "navigation", "navigation-carers")]
    of_vera = ("discharge-person", "discharge-criteria", "discharge-plan")
    named += [(name, [vera.reference]) for name in of_vera]
    named += [(name, [ernest.reference]) for name in ("navigation-person", "navigation-ask")]
    ways = ("discharge-to-assess", "challenging-behaviour-package")
    named += [("discharge-plan-pathway", [vera.reference, way]) for way in ways]
    return [reverse(name, args=args) for name, args in named]


def test_every_page_is_accessible_on_a_phone_and_on_a_desk(
    busy: Any,
    browser_page: Page,
    sign_in: Callable[..., None],
    assert_accessible: Callable[[Page], None],
    take_picture: Callable[..., None],
):
    reader, vera, ernest = busy
    sign_in(browser_page, reader.user)
    for address in addresses(vera, ernest):
        browser_page.goto(address)
        for width in (DESKTOP, PHONE):
            browser_page.set_viewport_size(width)
            assert_accessible(browser_page)
        expect(browser_page.locator("h1")).to_have_count(1)
        if address == reverse("discharge"):
            take_picture(browser_page, "discharge-board-on-a-phone")


def test_a_discharge_is_planned_by_keyboard_and_without_javascript(
    busy: Any, plain_page: Page, browser_page: Page, sign_in: Callable[..., None], keyboard_reaches: Any
):
    reader, vera, _ = busy
    sign_in(plain_page, reader.user)
    plain_page.goto(reverse("discharge-plan", args=[vera.reference]))
    plain_page.get_by_label("Home to decide").check()
    plain_page.get_by_role("button", name="Continue").click()
    plain_page.locator('[name="goals"]').fill("To decide at home")
    with plain_page.expect_navigation():
        plain_page.get_by_role("button", name="Save and come back later").click()
    expect(plain_page.locator('[name="goals"]')).to_have_value("To decide at home")
    sign_in(browser_page, reader.user)
    browser_page.goto(reverse("discharge-person", args=[vera.reference]))
    keyboard_reaches(browser_page, f'a[href="{reverse("discharge-plan", args=[vera.reference])}"]')
