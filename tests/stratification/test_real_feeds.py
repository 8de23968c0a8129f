"""Real FHIR in, entries on a list with their reasons out; and packs that are installed decide who is there."""

from datetime import date

import pytest
from playwright.sync_api import expect

from localcare.analysis.scores.packs import PackCode, checksum
from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.definitions import FOLDER, load_definitions
from localcare.care.stratification.models import ListEntry, PersonScore
from localcare.care.stratification.packs import installed_packs
from localcare.exchange.fhir.load import load_fhir
from localcare.foundation.places.actions import load_place_definitions
from localcare.kernel.access.readers import system_reader
from tests.factories import user_with_role

AFTER_A_STROKE = date(2020, 3, 20)


@pytest.mark.shared_data
@pytest.mark.browser
@pytest.mark.trace("T047", "T075")
@pytest.mark.django_db(transaction=True)
def test_synthea_people_end_on_a_list_with_reasons(shared_data, browser_page, sign_in, assert_accessible):
    by = system_reader("tests")
    load_place_definitions(by=by)
    load_fhir([shared_data / "fhir-synthea"], by=by, practice="SYN-DEAL-A", registered_since=date(2015, 1, 1))
    run_stratification(as_of=AFTER_A_STROKE, by=by)
    assert PersonScore.objects.filter(to_run=None).count() == 11, "13 people, of whom two have died"
    assert ListEntry.objects.exists()

    sign_in(browser_page, user_with_role("gp", practice="SYN-DEAL-A"))
    browser_page.goto("/list/")
    expect(browser_page.locator("main")).to_contain_text("NHS number not known")
    assert_accessible(browser_page)
    browser_page.locator("main table a[href^='/people/']").first.click()
    expect(browser_page.locator("#problems tbody tr")).not_to_have_count(0)


def test_an_installed_pack_makes_a_new_version_of_the_list(settings, tmp_path):
    before = load_definitions(FOLDER).version
    codes = [PackCode("efi/diabetes", "SNOMED-CT", "73211009", "Diabetes mellitus")]
    (tmp_path / "local.yaml").write_text(
        "pack: local\nversion: '1'\nsource: this test\nlicence: none needed\n"
        f"checksum: {checksum(codes)}\n"
        "lists:\n  efi/diabetes:\n    - {system: SNOMED-CT, code: '73211009', text: Diabetes mellitus}\n"
    )
    settings.CODE_LIST_PACKS = str(tmp_path)
    assert ("SNOMED-CT", "73211009") in installed_packs().codes_of("efi/diabetes")
    assert load_definitions(FOLDER).version != before
