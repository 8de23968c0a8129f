"""A file that cannot be linked says which, why and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from localcare.analysis.linkage.reading import LinkageInputError
from localcare.analysis.linkage.run import link
from localcare.config.command_line.application import application

GOOD = "record_id,family_name,given_name,birth_date\n1,Vale,Vera,1947-03-12\n"


def here(*words: str):
    return CliRunner().invoke(application, [str(word) for word in words])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", GOOD, "neither .parquet nor .csv"),
        ("a.csv", GOOD.replace("record_id", "number"), "Add the column record_id"),
        ("a.csv", GOOD.replace("birth_date", "born"), "no column birth_date"),
        (
            "a.csv",
            GOOD.replace("1947-03-12", "12/03/1947"),
            "cannot be read in 1 records, such as '12/03/1947'",
        ),
        ("a.csv", GOOD.splitlines()[0] + "\n", "holds no records"),
        (
            "a.csv",
            GOOD + GOOD.splitlines()[1] + "\n",
            "1 records have a record_id that stands more than once",
        ),
        ("a.csv", GOOD + ",Vale,Bert,1944-01-02\n", "record_id is empty in 1 records"),
        ("a.parquet", "no parquet", "could not be read"),
    ],
)
def test_a_file_that_cannot_be_linked_says_how_to_mend_it(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LinkageInputError) as fault:
        link(path, None, tmp_path / "out")
    assert said in str(fault.value) and str(path) in str(fault.value)


def test_a_file_that_is_not_there(tmp_path: Path):
    done = here("link", "run", tmp_path / "nothing.csv")
    assert done.exit_code == 1 and "does not exist" in done.output


def test_linking_and_explaining_from_the_command_line(linked, tmp_path):
    pair = next(p for p in linked.pairs if p["band"] == "very-likely")
    done = here("link", "explain", linked.out, pair["left_id"], pair["right_id"])
    assert done.exit_code == 0, done.output
    assert "speaks strongly for" in done.output
    assert "Proposed as very likely the same person (in tests on synthetic people 99 of 100" in done.output
    twin = next(p for p in linked.pairs if p["held_back"] == "twins")
    done = here("link", "explain", linked.out, twin["right_id"], twin["left_id"])
    assert "Not proposed: the given names differ and the birthday is one" in done.output
    number = next(p for p in linked.pairs if p["kind"] == "number")
    assert (
        "one NHS number" in here("link", "explain", linked.out, number["left_id"], number["right_id"]).output
    )
    conflict = next(p for p in linked.pairs if p["kind"] == "conflict")
    said = here("link", "explain", linked.out, conflict["left_id"], conflict["right_id"]).output
    assert "a person must look" in said
    done = here("link", "explain", linked.out, "R1", "F1")
    assert done.exit_code == 1 and "are no pair in" in done.output


def test_sources_and_measures_from_the_command_line(tmp_path):
    done = here(
        "link", "evaluate", "--people", "1000", "--seed", "2", "--as-of", "2026-10-01", "--out", tmp_path
    )
    assert done.exit_code == 0, done.output
    assert "true pairs to find" in done.output and "In force: very-likely holds" in done.output
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "sources",
        "thresholds.csv",
        "calibration.csv",
        "bands.csv",
        "missed.csv",
        "weights.json",
        "summary.json",
    }
    files = sorted((tmp_path / "sources").iterdir())
    done = here("link", "run", files[1], files[0], "--out", tmp_path / "links")
    assert done.exit_code == 0, done.output
    assert "linked by NHS number" in done.output and "Nothing was merged." in done.output


def test_a_web_process_does_not_load_splink():
    import subprocess
    import sys

    modules = "localcare.foundation.people.linking, localcare.foundation.people.linking_views"
    script = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'localcare.config.settings.test'; import django;"
        f"django.setup(); import {modules}; print([m for m in ('splink', 'sqlglot', 'duckdb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
