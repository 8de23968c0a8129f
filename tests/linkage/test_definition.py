"""The reviewed definitions of linkage hold, and a fault names its line and remedy."""

from __future__ import annotations

import shutil

import pytest

from localcare.analysis.linkage.bands import linkage_bands, read_bands
from localcare.analysis.linkage.definition import (
    FOLDER,
    LinkageDefinitionError,
    linkage_model,
    read_model,
)
from localcare.analysis.linkage.levels import condition


def test_every_test_that_the_definition_names_exists():
    for comparison in linkage_model().comparisons:
        assert [condition(comparison.name, level.test) for level in comparison.levels][-1] == "ELSE"
    with pytest.raises(ValueError, match="no test 'initial' for family"):
        condition("family", "initial")


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "linkage")


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("model", "frequency: true, m: 0.80", "frequency: true, m: 0.20", r"model.yaml:\d+: the m of given"),
        ("model", "test: otherwise, m: 0.25", "test: same, m: 0.25", "telephone must have the test: otherwise"),
        ("model", "when: {born: [differs]}", "when: {born: [elsewhere]}", "names 'elsewhere'"),
        ("model", "test: short_form", "test: guess", r"model.yaml:\d+: .*'guess' is not one of"),
        ("model", "comparisons:", "comparisons: [", "It is not YAML"),
        ("short_forms", "[andrew, andy]", "[Andrew, andy]", r"short_forms.yaml:\d+:"),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_and_remedy(folder, file, before, after, said):
    path = folder / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(LinkageDefinitionError, match=said):
        read_model(folder)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "lower_bound_at_least: 0.6",
            "lower_bound_at_least: 0.9",
            "likely asks for at least 0.9, but the lower bound",
        ),
        ("from_bits: 1.0", "from_bits: 15", "from_bits must fall"),
        ("code: likely", "code: possible", "Name all four"),
    ],
)
def test_bands_cannot_promise_more_than_was_measured(folder, before, after, said):
    path = folder / "bands.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(LinkageDefinitionError, match=said):
        read_bands(folder)


def test_words_never_promise_certainty():
    bands = linkage_bands()
    assert bands.bands[0].in_words == "in tests on synthetic people 99 of 100 such pairs were the same person"
    assert all(" 100 of 100" not in band.in_words for band in bands.bands)
    assert bands.bands[0].wanted.lower_bound == 0.99
