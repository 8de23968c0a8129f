"""What is wrong with a scenario, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from localcare.analysis.definition_faults import Fault as ScenarioFault
from localcare.analysis.definition_faults import Place, Unreadable

__all__ = ["FileFault", "Place", "ScenarioError", "ScenarioFault", "UnreadableScenario"]


class UnreadableScenario(Unreadable):
    """A scenario whose words could not be read; `found` says where and why."""


@dataclass(frozen=True)
class FileFault:
    """One fault of a scenario file, with its line (from 1)."""

    file: Path
    line: int
    place: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        where = f" at {self.place}" if self.place else ""
        return f"{self.file}:{self.line}{where}: {self.fault}. {self.remedy}"


class ScenarioError(ValueError):
    """A scenario file that cannot be used; `faults` lists every fault found, in the order of the file."""

    def __init__(self, faults: Sequence[FileFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
