"""Postcodes come in many spellings and are kept in one."""

import pytest

from localcare.kernel.identifiers import postcodes


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("ct146ab", "CT14 6AB"), ("CT14 6AB", "CT14 6AB"), (" ct1  1aa ", "CT1 1AA"), ("SW1A1AA", "SW1A 1AA"),
     ("W1A 0AX", "W1A 0AX"), ("no fixed  abode", "NO FIXED ABODE")],
)  # fmt: skip
def test_one_spelling(typed, kept):
    assert postcodes.normalise(typed) == kept


def test_outward_and_full_shapes():
    assert postcodes.is_outward("ct14") and postcodes.is_outward("M1") and postcodes.is_outward("SW1A")
    assert not postcodes.is_outward("smith") and not postcodes.is_outward("1946")
    assert postcodes.is_full("ct146ab") and not postcodes.is_full("CT14")
