"""Comparing, merging, keeping apart and taking back, in a real browser."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from localcare.foundation.people import actions
from localcare.foundation.people.duplicates import find_duplicates
from localcare.foundation.people.models import Merge, Person
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import area, practice, registered_person, user_with_role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VERA = {
    "family_name": "Testvale", "given_name": "Vera", "address_line": "1 Harbour Street", "postcode": "CT14 6AB",
    "birth_date": date(1947, 3, 12), "sex": "female", "household": "",
}  # fmt: skip


@pytest.fixture
def co_ordinator():
    return user_with_role("mdt-co-ordinator", practice=practice("SYN-DEAL-A", within=area("deal")))


@pytest.fixture
def two_records(co_ordinator):
    kept = registered_person(at="SYN-DEAL-A", **VERA)
    removed = registered_person(
        at="SYN-DEAL-A", since=date(2020, 1, 1),
        **(VERA | {"family_name": "Testvail", "nhs_number": None, "telephone": "01632 960001"}),
    )  # fmt: skip
    by = system_reader("tests")
    actions.add_communication_need(person=removed, need="Large print", on=date(2026, 1, 1), by=by)
    find_duplicates(by=by)
    return kept, removed


def test_a_pair_is_compared_merged_and_taken_back(
    two_records, co_ordinator, browser_page, sign_in, assert_accessible, take_picture
):
    # Given a co-ordinator who opens the possible duplicates from the home page
    page = browser_page
    sign_in(page, co_ordinator)
    page.goto("/")
    expect(page.get_by_text("1 pair to decide")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Possible duplicates").click()
    expect(page.get_by_text("same date of birth").first).to_be_visible()
    assert_accessible(page)
    take_picture(page, "possible-duplicates")

    # When she compares the two, sees in words what differs, and merges without a reason first
    page.get_by_role("link", name="Compare TESTVALE, Vera and TESTVAIL, Vera").click()
    family = page.get_by_role("row").filter(has_text="Family name")
    expect(family.get_by_text("Different")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Given name").get_by_text("Same")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Telephone").get_by_text("Only on one")).to_be_visible()
    assert_accessible(page)
    take_picture(page, "compare-two-records")
    page.get_by_role("button", name="Merge, keep the first record").click()
    expect(page.get_by_role("row").filter(has_text="Communication needs").get_by_text("1")).to_be_visible()
    expect(page.get_by_text("01632 960001")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Merge the two records").click()
    expect(page.get_by_role("link", name="Enter the reason for the decision")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Reason").fill("Confirmed by telephone")
    page.get_by_role("button", name="Merge the two records").click()

    # Then there is one record, and its page shows the way back
    expect(page.get_by_text("You can take this merge back")).to_be_visible()
    kept, removed = two_records
    assert Person.objects.get(pk=removed.pk).merged_into == kept
    assert_accessible(page)
    take_picture(page, "merge")
    page.goto(f"/people/{removed.reference}/")
    expect(page.get_by_text("Large print").first).to_be_visible()
    page.goto("/people/duplicates/merges/")
    assert_accessible(page)
    page.get_by_role("link", name="Open the merge of TESTVAIL, Vera into TESTVALE, Vera").click()
    page.get_by_label("Reason").fill("Cousins after all")
    page.get_by_role("button", name="Take the merge back").click()
    expect(page.get_by_text("both records are as they were")).to_be_visible()
    assert_accessible(page)
    assert Merge.objects.get().undone_at and Person.objects.get(pk=removed.pk).merged_into is None


def test_a_pair_is_kept_apart_and_proposed_again_without_javascript_on_the_phone_too(
    two_records, co_ordinator, plain_page, phone_page, sign_in, assert_accessible, take_picture
):
    page = plain_page
    sign_in(page, co_ordinator)
    page.goto("/people/duplicates/")
    page.get_by_role("link", name="Compare TESTVALE, Vera and TESTVAIL, Vera").click()
    page.get_by_role("button", name="Not the same person").click()
    page.get_by_label("Reason").fill("Cousins")
    page.get_by_role("button", name="Keep them apart").click()
    expect(page.get_by_text("They will not be proposed again")).to_be_visible()
    expect(page.get_by_text("Nothing to decide")).to_be_visible()

    sign_in(phone_page, co_ordinator)
    phone_page.goto("/people/duplicates/?state=not-same")
    expect(phone_page.get_by_text("Cousins")).to_be_visible()
    assert_accessible(phone_page)
    phone_page.get_by_role("link", name="Compare TESTVALE, Vera and TESTVAIL, Vera").click()
    assert_accessible(phone_page)
    take_picture(phone_page, "compare-two-records-phone")
    phone_page.get_by_role("button", name="Propose them again").click()
    assert_accessible(phone_page)
    phone_page.get_by_label("Reason").fill("Asked again")
    phone_page.get_by_role("button", name="Propose them again").click()
    expect(phone_page.get_by_role("link", name="Compare TESTVALE, Vera and TESTVAIL, Vera")).to_be_visible()


def test_two_numbers_ask_for_a_choice_with_a_warning(
    two_records, co_ordinator, browser_page, sign_in, assert_accessible, take_picture
):
    kept, removed = two_records
    Person.objects.filter(pk=removed.pk).update(nhs_number="9990000026", family_name="Testvale")
    find_duplicates(by=system_reader("tests"))
    page = browser_page
    sign_in(page, co_ordinator)
    page.goto("/people/duplicates/")
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("button", name="Merge, keep the second record").click()
    expect(page.get_by_text("They have different NHS numbers")).to_be_visible()
    page.get_by_label("Reason").fill("Confirmed with the national register")
    page.get_by_role("button", name="Merge the two records").click()
    expect(page.get_by_role("link", name="Choose which NHS number is right")).to_be_visible()
    assert_accessible(page)
    take_picture(page, "merge-check")
    page.get_by_label("999 000 0026, on the record that is kept").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Merge the two records").click()
    assert Person.objects.get(pk=removed.pk).nhs_number == "9990000026"
    assert Person.objects.get(pk=kept.pk).merged_into_id == removed.pk


def test_a_stranger_sees_no_pair_and_the_attempt_is_audited(two_records, client):
    from localcare.foundation.people.models import PossibleDuplicate

    pair = PossibleDuplicate.objects.get()
    client.force_login(
        user_with_role("gp", practice="SYN-DEAL-A"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get("/people/duplicates/").status_code == 403
    elsewhere = user_with_role("mdt-co-ordinator", practice=practice("SYN-DOVR-A"))
    client.force_login(elsewhere, backend="django.contrib.auth.backends.ModelBackend")
    for page in ("", "merge/first/", "not-same/"):
        assert client.get(f"/people/duplicates/{pair.pk}/{page}").status_code == 404
    assert client.get("/people/duplicates/merges/1/").status_code == 404
    denied = AuditEntry.objects.filter(action__in=("person.compare", "person.merge-read"), outcome="denied")
    assert denied.count() == 4
