"""The pages of places, in a real browser."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from localcare.foundation.places.actions import load_place_definitions
from localcare.foundation.places.models import PlaceOperation
from localcare.foundation.places.queries import practice_codes_in
from localcare.kernel.access.readers import system_reader
from tests.factories import user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def places():
    load_place_definitions(by=system_reader("test"))


@pytest.fixture
def desk(places, browser_page, sign_in):
    sign_in(browser_page, user_with_role("administrator", everywhere=True))
    return browser_page


@pytest.mark.trace("T029", "T030", "T031", "T036", "T038")
@pytest.mark.parametrize(
    "address",
    ["/places/", "/places/areas/south-kent-coast/", "/places/areas/romney-marsh/", "/places/areas/kent-and-medway/",
     "/places/organisations/09C/", "/places/organisations/SYN-DEAL-A/", "/places/areas/deal/split/",
     "/places/areas/deal/merge/", "/places/areas/deal/move-practice/", "/places/areas/deal/rename/"],
)  # fmt: skip
def test_pages_are_accessible_on_desktop_and_phone(address, desk, phone_page, sign_in, assert_accessible):
    sign_in(phone_page, user_with_role("administrator", everywhere=True))
    for page in (desk, phone_page):
        assert page.goto(address).status == 200
        expect(page.locator("h1")).to_have_count(1)
        assert_accessible(page)


def test_papers_stand_side_by_side_and_one_is_used(desk, take_picture):
    desk.goto("/places/areas/ashford/")
    table = desk.get_by_role("table", name="Every figure that a paper gives")
    for words in ("126,000", "Paper 000, line 111", "132,419", "Paper 004, line 51"):
        expect(table.get_by_text(words).first).to_be_visible()
    expect(table.get_by_role("row").filter(has_text="132,419")).to_contain_text("Used")
    expect(table.get_by_role("row").filter(has_text="126,000")).to_contain_text("Not used")
    expect(desk.get_by_role("heading", name="How many people live in Ashford")).to_be_visible()
    take_picture(desk, "places-area")


def test_a_practice_is_moved_after_its_preview_and_last_year_stays(desk, take_picture):
    desk.goto("/places/areas/deal/")
    desk.get_by_role("link", name="Move a practice").click()
    desk.get_by_label("Practice").select_option("SYN-DEAL-A")
    desk.get_by_label("To which area").select_option("dover")
    for label, value in (("Day", "1"), ("Month", "4"), ("Year", "2026")):
        desk.get_by_label(label, exact=True).fill(value)
    desk.get_by_label("Reason").fill("New premises")
    desk.get_by_role("button", name="Show what will change").click()
    expect(desk.get_by_text("Deal Practice A (synthetic) goes from Deal to Dover.")).to_be_visible()
    assert not PlaceOperation.objects.exists(), "nothing has happened yet"
    desk.get_by_role("button", name="Make the change").click()
    expect(desk.get_by_text("SYN-DEAL-A moved from deal to dover").first).to_be_visible()
    assert "SYN-DEAL-A" in practice_codes_in("dover", date(2026, 4, 1))

    desk.goto("/places/areas/deal/?on_day=31&on_month=3&on_year=2026")
    expect(desk.get_by_role("link", name="Deal Practice A (synthetic)")).to_be_visible()
    desk.goto("/places/areas/deal/?on_day=1&on_month=4&on_year=2026")
    expect(desk.get_by_role("link", name="Deal Practice A (synthetic)")).to_be_hidden()
    desk.goto("/places/")
    take_picture(desk, "places")


def test_what_cannot_be_is_said_on_the_form(desk, assert_accessible):
    desk.goto("/places/areas/deal/rename/")
    desk.get_by_role("button", name="Show what will change").click()
    for words in (
        "Enter the new name",
        "Enter the day from which it holds",
        "Enter the reason for the change",
    ):
        expect(desk.get_by_role("link", name=words)).to_be_visible()
    assert_accessible(desk)
    desk.get_by_label("New name").fill("Deal")
    for label, value in (("Day", "1"), ("Month", "4"), ("Year", "2026")):
        desk.get_by_label(label, exact=True).fill(value)
    desk.get_by_label("Reason").fill("Test")
    desk.get_by_role("button", name="Show what will change").click()
    expect(desk.get_by_text("Enter a name that differs from the one the area has.").first).to_be_visible()


def test_a_change_is_taken_back_from_its_area(desk):
    from localcare.foundation.places.actions import rename_area

    rename_area(
        code="deal", name="Deal and Walmer", on=date(2026, 1, 1), reason="Wish", by=system_reader("test")
    )
    desk.goto("/places/areas/deal/")
    desk.get_by_role("link", name="Take this change back").click()
    for label, value in (("Day", "1"), ("Month", "6"), ("Year", "2026")):
        desk.get_by_label(label, exact=True).fill(value)
    desk.get_by_label("Reason").fill("Second thoughts")
    with desk.expect_navigation():
        desk.get_by_role("button", name="Take the change back").click()
    desk.goto("/places/areas/deal/")
    expect(desk.get_by_role("heading", level=1)).to_have_text(re.compile("Deal$"))
    expect(desk.get_by_text("Taken back: Deal renamed to Deal and Walmer").first).to_be_visible()


def test_those_who_only_read_see_no_way_to_change(places, client):
    client.force_login(user_with_role("gp", area="deal"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/places/areas/deal/").status_code == 200
    assert "Change it" not in client.get("/places/areas/deal/").content.decode()
    assert client.get("/places/areas/deal/rename/").status_code == 403
    assert client.get("/places/areas/nowhere/").status_code == 404
