"""NHS numbers: published vectors, traps that were printed as examples, display and range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.kernel.identifiers import nhs_number
from localcare.kernel.identifiers.nhs_number import InvalidNhsNumber
from localcare.kernel.identifiers.nhs_number_status import number_statuses

WEIGHTS = range(10, 1, -1)


@pytest.mark.parametrize(
    "number", ["943 476 5919", "987 654 3210", "999 000 0018", "9990000018", "999-000-0018"]
)
def test_valid_numbers(number):
    assert nhs_number.is_valid(number)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("999 123 4560", "check digit"),  # printed as an example in a public library
        ("991 200 3890", "check digit"),  # printed in a UK Core example
        ("943 476 5918", "check digit"),
        ("111 111 1111", "equal digits"),
        ("943 476 591", "this has 9"),
        ("943 476 59199", "this has 11"),
        ("943 476 591X", "digits and spaces only"),
        ("٩٤٣٤٧٦٥٩١٩", "digits and spaces only"),
        ("", "digits and spaces only"),
    ],
)
def test_numbers_that_fail_say_why_without_repeating_the_number(number, says):
    with pytest.raises(InvalidNhsNumber, match=says) as refusal:
        nhs_number.normalise(number)
    assert not number or number not in str(refusal.value)


LAST_SCOTTISH = 3_112_999_999  # CHI numbers, which begin with a date of birth


@given(st.integers(min_value=LAST_SCOTTISH + 1, max_value=10**10 - 1))
def test_agrees_with_the_check_as_the_data_dictionary_words_it(value):
    digits = f"{value:010d}"
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False)) % 11
    check = 11 - remainder if remainder else 0
    fits = check != 10 and check == int(digits[9])
    assert nhs_number.is_valid(digits) == (fits and len(set(digits)) > 1)


def test_a_scottish_number_that_begins_with_no_date_says_so():
    with pytest.raises(InvalidNhsNumber, match="begins with a date of birth"):
        nhs_number.normalise("0268435456")


def test_display_is_three_three_four():
    assert nhs_number.display("9434765919") == "943 476 5919"
    assert nhs_number.display(None) == ""
    assert nhs_number.normalise(" 943\u00a0476 5919 ") == "9434765919"


def test_only_numbers_that_begin_with_999_are_synthetic():
    assert nhs_number.is_synthetic("999 000 0018")
    assert not nhs_number.is_synthetic("943 476 5919")
    assert not nhs_number.is_synthetic("999 123 4560")


def test_status_codes_say_which_meaning_is_verified():
    statuses = number_statuses()
    assert list(statuses) == [f"{number:02d}" for number in range(1, 9)]
    assert [code for code, status in statuses.items() if status.is_verified] == ["01"]
