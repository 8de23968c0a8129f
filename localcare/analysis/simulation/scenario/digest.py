"""What makes two scenarios the same run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from localcare.analysis.simulation.scenario.model import Scenario

WORDS = ("title", "summary", "assumptions", "owner", "review_by", "version", "source", "own_contents")


def digest(scenario: Scenario) -> str:
    """SHA-256 (hexadecimal) over everything that decides what a run gives; not over titles and explanations."""
    said: dict[str, Any] = {key: value for key, value in asdict(scenario).items() if key not in WORDS}
    text = json.dumps(said, sort_keys=True, default=str, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
