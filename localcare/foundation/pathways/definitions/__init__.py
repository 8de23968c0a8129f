"""The reviewed pathways: loaded, checked, versioned by content, drawn and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcare.foundation.pathways.definitions.loading import pathways
from localcare.foundation.pathways.definitions.timing import all_hours, hours, settings, span_on

if TYPE_CHECKING:
    from localcare.foundation.pathways.definitions.versions import (
        current_version,
        is_sensitive,
        pathway_of,
        sensitive_versions,
        version_by_key,
    )

__all__ = [
    "all_hours", "current_version", "hours", "is_sensitive", "pathway_of", "pathways", "sensitive_versions",
    "settings", "span_on", "version_by_key",
]  # fmt: skip
KEPT = frozenset({"current_version", "is_sensitive", "pathway_of", "sensitive_versions", "version_by_key"})


def __getattr__(name: str) -> Any:
    """Versions are kept in the database: fetched when asked for, so that checking and drawing need none."""
    if name not in KEPT:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from localcare.foundation.pathways.definitions import versions

    return getattr(versions, name)
