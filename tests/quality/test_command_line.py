"""The shell measures data quality, ends with the code for problems when refused, and goes on only for a reason."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from localcare.analysis.quality import load_rules
from localcare.config.command_line import exits
from localcare.config.command_line.application import application
from tests.quality.conftest import AS_OF, Damage
from tests.quality.test_findings import GROSS


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application, [*arguments, "--as-of", AS_OF.isoformat()])


def test_a_sound_dataset_is_good_enough_and_a_refused_one_ends_with_problems(
    sound: Path, damaged: Damage
) -> None:
    good = run("dataset", "check", str(sound))
    assert good.exit_code == exits.DONE
    assert "no problem found" in good.stdout and "Data quality:" in good.stdout
    assert "People who look like somebody else" in good.stdout, "the dirt of the generator is seen"
    bad = damaged(**GROSS["fact-system-unknown"])
    found = run("dataset", "check", str(bad), "--format", "json")
    assert found.exit_code == exits.FOUND_PROBLEMS
    content = json.loads(found.stdout)
    assert content["quality"]["verdict"] == "refused" and content["problems"] == []
    rows = list(csv.DictReader(io.StringIO(run("dataset", "check", str(bad), "--format", "csv").stdout)))
    assert any(row["rule"] == "fact-system-unknown" and row["severity"] == "refuse" for row in rows)
    assert run("dataset", "check", str(bad), "--no-quality").exit_code == exits.DONE


def test_refused_files_are_scored_only_for_a_reason(damaged: Damage, tmp_path: Path) -> None:
    bad, out = damaged(**GROSS["fact-system-unknown"]), tmp_path / "scores.parquet"
    score = ("score", "--dataset", str(bad), "--out", str(out))
    refused = run(*score)
    assert refused.exit_code == exits.FOUND_PROBLEMS and not out.exists()
    assert "--accept-quality" in refused.output
    assert run(*score, "--accept-quality", "no").exit_code == exits.FOUND_PROBLEMS
    went_on = run(*score, "--accept-quality", "A trial on an old extract")
    assert went_on.exit_code == exits.DONE and out.exists()
    assert "A trial on an old extract" in went_on.output


def test_refused_files_are_placed_only_for_a_reason_as_they_are_scored(
    sound: Path, damaged: Damage, tmp_path: Path
) -> None:
    bad, out = damaged(**GROSS["fact-system-unknown"]), tmp_path / "places.parquet"
    place = ("stratify", "--out", str(out), "--dataset")
    refused = run(*place, str(bad))
    assert refused.exit_code == exits.FOUND_PROBLEMS and not out.exists()
    assert "Data quality: refused" in refused.output and "--accept-quality" in refused.output
    went_on = run(*place, str(bad), "--accept-quality", "A trial on an old extract")
    assert went_on.exit_code == exits.DONE and out.exists()
    out.unlink()
    assert run(*place, str(sound)).exit_code == exits.DONE and out.exists()


def test_the_installations_own_rules_judge_what_is_placed(damaged: Damage, tmp_path: Path, settings) -> None:
    """This place refuses nothing for its codes."""
    shipped = Path(load_rules.__globals__["FOLDER"]) / "codes.yaml"
    own = tmp_path / "ours.yaml"
    own.write_text(
        re.sub(r"refuse: [\d.]+", "refuse: null", shipped.read_text(encoding="utf-8")), encoding="utf-8"
    )
    bad, out = damaged(**GROSS["fact-system-unknown"]), tmp_path / "places.parquet"
    settings.DATA_QUALITY_RULES = str(own)
    placed = run("stratify", "--out", str(out), "--dataset", str(bad))
    assert placed.exit_code == exits.DONE and "Data quality: warned" in placed.output


@pytest.mark.parametrize("command", ["score", "stratify"])
def test_what_lies_at_an_address_is_said_not_to_have_been_checked(command: str, tmp_path: Path) -> None:
    told = run(command, "--dataset", "s3a://lake/data", "--out", str(tmp_path / "out.parquet"))
    assert "Data quality was not checked" in told.output and told.exit_code == exits.FAILED


def test_a_reason_for_the_register_belongs_on_the_page(db) -> None:
    wrong = run("stratify", "--accept-quality", "We know about it")
    assert wrong.exit_code == exits.FAILED and "accepted on the page of data quality" in wrong.output
