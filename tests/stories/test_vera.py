"""Vera comes home (paper 002): four people at four screens, from the ward to the end of her package.

The story begins seven weeks ago and is lived through the pages; `go_to` moves the engine's own clock on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from localcare.foundation.pathways.models import ClockState, JourneyState
from localcare.foundation.pathways.presenters import LONDON
from tests.stories.desks import Desk
from tests.stories.place import (
    ASSESSED,
    CARER,
    ENDED,
    REVIEWED,
    SUPPORT,
    admitted,
    leaves_hospital,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST_DAY = timezone.localdate() - timedelta(days=50)
VERA, ERNEST = "MARSHFIELD, Vera", "MARSHFIELD, Ernest"
AT_HOME = (
    *("rapid-response", "integrated-discharge-team", "domiciliary-care", "district-nursing"),
    *("care-navigation", "carers-support"),
)


def on_day(number: int, hour: int, minute: int = 0) -> datetime:
    """A time of the story; its first day is day 0."""
    return datetime.combine(FIRST_DAY + timedelta(days=number), time(hour, minute), LONDON)


@pytest.fixture
def desks(place, new_page: Callable[..., Page], sign_in: Any, assert_accessible: Any) -> dict[str, Desk]:
    """Four people logged in at once, each in a browser of their own."""
    readers = {
        "discharger": place.works_in("acute-discharge", role="acute-discharger", first_name="Dana"),
        "handler": place.works_in("single-point-of-access", role="call-handler", first_name="Callum"),
        "nurse": place.works_in(*AT_HOME, first_name="Nadia"),
        "manager": place.works_in("case-management", role="case-manager", first_name="Marta"),
    }
    found = {}
    for name, reader in readers.items():
        plain = name == "handler"  # one of them works without JavaScript, where axe cannot run
        page = new_page(javascript=not plain)
        sign_in(page, reader.user)
        found[name] = Desk(page, (lambda _: None) if plain else assert_accessible)
    return found


@pytest.mark.trace("T103", "T105", "T106", "T107", "T108", "T109", "T110", "T111", "T138", "T092", "T112")
def test_vera_comes_home_and_lives_independently(
    couple: Any, desks: dict[str, Desk], go_to: Callable[[datetime], None], take_picture: Any
):
    vera, ernest = couple
    discharger, handler, nurse, manager = (
        desks[name] for name in ("discharger", "handler", "nurse", "manager")
    )
    stay = admitted(vera, days_ago=62)

    # Given Vera lies in hospital, fit to leave
    go_to(on_day(0, 10))
    page = discharger.go(reverse("discharge"))
    expect(page.get_by_role("link", name=VERA, exact=True)).to_be_visible()

    # When the acute discharger completes the discharge support form and asks the single point of access
    discharger.link("Plan discharge")
    page.get_by_label("Discharge to assess").check()
    discharger.press("Continue")
    discharger.check(page)
    discharger.type(SUPPORT)
    page.locator('select[name="service"]').select_option("single-point-of-access")
    discharger.check(page)
    discharger.press("Send the request")
    discharger.said("You see their answer on this page.")
    take_picture(page, "discharge-person")

    # And the call handler coordinates the services
    go_to(on_day(0, 10, 10))
    handler.task("single-point-of-access", VERA, "Arrange the services needed at home")
    handler.accept()
    go_to(on_day(0, 11))
    handler.finish("Home with support, and support for the carer")

    # Then the discharger sees what came of it
    page = discharger.go(reverse("discharge"))
    expect(page.get_by_text("Bring the person home and settle them in")).to_be_visible()
    expect(page.get_by_text("Waiting in the bed for 1 hour", exact=True)).to_be_visible()
    take_picture(page, "discharge-board")

    # When she is brought home
    nurse.task("rapid-response", VERA, "Bring the person home and settle them in")
    nurse.accept()
    go_to(on_day(0, 14))
    nurse.press("Left hospital")
    leaves_hospital(stay, on_day(0, 14))
    go_to(on_day(0, 15))
    nurse.press("Arrived home")
    nurse.finish("Settled at home")

    # Then the assessment is due within 24 hours, and is made
    go_to(on_day(0, 16))
    nurse.go(reverse("discharge-home"))
    nurse.link("Accept or decline.*Assess at home")
    nurse.accept()
    go_to(on_day(1, 9))
    page = nurse.go(reverse("discharge-home"))
    expect(page.get_by_text("Assessed within 24 hours of settling at home")).to_be_visible()
    expect(page.get_by_text("6 hours left")).to_be_visible()
    take_picture(page, "discharge-home")
    nurse.link("Start.*Assess at home")
    nurse.press("Start")
    nurse.finish("A package of care is needed", answers={"seen-at": on_day(1, 9), **ASSESSED})

    # And the single point of access arranges the package
    go_to(on_day(1, 11))
    handler.task("single-point-of-access", VERA, "Arrange the package")
    handler.accept()
    handler.finish("Home care and district nursing")
    for team, step in (("domiciliary-care", "Home care"), ("district-nursing", "District nursing")):
        nurse.task(team, VERA, step)
        nurse.accept()
        nurse.press("Start")

    # And Ernest's own needs are looked at, and he is supported
    go_to(on_day(2, 10))
    page = nurse.go(reverse("navigation"))
    expect(page.get_by_role("link", name=ERNEST).first).to_be_visible()
    take_picture(page, "navigation")
    nurse.link(f"Accept or decline.*own needs, {ERNEST}")
    nurse.accept()
    nurse.press("Start")
    nurse.finish("Eligible for support", answers={"assessed-on": on_day(2, 10).date(), **CARER})
    nurse.task("carers-support", ERNEST, "Support the carer")
    nurse.accept()
    nurse.press("Start")
    page = nurse.go(reverse("navigation-person", args=[ernest.reference]))
    expect(page.get_by_text("A few hours a week for himself").first).to_be_visible()
    expect(page.get_by_role("link", name=VERA).first).to_be_visible()
    take_picture(page, "navigation-person")

    # When two weeks and four weeks have gone, each package is reviewed
    for day in (15, 29):
        go_to(on_day(day, 12))
        for team, step in (("domiciliary-care", "Home care"), ("district-nursing", "District nursing")):
            nurse.task(team, VERA, step, tab="reviews")
            nurse.review({"reviewed-on": on_day(day, 12).date(), **REVIEWED})

    # And after six weeks the package ends
    go_to(on_day(43, 10))
    page = nurse.go(reverse("discharge-home"))
    take_picture(page, "discharge-packages")
    for team, step, outcome in (
        ("domiciliary-care", "Home care", "Manages without home care"),
        ("district-nursing", "District nursing", "Needs no more nursing"),
    ):
        nurse.task(team, VERA, step, tab="caseload")
        nurse.finish(outcome, answers={"ended-on": on_day(43, 10).date(), **ENDED})
    nurse.task("carers-support", ERNEST, "Support the carer", tab="caseload")
    nurse.finish("Supported, and able to go on")

    # Then the case manager looks back and closes: she lives independently
    go_to(on_day(43, 14))
    manager.task("case-management", VERA, "Look back and close")
    manager.accept()
    manager.finish("Lives independently")
    state = JourneyState.objects.get(person=vera, pathway="discharge-to-assess")
    assert (state.is_open, state.outcome) == (False, "independent")
    assert JourneyState.objects.get(person=ernest).outcome == "supported"

    # And sees the whole story on one page with every clock met
    page = manager.go(reverse("journey", args=[state.journey.reference]))
    for clock in ("Arranged", "Assessed within 24 hours of settling at home", "Package arranged"):
        row = page.get_by_role("row").filter(has_text=clock).first
        expect(row.get_by_text("Met", exact=True)).to_be_visible()
    for words in (
        "Left hospital.",
        "Done: A package of care is needed.",
        "Reviewed.",
        "Ended: Lives independently.",
    ):
        expect(page.get_by_text(words).first).to_be_visible()
    take_picture(page, "vera-story")
    missed = ClockState.objects.filter(task__journey__person__in=couple, is_met=False, is_void=False)
    assert not missed.exists()
    assert ClockState.objects.filter(task__journey=state.journey, is_met=True).count() == 3
