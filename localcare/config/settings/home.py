"""Where the program keeps its files."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]


def home() -> Path:
    """`LOCALCARE_HOME`, or `var` in a clone, or a folder of the user's for an installed package."""
    if chosen := os.environ.get("LOCALCARE_HOME"):
        return Path(chosen).absolute()
    if (PROJECT / "pyproject.toml").exists():
        return PROJECT / "var"
    return Path.home() / ".local" / "share" / "localcare"
