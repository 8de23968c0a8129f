"""The reviewed pathways: loaded, checked, versioned by content, drawn and shown."""

from localcare.foundation.pathways.definitions.hours import all_hours, hours, settings, span_on
from localcare.foundation.pathways.definitions.loading import pathways
from localcare.foundation.pathways.definitions.versions import current_version, pathway_of

__all__ = ["all_hours", "current_version", "hours", "pathway_of", "pathways", "settings", "span_on"]
