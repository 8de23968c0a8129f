"""The pages about datasets and scores are in step with the code, and their example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from localcare.analysis.dataset.describe import schema_markdown
from localcare.analysis.scores.reference import reference_markdown

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("page", "written"), [("linked-dataset.md", schema_markdown), ("scores.md", reference_markdown)]
)
def test_reference_pages_are_not_stale(page: str, written: object) -> None:
    assert callable(written)
    assert (DOCS / "reference" / page).read_text(encoding="utf-8") == written(), (
        f"write docs/reference/{page} again"
    )


def test_the_notebook_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "how-to" / "score-in-a-notebook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 3
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    printed = capsys.readouterr().out
    assert re.search(r"1\s+103\s+intermediate\s+2\s+8", printed)
    assert "Hospital Frailty Risk Score 7.1 intermediate" in printed
