"""Writes `docs/clinical-safety/hazard-log.md` from the hazard log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "clinical-safety"
LOG = FOLDER / "hazard-log.yaml"
PAGE = FOLDER / "hazard-log.md"


def hazards() -> list[dict[str, Any]]:
    """Every hazard of the log."""
    return yaml.safe_load(LOG.read_text(encoding="utf-8"))["hazards"]


def section(hazard: dict[str, Any]) -> list[str]:
    """One hazard in Markdown."""
    controls = [
        f"| {control['text']} | {'<br>'.join(f'`{test}`' for test in control['tests']) or 'no test yet'} |"
        for control in hazard["controls"]
    ]
    return [
        "",
        f"## {hazard['id']} {hazard['title']}",
        "",
        f"- Causes: {'; '.join(hazard['causes'])}",
        f"- Effect: {hazard['effect']}",
        f"- Severity {hazard['severity']}, likelihood {hazard['likelihood']} (in words; no risk score, see the README)",
        "",
        "| control | proved by |",
        "| --- | --- |",
        *controls,
    ]


def page() -> str:
    """The whole page in Markdown."""
    head = ["# Hazard log", "", "Written by `make docs` from `hazard-log.yaml`; do not edit."]
    return "\n".join(head + [line for hazard in hazards() for line in section(hazard)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
