"""Check digits by published examples and by their own property; shapes by a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.analysis.quality.code_shapes import Shape, luhn_holds, shape_of, verhoeff_holds
from localcare.analysis.scores.packs import shipped_packs


@pytest.mark.parametrize("digits", ["2363", "123451", "1428570", "1234567890120", "84736430954837284567892"])
def test_published_verhoeff_examples(digits: str) -> None:
    """236 has check digit 3, 12345 has 1, 142857 has 0, 123456789012 has 0: examples of the method in general use."""
    assert verhoeff_holds(digits)


@given(st.text("0123456789", min_size=5, max_size=17), st.data())
def test_every_single_wrong_digit_and_every_neighbours_exchanged_is_found(
    digits: str, data: st.DataObject
) -> None:
    """What the Verhoeff check digit is for (Verhoeff 1969)."""
    whole = next(digits + last for last in "0123456789" if verhoeff_holds(digits + last))
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != whole[at]]))
    assert not verhoeff_holds(whole[:at] + other + whole[at + 1 :])
    if at and whole[at] != whole[at - 1]:
        assert not verhoeff_holds(whole[: at - 1] + whole[at] + whole[at - 1] + whole[at + 1 :])


@pytest.mark.parametrize("code", ["7992739871" + "3", "4539578763621486"])
def test_published_modulus_10_examples(code: str) -> None:
    assert luhn_holds(code)
    assert not luhn_holds(code[:-1] + str((int(code[-1]) + 1) % 10))


@pytest.mark.parametrize(
    ("system", "code", "shape"),
    [
        ("SNOMED-CT", "22298006", Shape.GOOD),
        ("http://snomed.info/sct", " 73211009 ", Shape.GOOD),
        ("SNOMED-CT", "900000000000207008", Shape.GOOD),
        ("SNOMED-CT", "22298007", Shape.CHECK_DIGIT),
        ("SNOMED-CT", "37436014", Shape.NOT_A_CONCEPT),
        ("SNOMED-CT", "4.78711E+14", Shape.SPOILT),
        ("SNOMED-CT", "0229800", Shape.MALFORMED),
        ("SNOMED-CT", "", Shape.MALFORMED),
        ("DMD", "22298006", Shape.GOOD),
        ("ICD-10", "I21.4", Shape.GOOD),
        ("icd10", " f00.1†", Shape.GOOD),
        ("ICD-10", "R51XD", Shape.GOOD),
        ("ICD-10", "M45.X9", Shape.GOOD),
        ("ICD-10", "21I", Shape.MALFORMED),
        ("ICD-10", None, Shape.MALFORMED),
        ("OPCS-4", "W37.1", Shape.GOOD),
        ("OPCS-4", "I37.1", Shape.MALFORMED),
        ("LOINC", "718-7", Shape.GOOD),
        ("LOINC", "62238-1", Shape.GOOD),
        ("LOINC", "718-8", Shape.CHECK_DIGIT),
        ("LOINC", "7187", Shape.MALFORMED),
        ("CTV3", "XE0Uc", Shape.GOOD),
        ("CTV3", "XE", Shape.MALFORMED),
        ("READ-V2", "G30..00", Shape.GOOD),
        ("LOCAL", "anything", Shape.GOOD),
        ("READ-V9", "X", Shape.UNKNOWN_SYSTEM),
    ],
)
def test_shapes(system: str, code: str | None, shape: Shape) -> None:
    assert shape_of(system, code) is shape


def test_every_code_of_the_shipped_lists_has_its_shape() -> None:
    wrong = [
        (code.system, code.code)
        for pack in shipped_packs().packs
        for code in pack.codes
        if shape_of(code.system, code.code) is not Shape.GOOD
    ]
    assert not wrong
