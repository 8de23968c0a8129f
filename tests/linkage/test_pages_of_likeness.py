"""A pair found by likeness is read, understood and decided by keyboard, in a real browser; also on a phone."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from localcare.foundation.people.models import LikenessSearch, Person, PossibleDuplicate
from tests.factories import area, practice, registered_person, user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VERA = {
    "family_name": "Testvale", "given_name": "Elizabeth", "address_line": "1 Harbour Street", "postcode": "CT14 6AB",
    "birth_date": date(1947, 3, 12), "sex": "female", "telephone": "01632 960001",
}  # fmt: skip
EVIDENCE = {
    "given": ["short-form", 5.1], "family": ["differs", -4.3], "born": ["same", 14.1], "address": ["same", 14.0],
    "telephone": ["missing", 0.0], "sex": ["same", 1.0],
}  # fmt: skip


@pytest.fixture
def co_ordinator():
    return user_with_role("mdt-co-ordinator", practice=practice("SYN-DEAL-A", within=area("deal")))


@pytest.fixture
def pairs(co_ordinator):
    """A pair that is very likely one person, one with a rival, and one that the rules found."""
    made = []
    others = (
        {"family_name": "Testjones", "given_name": "Betty", "telephone": ""},
        {"given_name": ""},
        {"given_name": "Lizzy"},
    )
    for other in others:
        one = registered_person(at="SYN-DEAL-A", **VERA)
        two = registered_person(at="SYN-DEAL-A", **(VERA | other | {"nhs_number": None}))
        made.append(PossibleDuplicate.objects.create(first=one, second=two, score=0, reasons=[]))
    likely, rivalled, by_rules = made
    found = {"bits": 14.2, "evidence": EVIDENCE}
    PossibleDuplicate.objects.filter(pk=likely.pk).update(band="very-likely", **found)
    nameless = EVIDENCE | {"given": ["missing", 0.0], "family": ["same", 8.6]}
    PossibleDuplicate.objects.filter(pk=rivalled.pk).update(
        band="rivalled", rivals=1, bits=20.0, evidence=nameless
    )
    PossibleDuplicate.objects.filter(pk=by_rules.pk).update(
        score=95, reasons=["family-same", "given-similar", "born-same", "address-same", "number-one"]
    )
    LikenessSearch.objects.create(
        status="done", asked_by="nightly search by likeness", asked_at=timezone.now(), people=31_244,
        without_number=412, new=37, changed=2, gone=1,
        held_back=9, finished_at=timezone.now(), done=6, total=6, definition="1",
        weights=["Taken from the definition: 55% of true pairs agree exactly."],
    )  # fmt: skip
    return likely


def test_a_pair_is_understood_and_put_aside_by_keyboard(
    pairs, co_ordinator, browser_page, sign_in, assert_accessible, take_picture
):
    # Given a co-ordinator on the list, who reads what was measured and which pair needs care
    page = browser_page
    sign_in(page, co_ordinator)
    page.goto("/people/duplicates/")
    likely = page.get_by_role("row").filter(has_text="TESTJONES, Betty").inner_text()
    assert "Very likely the same person" in likely
    assert "99 of 100 such pairs were the same person" in likely
    expect(page.get_by_role("main")).to_contain_text("Careful: another record fits nearly as well")
    assert_accessible(page)
    take_picture(page, "possible-duplicates-by-likeness")

    # When she opens the pair and the weights, by keyboard
    page.get_by_role("link", name="Compare TESTVALE, Elizabeth and TESTJONES, Betty").press("Enter")
    page.locator("summary", has_text="How much each comparison says").press("Enter")
    weights = page.get_by_role("table", name="The comparisons, those that say most first")
    expect(weights.locator("tbody tr").first).to_contain_text("Date of birth")
    for words in ("Speaks clearly against", "Says nothing"):
        expect(weights).to_contain_text(words)
    assert_accessible(page)
    take_picture(page, "compare-by-likeness")

    # And is not sure, and says what is missing
    page.get_by_role("button", name="Not sure yet").press("Enter")
    page.get_by_role("button", name="Put aside").press("Enter")
    page.get_by_text("There is a problem").wait_for()
    expect(page.get_by_text("Enter the reason for the decision").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Reason").fill("Ask the practice for her maiden name")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/duplicates/")

    # Then the pair waits aside, both records are as they were, and it can come back
    expect(page.get_by_text("Put aside.")).to_be_visible()
    page.goto("/people/duplicates/?state=not-sure")
    expect(page.get_by_text("Ask the practice for her maiden name")).to_be_visible()
    assert not Person.objects.exclude(merged_into=None).exists()
    page.get_by_role("link", name="Compare TESTVALE, Elizabeth and TESTJONES, Betty").click()
    page.get_by_role("button", name="Put back to decide").click()
    page.get_by_label("Reason").fill("The practice called")
    page.get_by_role("button", name="Propose them again").click()
    expect(page.get_by_text("This pair is to be decided again.")).to_be_visible()


def test_searches_are_asked_for_and_followed_on_a_phone(
    pairs, co_ordinator, phone_page, sign_in, assert_accessible, take_picture
):
    page = phone_page
    sign_in(page, co_ordinator)
    page.goto("/people/duplicates/")
    take_picture(page, "possible-duplicates-by-likeness-phone")
    page.get_by_role("link", name="See the searches by likeness").click()
    expect(page.get_by_text("31,244 people, 412 without an NHS number: 37 new pairs")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Search now").click()
    expect(page.get_by_text("Waiting for a worker").first).to_be_visible()
    expect(page.get_by_role("button", name="Search now")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_accessible(page)
    LikenessSearch.objects.filter(status="waiting").update(
        status="running", stage="weighing pairs", done=4, total=6
    )
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="Weighing pairs")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "66")
    take_picture(page, "searches-by-likeness-phone")
    page.get_by_role("button", name="Stop this search").click()
    expect(page.get_by_text("It stops at its next step. Nothing of it is kept.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("asked it to stop")
    expect(page.get_by_role("button", name="Stop this search")).to_have_count(0)
    assert_accessible(page)
