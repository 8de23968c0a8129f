"""What is wrong with a definition: where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One fault of one file; `place` is the path of keys to it, empty for the whole file."""

    file: Path
    line: int
    place: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        where = f" at {self.place}" if self.place else ""
        return f"{self.file}:{self.line}{where}: {self.fault}. {self.remedy}"


class DefinitionError(ValueError):
    """A definition that cannot be used; `faults` lists every fault found, in the order of the file."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
