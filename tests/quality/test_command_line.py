"""The shell measures data quality, ends with the code for problems when refused, and goes on only for a reason."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from typer.testing import CliRunner, Result

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
