"""The pages about indicators are in step with the code, and their example runs."""

from __future__ import annotations

import re
from pathlib import Path

from localcare.analysis.journal.schema import JOURNAL, PEOPLE, SERVICES
from localcare.analysis.journal.states import MOVES
from localcare.analysis.measures.reference import reference_markdown
from localcare.foundation.pathways.journal_export import KEPT_DETAIL

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_is_not_stale():
    page = DOCS / "reference" / "indicators.md"
    assert page.read_text(encoding="utf-8") == reference_markdown(), "run: make docs"


def test_the_notebook_example_runs(tmp_path, monkeypatch, capsys):
    page = (DOCS / "how-to" / "measure-from-the-shell-and-a-notebook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    admissions, readmitted, nights = capsys.readouterr().out.splitlines()
    assert "'locality': 'south-kent-coast'" in admissions
    assert "'numerator': 2, 'denominator': 180" in admissions
    assert "'numerator': 1, 'denominator': 2" in readmitted
    assert nights == "[5]"


def test_the_page_about_the_journal_names_every_column():
    page = (DOCS / "reference" / "journal.md").read_text(encoding="utf-8")
    for schema in (JOURNAL, PEOPLE, SERVICES):
        for name in schema.names:
            assert f"`{name}`" in page, name
    for event in MOVES:
        assert event in page, event
    for name in KEPT_DETAIL:
        assert f"`{name}`" in page, name
