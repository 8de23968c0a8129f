"""The pages about risk models are in step with the definitions, and their example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from localcare.analysis.risk.reference import risk_markdown

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_page_is_not_stale():
    assert (DOCS / "reference" / "risk-models.md").read_text(encoding="utf-8") == risk_markdown(), (
        "run make docs"
    )


def test_the_front_page_says_what_a_prediction_is_not():
    front = (DOCS / "README.md").read_text(encoding="utf-8")
    opening = front.split("- **Tutorial**")[0]
    for words in ("PRISMATIC", "230,099 people", "an action", "decision", "evaluation"):
        assert words in opening


def test_the_notebook_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    page = (DOCS / "how-to" / "train-a-risk-model-in-a-notebook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 6
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    printed = capsys.readouterr().out
    assert re.search(r"AUC 0\.[67]", printed)
    assert "raises" in printed
    assert (tmp_path / "model" / "card.md").is_file()
