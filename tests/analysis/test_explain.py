"""What the person page shows: every contribution with its codes, days and points, quickly."""

from __future__ import annotations

from datetime import date

import pytest

from localcare.analysis.scores.explain import Explanation, PersonRows, explain, score_one

AS_OF = date(2026, 11, 22)
DOROTHY = PersonRows(
    birth_date=date(1947, 5, 1),
    sex="female",
    facts=[
        {"kind": "condition", "system": "LOCAL", "code": "EFI-DIABETES", "text": "Type 2 diabetes",
         "occurred_on": date(2009, 3, 1)},
        {"kind": "condition", "system": "LOCAL", "code": "EFI-DIABETES", "text": "Diabetes review",
         "occurred_on": date(2025, 3, 1)},
        {"kind": "condition", "system": "LOCAL", "code": "CMS-COPD", "text": "COPD", "occurred_on": date(2012, 3, 1)},
        {"kind": "observation", "system": "LOINC", "code": "718-7", "text": "Haemoglobin", "value": 110.0, "unit": "g/L",
         "occurred_on": date(2026, 3, 1)},
    ],
    stays=[{"stay_id": 1, "admission_type": "emergency", "admitted_on": date(2026, 2, 1), "discharged_on": date(2026, 2, 9)}],
    diagnoses=[
        {"stay_id": 1, "position": 1, "code": "J44.1", "occurred_on": date(2026, 2, 1)},
        {"stay_id": 1, "position": 2, "code": "F00.1", "occurred_on": date(2026, 2, 1)},
        {"stay_id": 1, "position": 3, "code": "F00.9", "occurred_on": date(2026, 2, 1)},
        {"stay_id": 1, "position": 4, "code": "E11.9", "occurred_on": date(2026, 2, 1)},
        {"stay_id": 1, "position": 5, "code": "E11.2", "occurred_on": date(2026, 2, 1)},
    ],
)  # fmt: skip


def explained(score: str) -> Explanation:
    return next(each for each in explain(DOROTHY, as_of=AS_OF) if each.score == score)


@pytest.mark.trace("T103", "T075")
def test_frailty_names_the_codes_and_days() -> None:
    hfrs = explained("hfrs")
    assert (hfrs.display, hfrs.band, hfrs.applicable) == ("7.1", "intermediate", True)
    (dementia,) = hfrs.contributions
    assert (dementia.points, dementia.codes) == (71, ("F00.1", "F00.9"))
    assert (dementia.first_on, dementia.latest_on) == (date(2026, 2, 1), date(2026, 2, 1))


def test_charlson_says_what_is_not_counted_and_why() -> None:
    charlson = explained("charlson")
    assert charlson.values["charlson_1987"] == 1 + 1 + 2
    assert charlson.display == "4"
    milder = charlson.contributions[-1]
    assert (milder.name, milder.counted) == ("diabetes", False)
    assert milder.note == "not counted beside diabetes with chronic complication"


def test_deficits_show_first_and_latest_day_and_the_value() -> None:
    efi = explained("efi")
    assert efi.display == "2"
    found = {each.name: each for each in efi.contributions}
    assert (found["diabetes"].first_on, found["diabetes"].latest_on) == (date(2009, 3, 1), date(2025, 3, 1))
    assert found["diabetes"].codes == ("Type 2 diabetes", "Diabetes review")
    assert found["anaemia-and-haematinic-deficiency"].codes == ("Haemoglobin 110 g/L",)
    assert explained("cambridge").display == "1.46"
    assert explained("acsc").contributions[0].label == "Chronic obstructive pulmonary disease"


def test_someone_with_no_record_has_an_explanation_of_0() -> None:
    nobody = PersonRows(birth_date=date(1990, 1, 1), sex="unknown")
    for each in explain(nobody, as_of=AS_OF):
        assert (each.value, each.contributions) == (0, ())
        assert each.cannot_see
    assert score_one(nobody, as_of=AS_OF)["efi_applicable"] is False
