"""What is wrong with a pathway, and where."""

from __future__ import annotations

from localcare.analysis.definition_faults import Fault as PathwayFault
from localcare.analysis.definition_faults import Place, Unreadable

__all__ = ["PathwayFault", "Place", "UnreadablePathway"]


class UnreadablePathway(Unreadable):
    """A pathway whose words could not be read; `found` says where and why."""
