"""What is predicted, from what, and by which thresholds: reviewed content that says so when it is faulty."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from localcare.analysis.risk.definitions import FOLDER, RiskDefinitionError, load_outcome, outcome, outcomes
from localcare.analysis.risk.feeds import WORDS
from localcare.analysis.scores.columns import PERSON_COLUMNS, SCORE_COLUMNS
from localcare.analysis.scores.definitions import definition


def test_both_outcomes_are_there_with_their_words():
    assert [one.name for one in outcomes()] == ["emergency-admission-12m", "readmission-30d"]
    for one in outcomes():
        assert one.question.endswith("?")
        assert "agreed locally" in one.content["judging"]["status"]
        assert one.content["judging"]["slope"] == {"least": 0.8, "most": 1.25}


@pytest.mark.parametrize("name", ["emergency-admission-12m", "readmission-30d"])
def test_every_factor_is_a_column_of_the_scores_and_can_be_said(name: str):
    columns = {column.name for column in (*PERSON_COLUMNS, *SCORE_COLUMNS)}
    for factor in outcome(name).factors:
        assert factor.column in columns
        assert not factor.minus or factor.minus in columns
        assert {"is", "is_not"} <= set(factor.words) or "many" in factor.words
        assert not factor.feed or factor.feed in WORDS


def test_neither_ethnicity_nor_practice_nor_name_is_a_factor():
    for one in outcomes():
        assert not {factor.column for factor in one.factors} & {
            "ethnic_category",
            "practice_code",
            "person_id",
        }


def test_factors_reach_back_as_far_as_the_rules_of_their_scores():
    needed = {factor.column: factor.needs_months for factor in outcome("emergency-admission-12m").factors}
    assert needed["hfrs_tenths"] == definition("hfrs").look_back_months
    assert needed["charlson_quan_2011"] == definition("charlson").look_back_months
    assert needed["acsc_admissions_12m"] == definition("acsc").look_back_months
    assert needed["attendances_12m"] == definition("activity").parameters["months"]
    assert needed["emergency_admissions_24m"] == max(definition("activity").parameters["emergency_months"])


def test_a_model_of_discharges_has_no_factor_that_is_the_same_for_all():
    assert "in_hospital" not in {factor.name for factor in outcome("readmission-30d").factors}


def test_an_unknown_outcome_names_those_there_are():
    with pytest.raises(RiskDefinitionError, match="Choose from emergency-admission-12m, readmission-30d"):
        outcome("death")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"horizon": {"months": 12, "days": 3}}, "at horizon"),
        ({"factors": ["age", "shoe_size"]}, "there is no factor shoe_size"),
        ({"died": "maybe"}, "at died"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_faulty_definition_names_the_file_and_the_place(tmp_path: Path, change: dict, said: str):
    content = yaml.safe_load((FOLDER / "emergency-admission-12m.yaml").read_text(encoding="utf-8"))
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(content | change), encoding="utf-8")
    with pytest.raises(RiskDefinitionError, match=said) as fault:
        load_outcome(file)
    assert "mine.yaml" in str(fault.value)
