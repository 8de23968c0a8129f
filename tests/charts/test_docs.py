"""The reference page is in step with the functions, and the explanation with the figures it states."""

from __future__ import annotations

from pathlib import Path

from localcare.analysis.comparing_reference import comparing_markdown
from localcare.analysis.effect import against_baseline
from localcare.analysis.plain_numbers import percent

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_page_is_not_stale():
    page = DOCS / "reference" / "comparing-and-charts.md"
    assert page.read_text(encoding="utf-8") == comparing_markdown(), "write the page again with make docs"


def test_the_explanation_states_the_interval_that_is_computed():
    found = against_baseline(872, 1000, what="activity").relative
    words = (DOCS / "explanation" / "what-is-chance.md").read_text(encoding="utf-8")
    assert f"between {percent(found.lower)} and {percent(found.upper)} lower" in words
