"""What moved a risk, said as a clinician says it, and what the model does not know."""

from __future__ import annotations

import json

import numpy as np
import pytest

from localcare.analysis.risk.definitions import outcome
from localcare.analysis.risk.explaining import in_words, not_known, top_factors

FACTORS = {factor.name: factor for factor in outcome("emergency-admission-12m").factors}


@pytest.mark.parametrize(
    ("factor", "value", "words"),
    [
        ("emergency_admissions_12m", 3, "3 emergency admissions in 12 months"),
        ("emergency_admissions_12m", 1, "1 emergency admission in 12 months"),
        ("emergency_admissions_12m", 0, "No emergency admission in 12 months"),
        ("hfrs", 7.1, "Hospital Frailty Risk Score 7.1"),
        ("age", 84, "84 years old"),
        ("male", 1, "Male"),
        ("male", np.nan, "Sex is not recorded as female or male"),
        ("deprivation", np.nan, "Deprivation of the address is not known"),
        ("cambridge_copd", 1, "Chronic obstructive pulmonary disease recorded"),
        ("cambridge_copd", 0, "Chronic obstructive pulmonary disease not recorded"),
    ],
)
def test_values_in_words(factor: str, value: float, words: str):
    assert in_words(FACTORS[factor], value) == words


def test_at_most_five_facts_the_largest_first_and_none_that_hardly_matters():
    chosen = [FACTORS[name] for name in list(FACTORS)[:7]]
    rows = np.ones((2, 7))
    moved = np.array([[0.1, -0.9, 0.5, 0.2, 0.3, -0.4, 0.6], [0.01, 0.02, -0.3, 0.0, 0.0, 0.0, 0.049]])
    first, second = (json.loads(said) for said in top_factors(chosen, rows, moved))
    assert [entry["contribution"] for entry in first] == [-0.9, 0.6, 0.5, -0.4, 0.3]
    assert [entry["direction"] for entry in first] == ["lowers", "raises", "raises", "lowers", "raises"]
    assert [(entry["factor"], entry["words"]) for entry in second] == [
        ("deprivation", "Deprivation decile 1 (1 is most deprived)")
    ]


def test_what_is_not_known_of_each_person():
    chosen = [FACTORS["age"], FACTORS["deprivation"]]
    rows = np.array([[80.0, np.nan], [70.0, 5.0], [60.0, 5.0]])
    columns = {
        "has_facts": np.array([1.0, np.nan, 1.0]),
        "registered_days": np.array([4000.0, 90.0, 4000.0]),
        "last_contact_on": np.array([20_000.0, np.nan, 20_000.0]),
    }
    feeds = ["Not supplied to this dataset: contacts: social care"]
    first, second, third = (json.loads(said) for said in not_known(chosen, rows, columns, feeds))
    assert first == ["Deprivation of the address is not known", *feeds]
    assert [said.split(":")[0] for said in second[:-1]] == [
        "No coded entry of a record is held",
        "Registered in this place for less than a year",
        "No contact, attendance or stay is held",
    ]
    assert third == feeds
