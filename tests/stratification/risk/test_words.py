"""A risk as people say it, and when a model may be published: tables of the rules."""

from __future__ import annotations

import pytest

from localcare.care.stratification.risk.definitions import definitions_version, known_outcomes
from localcare.care.stratification.risk.rules import people_in_100, short_risk, why_not_publishable


@pytest.mark.parametrize(
    ("per_mille", "words"),
    [
        (0, "fewer than 1 in 100 people"),
        (4, "fewer than 1 in 100 people"),
        (5, "1 in 100 people"),
        (14, "1 in 100 people"),
        (15, "2 in 100 people"),
        (234, "23 in 100 people"),
        (994, "99 in 100 people"),
        (995, "more than 99 in 100 people"),
        (1000, "more than 99 in 100 people"),
    ],
)
def test_a_risk_is_said_in_people_of_100_with_no_more_certainty_than_it_has(per_mille, words):
    assert people_in_100(per_mille) == words
    assert f"{short_risk(per_mille)} people" == words


def test_no_risk_is_said_as_none_or_as_certain():
    said = {people_in_100(per_mille) for per_mille in range(1001)}

    assert not {"0 in 100 people", "100 in 100 people"} & said


@pytest.mark.parametrize(
    ("status", "may", "reasons", "trained_with", "expected"),
    [
        ("evaluated", True, [], "v1", []),
        ("withdrawn", True, [], "v1", []),
        ("replaced", True, [], "v1", []),
        ("refused", False, ["Slope 0.5."], "v1", ["Slope 0.5."]),
        ("refused", False, [], "v1", ["Its evaluation does not allow it."]),
        ("published", True, [], "v1", ["It is published already."]),
        ("training", True, [], "v1", ["It has not been trained and evaluated."]),
        ("failed", True, [], "v1", ["It has not been trained and evaluated."]),
    ],
)
def test_when_a_model_may_be_published(status, may, reasons, trained_with, expected):
    found = why_not_publishable(
        status=status, may_be_published=may, reasons=reasons, trained_with=trained_with, in_force="v1"
    )

    assert found == expected


def test_other_definitions_refuse_a_good_model():
    (reason,) = why_not_publishable(
        status="evaluated", may_be_published=True, reasons=[], trained_with="v1", in_force="v2"
    )

    assert "definitions have changed" in reason


def test_each_outcome_has_its_version_and_what_is_not_defined_has_none():
    versions = [definitions_version(name) for name in known_outcomes()]

    assert len(set(versions)) == len(versions) >= 2 and all(versions)
    assert definitions_version("who-wins") == ""
