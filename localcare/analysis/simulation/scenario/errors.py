"""What is wrong with a scenario, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

Place = tuple[str | int, ...]


class ScenarioFault(NamedTuple):
    """One fault: the keys that lead to it, what is wrong, and how to mend it."""

    place: Place
    fault: str
    remedy: str


class UnreadableScenario(ValueError):
    """A scenario whose words could not be read; `found` says where and why."""

    def __init__(self, place: Place, fault: str, remedy: str) -> None:
        self.found = ScenarioFault(place, fault, remedy)
        shown = ".".join(map(str, place))
        super().__init__(f"{shown + ': ' if shown else ''}{fault}. {remedy}")


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
