"""Splink, imported when something is first asked of it; it takes a second and tens of megabytes."""

from __future__ import annotations

import logging
from typing import Any

from localcare.analysis.libraries import Library

splink: Any = Library("splink", "comparison_library", "blocking_rule_library", "blocking_analysis")


def quiet() -> None:
    """Splink tells about every step on its own logger; what is of use is in our result."""
    logging.getLogger("splink").setLevel(logging.ERROR)
