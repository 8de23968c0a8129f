from __future__ import annotations

import shutil

import pytest

from localcare.care.stratification.definitions import FOLDER, definitions, load_definitions
from localcare.kernel.definitions import DefinitionError


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "cohorts")


def change(folder, name, before, after):
    file = folder / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.mark.trace("T078", "T079", "T080")
def test_there_are_the_four_tiers_of_the_paper():
    assert [tier.tier for tier in definitions().tiers] == [4, 3, 2, 1]


def test_every_definition_says_its_owner_source_status_and_review():
    assert len(definitions().headings) == 5
    assert all(
        heading["status"] and heading["source"] and heading["review_by"] for heading in definitions().headings
    )


def test_the_version_follows_the_content(folder):
    before = load_definitions(folder).version
    change(folder, "cohorts", "points: 6", "points: 7")
    assert load_definitions(folder).version != before == definitions().version


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        (
            "cohorts",
            "{column: attendances_12m, at_least: 5}",
            "{column: attendances, at_least: 5}",
            "attendances",
        ),
        (
            "cohorts",
            "{column: attendances_12m, at_least: 5}",
            "{column: attendances_12m, more: 5}",
            "cohorts.yaml",
        ),
        ("cohorts", "code: care-home", "code: dementia", "dementia appears twice"),
        ("tiers", "{column: age, at_least: 0}", "{column: age, at_least: 18}", "must take everyone"),
        ("measures", "charlson.dementia", "charlson.forgetting", "no item forgetting"),
        ("list", "points_each: 3", "points_each: three", "list.yaml"),
    ],
)
def test_a_fault_is_named(folder, name, before, after, said):
    change(folder, name, before, after)
    with pytest.raises((DefinitionError, ValueError), match=said):
        load_definitions(folder)
