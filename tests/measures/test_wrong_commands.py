"""What the commands of numbers say to those who ask wrongly, and before any work is done."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from localcare.config.command_line.application import application

DAYS = ["--since", "2026-10-01", "--until", "2026-11-01"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["measure", "time-to-answer", "--journal", ".", "--since", "2026-11-01", "--until", "2026-10-01"],
         "2026-11-01 is not before 2026-10-01"),
        (["measure", "time-to-answer", "--journal", ".", *DAYS, "--out", "no-such/numbers.csv"],
         "there is no folder no-such. Make it, or choose another"),
        (["measure", "time-to-answer", "--journal", ".", *DAYS, "--out", "."], ". is a folder. Name a file in it"),
        (["simulate", "winter-plan", "--out", "a-file/winter"], "The folder a-file/winter cannot be made: not a directory"),
        (["scenario", "fit", "--journal", ".", "--out", "no-such/next.yaml"], "no-such/next.yaml cannot be written"),
        (["simulate", "winter-plan", "--out", "w", "--seed", "-4"], "greater than or equal to 0"),
        (["simulate", "winter-plan", "--out", "w", "--replications", "1000000000"], "less than or equal to 10000"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_before_it_is_begun(asked, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("taken")
    told = CliRunner().invoke(application, asked, env={"COLUMNS": "200"})
    assert told.exit_code in (1, 2)
    assert said in f"{told.output}{told.exception or ''}"
    assert not (tmp_path / "w").exists()
